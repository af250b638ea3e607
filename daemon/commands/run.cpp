#include <fmt/format.h>
#include <malloc.h>

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <random>
#include <utility>

#include "daemon/activity/activity_recorder.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/process.h"
#include "daemon/commands/session.h"
#include "daemon/commit/reporter.h"
#include "daemon/http/api_token.h"
#include "daemon/http/approval_event.h"
#include "daemon/http/endpoints.h"
#include "daemon/http/server.h"
#include "daemon/http/telling_limit.h"
#include "daemon/loop/heap_trim.h"
#include "daemon/loop/load_rule.h"
#include "daemon/loop/loop.h"
#include "daemon/loop/service_notice.h"
#include "daemon/loop/spec_watch.h"
#include "daemon/news/newsroom.h"
#include "daemon/plan/lending.h"
#include "daemon/plan/plan_request.h"
#include "daemon/plan/planner.h"
#include "daemon/version.h"
#include "metrics/exposition.h"
#include "metrics/process.h"
#include "metrics/recorder.h"
#include "reconcile/async/elsewhere.h"
#include "reconcile/async/structured.h"
#include "reconcile/async/worker.h"
#include "reconcile/cycle.h"
#include "reconcile/watch/build_watch.h"
#include "specs/source.h"

namespace cr::daemon {
namespace {

/// Names this process among those before and after it.
std::string epoch_of(async::WallTime start) {
  return fmt::format("{:x}", start.time_since_epoch().count());
}

/// The daemon put together: each part gets by reference what it needs of the others, and all of them end with
/// it.
///
/// Threads: the loop has the one that runs the command, with everything that writes to Coder; reading specs
/// has its own, the HTTP server has its own, and the server's longer answers have theirs; on one of those
/// others' specs are planned, with a copy of what the loop knows and a client that can't write. Between them
/// go values and what is immutable: the board is a copy, commands to the loop are posted to it, metrics and
/// log lines may be written by anybody.
class Daemon {
 public:
  Daemon(const Config& config, Terminal& terminal, boost::asio::io_context& io)
      : config_(config),
        terminal_(terminal),
        loop_(io.get_executor()),
        notice_(Environment::of_process()),
        selection_{.labels = config.selector, .owners = config.owners, .names = config.names},
        source_(config.paths),
        triggers_(io.get_executor()),
        heartbeat_(shown_, clock_),
        activity_recorder_(activity_, clock_),
        session_(config, terminal, Session::Kind::daemon, {&recorder_, &heartbeat_, &activity_recorder_}),
        during_cycle_(session_.observer()),
        lending_(loop_),
        planner_({.config = config,
                  .selection = selection_,
                  .clock = clock_,
                  .lending = lending_,
                  .on_request = [this](const reconcile::RequestDone& request) { count(request); },
                  .on_plan = [this](const PlanOfOthers& plan) { tell(plan); }}),
        endpoints_({.board = shown_,
                    .activity = activity_,
                    .clock = clock_,
                    .metrics =
                        [this] {
                          recorder_.set_log_lines_dropped(terminal_.log->dropped());
                          return metrics::exposition(recorder_, metrics::read_process_figures());
                        },
                    .metrics_content_type = metrics::kExpositionContentType,
                    .reconcile = [this] { boost::asio::post(loop_, [this] { look_now(Cause::request); }); },
                    .approve =
                        [this](const std::string& digest) {
                          boost::asio::post(loop_, [this, digest] {
                            reconciler_->approve(digest);
                            triggers_.fire(Cause::approval);
                          });
                        },
                    .api_token = [this] { return read_server_token(config_.api_token_file); },
                    .read_token = config.read_token_file.empty()
                                      ? std::function<std::optional<Secret>()>{}
                                      : [this] { return read_server_token(config_.read_token_file); },
                    .plan_token = [this] { return read_server_token(config_.plan_token_file); },
                    .plan = [this](const HttpRequest& request) { return planner_.answer(request); },
                    .on_approval = [this](const Approval& approval) { tell(approval); },
                    .coder_url = config.coder_url,
                    .source_url = config.source_url,
                    .way_out = [this] { return way_out_of(config_, server_ ? server_->address() : ""); }}) {
    recorder_.set_build_info(version(), revision());
  }

  /// A plan for somebody else is nothing to wait for.
  ~Daemon() { planner_.stop(); }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  /// Everything that can fail before the first cycle. The exit code if it did; then it has been said why.
  std::optional<ExitCode> prepare() {
    for (const auto& [flag, file] : token_files()) {
      if (const std::string problem = server_token_problem(file); !problem.empty()) {
        say(terminal_, std::string{flag} + ": " + problem);
        return ExitCode::usage;
      }
    }
    if (const std::string problem = Newsroom::problem(config_); !problem.empty()) {
      say(terminal_, problem);
      return ExitCode::usage;
    }
    if (config_.commit_status) {
      if (const std::string problem = CommitReporter::problem(config_, clock_); !problem.empty()) {
        say(terminal_, problem);
        return ExitCode::usage;
      }
    }
    if (!session_.connect()) return ExitCode::usage;
    reconciler_.emplace(session_.client().readers(), session_.client().writers(), clock_, during_cycle_,
                        limits_of_daemon(config_));
    build_watch_.emplace(session_.client().watcher(), clock_, told_of_builds());
    if (config_.listen.enabled) {
      auto server = HttpServer::listen(server_thread_.get_executor(), config_.listen, clock_, server_parts(),
                                       server_limits());
      if (!server) {
        say(terminal_, server.error().message());
        return ExitCode::failure;
      }
      server_.emplace(std::move(*server));
    }
    if (!config_.notify_url_file.empty())
      newsroom_.emplace(config_, clock_, session_.log(), recorder_,
                        [this](const std::string& digest) { return words_of_way_out(digest); });
    if (config_.commit_status) commits_.emplace(config_, clock_, session_.log(), recorder_);
    warn_of_open_files();
    return std::nullopt;
  }

  SignalRules signal_rules() {
    SignalRules rules;
    rules.grace = config_.shutdown_timeout;
    rules.on_terminate = ExitCode::ok;
    rules.on_hangup = [this] { look_now(Cause::hangup); };
    rules.on_stopping = [this](const char* name) {
      notice_.stopping();
      planner_.stop();
      session_.client().stop_waiting();
      tell_of_refusals();
      session_.log().info("stopping: writes in flight finish, nothing new starts", {{"signal", name}});
    };
    return rules;
  }

  async::awaitable<ExitCode> run() {
    say_where_it_listens();
    // They start in this order: the specs are watched before they are read for the first time, so that no
    // change falls between the two.
    auto surroundings = watch_and_serve();
    auto loop = turn_and_watch_builds();
    // Settings are good and whoever asks is answered. The first cycle may take long: that is what /readyz
    // tells.
    notice_.ready();
    co_await async::until_first_ends(std::move(surroundings), std::move(loop));
    co_return ExitCode::failure;  // neither ends by itself
  }

 private:
  [[nodiscard]] std::array<std::pair<std::string_view, std::string>, 3> token_files() const {
    return {{{"--api-token-file", config_.api_token_file},
             {"--read-token-file", config_.read_token_file},
             {"--plan-token-file", config_.plan_token_file}}};
  }

  /// Somebody wants everything looked at.
  void look_now(Cause cause) {
    spec_watch_.doubt();
    triggers_.fire(cause);
  }

  /// Not before signals are handled: whoever has read it may stop the daemon.
  void say_where_it_listens() {
    if (!server_) return;
    session_.log().info("listening", {{"address", server_->address()}});
    if (!server_->beyond_loopback() || !config_.read_token_file.empty()) return;
    session_.log().warn(
        "anyone who can reach this address can read all declared and live state; set --read-token-file, or "
        "restrict access to it",
        {{"address", server_->address()}});
  }

  void warn_of_open_files() {
    for (const std::string& file :
         {config_.coder_token_file, config_.api_token_file, config_.read_token_file, config_.plan_token_file,
          config_.notify_url_file, config_.notify_secret_file, config_.commit_status_token_file}) {
      if (others_may_read(file))
        session_.log().warn(
            "a file with secrets is readable by every user on this machine; run chmod o= on it",
            {{"file", file}});
    }
  }

  void tell(const Approval& approval) {
    recorder_.on_approval(approval.result);
    activity_.add(event_of(approval, clock_.wall()));
    if (approval.result == metrics::ApprovalResult::refused) {
      // Who guesses must not hide among those who ask without a token.
      TellingLimit& limit = approval.wrong_token ? logged_guesses_ : logged_refusals_;
      if (!limit.tell(clock_.now())) return;
    }
    std::vector<LogField> fields{{"peer", std::string{approval.peer}}, {"digest", approval.digest}};
    if (!approval.forwarded.empty()) fields.push_back({"forwarded", std::string{approval.forwarded}});
    if (approval.result == metrics::ApprovalResult::approved) {
      fields.push_back({"changes", std::to_string(approval.changes), true});
      if (!approval.set.empty()) fields.push_back({"set", approval.set});
      session_.log().info(approval.set.empty() ? "plan approved" : "leaving a set approved",
                          std::move(fields));
    } else {
      fields.push_back({"reason", std::string{approval.why}});
      session_.log().warn("approval rejected", std::move(fields));
    }
  }

  /// Of refused approvals, how many have no line of their own.
  void tell_of_refusals() {
    for (TellingLimit* limit : {&logged_guesses_, &logged_refusals_}) {
      const std::size_t count = limit->take();
      if (count == 0) continue;
      session_.log().warn("approvals rejected",
                          {{"count", std::to_string(count), true},
                           {"reason", limit == &logged_guesses_ ? "wrong token" : "without a valid token"}});
    }
  }

  /// On the planner's thread: metrics of requests belong to the loop's. What is cut off by the planner's own
  /// end says nothing of Coder, nor what is left to this other client of the loop's rate limit.
  void count(const reconcile::RequestDone& request) {
    if (request.status == 0) return;
    auto counted = [this, route = std::string(request.route), method = std::string(request.method),
                    done = request]() mutable {
      done.route = route;
      done.method = method;
      done.request_id = {};
      done.rate_limit_remaining.reset();
      recorder_.on_request(done);
    };
    boost::asio::post(loop_, std::move(counted));
  }

  /// On the planner's thread.
  void tell(const PlanOfOthers& plan) {
    std::vector<LogField> fields{{"peer", plan.request.peer}};
    if (!plan.request.forwarded.empty()) fields.push_back({"forwarded", plan.request.forwarded});
    fields.push_back({"duration", duration_text(plan.duration), true});
    if (plan.problem.empty()) {
      fields.push_back({"changes", std::to_string(plan.changes), true});
      if (!plan.digest.empty()) fields.push_back({"digest", plan.digest});
      session_.log().info("planned specs for a client", std::move(fields));
    } else {
      fields.push_back({"reason", plan.problem});
      session_.log().warn("no plan for a client", std::move(fields));
    }
  }

  [[nodiscard]] static ServerLimits server_limits() {
    ServerLimits limits;
    limits.connections = connections_within(descriptor_limit(), limits.connections);
    limits.streams = streams_within(limits.connections, limits.streams);
    return limits;
  }

  ServerParts server_parts() {
    std::vector<std::string> names = config_.allowed_hosts;
    names.push_back(config_.listen.host);
    return {
        .handler = [this](const HttpRequest& request) { return endpoints_.handle(request); },
        .lane = lane_of,
        .hosts = AllowedHosts(names),
        .large =
            LargeRequests{.body_bytes = kLargestPlanRequest,
                          .is_one = Endpoints::asks_for_plan,
                          .admit = [this](const HttpRequest& request) { return endpoints_.admit(request); }},
        .delay = [this](const HttpRequest& request) { return endpoints_.delay(request); },
        .on_answer = [this](const HttpRequest& request,
                            int status) { recorder_.on_answer(Endpoints::route_of(request), status); },
        .on_failure =
            [this](const HttpRequest& request, std::string_view what) {
              recorder_.on_failed_request();
              session_.log().error(
                  "cannot answer a request",
                  {{"method", request.method}, {"path", request.path}, {"error", std::string{what}}});
            }};
  }

  reconcile::BuildWatch::Told told_of_builds() {
    return {.on_end = [this] { triggers_.fire(Cause::build_ended); },
            .on_given_up = [this](const coder::WatchEnd& end) { log_given_up(session_.log(), end); }};
  }

  async::awaitable<void> turn_and_watch_builds() {
    auto loop = turn();
    auto builds = build_watch_->run();
    co_await async::until_first_ends(std::move(loop), std::move(builds));
  }

  async::awaitable<void> turn() {
    LoopParts parts{.load = [this](DesiredPtr in_force) { return load(std::move(in_force)); },
                    .cycle = [this](const specs::DesiredState& desired) { return run_cycle(desired); },
                    .on_specs_read =
                        [this](const specs::DesiredState& desired, bool changed) {
                          recorder_.on_source_read(desired.revision, changed, clock_.wall());
                          if (commits_) commits_->see(board_.desired);
                          activity_recorder_.on_specs_read(desired, changed);
                        },
                    .on_specs_error =
                        [this] {
                          recorder_.on_source_error();
                          activity_recorder_.on_specs_unreadable(board_.stale);
                        },
                    .random = [this] { return std::uniform_real_distribution<double>{}(random_); },
                    .interval = config_.interval,
                    .observer = session_.observer(),
                    .board = board_,
                    .shown = shown_,
                    .triggers = triggers_,
                    .clock = clock_,
                    .log = session_.log(),
                    .builds = [this] { return reconciler_->builds_seen(); },
                    .end_turn =
                        [this](reconcile::ReportPtr replaced) {
                          build_watch_->follow(reconciler_->builds_in_flight());
                          clean_up(std::move(replaced));
                        }};
    co_await run_loop(parts);
  }

  async::awaitable<reconcile::ReportPtr> run_cycle(const specs::DesiredState& desired) {
    lending_.begin_cycle();
    auto cycle = reconciler_->run_cycle(desired);
    reconcile::ReportPtr report = co_await std::move(cycle);
    lending_.end_cycle(*reconciler_);
    tell_of_refusals();
    std::vector<std::string> missing = what_sets_do_not_have(desired, selection_, *report);
    if (missing != missing_of_sets_) {
      for (const std::string& one : missing)
        session_.log().warn("the filters match less than expected", {{"reason", one}});
      missing_of_sets_ = std::move(missing);
    }
    if (newsroom_) newsroom_->hear(*report, desired);
    if (commits_) commits_->hear(*report);
    co_return report;
  }

  /// As a message ends that says what is held.
  [[nodiscard]] std::string words_of_way_out(const std::string& digest) const {
    const WayOut way_out = way_out_of(config_, server_ ? server_->address() : "");
    return "; to let it go: " + way_out.approve_request(digest).value_or(way_out.apply_command(digest));
  }

  /// On the disk's thread: it takes seconds where there are many specs, and longer where the disk hangs.
  async::awaitable<LoadResult> load(DesiredPtr in_force) {
    const LoadRule::Files files = load_rule_.begin(spec_watch_.mark(), clock_.now());
    auto work = [this, in_force = std::move(in_force), files] {
      return load_specs(source_, selection_, in_force, files);
    };
    auto loading = disk_.run(std::move(work));
    LoadResult loaded = co_await std::move(loading);
    load_rule_.end(loaded.has_value());
    co_return loaded;
  }

  /// On a thread of its own. A load or a cycle over a large fleet needs for a moment several times what is
  /// kept of it, and the allocator keeps the rest for later; the next cycle is a long time away.
  void clean_up(reconcile::ReportPtr replaced) {
    const bool trims = heap_.is_due();
    const bool is_light =
        !replaced || (replaced->plan.empty() && replaced->workspaces.is_same(board_.report->workspaces));
    if (!trims && is_light) return;
    cleaner_.post([this, trims, report = std::move(replaced)]() mutable {
      report.reset();
      if (trims) heap_.trim();
    });
  }

  async::awaitable<void> watch_and_serve() {
    auto watch = spec_watch_.run();
    auto feed_and_serve = keep_fed_and_serve();
    co_await async::until_first_ends(std::move(watch), std::move(feed_and_serve));
  }

  async::awaitable<void> keep_fed_and_serve() {
    auto feed = feed_and_tell();
    if (!server_) {
      co_await std::move(feed);
      co_return;
    }
    auto serve = async::elsewhere(server_thread_.get_executor(), server_->serve());
    co_await async::until_first_ends(std::move(feed), std::move(serve));
  }

  async::awaitable<void> feed_and_tell() {
    auto feed = keep_watchdog_fed(notice_, shown_, clock_);
    if (!newsroom_ && !commits_) {
      co_await std::move(feed);
      co_return;
    }
    auto tell = tell_people();
    co_await async::until_first_ends(std::move(feed), std::move(tell));
  }

  async::awaitable<void> tell_people() {
    if (newsroom_ && commits_) {
      auto news = newsroom_->run();
      auto statuses = commits_->run();
      co_await async::until_first_ends(std::move(news), std::move(statuses));
      co_return;
    }
    auto either = newsroom_ ? newsroom_->run() : commits_->run();
    co_await std::move(either);
  }

  const Config& config_;
  Terminal& terminal_;
  boost::asio::any_io_executor loop_;
  ServiceNotice notice_;
  async::SystemClock clock_;
  std::mt19937_64 random_{std::random_device{}()};
  const Selection selection_;
  std::vector<std::string> missing_of_sets_;  ///< as it was last told
  specs::SpecSource source_;                  ///< the disk's thread alone uses it
  Board board_;
  SharedBoard shown_;
  Triggers triggers_;
  metrics::Recorder recorder_;
  HeartbeatObserver heartbeat_;
  SharedActivity activity_{epoch_of(clock_.wall())};
  ActivityRecorder activity_recorder_;
  // Of approvals: anybody can have one refused.
  TellingLimit logged_guesses_;
  TellingLimit logged_refusals_;
  Session session_;
  DuringCycle during_cycle_;
  std::optional<reconcile::Reconciler> reconciler_;
  std::optional<reconcile::BuildWatch> build_watch_;
  Lending lending_;
  Planner planner_;
  Endpoints endpoints_;
  std::optional<Newsroom> newsroom_;       ///< absent: nobody is told
  std::optional<CommitReporter> commits_;  ///< absent: no commit gets a status
  boost::asio::thread_pool server_thread_{1};
  std::optional<HttpServer> server_;
  async::Worker disk_;
  SpecWatch spec_watch_{config_.paths, triggers_, clock_, disk_, session_.log()};
  LoadRule load_rule_;
  HeapTrim heap_;
  async::Worker cleaner_;  ///< not the disk's: one that hangs must not keep old reports
};

/// One heap for all threads, before there are any. What one thread loads another destroys: with a heap each,
/// holes of earlier loads stay in all of them.
void share_one_heap() {
#ifdef __GLIBC__
  ::mallopt(M_ARENA_MAX, 1);
#endif
}

}  // namespace

ExitCode run(const Config& config, Terminal& terminal) {
  share_one_heap();
  boost::asio::io_context io(1);
  Daemon daemon(config, terminal, io);
  if (const auto failed = daemon.prepare()) return *failed;
  const SignalRules rules = daemon.signal_rules();
  return run_to_end(io, daemon.run(), rules);
}

}  // namespace cr::daemon
