#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reconcile/async/clock.h"
#include "reconcile/coder/api_error.h"
#include "reconcile/coder/call_observer.h"
#include "reconcile/coder/call_timeouts.h"
#include "reconcile/coder/header.h"
#include "reconcile/coder/rate_limit.h"
#include "reconcile/coder/retry.h"
#include "reconcile/coder/routes.h"
#include "reconcile/coder/token.h"
#include "reconcile/http/dialer.h"
#include "reconcile/http/streamed.h"
#include "reconcile/http/transport.h"
#include "reconcile/http/url.h"

namespace cr::coder {

using boost::asio::awaitable;

/// What a call sends. The path is without query and already encoded.
class CallRequest {
 public:
  CallRequest(const Route& route_, std::string path_)
      : route(route_), path(std::move(path_)), body_limit(route_.body_limit) {}

  const Route& route;
  std::string path;
  std::string query;       ///< without "?"
  std::string body;        ///< JSON; empty: none
  std::size_t body_limit;  ///< of the answer
  std::string comment{};   ///< behind the user agent, which Coder's audit log keeps; empty: none
};

/// A good answer.
struct Answer2xx {
  int status = 0;
  std::string body;
  std::string request_id;
  /// By the clock of who answered, cut to its whole seconds (`Date`), less what the call took: the request
  /// left then or later. Absent: the answer does not tell its time.
  std::optional<std::chrono::sys_time<std::chrono::microseconds>> asked_at;
};

/// Makes calls: headers, token, rate limit, attempts and waits between them, classification. What comes back
/// is an answer that is a success of that call, or the error of the last attempt.
///
/// A refused token (401) is read again; if it has changed, the call is made once more. References outlive
/// it. One thread.
class Caller {
 public:
  struct Options {
    http::BaseUrl url;
    bool absolute_form = false;       ///< requests go to an HTTP proxy as they are
    std::string proxy_authorization;  ///< with absolute_form
    std::string user_agent;
    std::vector<Header> extra_headers;
    std::string_view header_setting = "the extra headers";  ///< how messages name them; a literal
    bool tells_token_file = true;  ///< the observer hears whether the token's file is good
    CallTimeouts timeouts;
    RetryPolicy retry;
    RetryBudget::Settings budget;
    std::function<double()> random;  ///< uniform in [0, 1)
  };
  Caller(async::Clock& clock, CallObserver& observer, http::Transport& transport, TokenSource token,
         Options options);

  [[nodiscard]] awaitable<ApiResult<Answer2xx>> call(const CallRequest& request);

  /// Opens an answer that goes on, over a connection of its own: one attempt, that has `patience` up to the
  /// end of the answer's head, whatever its status. The observer is told of it where that comes. Not made at
  /// all where it would have to wait for the rate limit. `headers` are whole lines, the one that says what is
  /// accepted among them.
  [[nodiscard]] awaitable<http::TransportResult<std::unique_ptr<http::StreamedAnswer>>> open_stream(
      http::Dialer& dialer, const CallRequest& request, std::string_view headers,
      std::chrono::milliseconds patience);

  /// No call goes on past `end`, whatever its own deadlines are. Calls that are under way keep theirs.
  void end_by(SteadyTime end) { end_ = end; }
  /// Nothing is waited for any more: calls that pause before another attempt end with the error of the last
  /// one, and none begins to pause. What has been sent may still be answered.
  void stop_waiting();

  /// Public part of the token in use.
  [[nodiscard]] std::string key_id();

  /// By how much the clock of who answered last is ahead of ours; absent: no answer has told its time.
  [[nodiscard]] std::optional<std::chrono::seconds> clock_ahead() const { return clock_ahead_; }

  /// The error for an answer that is a success but cannot be decoded.
  [[nodiscard]] ApiError not_understood(const CallRequest& request, const Answer2xx& answer,
                                        const std::string& why) const;

 private:
  struct Attempt;
  /// False if there is nothing to be waited for any more.
  awaitable<bool> wait_until(SteadyTime when);
  awaitable<void> rung();
  awaitable<Attempt> attempt(const CallRequest& request, const Token& token, SteadyTime deadline);
  [[nodiscard]] std::string message_of(const CallRequest& request, const Token& token,
                                       std::string_view headers) const;
  void tell_about_token_file();
  void learn(const CallRequest& request, const http::HttpResponse& response);
  [[nodiscard]] ApiError error_of(const CallRequest& request, const http::TransportError& failed) const;

  async::Clock& clock_;
  CallObserver& observer_;
  http::Transport& transport_;
  TokenSource token_;
  std::optional<bool> told_that_file_is_good_;
  Options options_;
  std::optional<SteadyTime> end_;
  bool stop_waiting_ = false;
  std::optional<std::chrono::seconds> clock_ahead_;
  std::optional<boost::asio::steady_timer> bell_;  ///< never expires; cancelled by stop_waiting
  RateLimiter limiter_;
  RetryBudget budget_;
};

}  // namespace cr::coder
