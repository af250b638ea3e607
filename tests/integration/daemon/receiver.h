#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/scripted_server.h"

namespace cr::testing {

/// A server in a thread of its own that answers everything with one status.
class Receiver {
 public:
  /// "204 No Content"; empty: it never answers.
  explicit Receiver(const std::string& status) : server_(std::make_unique<ScriptedServer>(io_)) {
    if (!status.empty()) server_->answer_all("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n");
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Receiver() { stop(); }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }
  /// What it was sent; it takes no more. Good as long as this.
  [[nodiscard]] const std::vector<std::string>& requests() {
    stop();
    return server_->requests();
  }

 private:
  void stop() {
    io_.stop();
    if (thread_.joinable()) thread_.join();
  }

  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  std::unique_ptr<ScriptedServer> server_;
  std::thread thread_;
};

}  // namespace cr::testing
