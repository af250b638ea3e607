#include "reconcile/coder/caller.h"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>

#include "reconcile/async/structured.h"
#include "reconcile/coder/classify.h"
#include "reconcile/http/date.h"
#include "specs/text/number.h"

namespace cr::coder {
namespace {

constexpr std::string_view kRequestId = "X-Coder-Request-Id";
constexpr std::string_view kRateRemaining = "X-RateLimit-Remaining";
constexpr std::string_view kAcceptJson = "Accept: application/json\r\n";

ApiFault fault_of(http::TransportFault fault) {
  switch (fault) {
    case http::TransportFault::unreachable:
      return ApiFault::unreachable;
    case http::TransportFault::timeout:
      return ApiFault::timeout;
    case http::TransportFault::contract:
      break;
  }
  return ApiFault::contract;
}

Reply reply_of(const http::HttpResponse& response, async::WallTime now) {
  Reply reply;
  reply.status = response.status;
  reply.content_type = response.header("Content-Type");
  reply.body = response.body;
  reply.request_id = response.header(kRequestId);
  reply.build_version = response.header("X-Coder-Build-Version");
  reply.retry_after = response.header("Retry-After");
  reply.date = response.header("Date");
  reply.location = response.header("Location");
  reply.content_encoding = response.header("Content-Encoding");
  reply.server = response.header("Server");
  reply.mitigated = response.header("cf-mitigated");
  reply.now = std::chrono::floor<std::chrono::seconds>(now);
  return reply;
}

}  // namespace

struct Caller::Attempt {
  std::optional<Answer2xx> answer;
  ApiError error;  ///< if there is no answer
  bool surely_unseen = false;
  bool refused = false;  ///< by what stands in front of Coder, which would do it again
};

Caller::Caller(async::Clock& clock, CallObserver& observer, http::Transport& transport, TokenSource token,
               Options options)
    : clock_(clock),
      observer_(observer),
      transport_(transport),
      token_(std::move(token)),
      options_(std::move(options)),
      budget_(options_.budget) {}

std::string Caller::key_id() {
  return std::string(token_.current().key_id());
}

awaitable<ApiResult<Answer2xx>> Caller::call(const CallRequest& request) {
  SteadyTime deadline = clock_.now() + options_.timeouts.call;
  if (end_) deadline = std::min(deadline, *end_);
  budget_.deposit(clock_.now());
  bool token_replaced = false;
  for (int count = 1;; ++count) {
    const SteadyTime start = limiter_.reserve(request.path, clock_.now());
    bool in_time = start < deadline;
    if (in_time && start > clock_.now()) in_time = co_await wait_until(start);
    if (!in_time) {
      ApiError error(ApiFault::throttled, "held back to stay below Coder's rate limit");
      error.method = request.route.method;
      error.path = request.path;
      error.retry_after = std::chrono::ceil<std::chrono::seconds>(start - clock_.now());
      co_return error;
    }

    const Token token = token_.current();
    tell_about_token_file();
    Attempt attempted = co_await attempt(request, token, deadline);
    if (attempted.answer) co_return std::move(*attempted.answer);

    ApiError& error = attempted.error;
    if (error.fault == ApiFault::unauthorized && !token_replaced) {
      const Token anew = token_.reread();
      tell_about_token_file();
      if (anew != token) {
        token_replaced = true;
        continue;
      }
      if (!token_.problem().empty()) {
        error.detail += (error.detail.empty() ? "" : "; ") + token_.problem();
      }
    }
    Failure failure;
    failure.fault = error.fault;
    failure.surely_unseen = attempted.surely_unseen;
    failure.refused = attempted.refused;
    failure.retry_after = error.retry_after;
    const SteadyTime now = clock_.now();
    const auto next = worth_repeating(failure, request.route.repeat)
                          ? next_attempt(options_.retry, failure, count, options_.random(), now, deadline)
                          : std::nullopt;
    if (error.fault == ApiFault::throttled) {
      // The pause is the path's, not only this call's: others that ask there wait too.
      const auto told =
          error.retry_after ? std::chrono::milliseconds(*error.retry_after) : options_.retry.throttled;
      limiter_.pause(request.path, next.value_or(now + told), now);
    }
    if (!next || !budget_.withdraw(now)) co_return std::move(error);
    observer_.on_retry(retry_reason(error.fault), error);
    if (!co_await wait_until(*next)) co_return std::move(error);
  }
}

void Caller::tell_about_token_file() {
  if (!token_.is_file() || !options_.tells_token_file) return;
  const bool good = token_.problem().empty();
  if (told_that_file_is_good_ == good) return;
  told_that_file_is_good_ = good;
  observer_.on_token_file(token_.problem());
}

awaitable<bool> Caller::wait_until(SteadyTime when) {
  if (stop_waiting_) co_return false;
  if (!bell_) bell_.emplace(co_await boost::asio::this_coro::executor, SteadyTime::max());
  auto nap = clock_.sleep_until(when);
  auto ring = rung();
  co_await async::until_first_ends(std::move(nap), std::move(ring));
  co_return !stop_waiting_;
}

awaitable<void> Caller::rung() {
  co_await bell_->async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
}

void Caller::stop_waiting() {
  stop_waiting_ = true;
  if (bell_) bell_->cancel();
}

awaitable<Caller::Attempt> Caller::attempt(const CallRequest& request, const Token& token,
                                           SteadyTime deadline) {
  const SteadyTime started = clock_.now();
  http::Transport::Request message;
  message.message = message_of(request, token, kAcceptJson);
  message.body_limit = request.body_limit;
  message.kind = request.route.pattern;
  message.repeatable = request.route.repeat == Repeat::safe;
  message.allowed = request.route.list ? options_.timeouts.list : options_.timeouts.request;
  message.deadline = std::min(started + message.allowed, deadline);
  auto response = co_await transport_.send(message);

  Attempt out;
  RequestDone done;
  done.route = request.route.pattern;
  done.method = request.route.method;
  done.reads_workspaces = request.route.reads_workspaces;
  done.duration = clock_.now() - started;
  if (response) {
    done.status = response->status;
    done.rate_limit_remaining = text::parse_number<std::int64_t>(response->header(kRateRemaining));
    done.request_id = response->header(kRequestId);
    observer_.on_request(done);
    learn(request, *response);
    Reply reply = reply_of(*response, clock_.wall());
    reply.header_setting = options_.header_setting;
    if (auto error = classify(request.route, request.path, reply)) {
      out.error = std::move(*error);
      out.refused = out.error.fault == ApiFault::unreachable && out.error.status < 500;
      out.surely_unseen = out.error.fault == ApiFault::throttled || out.refused;
    } else {
      Answer2xx answer;
      answer.status = response->status;
      answer.body = std::move(response->body);
      answer.request_id = response->header(kRequestId);
      const auto now = std::chrono::floor<std::chrono::seconds>(clock_.wall());
      if (const auto date = http::parse_http_date(response->header("Date"), now))
        answer.asked_at = *date - std::chrono::ceil<std::chrono::microseconds>(done.duration);
      out.answer = std::move(answer);
    }
  } else {
    observer_.on_request(done);
    const http::TransportError failed = response.error();
    out.error = error_of(request, failed);
    out.surely_unseen = failed.unsent;
  }
  co_return out;
}

awaitable<http::TransportResult<std::unique_ptr<http::StreamedAnswer>>> Caller::open_stream(
    http::Dialer& dialer, const CallRequest& request, std::string_view headers,
    std::chrono::milliseconds patience) {
  const SteadyTime started = clock_.now();
  if (limiter_.reserve(request.path, started) > started)
    co_return http::TransportError(http::TransportFault::timeout,
                                   "held back to stay below Coder's rate limit");
  const Token token = token_.current();
  tell_about_token_file();
  const std::string message = message_of(request, token, headers);
  http::Progress progress;
  auto opening = http::open_streamed(dialer, message, progress);
  auto opened = co_await async::with_deadline(clock_, started + patience, std::move(opening));

  // One that does not come says nothing of Coder: proxies hold streams back.
  if (opened && opened->has_value()) {
    const http::HttpResponse& head = (**opened)->head();
    RequestDone done;
    done.route = request.route.pattern;
    done.method = request.route.method;
    done.reads_workspaces = request.route.reads_workspaces;
    done.duration = clock_.now() - started;
    done.status = head.status;
    done.rate_limit_remaining = text::parse_number<std::int64_t>(head.header(kRateRemaining));
    done.request_id = head.header(kRequestId);
    observer_.on_request(done);
    learn(request, head);
  }
  if (opened) co_return std::move(*opened);
  co_return http::TransportError(
      http::TransportFault::timeout,
      fmt::format("no response within {} s; stopped while {}",
                  std::chrono::duration_cast<std::chrono::seconds>(patience).count(), progress.doing));
}

std::string Caller::message_of(const CallRequest& request, const Token& token,
                               std::string_view headers) const {
  const http::BaseUrl& url = options_.url;
  std::string message =
      fmt::format("{} {}{}{}{}{} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {}{}\r\n", request.route.method,
                  options_.absolute_form ? "http://" + url.authority() : "", url.prefix, request.path,
                  request.query.empty() ? "" : "?", request.query, url.authority(), options_.user_agent,
                  request.comment.empty() ? "" : " (" + request.comment + ")");
  message.append(headers).append("Accept-Encoding: identity\r\n");
  message += "Coder-Session-Token: " + token.reveal() + "\r\n";
  for (const auto& [name, value] : options_.extra_headers) message += name + ": " + value + "\r\n";
  if (!options_.proxy_authorization.empty()) {
    message += "Proxy-Authorization: " + options_.proxy_authorization + "\r\n";
  }
  if (!request.body.empty()) message += "Content-Type: application/json\r\n";
  if (!request.body.empty() || request.route.method != "GET") {
    message += fmt::format("Content-Length: {}\r\n", request.body.size());
  }
  message += "\r\n";
  message += request.body;
  return message;
}

void Caller::learn(const CallRequest& request, const http::HttpResponse& response) {
  RateHeaders headers;
  headers.limit = text::parse_number<std::int64_t>(response.header("X-RateLimit-Limit"));
  headers.remaining = text::parse_number<std::int64_t>(response.header(kRateRemaining));
  headers.reset = text::parse_number<std::int64_t>(response.header("X-RateLimit-Reset"));
  const auto now = std::chrono::floor<std::chrono::seconds>(clock_.wall());
  limiter_.observe(request.path, headers, clock_.now(), now);
  if (const auto date = http::parse_http_date(response.header("Date"), now)) clock_ahead_ = *date - now;
}

ApiError Caller::error_of(const CallRequest& request, const http::TransportError& failed) const {
  ApiError error(fault_of(failed.fault), failed.message);
  error.method = request.route.method;
  error.path = request.path;
  return error;
}

ApiError Caller::not_understood(const CallRequest& request, const Answer2xx& answer,
                                const std::string& why) const {
  ApiError error(ApiFault::contract, "unexpected response from Coder's API: " + why);
  error.method = request.route.method;
  error.path = request.path;
  error.status = answer.status;
  error.request_id = answer.request_id;
  return error;
}

}  // namespace cr::coder
