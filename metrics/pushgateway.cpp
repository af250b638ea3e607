#include "metrics/pushgateway.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "reconcile/coder/text.h"
#include "reconcile/coder/tls.h"
#include "reconcile/coder/transport.h"

namespace cr::metrics {

namespace {

constexpr int kAttempts = 3;
constexpr std::size_t kLargestAnswer = std::size_t{64} << 10;
constexpr std::size_t kShownOfAnswer = 400;
constexpr coder::ServerNames kNames{
    .url = "--pushgateway-url", .ca_flag = "--pushgateway-ca-file", .client_certificate_flags = ""};

coder::SetupError bad_url(std::string_view why) {
  return coder::SetupError(fmt::format("{} (write it like http://pushgateway.example.com:9091)", why));
}

struct Verdict {
  std::string problem;  ///< empty: taken
  bool may_pass = false;
};

Verdict verdict_on(const coder::HttpResponse& answer, bool with_credentials) {
  if (answer.status >= 200 && answer.status < 300) return {};
  Verdict verdict;
  verdict.may_pass = answer.status == 408 || answer.status == 429 || answer.status >= 500;
  verdict.problem = fmt::format("answered {} {}", answer.status, answer.reason);
  if (answer.status == 401 || answer.status == 403) {
    verdict.problem += with_credentials ? ": check user and password"
                                        : ": give user and password with --pushgateway-auth-file";
  } else if (answer.status >= 300 && answer.status < 400) {
    verdict.problem +=
        fmt::format(" to {}: give that address", coder::shortened(answer.location, kShownOfAnswer));
  } else if (answer.status == 404 || answer.status == 405) {
    verdict.problem += ": is this a Pushgateway's address?";
  } else if (!answer.body.empty() && !answer.content_type.starts_with("text/html")) {
    // A Pushgateway explains a refusal in plain text.
    const std::string why = coder::telling_line(answer.body, kShownOfAnswer);
    if (!why.empty()) verdict.problem += ": " + why;
  }
  return verdict;
}

}  // namespace

coder::SetupResult<PushTarget> parse_push_target(std::string_view text) {
  const std::size_t scheme_end = text.find("://");
  std::string scheme(text.substr(0, scheme_end == std::string_view::npos ? 0 : scheme_end));
  std::transform(scheme.begin(), scheme.end(), scheme.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (scheme != "http" && scheme != "https") return bad_url("it does not begin with http:// or https://");
  PushTarget target;
  target.url.tls = scheme == "https";
  std::string_view rest = text.substr(scheme_end + 3);
  const std::size_t authority_end = std::min(rest.find_first_of("/?#"), rest.size());
  std::string_view authority = rest.substr(0, authority_end);
  std::string_view path = rest.substr(authority_end);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view user_info = authority.substr(0, at);
    const std::size_t colon = user_info.find(':');
    if (colon == std::string_view::npos || colon == 0) {
      return bad_url("what stands before the @ is not user:password");
    }
    target.authorization = coder::basic_authorization(coder::percent_decode(user_info.substr(0, colon)),
                                                      coder::percent_decode(user_info.substr(colon + 1)));
    authority.remove_prefix(at + 1);
  }
  const auto host = coder::parse_host_port(authority);
  if (!host) return bad_url(host.error().message);
  target.url.host = host->host;
  target.url.port = host->port != 0 ? host->port : (target.url.tls ? std::uint16_t{443} : std::uint16_t{80});
  if (path.find_first_of("?#") != std::string_view::npos) return bad_url("it has a query or a fragment");
  if (std::any_of(path.begin(), path.end(), [](char c) { return c <= ' ' || c >= 0x7F; })) {
    return bad_url("its path has a blank or a character that is not ASCII");
  }
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path.ends_with("/metrics") || path.find("/metrics/") != std::string_view::npos) {
    return bad_url("its path names a group; that is what --pushgateway-grouping is for");
  }
  target.url.prefix = path;
  return coder::SetupResult<PushTarget>(std::move(target));
}

/// In the order of their dependence; on the heap, since the transport refers to the context.
struct Pushgateway::Parts {
  Parts(PushOptions options_, async::Clock& clock_, std::unique_ptr<boost::asio::ssl::context> tls_,
        const std::optional<coder::Proxy>& proxy)
      : options(std::move(options_)),
        clock(clock_),
        tls(std::move(tls_)),
        transport(clock,
                  coder::Dialer(clock, options.target.url, proxy, tls.get(), false, coder::DialTimeouts{},
                                options.user_agent,
                                options.resolve ? options.resolve : coder::Resolve(coder::resolve_by_system),
                                kNames),
                  coder::Transport::Limits{}) {
    if (proxy && !options.target.url.tls) {
      absolute_form = true;
      proxy_authorization = proxy->authorization;
    }
  }

  [[nodiscard]] std::string message(const std::string& text) const {
    const coder::BaseUrl& url = options.target.url;
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
  coder::Transport transport;
  bool absolute_form = false;  ///< requests go to an HTTP proxy as they are
  std::string proxy_authorization;
};

Pushgateway::Pushgateway(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Pushgateway::~Pushgateway() = default;
Pushgateway::Pushgateway(Pushgateway&&) noexcept = default;
Pushgateway& Pushgateway::operator=(Pushgateway&&) noexcept = default;

coder::SetupResult<Pushgateway> Pushgateway::make(PushOptions options, async::Clock& clock) {
  const auto proxy = coder::choose_proxy(options.proxy, options.target.url);
  if (!proxy) return proxy.error();
  std::unique_ptr<boost::asio::ssl::context> tls;
  if (options.target.url.tls) {
    coder::TlsSettings settings;
    settings.ca_file = options.ca_file;
    auto made = coder::make_tls_context(settings, kNames);
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
  coder::Transport::Request request;
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
      verdict.may_pass = answer.error().fault != coder::ApiFault::contract;
    }
    const async::SteadyTime next = parts.clock.now() + std::chrono::seconds{count};
    if (!verdict.may_pass || count == kAttempts || next >= end) co_return verdict.problem;
    co_await parts.clock.sleep_until(next);
  }
}

}  // namespace cr::metrics
