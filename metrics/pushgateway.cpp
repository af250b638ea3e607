#include "metrics/pushgateway.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "specs/text/message_text.h"

namespace cr::metrics {

namespace {

constexpr int kAttempts = 3;
constexpr std::size_t kLargestAnswer = std::size_t{64} << 10;
constexpr std::size_t kShownOfAnswer = 400;
constexpr http::SettingNames kNames{.url = "--pushgateway-url",
                                    .ca_file = "--pushgateway-ca-file",
                                    .client_cert = "",
                                    .client_key = "",
                                    .http_proxy = "HTTP_PROXY",
                                    .https_proxy = "HTTPS_PROXY",
                                    .no_proxy = "NO_PROXY"};

http::SetupError bad_url(std::string_view why) {
  return http::SetupError(fmt::format("{} (write a URL such as http://pushgateway.example.com:9091)", why));
}

struct Verdict {
  std::string problem;  ///< empty: taken
  bool may_pass = false;
};

Verdict verdict_on(const http::HttpResponse& answer, bool with_credentials) {
  if (answer.status >= 200 && answer.status < 300) return {};
  Verdict verdict;
  verdict.may_pass = answer.status == 408 || answer.status == 429 || answer.status >= 500;
  verdict.problem = fmt::format("responded with {} {}", answer.status, answer.reason);
  if (answer.status == 401 || answer.status == 403) {
    verdict.problem += with_credentials ? ": check user and password"
                                        : ": set user and password with --pushgateway-auth-file";
  } else if (answer.status >= 300 && answer.status < 400) {
    verdict.problem +=
        fmt::format(" to {}: use that address", text::shortened(answer.header("Location"), kShownOfAnswer));
  } else if (answer.status == 404 || answer.status == 405) {
    verdict.problem += ": is this the address of a Pushgateway?";
  } else if (!answer.body.empty() && !answer.header("Content-Type").starts_with("text/html")) {
    // A Pushgateway explains a refusal in plain text.
    const std::string why = text::telling_line(answer.body, kShownOfAnswer);
    if (!why.empty()) verdict.problem += ": " + why;
  }
  return verdict;
}

}  // namespace

http::SetupResult<PushTarget> parse_push_target(std::string_view text) {
  const http::SetupResult<http::Url> url = http::parse_url(text);
  if (!url) return bad_url(url.error().message);
  PushTarget target;
  target.url = url->base;
  if (url->user) {
    if (!url->user->has_password || url->user->user.empty()) {
      return bad_url("the part before the @ is not user:password");
    }
    target.authorization = http::basic_authorization(url->user->user, url->user->password);
  }
  const std::string& path = target.url.prefix;
  if (path.ends_with("/metrics") || path.find("/metrics/") != std::string_view::npos) {
    return bad_url("the path names a group; use --pushgateway-grouping instead");
  }
  return http::SetupResult<PushTarget>(std::move(target));
}

Pushgateway::Pushgateway(PushOptions options, async::Clock& clock, http::SiteClient client)
    : options_(std::move(options)), clock_(&clock), client_(std::move(client)) {}

http::SetupResult<Pushgateway> Pushgateway::make(PushOptions options, async::Clock& clock) {
  auto client = http::SiteClient::make({.url = options.target.url,
                                        .ca_file = options.ca_file,
                                        .proxy = options.proxy,
                                        .user_agent = options.user_agent,
                                        .names = kNames,
                                        .resolve = options.resolve},
                                       clock);
  if (!client) return client.error();
  return Pushgateway(std::move(options), clock, std::move(*client));
}

std::string Pushgateway::shown() const {
  return client_.shown();
}

async::awaitable<std::string> Pushgateway::push(const std::string& text) {
  const async::SteadyTime end = clock_->now() + options_.whole;
  http::SiteClient::Request request{.method = "POST",
                                    .target = grouping_path(options_.grouping),
                                    .headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}},
                                    .body = text,
                                    .answer_limit = kLargestAnswer,
                                    .allowed = options_.attempt,
                                    .until = end};
  if (!options_.target.authorization.empty())
    request.headers.emplace_back("Authorization", options_.target.authorization);
  for (int count = 1;; ++count) {
    const auto answer = co_await client_.send(request);
    Verdict verdict;
    if (answer) {
      verdict = verdict_on(*answer, !options_.target.authorization.empty());
    } else {
      verdict.problem = answer.error().message;
      verdict.may_pass = answer.error().fault != http::TransportFault::contract;
    }
    const async::SteadyTime next = clock_->now() + std::chrono::seconds{count};
    if (!verdict.may_pass || count == kAttempts || next >= end) co_return verdict.problem;
    co_await clock_->sleep_until(next);
  }
}

}  // namespace cr::metrics
