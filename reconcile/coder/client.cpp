#include "reconcile/coder/client.h"

#include <fmt/format.h>

#include <random>
#include <utility>

#include "reconcile/coder/access_url.h"
#include "reconcile/coder/caller.h"
#include "reconcile/coder/http_api.h"
#include "reconcile/coder/http_watcher.h"
#include "reconcile/coder/owner_tokens.h"
#include "reconcile/http/dialer.h"
#include "reconcile/http/tls.h"
#include "reconcile/http/transport.h"

namespace cr::coder {
namespace {

http::SetupResult<TokenSource> token_source(const ClientOptions& options) {
  if (!options.token_file.empty()) return TokenSource::from_file(options.token_file);
  if (!options.token_value.empty()) return TokenSource::from_value(options.token_value, options.token_origin);
  return http::SetupError("no Coder token given");
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
        http::Dialer dialer, http::ConnectionLimits limits, TokenSource token, Caller::Options options,
        std::string owner_tokens, std::string url)
      : tls(std::move(tls_context)),
        transport(clock, dialer, limits),
        owners(owner_tokens.empty() ? nullptr
                                    : std::make_unique<OwnerTokens>(std::move(owner_tokens), clock, observer,
                                                                    transport, options)),
        caller(clock, observer, transport, std::move(token), std::move(options)),
        reader(http_reader(caller)),
        writer(http_writer(caller)),
        history(http_history(caller)),
        audit(http_audit(caller)),
        people(http_directory(caller)),
        watcher(http_watcher(caller, clock, std::move(dialer))),
        base_url(std::move(url)) {}

  std::unique_ptr<boost::asio::ssl::context> tls;
  http::Transport transport;
  std::unique_ptr<OwnerTokens> owners;
  Caller caller;
  std::unique_ptr<CoderReader> reader;
  std::unique_ptr<CoderWriter> writer;
  std::unique_ptr<HistoryReader> history;
  std::unique_ptr<AuditReader> audit;
  std::unique_ptr<DirectoryReader> people;
  std::unique_ptr<WorkspaceWatcher> watcher;
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
Readers Client::readers() {
  return {.all = reader(),
          .owners = parts_->owners.get(),
          .audit = parts_->audit.get(),
          .people = parts_->people.get()};
}
Writers Client::writers() {
  return {.all = &writer(), .owners = parts_->owners.get()};
}
AuditReader& Client::audit() {
  return *parts_->audit;
}
DirectoryReader& Client::directory() {
  return *parts_->people;
}

HistoryReader& Client::history() {
  return *parts_->history;
}
WorkspaceWatcher& Client::watcher() {
  return *parts_->watcher;
}
void Client::end_by(async::SteadyTime end) {
  if (parts_->owners) parts_->owners->end_by(end);
  parts_->caller.end_by(end);
}
void Client::stop_waiting() {
  if (parts_->owners) parts_->owners->stop_waiting();
  parts_->caller.stop_waiting();
}
const std::string& Client::base_url() const {
  return parts_->base_url;
}

http::SetupResult<Client> make_client(ClientOptions options, async::Clock& clock, CallObserver& observer) {
  if (options.url.empty()) {
    return http::SetupError("no Coder URL given");
  }
  http::SetupResult<http::BaseUrl> url = parse_access_url(options.url);
  if (!url) return url.error();
  http::SetupResult<TokenSource> token = token_source(options);
  if (!token) return token.error();
  http::SetupResult<std::optional<http::Proxy>> proxy =
      http::choose_proxy(options.proxy, *url, options.names.http);
  if (!proxy) return proxy.error();
  for (const Header& header : options.extra_headers) {
    if (const auto problem = header_problem(header.first, header.second)) {
      return http::SetupError(fmt::format("{} {}: {}", options.names.header, header.first, *problem));
    }
  }
  std::unique_ptr<boost::asio::ssl::context> tls;
  if (url->tls) {
    auto made = http::make_tls_context(options.tls, options.names.http);
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
  calls.header_setting = options.names.give_header;
  calls.timeouts = options.calls;
  calls.retry = options.retry;
  calls.budget = options.retry_budget;
  calls.random = options.random ? std::move(options.random) : seeded_random();
  http::Dialer dialer(clock, *url, *proxy, tls.get(), options.tls.insecure_skip_verify, options.dial,
                      options.user_agent,
                      options.resolve ? std::move(options.resolve) : http::Resolve(http::resolve_by_system),
                      options.names.http);
  const std::string shown = url->to_string();
  return Client(std::make_unique<Client::Parts>(clock, observer, std::move(tls), std::move(dialer),
                                                options.connections, *std::move(token), std::move(calls),
                                                std::move(options.owner_tokens_directory), shown));
}

}  // namespace cr::coder
