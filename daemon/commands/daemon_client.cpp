#include "daemon/commands/daemon_client.h"

#include "daemon/config/site_names.h"
#include "daemon/version.h"

namespace cr::daemon {
namespace {

constexpr http::SettingNames kNames = names_of_site("--daemon", "--ca-file");

}  // namespace

http::SetupResult<http::SiteClient> connect_to_daemon(const std::string& url, const Config& config,
                                                      async::Clock& clock) {
  const auto parsed = http::parse_url(url);
  if (!parsed) return http::SetupError("--daemon: " + parsed.error().message);
  return http::SiteClient::make({.url = parsed->base,
                                 .ca_file = config.ca_file,
                                 .proxy = proxies_of(config),
                                 .user_agent = user_agent(),
                                 .names = kNames},
                                clock);
}

}  // namespace cr::daemon
