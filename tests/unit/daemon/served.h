#pragma once

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/http/server.h"
#include "tests/support/manual_clock.h"
#include "tests/unit/daemon/coroutines.h"

namespace cr::testing {

/// A client's connection: sends bytes, collects what comes until the server closes.
class Client {
 public:
  Client(boost::asio::io_context& io, std::uint16_t port) : io_(io), socket_(io) {
    socket_.connect(boost::asio::ip::tcp::endpoint(boost::asio::ip::address_v4::loopback(), port));
    read_on();
  }
  void send(std::string_view bytes) {
    boost::system::error_code ignored;
    boost::asio::write(socket_, boost::asio::buffer(bytes.data(), bytes.size()), ignored);
  }
  /// Everything that the server sent before it closed.
  const std::string& whole_answer() {
    turn_until(io_, [this] { return closed_; });
    return received_;
  }
  /// What has come so far, once it contains `text`.
  const std::string& answer_with(std::string_view text) {
    turn_until(io_, [&] { return closed_ || received_.find(text) != std::string::npos; });
    return received_;
  }
  [[nodiscard]] bool closed() const { return closed_; }

 private:
  void read_on() {
    socket_.async_read_some(boost::asio::buffer(chunk_),
                            [this](boost::system::error_code error, std::size_t bytes) {
                              if (error == boost::asio::error::operation_aborted)
                                return;  // the client is no more
                              received_.append(chunk_.data(), bytes);
                              if (error) {
                                closed_ = true;
                              } else {
                                read_on();
                              }
                            });
  }
  boost::asio::io_context& io_;
  boost::asio::ip::tcp::socket socket_;
  std::array<char, 4096> chunk_{};
  std::string received_;
  bool closed_ = false;
};

/// A server on a socket of its own, and time that a test moves.
class ServedTest : public ::testing::Test {
 protected:
  void start(daemon::ServerLimits limits = {}) {
    auto server = daemon::HttpServer::listen(
        io_.get_executor(), {true, "127.0.0.1", 0}, clock_,
        {.handler = [this](const daemon::HttpRequest& request) { return answer(request); },
         .hosts = daemon::AllowedHosts({"reconciler.example.com"}),
         .large = large_,
         .delay = [this](const daemon::HttpRequest&) { return delay_; },
         .on_answer = [this](const daemon::HttpRequest& request,
                             int status) { answered_.emplace_back(request.path, status); },
         .on_failure = [this](const daemon::HttpRequest&,
                              std::string_view what) { failures_.emplace_back(what); }},
        limits);
    ASSERT_TRUE(server) << server.error().message();
    server_.emplace(std::move(*server));
    serving_.emplace(io_, server_->serve());
  }
  virtual daemon::HttpResponse answer(const daemon::HttpRequest& request) {
    requests_.push_back(request);
    if (request.path == "/throw") throw std::runtime_error("secret detail");
    if (request.path == "/large") return {.status = 200, .body = std::string(50'000'000, 'x'), .headers = {}};
    return {.status = 200,
            .content_type = "text/plain",
            .body = "hello " + request.path,
            .headers = {{"X-A", "b"}}};
  }
  std::string exchange(std::string_view request) {
    Client client(io_, server_->port());
    client.send(request);
    return client.whole_answer();
  }
  /// Waits until `count` connections wait for their clients under the clock.
  void until_sleepers(std::size_t count) {
    turn_until(io_, [&] { return clock_.sleepers() == count; });
  }

  boost::asio::io_context io_;
  ManualClock clock_;
  std::vector<daemon::HttpRequest> requests_;
  std::vector<std::pair<std::string, int>> answered_;
  std::vector<std::string> failures_;
  std::chrono::nanoseconds delay_{0};
  std::optional<daemon::LargeRequests> large_;
  std::optional<daemon::HttpServer> server_;
  std::optional<Background> serving_;
};

}  // namespace cr::testing
