#include "daemon/commands/session.h"

#include <string>
#include <utility>

#include "daemon/version.h"
#include "reconcile/report/render.h"

namespace cr::daemon {
namespace {

constexpr coder::SettingNames kNames{.http = {.url = "Coder's URL",
                                              .ca_file = "--ca-file",
                                              .client_cert = "--client-cert",
                                              .client_key = "--client-key",
                                              .http_proxy = "HTTP_PROXY",
                                              .https_proxy = "HTTPS_PROXY",
                                              .no_proxy = "NO_PROXY"},
                                     .header = "--header",
                                     .give_header = "--header NAME=VALUE (CODER_HEADER)"};

/// The settings that concern the way to Coder, as its client wants them.
coder::ClientOptions client_options(const Config& config) {
  coder::ClientOptions options;
  options.url = config.coder_url;
  options.token_file = config.coder_token_file;
  options.token_value = config.coder_token.reveal();
  options.owner_tokens_directory = config.owner_tokens;
  options.token_origin = "CODER_SESSION_TOKEN";
  options.names = kNames;
  options.tls.ca_file = config.ca_file;
  options.tls.client_cert = config.client_cert;
  options.tls.client_key = config.client_key;
  options.tls.insecure_skip_verify = config.insecure_skip_verify;
  options.proxy = proxies_of(config);
  for (const auto& [name, value] : config.headers) options.extra_headers.emplace_back(name, value.reveal());
  options.user_agent = user_agent();
  return options;
}

}  // namespace

http::SetupResult<coder::Client> connect_to_coder(const Config& config, async::Clock& clock,
                                                  coder::CallObserver& observer) {
  return coder::make_client(client_options(config), clock, observer);
}

reconcile::Limits limits_of(const Config& config) {
  return {.max_changes = config.max_changes,
          .held = {.limit = "--max-changes",
                   .ways_out =
                       "Review it with `coder-reconciler plan`, then run `coder-reconciler apply --approve "
                       "{digest}`, send this digest to the daemon (POST /-/approve), or raise --max-changes"},
          .held_leavers = {.limit = "--max-changes",
                           .ways_out = "If they have really left, send this digest to the daemon (POST "
                                       "/-/approve): {digest}; or raise --max-changes"},
          .concurrency = config.concurrency,
          .max_builds = config.max_builds,
          .idle_before_stop = std::chrono::duration_cast<std::chrono::seconds>(config.idle_before_stop),
          .retain_setting = "--allow-retain",
          .tokens_setting = "the directory of --owner-tokens",
          .allow_retain = config.allow_retain};
}

reconcile::Limits limits_of_daemon(const Config& config) {
  reconcile::Limits limits = limits_of(config);
  if (config.change_feed) {
    limits.follow = {.interval = std::chrono::ceil<std::chrono::milliseconds>(config.interval),
                     .sweep_interval = std::chrono::ceil<std::chrono::milliseconds>(config.sweep_interval)};
  }
  limits.shares_knowledge = !config.plan_token_file.empty();
  return limits;
}

reconcile::Limits limits_of_command(const Config& config) {
  reconcile::Limits limits = limits_of(config);
  limits.look_back = true;
  return limits;
}

Session::Session(const Config& config, Terminal& terminal, Kind kind,
                 std::vector<reconcile::Observer*> observers)
    : config_(config),
      terminal_(terminal),
      log_(clock_, config.log_format,
           config.log_level.value_or(kind == Kind::daemon ? LogLevel::info : LogLevel::warn),
           [this](std::string_view line) {
             if (progress_) progress_->clear();
             terminal_.log->push(line);
           }),
      log_observer_(log_,
                    kind == Kind::daemon ? LogObserver::Cycles::are_events : LogObserver::Cycles::are_shown) {
  observers.push_back(&log_observer_);
  // A line that is rewritten and lines that stay don't go together: whoever logs much sees the progress
  // there.
  if (kind == Kind::command && !log_.enabled(LogLevel::info)) {
    progress_ = std::make_unique<Progress>(
        [&terminal](std::string_view bytes) { terminal.log->offer(bytes); }, clock_,
        terminal.err_is_terminal ? Progress::Style::one_line : Progress::Style::lines);
    if (config.wait) progress_->tell_builds();
    observers.push_back(progress_.get());
  }
  tee_ = std::make_unique<Tee>(std::move(observers));
  // It may be asked for after the session has ended.
  terminal.log->set_notice([format = config.log_format](std::uint64_t lines) {
    return format_dropped(lines, async::SystemClock{}.wall(), format) + '\n';
  });
}

bool Session::connect() {
  auto client = connect_to_coder(config_, clock_, *tee_);
  if (!client) {
    say(terminal_, client.error().message);
    return false;
  }
  client_.emplace(std::move(*client));
  if (config_.insecure_skip_verify) {
    log_.warn(
        "Coder's certificate is not verified: anyone on the network path can read the token "
        "(--insecure-skip-verify)");
  }
  return true;
}

void log_given_up(Logger& log, const coder::WatchEnd& end) {
  if (!log.enabled(LogLevel::debug)) return;
  std::vector<LogField> fields;
  if (end.status != 0) fields.push_back({"status", std::to_string(end.status), true});
  fields.push_back({"reason", reconcile::visible(end.why)});
  log.debug("a build is watched no longer", std::move(fields));
}

void Session::show_build(const coder::LiveWorkspace& workspace) {
  if (progress_) progress_->on_build(workspace);
}

void Session::show_builds(const reconcile::BuildsSeen& builds) {
  if (progress_) progress_->set_builds(builds);
}

void Session::show_doing(std::string doing) {
  if (progress_) progress_->set_doing(std::move(doing));
}

void Session::end_progress() {
  if (progress_) progress_->clear();
}

}  // namespace cr::daemon
