#pragma once

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "reconcile/coder/client.h"
#include "tests/support/manual_clock.h"
#include "tests/support/scripted_server.h"

namespace cr::testing {

inline const std::string kToken = "abcdefghij-ABCDEFGHIJKLMNOPQRSTUV";
inline const std::string kOtherToken = "klmnopqrst-0123456789012345678901";
/// The part of `kToken` that must never be seen.
inline const std::string kSecret = "ABCDEFGHIJ";

class RecordingObserver final : public coder::CallObserver {
 public:
  struct Request {
    std::string route;
    std::string method;
    int status = 0;
    std::chrono::nanoseconds duration{0};
    std::optional<std::int64_t> remaining;
    std::string request_id;
  };
  struct Retry {
    coder::RetryReason reason;
    coder::ApiError error;
  };

  void on_request(const coder::RequestDone& done) override {
    Request request;
    request.route = done.route;
    request.method = done.method;
    request.status = done.status;
    request.duration = done.duration;
    request.remaining = done.rate_limit_remaining;
    request.request_id = done.request_id;
    requests.push_back(request);
  }
  void on_retry(coder::RetryReason reason, const coder::ApiError& error) override {
    Retry retry;
    retry.reason = reason;
    retry.error = error;
    retries.push_back(retry);
  }

  void on_token_file(std::string_view problem) override { token_file.emplace_back(problem); }

  std::vector<std::string> token_file;
  std::vector<Request> requests;
  std::vector<Retry> retries;
};

/// A coroutine that was started and may have ended.
template <class T>
struct Running {
  std::optional<T> value;
  std::exception_ptr thrown;
  bool done = false;
  boost::asio::cancellation_signal cancel;
};

/// A client on a scripted server, in one thread, on time that the test moves.
class ClientBench : public ::testing::Test {
 protected:
  ClientBench() : server(context) {}

  coder::ClientOptions options() const {
    coder::ClientOptions options;
    options.url = "http://127.0.0.1:" + std::to_string(server.port());
    options.token_value = kToken;
    options.token_origin = "CODER_SESSION_TOKEN";
    // Not the product's: what messages name is what the client was told.
    options.names = {.http = {.url = "given.url",
                              .ca_file = "given.ca",
                              .client_cert = "given.cert",
                              .client_key = "given.key",
                              .http_proxy = "given.http_proxy",
                              .https_proxy = "given.https_proxy",
                              .no_proxy = "given.no_proxy"},
                     .header = "given.header",
                     .give_header = "given.header=…"};
    options.random = [] { return 0.0; };
    return options;
  }

  coder::Client make(coder::ClientOptions with) {
    auto client = coder::make_client(std::move(with), clock, observer);
    if (!client) throw std::runtime_error(client.error().message);
    return std::move(*client);
  }
  coder::Client make() { return make(options()); }

  template <class T>
  std::shared_ptr<Running<T>> start(boost::asio::awaitable<T> task) {
    auto running = std::make_shared<Running<T>>();
    auto done = boost::asio::bind_cancellation_slot(running->cancel.slot(),
                                                    [running](std::exception_ptr thrown, T value) {
                                                      running->done = true;
                                                      running->thrown = thrown;
                                                      if (!thrown) running->value.emplace(std::move(value));
                                                    });
    boost::asio::co_spawn(context, std::move(task), std::move(done));
    return running;
  }

  /// Runs what is ready and what sockets bring until `condition` holds.
  template <class Condition>
  void run_until(Condition condition) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > give_up)
        throw std::runtime_error("waited in vain: " + std::to_string(observer.retries.size()) + " retries, " +
                                 std::to_string(clock.sleepers()) + " sleepers, " +
                                 std::to_string(server.requests().size()) + " requests");
      context.restart();
      context.run_one_for(std::chrono::milliseconds(100));
    }
  }

  template <class T>
  T finish(const std::shared_ptr<Running<T>>& running) {
    run_until([&] { return running->done; });
    if (running->thrown) std::rethrow_exception(running->thrown);
    return std::move(*running->value);
  }

  template <class T>
  T run(boost::asio::awaitable<T> task) {
    return finish(start(std::move(task)));
  }

  /// Lets a call and all its retries run: whenever it waits to try again, time moves by `step`.
  template <class T>
  T run_with_retries(boost::asio::awaitable<T> task, std::chrono::nanoseconds step) {
    auto running = start(std::move(task));
    std::size_t seen = observer.retries.size();
    while (true) {
      run_until([&] { return running->done || observer.retries.size() > seen; });
      if (running->done) return finish(running);
      seen = observer.retries.size();
      // The wait begins right after the observer was told.
      run_until([&] { return running->done || clock.sleepers() > 0; });
      clock.advance(step);
    }
  }

  // What a call that was left hanging refers to outlives the context that holds it.
  ManualClock clock;
  RecordingObserver observer;
  boost::asio::io_context context;
  ScriptedServer server;
};

/// What Coder answers to the simplest of calls.
inline std::string build_info_answer() {
  return json_answer(200, R"({"version":"v2.35.1+abc1234","workspace_proxy":false})");
}

}  // namespace cr::testing
