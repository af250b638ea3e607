#include <boost/asio/io_context.hpp>
#include <random>

#include "daemon/commands/commands.h"
#include "daemon/commands/process.h"
#include "daemon/commands/session.h"
#include "daemon/http/api_token.h"
#include "daemon/http/endpoints.h"
#include "daemon/http/server.h"
#include "daemon/loop/loop.h"
#include "daemon/loop/service_notice.h"
#include "daemon/loop/spec_watch.h"
#include "daemon/version.h"
#include "metrics/exposition.h"
#include "metrics/process.h"
#include "metrics/recorder.h"
#include "reconcile/async/structured.h"
#include "reconcile/cycle.h"
#include "specs/source.h"

namespace cr::daemon {
namespace {

/// The daemon put together: each part gets by reference what it needs of the others, and all of them end with
/// it.
class Daemon {
 public:
  Daemon(const Config& config, Terminal& terminal, boost::asio::io_context& io)
      : config_(config),
        terminal_(terminal),
        notice_(Environment::of_process()),
        source_(config.paths),
        triggers_(io.get_executor()),
        heartbeat_(board_, clock_),
        session_(config, terminal, Session::Kind::daemon, {&recorder_, &heartbeat_}),
        endpoints_({.board = board_,
                    .clock = clock_,
                    .metrics =
                        [this] {
                          recorder_.set_log_lines_dropped(terminal_.log->dropped());
                          return metrics::exposition(recorder_, metrics::read_process_figures());
                        },
                    .metrics_content_type = metrics::kExpositionContentType,
                    .reconcile = [this] { triggers_.fire(Cause::request); },
                    .approve =
                        [this](const std::string& digest) {
                          reconciler_->approve(digest);
                          triggers_.fire(Cause::approval);
                        },
                    .api_token = [this] { return read_api_token(config_.api_token_file); },
                    .coder_url = config.coder_url,
                    .way_out = [this] { return way_out_of(config_, server_ ? server_->address() : ""); }}) {
    recorder_.set_build_info(version(), revision());
  }

  /// Everything that can fail before the first cycle. The exit code if it did; then it has been said why.
  std::optional<ExitCode> prepare(boost::asio::io_context& io) {
    if (const std::string problem = api_token_problem(config_.api_token_file); !problem.empty()) {
      terminal_.err("coder-reconciler: --api-token-file: " + problem + "\n");
      return ExitCode::usage;
    }
    if (!session_.connect()) return ExitCode::usage;
    reconciler_.emplace(session_.client().reader(), &session_.client().writer(), clock_, session_.observer(),
                        reconcile::Limits{.max_changes = config_.max_changes,
                                          .concurrency = config_.concurrency,
                                          .max_builds = config_.max_builds});
    if (config_.listen.enabled) {
      auto server = HttpServer::listen(io.get_executor(), config_.listen, clock_, server_parts());
      if (!server) {
        terminal_.err("coder-reconciler: " + server.error().message() + "\n");
        return ExitCode::failure;
      }
      server_.emplace(std::move(*server));
      session_.log().info("listening", {{"address", server_->address()}});
    }
    return std::nullopt;
  }

  SignalRules signal_rules() {
    SignalRules rules;
    rules.grace = config_.shutdown_timeout;
    rules.on_terminate = ExitCode::ok;
    rules.on_hangup = [this] { triggers_.fire(Cause::hangup); };
    rules.on_stopping = [this](const char* name) {
      notice_.stopping();
      session_.log().info("stopping: what is being written ends, nothing new starts", {{"signal", name}});
    };
    return rules;
  }

  async::awaitable<ExitCode> run() {
    // They start in this order: the specs are watched before they are read for the first time, so that no
    // change falls between the two.
    auto surroundings = watch_and_serve();
    auto loop = turn();
    // Settings are good and whoever asks is answered. The first cycle may take long: that is what /readyz
    // tells.
    notice_.ready();
    co_await async::until_first_ends(std::move(surroundings), std::move(loop));
    co_return ExitCode::failure;  // neither ends by itself
  }

 private:
  ServerParts server_parts() {
    std::vector<std::string> names = config_.allowed_hosts;
    names.push_back(config_.listen.host);
    return {.handler = [this](const HttpRequest& request) { return endpoints_.handle(request); },
            .hosts = AllowedHosts(names),
            .on_failure =
                [this](const HttpRequest& request, std::string_view what) {
                  session_.log().error(
                      "a request could not be answered",
                      {{"method", request.method}, {"path", request.path}, {"error", std::string{what}}});
                }};
  }

  async::awaitable<void> turn() {
    LoopParts parts{
        .load = [this] { return source_.load(); },
        .cycle = [this](const specs::DesiredState& desired) { return reconciler_->run_cycle(desired); },
        .on_specs_read =
            [this](const specs::DesiredState& desired, bool changed) {
              recorder_.on_source_read(desired.revision, changed, clock_.wall());
            },
        .on_specs_error = [this] { recorder_.on_source_error(); },
        .random = [this] { return std::uniform_real_distribution<double>{}(random_); },
        .selection = {.labels = config_.selector, .owners = config_.owners, .names = config_.names},
        .interval = config_.interval,
        .observer = session_.observer(),
        .board = board_,
        .triggers = triggers_,
        .clock = clock_,
        .log = session_.log()};
    co_await run_loop(parts);
  }

  async::awaitable<void> watch_and_serve() {
    auto watch = watch_specs(config_.paths, triggers_, clock_, session_.log());
    auto feed_and_serve = keep_fed_and_serve();
    co_await async::until_first_ends(std::move(watch), std::move(feed_and_serve));
  }

  async::awaitable<void> keep_fed_and_serve() {
    auto feed = keep_watchdog_fed(notice_, board_, clock_);
    if (!server_) {
      co_await std::move(feed);
      co_return;
    }
    auto serve = server_->serve();
    co_await async::until_first_ends(std::move(feed), std::move(serve));
  }

  const Config& config_;
  Terminal& terminal_;
  ServiceNotice notice_;
  async::SystemClock clock_;
  std::mt19937_64 random_{std::random_device{}()};
  specs::SpecSource source_;
  Board board_;
  Triggers triggers_;
  metrics::Recorder recorder_;
  HeartbeatObserver heartbeat_;
  Session session_;
  std::optional<reconcile::Reconciler> reconciler_;
  Endpoints endpoints_;
  std::optional<HttpServer> server_;
};

}  // namespace

ExitCode run(const Config& config, Terminal& terminal) {
  boost::asio::io_context io(1);
  Daemon daemon(config, terminal, io);
  if (const auto failed = daemon.prepare(io)) return *failed;
  const SignalRules rules = daemon.signal_rules();
  return run_to_end(io, daemon.run(), rules);
}

}  // namespace cr::daemon
