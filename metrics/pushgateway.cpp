#include "metrics/pushgateway.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "reconcile/http/tls.h"
#include "reconcile/http/transport.h"
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

/// In the order of their dependence; on the heap, since the transport refers to the context.
struct Pushgateway::Parts {
  Parts(PushOptions options_, async::Clock& clock_, std::unique_ptr<boost::asio::ssl::context> tls_,
        const std::optional<http::Proxy>& proxy)
      : options(std::move(options_)),
        clock(clock_),
        tls(std::move(tls_)),
        transport(
            clock,
            http::Dialer(clock, options.target.url, proxy, tls.get(), false, http::DialTimeouts{},
                         options.user_agent,
                         options.resolve ? options.resolve : http::Resolve(http::resolve_by_system), kNames),
            http::ConnectionLimits{}) {
    if (proxy && !options.target.url.tls) {
      absolute_form = true;
      proxy_authorization = proxy->authorization;
    }
  }

  [[nodiscard]] std::string message(const std::string& text) const {
    const http::BaseUrl& url = options.target.url;
    std::string head = fmt::format("POST {}{}{} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {}\r\n",
                                   absolute_form ? "http://" + url.authority() : "", url.prefix,
                                   grouping_path(options.grouping), url.authority(), options.user_agent);
    if (!options.target.authorization.empty()) {
      head += fmt::format("Authorization: {}\r\n", options.target.authorization);
    }
    if (!proxy_authorization.empty()) head += fmt::format("Proxy-Authorization: {}\r\n", proxy_authorization);
    head += fmt::format(
        "Accept-Encoding: identity\r\nContent-Type: text/plain; version=0.0.4; "
        "charset=utf-8\r\nContent-Length: {}"
        "\r\n\r\n",
        text.size());
    return head + text;
  }

  PushOptions options;
  async::Clock& clock;
  std::unique_ptr<boost::asio::ssl::context> tls;
  http::Transport transport;
  bool absolute_form = false;  ///< requests go to an HTTP proxy as they are
  std::string proxy_authorization;
};

Pushgateway::Pushgateway(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Pushgateway::~Pushgateway() = default;
Pushgateway::Pushgateway(Pushgateway&&) noexcept = default;
Pushgateway& Pushgateway::operator=(Pushgateway&&) noexcept = default;

http::SetupResult<Pushgateway> Pushgateway::make(PushOptions options, async::Clock& clock) {
  const auto proxy = http::choose_proxy(options.proxy, options.target.url, kNames);
  if (!proxy) return proxy.error();
  std::unique_ptr<boost::asio::ssl::context> tls;
  if (options.target.url.tls) {
    http::TlsSettings settings;
    settings.ca_file = options.ca_file;
    auto made = http::make_tls_context(settings, kNames);
    if (!made) return made.error();
    tls = std::move(*made);
  }
  return Pushgateway(std::make_unique<Parts>(std::move(options), clock, std::move(tls), *proxy));
}

std::string Pushgateway::shown() const {
  return parts_->options.target.url.to_string();
}

async::awaitable<std::string> Pushgateway::push(const std::string& text) {
  Parts& parts = *parts_;
  const async::SteadyTime end = parts.clock.now() + parts.options.whole;
  http::Transport::Request request;
  request.message = parts.message(text);
  request.body_limit = kLargestAnswer;
  request.repeatable = true;
  request.allowed = parts.options.attempt;
  for (int count = 1;; ++count) {
    request.deadline = std::min(parts.clock.now() + parts.options.attempt, end);
    const auto answer = co_await parts.transport.send(request);
    Verdict verdict;
    if (answer) {
      verdict = verdict_on(*answer, !parts.options.target.authorization.empty());
    } else {
      verdict.problem = answer.error().message;
      verdict.may_pass = answer.error().fault != http::TransportFault::contract;
    }
    const async::SteadyTime next = parts.clock.now() + std::chrono::seconds{count};
    if (!verdict.may_pass || count == kAttempts || next >= end) co_return verdict.problem;
    co_await parts.clock.sleep_until(next);
  }
}

}  // namespace cr::metrics
