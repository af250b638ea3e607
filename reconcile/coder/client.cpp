#include "reconcile/coder/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <random>
#include <utility>

#include "reconcile/coder/http_api.h"

namespace cr::coder {
namespace {

/// Characters of a header's name: RFC 9110's token.
bool is_token_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_ours(std::string_view name) {
  static constexpr std::string_view kOurs[] = {
      "host",           "content-length", "content-type",        "connection", "transfer-encoding",
      "user-agent",     "accept",         "coder-session-token", "expect",     "proxy-authorization",
      "accept-encoding"};
  std::string small(name);
  std::transform(small.begin(), small.end(), small.begin(),
                 [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
  return std::find(std::begin(kOurs), std::end(kOurs), small) != std::end(kOurs);
}

std::optional<SetupError> check_header(const Header& header) {
  const auto& [name, value] = header;
  if (name.empty() || !std::all_of(name.begin(), name.end(), is_token_character)) {
    return SetupError(fmt::format("--header {}: is no header's name", name));
  }
  if (is_ours(name)) return SetupError(fmt::format("--header {}: is set by coder-reconciler itself", name));
  const bool good = std::all_of(value.begin(), value.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) != 0x7F;
  });
  if (!good)
    return SetupError(fmt::format("--header {}: the value has a line break or control character", name));
  return std::nullopt;
}

SetupResult<TokenSource> token_source(const ClientOptions& options) {
  if (!options.token_file.empty()) return TokenSource::from_file(options.token_file);
  if (!options.token_value.empty()) return TokenSource::from_value(options.token_value, options.token_origin);
  return SetupError(
      "no Coder token: give --coder-token-file or CODER_SESSION_TOKEN_FILE, or set CODER_SESSION_TOKEN; make "
      "one "
      "with: coder tokens create");
}

std::function<double()> seeded_random() {
  return [engine = std::mt19937_64(std::random_device{}())]() mutable {
    return std::uniform_real_distribution<double>(0, 1)(engine);
  };
}

}  // namespace

/// In the order of their dependence; on the heap, since each refers to those before it.
struct Client::Parts {
  Parts(async::Clock& clock, CallObserver& observer, std::unique_ptr<boost::asio::ssl::context> tls_context,
        Dialer dialer, Transport::Limits limits, TokenSource token, Caller::Options options, std::string url)
      : tls(std::move(tls_context)),
        transport(clock, std::move(dialer), limits),
        caller(clock, observer, transport, std::move(token), std::move(options)),
        reader(http_reader(caller)),
        writer(http_writer(caller)),
        base_url(std::move(url)) {}

  std::unique_ptr<boost::asio::ssl::context> tls;
  Transport transport;
  Caller caller;
  std::unique_ptr<CoderReader> reader;
  std::unique_ptr<CoderWriter> writer;
  std::string base_url;
};

Client::Client(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
CoderReader& Client::reader() {
  return *parts_->reader;
}
CoderWriter& Client::writer() {
  return *parts_->writer;
}
void Client::end_by(async::SteadyTime end) {
  parts_->caller.end_by(end);
}
void Client::stop_waiting() {
  parts_->caller.stop_waiting();
}
const std::string& Client::base_url() const {
  return parts_->base_url;
}

SetupResult<Header> parse_header(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    return SetupError("--header: is not of the form NAME=VALUE");
  }
  Header header(std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)));
  if (auto problem = check_header(header)) return *problem;
  return SetupResult<Header>(std::move(header));
}

SetupResult<Client> make_client(ClientOptions options, async::Clock& clock, CallObserver& observer) {
  SetupResult<BaseUrl> url = parse_base_url(options.url);
  if (!url) return url.error();
  SetupResult<TokenSource> token = token_source(options);
  if (!token) return token.error();
  SetupResult<std::optional<Proxy>> proxy = choose_proxy(options.proxy, *url);
  if (!proxy) return proxy.error();
  for (const Header& header : options.extra_headers) {
    if (auto problem = check_header(header)) return *problem;
  }
  std::unique_ptr<boost::asio::ssl::context> tls;
  if (url->tls) {
    auto made = make_tls_context(options.tls);
    if (!made) return made.error();
    tls = std::move(*made);
  }

  Caller::Options calls;
  calls.url = *url;
  if (!url->tls && *proxy) {
    calls.absolute_form = true;
    calls.proxy_authorization = (*proxy)->authorization;
  }
  calls.user_agent = options.user_agent;
  calls.extra_headers = std::move(options.extra_headers);
  calls.timeouts = options.calls;
  calls.retry = options.retry;
  calls.budget = options.retry_budget;
  calls.random = options.random ? std::move(options.random) : seeded_random();
  Dialer dialer(clock, *url, *proxy, tls.get(), options.tls.insecure_skip_verify, options.dial,
                options.user_agent,
                options.resolve ? std::move(options.resolve) : Resolve(resolve_by_system));
  const std::string shown = url->to_string();
  return Client(std::make_unique<Client::Parts>(clock, observer, std::move(tls), std::move(dialer),
                                                options.connections, *std::move(token), std::move(calls),
                                                shown));
}

}  // namespace cr::coder
