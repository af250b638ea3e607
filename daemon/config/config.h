#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/config/secret.h"
#include "daemon/config/source_url.h"
#include "metrics/pushgateway.h"
#include "reconcile/http/proxy.h"
#include "reconcile/plan/guard.h"
#include "specs/selector.h"

namespace cr::daemon {

enum class OutputFormat : std::uint8_t { text, json, markdown };
/// What the files of an export are one of each for.
enum class FileBy : std::uint8_t { owner, template_name };
/// What a notification looks like.
enum class NewsFormat : std::uint8_t { cloudevents, slack };
/// Where commits are, with their statuses.
enum class Forge : std::uint8_t { github, gitlab, gitea };
enum class LogFormat : std::uint8_t { text, json, logfmt };
enum class LogLevel : std::uint8_t { debug, info, warn, error };

/// Where the HTTP server listens. An empty host means every interface, IPv6 and IPv4.
struct ListenAddress {
  bool enabled = true;
  std::string host = "127.0.0.1";  ///< name or address, without brackets
  std::uint16_t port = 9466;       ///< 0: any free one
  bool operator==(const ListenAddress&) const = default;
};

/// All settings of one run, from flags, environment, file and defaults. A value: read once at the start. The
/// defaults here are the product's; the option table prints them.
struct Config {
  std::vector<std::string> paths;

  // Coder
  std::string coder_url;         ///< http or https, without a trailing slash
  std::string coder_token_file;  ///< wins over coder_token
  Secret coder_token;            ///< only from CODER_SESSION_TOKEN
  std::string owner_tokens;      ///< directory; empty: none
  std::vector<std::pair<std::string, Secret>> headers;
  std::string ca_file;
  std::string client_cert;
  std::string client_key;
  bool insecure_skip_verify = false;
  Secret https_proxy, http_proxy;  ///< proxy URLs can carry a password
  std::string no_proxy;

  // What this run looks at
  specs::Selector selector;
  std::vector<std::string> owners;         ///< empty: all
  std::vector<std::string> names;          ///< empty: all
  std::vector<std::string> templates;      ///< of export; names or UUIDs; empty: all
  std::vector<std::string> organizations;  ///< likewise
  std::string explained_owner;             ///< of explain: the workspace
  std::string explained_name;

  // How it converges
  reconcile::ChangeLimit max_changes;
  std::size_t concurrency = 4;
  std::size_t max_builds = 10;
  std::chrono::nanoseconds idle_before_stop = std::chrono::minutes{30};
  bool allow_retain = false;
  std::chrono::nanoseconds interval = std::chrono::seconds{60};
  bool change_feed = true;  ///< follow the audit log, if the token may read it
  std::chrono::nanoseconds sweep_interval = std::chrono::minutes{30};
  std::chrono::nanoseconds shutdown_timeout = std::chrono::seconds{25};
  std::chrono::nanoseconds within = std::chrono::hours{24};  ///< of forecast
  std::optional<std::chrono::nanoseconds> timeout;           ///< absent: kApplyTimeout, kPlanTimeout
  bool wait = false;
  std::string approve;
  bool detailed_exitcode = false;
  bool strict = false;            ///< warnings of validate end with ExitCode::invalid_specs
  bool starts = false;            ///< validate draws when workspaces start
  std::size_t starts_per_5m = 0;  ///< validate warns of more; 0: of no number
  std::string baseline;           ///< JSON of an earlier run of validate or plan; empty: none
  std::string report_junit;       ///< where CI finds what validate or plan has found; empty: nowhere
  std::string report_sarif;       ///< likewise

  // What it shows
  OutputFormat output = OutputFormat::text;
  LogFormat log_format = LogFormat::text;
  std::optional<LogLevel> log_level;  ///< absent: info for run, warn for the others
  ListenAddress listen;
  std::vector<std::string> allowed_hosts;  ///< names that the server answers to, beside that of `listen`
  std::optional<SourceUrl> source_url;     ///< where the page links to specs; absent: nowhere
  std::string api_token_file;
  std::string read_token_file;  ///< empty: reads need no token
  std::string
      plan_token_file;  ///< of run: empty: nobody else's specs are planned; of plan: shown to the daemon

  // Whom it tells
  std::string notify_url_file;  ///< one URL a line, each a secret; empty: nobody
  NewsFormat notify_format = NewsFormat::cloudevents;
  std::string notify_secret_file;  ///< empty: messages are not signed

  // Where it shows how a revision comes to be live
  std::optional<Forge> commit_status;    ///< absent: nowhere
  std::string commit_status_url;         ///< empty: the forge's public one
  std::string commit_status_repository;  ///< as the forge names it
  std::string commit_status_token_file;
  std::string commit_status_context = "coder-reconciler";  ///< tells several reconcilers apart
  std::string commit_status_ca_file;                       ///< empty: the system's certificates
  std::string external_url;  ///< where people reach the status page; empty: that is not known

  // Whom it asks how it stands, or to plan
  std::string daemon_url;  ///< empty: status asks kDaemonHere, plan asks nobody

  // How an export writes specs
  std::string output_dir;  ///< empty: to standard output
  FileBy by = FileBy::owner;
  bool merge = false;
  bool managed = false;
  bool defaults = false;  ///< what many share goes to a WorkspaceDefaults

  // Where a run of apply leaves its metrics
  std::string metrics_textfile;                    ///< empty: nowhere
  std::optional<metrics::PushTarget> pushgateway;  ///< absent: nowhere
  std::string pushgateway_auth_file;               ///< "user:password"; empty: as the URL says
  std::string pushgateway_ca_file;
  metrics::Grouping pushgateway_grouping;  ///< as given, to be completed
};

/// Where a daemon listens by default.
inline constexpr std::string_view kDaemonHere = "http://127.0.0.1:9466";

/// Of the environment; secrets are in them.
[[nodiscard]] inline http::ProxySettings proxies_of(const Config& config) {
  return {.http_proxy = config.http_proxy.reveal(),
          .https_proxy = config.https_proxy.reveal(),
          .no_proxy = config.no_proxy};
}

}  // namespace cr::daemon
