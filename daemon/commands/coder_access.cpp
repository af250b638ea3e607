#include "daemon/commands/coder_access.h"

#include "daemon/version.h"

namespace cr::daemon {
namespace {

constexpr coder::SettingNames kNames{
    .http = {.url = "Coder's URL",
             .ca_file = "--ca-file",
             .client_cert = "--client-cert",
             .client_key = "--client-key",
             .http_proxy = "HTTP_PROXY",
             .https_proxy = "HTTPS_PROXY",
             .no_proxy = "NO_PROXY"},
    .header = "--header",
    .give_url = "set --coder-url or CODER_URL",
    .give_token = "give --coder-token-file or CODER_SESSION_TOKEN_FILE, or set CODER_SESSION_TOKEN",
    .give_header = "--header NAME=VALUE (CODER_HEADER)"};

}  // namespace

coder::ClientOptions client_options(const Config& config) {
  coder::ClientOptions options;
  options.url = config.coder_url;
  options.token_file = config.coder_token_file;
  options.token_value = config.coder_token.reveal();
  options.token_origin = "CODER_SESSION_TOKEN";
  options.names = kNames;
  options.tls.ca_file = config.ca_file;
  options.tls.client_cert = config.client_cert;
  options.tls.client_key = config.client_key;
  options.tls.insecure_skip_verify = config.insecure_skip_verify;
  options.proxy.https_proxy = config.https_proxy.reveal();
  options.proxy.http_proxy = config.http_proxy.reveal();
  options.proxy.no_proxy = config.no_proxy;
  for (const auto& [name, value] : config.headers) options.extra_headers.emplace_back(name, value.reveal());
  options.user_agent = "coder-reconciler/" + std::string{version()};
  return options;
}

}  // namespace cr::daemon
