#include "daemon/plan/planner.h"

#include <fmt/format.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "daemon/ci/baseline.h"
#include "daemon/ci/junit.h"
#include "daemon/ci/sarif.h"
#include "daemon/commands/session.h"
#include "daemon/plan/plan_output.h"
#include "daemon/plan/plan_request.h"
#include "reconcile/async/structured.h"
#include "reconcile/cycle.h"
#include "specs/field_places.h"
#include "specs/source.h"

namespace cr::daemon {
namespace {

using reconcile::ReportPtr;

constexpr std::size_t kMostDefaultsBytes = std::size_t{64} << 20;
// Of an earlier plan.
constexpr std::size_t kDeepestBaseline = 16;
constexpr std::size_t kMostBaselineValues = 200'000;

/// Ends the making of a plan: with what the client is told instead.
struct NoPlan {
  int status = 0;
  std::string why;
};

/// Tells of requests, and of nothing else: what a plan finds is no event of the loop's.
class Requests final : public reconcile::Observer {
 public:
  explicit Requests(const std::function<void(const reconcile::RequestDone&)>& told) : told_(told) {}
  void on_request(const reconcile::RequestDone& request) override {
    if (told_) told_(request);
  }

 private:
  const std::function<void(const reconcile::RequestDone&)>& told_;
};

reconcile::Limits limits_of_planner(const Config& config) {
  reconcile::Limits limits = limits_of_daemon(config);
  limits.held.ways_out =
      "Once these specs are in force, send this digest to the daemon (POST /-/approve): {digest}; or raise "
      "--max-changes";
  // Who follows the log knows already.
  limits.look_back = !config.change_feed;
  return limits;
}

PlanRequest parsed(const HttpRequest& request) {
  auto made = parse_plan_request(request.body, request.content_type, request.accept);
  if (!made) throw NoPlan{400, made.error().message()};
  return std::move(*made);
}

std::optional<nlohmann::json> baseline_of(const PlanRequest& request) {
  if (request.baseline.empty()) return std::nullopt;
  std::string problem = "is nested too deep or has too many values";
  if (is_modest_json(request.baseline, kDeepestBaseline, kMostBaselineValues)) {
    nlohmann::json document = nlohmann::json::parse(request.baseline, nullptr, false);
    problem = ci::baseline_problem(document, "plan");
    if (problem.empty()) return document;
  }
  throw NoPlan{400, "baseline: " + problem};
}

/// The texts of the files, for positions in reports.
std::map<std::string, std::string, std::less<>> texts_by_path(const specs::SourceTexts& texts) {
  std::map<std::string, std::string, std::less<>> by_path;
  for (const specs::SourceFile& file : texts.files) {
    if (file.role == specs::SourceFile::Role::declared) by_path.emplace(file.path, file.text);
  }
  return by_path;
}

specs::DesiredState load(specs::SourceTexts texts) {
  specs::SpecSource source(std::move(texts), {.bytes = kLargestPlanRequest,
                                              .documents = kMostPlannedDocuments,
                                              .input_bytes = kLargestPlanRequest,
                                              .layered_bytes = kMostDefaultsBytes});
  auto loaded = source.load();
  if (!loaded) throw NoPlan{422, loaded.error().message()};
  return std::move(*loaded);
}

/// Runs one cycle of a guest on this thread. Null: it was not in time, or was asked to stop.
ReportPtr run_cycle(reconcile::Reconciler& guest, const specs::DesiredState& desired, async::Clock& clock,
                    async::SteadyTime until, boost::asio::io_context& io,
                    const std::vector<std::stop_token>& stops) {
  namespace asio = boost::asio;
  std::optional<ReportPtr> report;
  std::exception_ptr failure;
  asio::cancellation_signal cancel;
  const auto cycle = [&]() -> async::awaitable<void> {
    auto running = guest.run_cycle(desired);
    auto bounded = async::with_deadline(clock, until, std::move(running));
    report = co_await std::move(bounded);
  };
  asio::co_spawn(io, cycle,
                 asio::bind_cancellation_slot(cancel.slot(),
                                              [&](const std::exception_ptr& thrown) { failure = thrown; }));
  const auto end = [&io, &cancel] {
    asio::post(io, [&cancel] { cancel.emit(asio::cancellation_type::terminal); });
  };
  std::vector<std::unique_ptr<std::stop_callback<decltype(end)>>> on_stop;
  on_stop.reserve(stops.size());
  for (const std::stop_token& stop : stops)
    on_stop.push_back(std::make_unique<std::stop_callback<decltype(end)>>(stop, end));
  io.run();
  on_stop.clear();
  const bool asked = std::ranges::any_of(stops, &std::stop_token::stop_requested);
  if (failure && !asked) std::rethrow_exception(failure);
  return report ? *report : nullptr;
}

std::string_view content_type_of(OutputFormat output) {
  switch (output) {
    case OutputFormat::markdown:
      return "text/markdown; charset=utf-8";
    case OutputFormat::text:
      return "text/plain; charset=utf-8";
    case OutputFormat::json:
      break;
  }
  return "application/json; charset=utf-8";
}

HttpResponse response_of(const PlanRequest& request, PlanOutput made, PlanOutcome outcome, bool failed) {
  HttpResponse response;
  response.headers.emplace_back("Coder-Reconciler-Exit-Code", std::to_string(static_cast<int>(made.code)));
  if (!request.outcome) {
    // Whoever looks at the status alone must not take it for a plan.
    response.status = failed ? 502 : 200;
    response.content_type = content_type_of(request.output);
    response.body = std::move(made.text);
    return response;
  }
  outcome.code = made.code;
  outcome.output = std::move(made.text);
  response.body = write_plan_outcome(outcome);
  return response;
}

/// What the command says beside the plan.
PlanOutcome words_of(const specs::DesiredState& loaded, const specs::DesiredState& desired,
                     const Selection& selection, const reconcile::CycleReport& report) {
  PlanOutcome outcome;
  for (const specs::Diagnostic& diagnostic : desired.diagnostics)
    outcome.diagnostics.push_back(specs::render(diagnostic));
  outcome.messages = what_is_missing(loaded, selection);
  for (std::string& one : what_sets_do_not_have(desired, selection, report))
    outcome.messages.push_back(std::move(one));
  return outcome;
}

NoPlan too_late() {
  return {504, fmt::format("there was no plan within {} s; send fewer specs, or retry later",
                           Planner::kAllowed.count())};
}

/// Between two steps: each of them ends by itself.
void end_if_nobody_waits(const PlannerParts& parts, const HttpRequest& asked, const std::stop_token& ending,
                         async::SteadyTime until) {
  if (ending.stop_requested()) throw NoPlan{503, "the daemon is ending; retry when it is back"};
  if (asked.abandoned.stop_requested()) throw NoPlan{503, "the client has gone"};
  if (parts.clock.now() >= until) throw too_late();
}

HttpResponse make(const PlannerParts& parts, const HttpRequest& asked, const std::stop_token& ending,
                  PlanOfOthers& told) {
  const async::SteadyTime until = parts.clock.now() + Planner::kAllowed;
  PlanRequest request = parsed(asked);
  const PlanWishes wishes{.output = request.output,
                          .colour = request.colour,
                          .detailed_exitcode = request.detailed_exitcode,
                          .checks = request.junit || request.sarif,
                          .baseline = baseline_of(request)};
  std::map<std::string, std::string, std::less<>> texts;
  if (wishes.checks) texts = texts_by_path(request.texts);
  const specs::DesiredState loaded = load(std::move(request.texts));
  const specs::DesiredState desired = select(loaded, parts.selection);

  const auto go_on = [&] { end_if_nobody_waits(parts, asked, ending, until); };
  go_on();
  reconcile::KnowledgePtr known = parts.lending.borrow(until, asked.abandoned);
  if (!known && parts.clock.now() >= until)
    throw NoPlan{503, "a cycle is still under way; retry when it has finished"};
  go_on();
  Requests observer(parts.on_request);
  boost::asio::io_context io(1);  // outlives the client's connections
  auto client = connect_to_coder(parts.config, parts.clock, observer);
  if (!client) throw NoPlan{500, client.error().message};
  client->end_by(until);
  reconcile::Reconciler guest(client->readers(), parts.clock, observer, limits_of_planner(parts.config),
                              std::move(known));
  const ReportPtr report = run_cycle(guest, desired, parts.clock, until, io, {asked.abandoned, ending});
  go_on();
  if (!report) throw too_late();
  specs::FieldPlaces places([&](const std::string& path) -> std::optional<std::string> {
    const auto found = texts.find(path);
    return found == texts.end() ? std::nullopt : std::optional(found->second);
  });
  PlanOutput made = plan_output(*report, desired, wishes, places);
  PlanOutcome outcome = words_of(loaded, desired, parts.selection, *report);
  if (made.checks) {
    made.checks->checkout = request.checkout;
    made.checks->at = std::chrono::floor<std::chrono::seconds>(parts.clock.wall());
    if (request.junit) outcome.junit = ci::junit(*made.checks);
    if (request.sarif) outcome.sarif = ci::sarif(*made.checks);
  }
  told.digest = report->verdict.digest;
  told.changes = report->plan.workspaces.size();
  const bool failed = report->result == reconcile::CycleResult::failed;
  if (failed) told.problem = report->failure ? report->failure->to_string() : report->internal_error;
  return response_of(request, std::move(made), std::move(outcome), failed);
}

}  // namespace

HttpResponse Planner::answer(const HttpRequest& request) {
  const async::SteadyTime begun = parts_.clock.now();
  PlanOfOthers told{.request = request};
  HttpResponse response;
  try {
    response = make(parts_, request, stop_.get_token(), told);
  } catch (const NoPlan& none) {
    told.problem = none.why;
    response = error_response(none.status, none.why);
    if (none.status == 503) response.headers.emplace_back("Retry-After", "5");
  }
  told.status = response.status;
  told.duration = parts_.clock.now() - begun;
  if (parts_.on_plan) parts_.on_plan(told);
  return response;
}

}  // namespace cr::daemon
