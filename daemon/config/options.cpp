#include <algorithm>
#include <cctype>

#include "daemon/config/option.h"
#include "daemon/config/option_setters.h"

namespace cr::daemon {
namespace {

using enum Command;
using namespace setters;

constexpr Commands kOnline{plan, forecast, explain, apply, run, export_specs};
constexpr Commands kWithOwnerTokens{plan, forecast, explain, apply, run};
constexpr Commands kSelecting{plan, forecast, apply, run};
constexpr Commands kPlanning{plan, apply, run};
constexpr Commands kDeciding{plan, explain, apply, run};
constexpr Commands kConverging{apply, run};
constexpr Commands kAll{validate,     plan,   forecast, explain,    apply, run,
                        export_specs, schema, version,  completion, help,  reference};

constexpr std::int64_t kSecond = 1'000;
constexpr std::int64_t kDay = 86'400'000;
constexpr std::int64_t kFurthestAhead = 366 * kDay;

const Option kOptions[] = {
    {.name = "paths",
     .value = "PATH",
     .help = "Directories (searched for *.yaml and *.yml), files, or - for standard input",
     .choices = "FILE",
     .kind = Option::Kind::list,
     .commands = Commands{validate, plan, forecast, explain, apply, run},
     .set = set_paths,
     .positional = true},
    {.name = "coder-url",
     .value = "URL",
     .alias_env = "CODER_URL",
     .help = "Coder's access URL",
     .commands = kOnline,
     .set = set_url},
    {.name = "coder-token-file",
     .value = "FILE",
     .alias_env = "CODER_SESSION_TOKEN_FILE",
     .help = "File with the token for Coder, re-read when it changes; or set CODER_SESSION_TOKEN",
     .choices = "FILE",
     .commands = kOnline,
     .set = set_file<&Config::coder_token_file>},
    {.name = "owner-tokens",
     .value = "DIR",
     .help =
         "Directory with owners' own tokens, one file each (mode 0600), named as the username; for favorite",
     .choices = "DIR",
     .commands = kWithOwnerTokens,
     .set = set_file<&Config::owner_tokens>},
    {.name = "header",
     .value = "NAME=VALUE",
     .alias_env = "CODER_HEADER",
     .help = "Header for every request to Coder; can be given more than once",
     .kind = Option::Kind::list,
     .commands = kOnline,
     .set = set_headers,
     .secret = true},
    {.name = "ca-file",
     .value = "FILE",
     .alias_env = "CODER_CLIENT_TLS_CA_FILE",
     .help = "CA certificates (PEM) to verify Coder with, instead of the system's",
     .choices = "FILE",
     .commands = kOnline,
     .set = set_file<&Config::ca_file>},
    {.name = "client-cert",
     .value = "FILE",
     .alias_env = "CODER_CLIENT_TLS_CERT_FILE",
     .help = "Client certificate (PEM) for Coder or the proxy in front of it; needs --client-key",
     .choices = "FILE",
     .commands = kOnline,
     .set = set_file<&Config::client_cert>},
    {.name = "client-key",
     .value = "FILE",
     .alias_env = "CODER_CLIENT_TLS_KEY_FILE",
     .help = "Private key (PEM) of --client-cert",
     .choices = "FILE",
     .commands = kOnline,
     .set = set_file<&Config::client_key>},
    {.name = "insecure-skip-verify",
     .help = "Do not verify Coder's certificate: anyone on the network path can read the token",
     .fallback = "false",
     .kind = Option::Kind::flag,
     .commands = kOnline,
     .set = set_switch<&Config::insecure_skip_verify>},
    {.name = "selector",
     .value = "LABELS",
     .help = "Only workspaces whose labels match, such as team=payments,env!=prod",
     .commands = kSelecting,
     .set = set_selector},
    {.name = "owner",
     .value = "OWNER",
     .help = "Only workspaces of this owner; can be given more than once",
     .kind = Option::Kind::list,
     .commands = Commands{plan, forecast, apply, run, export_specs},
     .set = set_list<&Config::owners>},
    {.name = "name",
     .value = "NAME",
     .help = "Only workspaces with this name; can be given more than once",
     .kind = Option::Kind::list,
     .commands = kSelecting,
     .set = set_list<&Config::names>},
    {.name = "template",
     .value = "TEMPLATE",
     .help = "Only workspaces of this template; can be given more than once",
     .kind = Option::Kind::list,
     .commands = Commands{export_specs},
     .set = set_list<&Config::templates>},
    {.name = "organization",
     .value = "ORGANIZATION",
     .help = "Only workspaces of this organization; can be given more than once",
     .kind = Option::Kind::list,
     .commands = Commands{export_specs},
     .set = set_list<&Config::organizations>},
    {.name = "output-dir",
     .value = "DIR",
     .help = "Directory to write the specs to, instead of standard output; made where it is missing",
     .choices = "DIR",
     .commands = Commands{export_specs},
     .set = set_file<&Config::output_dir>},
    {.name = "by",
     .value = "owner|template",
     .help = "One file for each owner, or for each template",
     .fallback = "owner",
     .choices = "owner|template",
     .commands = Commands{export_specs},
     .set = set_by},
    {.name = "merge",
     .help =
         "Set what specs in --output-dir declare to the live values, in place, and add what none declares",
     .fallback = "false",
     .kind = Option::Kind::flag,
     .commands = Commands{export_specs},
     .set = set_switch<&Config::merge>},
    {.name = "managed",
     .help = "Write specs that are enforced, instead of such that only report",
     .fallback = "false",
     .kind = Option::Kind::flag,
     .commands = Commands{export_specs},
     .set = set_switch<&Config::managed>},
    {.name = "defaults",
     .help = "Move values that most workspaces share into one WorkspaceDefaults, defaults.yaml",
     .fallback = "false",
     .kind = Option::Kind::flag,
     .commands = Commands{export_specs},
     .set = set_switch<&Config::defaults>},
    {.name = "max-changes",
     .value = "N|P%",
     .help = "Hold a plan that changes more workspaces than this; a percentage allows at least 10",
     .fallback = "30%",
     .commands = kPlanning,
     .set = set_max_changes},
    {.name = "concurrency",
     .value = "N",
     .help = "Workspaces to change at the same time",
     .fallback = "4",
     .commands = kConverging,
     .set = set_count<&Config::concurrency, 1, 64>},
    {.name = "max-builds",
     .value = "N",
     .help = "Builds started by this program that may run at the same time",
     .fallback = "10",
     .commands = kConverging,
     .set = set_count<&Config::max_builds, 1, 1000>},
    {.name = "idle-before-stop",
     .value = "DURATION",
     .help = "For dormant: true, stop what somebody else started when nobody has used it for so long",
     .fallback = "30m",
     .commands = kDeciding,
     .set = set_time<&Config::idle_before_stop, 0, 7LL * 24 * 60 * 60 * 1000>},
    {.name = "allow-retain",
     .help = "Let retain override the dormancy of templates",
     .fallback = "false",
     .kind = Option::Kind::flag,
     .commands = kDeciding,
     .set = set_switch<&Config::allow_retain>},
    {.name = "approve",
     .value = "DIGEST",
     .help = "Approve the held plan with this digest",
     .commands = Commands{apply},
     .set = set_approve},
    {.name = "wait",
     .help = "Also wait for the builds that were started",
     .fallback = "false",
     .kind = Option::Kind::flag,
     .commands = Commands{apply},
     .set = set_switch<&Config::wait>},
    {.name = "timeout",
     .value = "DURATION",
     .help = "Give up after this time (10m; plan, forecast and explain: 2m); writes in flight then get "
             "--shutdown-timeout to finish",
     .commands = Commands{plan, forecast, explain, apply, export_specs},
     .set = set_time<&Config::timeout, kSecond, 7 * kDay>},
    {.name = "within",
     .value = "DURATION",
     .help = "How far to look ahead",
     .fallback = "24h",
     .commands = Commands{forecast},
     .set = set_time<&Config::within, kSecond, kFurthestAhead>},
    {.name = "interval",
     .value = "DURATION",
     .help = "Time between cycles, ±10 %; stretched when reading takes more than a fifth of it",
     .fallback = "60s",
     .commands = Commands{run},
     .set = set_time<&Config::interval, kSecond, kDay>},
    {.name = "change-feed",
     .value = "auto|off",
     .help =
         "Follow Coder's audit log, where the token may read it, and read again only what may have changed",
     .fallback = "auto",
     .choices = "auto|off",
     .commands = Commands{run},
     .set = set_change_feed},
    {.name = "sweep-interval",
     .value = "DURATION",
     .help = "While the audit log is followed, read every workspace at least once in this time; 6h at most",
     .fallback = "30m",
     .commands = Commands{run},
     .set = set_time<&Config::sweep_interval, 60 * kSecond, kDay / 4>},
    {.name = "shutdown-timeout",
     .value = "DURATION",
     .help = "Time for writes in flight to finish after SIGTERM or SIGINT",
     .fallback = "25s",
     .commands = kConverging,
     .set = set_time<&Config::shutdown_timeout, 0, kDay>},
    {.name = "listen",
     .value = "HOST:PORT",
     .help = "Address to serve metrics, health, status page and API on; off for none",
     .fallback = "127.0.0.1:9466",
     .commands = Commands{run},
     .set = set_listen},
    {.name = "allowed-hosts",
     .value = "NAMES",
     .help = "Host names to accept in requests, besides IP addresses, localhost and that of --listen",
     .kind = Option::Kind::list,
     .commands = Commands{run},
     .set = set_allowed_hosts},
    {.name = "api-token-file",
     .value = "FILE",
     .help = "File with the bearer token for POST /-/approve, and for POST /-/reconcile from other hosts",
     .choices = "FILE",
     .commands = Commands{run},
     .set = set_file<&Config::api_token_file>},
    {.name = "read-token-file",
     .value = "FILE",
     .help = "File with the bearer token for all reads except /healthz and /readyz",
     .choices = "FILE",
     .commands = Commands{run},
     .set = set_file<&Config::read_token_file>},
    {.name = "metrics-textfile",
     .value = "FILE",
     .help = "File (*.prom) to write the run's metrics to, for node_exporter's textfile collector",
     .choices = "FILE",
     .commands = Commands{apply},
     .set = set_metrics_textfile},
    {.name = "pushgateway-url",
     .value = "URL",
     .help = "Pushgateway to push the run's metrics to; for user:password prefer --pushgateway-auth-file",
     .commands = Commands{apply},
     .set = set_pushgateway_url,
     .secret = true},
    {.name = "pushgateway-auth-file",
     .value = "FILE",
     .help = "File with user:password for the Pushgateway",
     .choices = "FILE",
     .commands = Commands{apply},
     .set = set_file<&Config::pushgateway_auth_file>},
    {.name = "pushgateway-ca-file",
     .value = "FILE",
     .help = "CA certificates (PEM) to verify the Pushgateway with, instead of the system's",
     .choices = "FILE",
     .commands = Commands{apply},
     .set = set_file<&Config::pushgateway_ca_file>},
    {.name = "pushgateway-grouping",
     .value = "KEY=VALUE",
     .help = "Label of the grouping key, besides job; can be given more than once",
     .fallback = "instance=HOST",
     .kind = Option::Kind::list,
     .commands = Commands{apply},
     .set = set_pushgateway_grouping},
    {.name = "output",
     .value = "FORMAT",
     .help = "text, json, or markdown (plan only)",
     .fallback = "text",
     .choices = "text|json|markdown",
     .commands = Commands{validate, plan, forecast, explain, apply},
     .set = set_output},
    {.name = "baseline",
     .value = "FILE",
     .help =
         "JSON of an earlier run: shows what is new and what is gone; --strict and --detailed-exitcode count "
         "the new alone",
     .choices = "FILE",
     .commands = Commands{validate, plan},
     .set = set_file<&Config::baseline>},
    {.name = "report-junit",
     .value = "FILE",
     .help = "File to write the findings to as JUnit XML, for the test views of GitLab and Jenkins",
     .choices = "FILE",
     .commands = Commands{validate, plan},
     .set = set_file<&Config::report_junit>},
    {.name = "report-sarif",
     .value = "FILE",
     .help = "File to write the findings to as SARIF 2.1.0, for GitHub's code scanning",
     .choices = "FILE",
     .commands = Commands{validate, plan},
     .set = set_file<&Config::report_sarif>},
    {.name = "strict",
     .help = "Exit with 4 if there are warnings",
     .fallback = "false",
     .kind = Option::Kind::flag,
     .commands = Commands{validate},
     .set = set_switch<&Config::strict>},
    {.name = "starts-per-5m",
     .value = "N",
     .help = "Warn where more workspaces than this start within five minutes of the week",
     .commands = Commands{validate},
     .set = set_count<&Config::starts_per_5m, 1, 1'000'000>},
    {.name = "starts",
     .help = "Also show how many workspaces start in each five minutes of the next 24 h, by the specs alone",
     .fallback = "false",
     .kind = Option::Kind::flag,
     .commands = Commands{validate},
     .set = set_switch<&Config::starts>},
    {.name = "detailed-exitcode",
     .help = "Exit with 2 if there are changes",
     .fallback = "false",
     .kind = Option::Kind::flag,
     .commands = Commands{plan},
     .set = set_switch<&Config::detailed_exitcode>},
    {.name = "log-format",
     .value = "FORMAT",
     .help = "text, json or logfmt",
     .fallback = "text",
     .choices = "text|json|logfmt",
     .commands = kOnline,
     .set = set_log_format},
    {.name = "log-level",
     .value = "LEVEL",
     .help = "debug, info, warn or error",
     .fallback = "info for run, otherwise warn",
     .choices = "debug|info|warn|error",
     .commands = kOnline,
     .set = set_log_level},
    {.name = "config",
     .value = "FILE",
     .help = "YAML file with settings; its keys are the flags' names, its paths are relative to it",
     .choices = "FILE",
     .commands = Commands{validate, plan, forecast, explain, apply, run, export_specs}},
    {.name = "help", .help = "Show this help", .kind = Option::Kind::flag, .commands = kAll, .letter = 'h'},
    {.name = "version",
     .help = "Print the version and exit",
     .kind = Option::Kind::flag,
     .commands = kAll,
     .letter = 'V'},
};

constexpr EnvironmentVariable kEnvironmentOnly[] = {
    {"CODER_SESSION_TOKEN", "Token for Coder, unless a token file is given"},
    {"HTTPS_PROXY", "Proxy for https URLs"},
    {"HTTP_PROXY", "Proxy for http URLs"},
    {"NO_PROXY", "Hosts to reach without a proxy"},
    {"NO_COLOR", "If set, no colours in the output"},
};

constexpr std::string_view kRefusedSecrets[] = {"coder-token",    "token",     "coder-session-token",
                                                "session-token",  "api-token", "coder_session_token",
                                                "coder-api-token"};

}  // namespace

std::span<const Option> all_options() {
  return kOptions;
}

const Option* find_option(std::string_view name) {
  const auto* found = std::ranges::find(kOptions, name, &Option::name);
  return found == std::end(kOptions) ? nullptr : found;
}

std::string env_name(const Option& option) {
  std::string name = "CODER_RECONCILER_";
  for (const char c : option.name) {
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

std::string wanted_value(const Option& option) {
  if (option.kind == Option::Kind::flag) return "true or false";
  std::string text{option.choices};
  const std::size_t last = text.rfind('|');
  if (last == std::string::npos) return std::string{option.value};
  text.replace(last, 1, " or ");
  for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|'))
    text.replace(at, 1, ", ");
  return text;
}

std::span<const EnvironmentVariable> environment_only() {
  return kEnvironmentOnly;
}

std::string_view refused_option(std::string_view name) {
  if (std::ranges::find(kRefusedSecrets, name) == std::end(kRefusedSecrets)) return {};
  return name == "api-token" ? "a token must not be given as a value, where others can read it; write it "
                               "to a file and use "
                               "--api-token-file"
                             : "a token must not be given as a value, where others can read it; set "
                               "CODER_SESSION_TOKEN, or write it "
                               "to a file and use --coder-token-file";
}

}  // namespace cr::daemon
