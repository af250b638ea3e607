#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "daemon/commands/commands.h"
#include "daemon/commands/one_shot.h"
#include "daemon/commands/process.h"
#include "daemon/commands/session.h"
#include "daemon/commands/spec_text.h"
#include "daemon/commands/specs_failure.h"
#include "daemon/explanation.h"
#include "reconcile/cycle.h"
#include "reconcile/report/render.h"
#include "specs/field_places.h"
#include "specs/source.h"
#include "specs/suggestion.h"
#include "specs/text/ascii.h"

namespace cr::daemon {
namespace {

using async::awaitable;
using reconcile::LiveWorkspace;
using reconcile::ReportPtr;

constexpr std::size_t kBuilds = 5;
constexpr std::size_t kChanges = 10;

/// What is asked for, and what has been found of it.
struct Question {
  const Config& config;
  const specs::DesiredState& desired;
  Session& session;
  Explanation found;
  bool unknown = false;  ///< neither declared nor in Coder
};

specs::SpecPtr spec_of(const specs::DesiredState& desired, const std::string& owner,
                       const std::string& name) {
  const specs::Identity wanted{text::lower(owner), text::lower(name)};
  const auto found = std::ranges::find_if(
      desired.specs, [&](const specs::SpecPtr& spec) { return specs::identity_of(*spec) == wanted; });
  return found == desired.specs.end() ? nullptr : *found;
}

/// Of a workspace that no spec declares: one that declares nothing and permits nothing, so that the same
/// cycle looks at it.
specs::SpecPtr empty_spec(const LiveWorkspace& live) {
  auto spec = std::make_shared<specs::WorkspaceSpec>();
  spec->owner = specs::SharedText(live.owner_name);
  spec->name = live.name;
  spec->template_ref = specs::SharedText(live.template_id.to_string());
  spec->policy.create = false;
  spec->policy.update = false;
  return spec;
}

/// Finds the spec, and the workspace where that is needed to know it. Null: that goes on; else why not.
awaitable<ReportPtr> identify(Question& question) {
  const std::string& owner = question.config.explained_owner;
  const std::string& name = question.config.explained_name;
  Explanation& found = question.found;
  found.spec = spec_of(question.desired, owner, name);
  if (found.spec) co_return nullptr;
  auto look = question.session.client().reader().workspace_by_name(owner, name);
  auto live = co_await std::move(look);
  if (!live) co_return nothing_known(live.error());
  found.live = std::move(live->live);
  if (!found.live) {
    question.unknown = true;
    const coder::ApiError nothing;
    co_return nothing_known(nothing);
  }
  // Its spec may name the owner by id where the user does by name, and the other way round.
  found.spec = spec_of(question.desired, found.live->owner_id.to_string(), found.live->name);
  if (!found.spec) found.spec = spec_of(question.desired, found.live->owner_name, found.live->name);
  found.declared = found.spec != nullptr;
  if (!found.declared) found.spec = empty_spec(*found.live);
  co_return nullptr;
}

std::string unread(const coder::ApiError& error, std::string_view what) {
  if (error.fault == coder::ApiFault::forbidden) return std::string(what) + " cannot be read with this token";
  return std::string(what) + " could not be read: " + error.to_string();
}

awaitable<void> read_history(Question& question) {
  Explanation& found = question.found;
  coder::HistoryReader& history = question.session.client().history();
  auto ask_builds = history.builds_of(found.live->id, kBuilds);
  auto builds = co_await std::move(ask_builds);
  if (builds) {
    found.builds = std::move(*builds);
  } else {
    found.builds_unread = unread(builds.error(), "its builds");
  }
  auto ask_changes = history.changes_of(found.live->id, kChanges);
  auto changes = co_await std::move(ask_changes);
  if (changes) {
    found.changes = std::move(*changes);
  } else {
    found.changes_unread = unread(changes.error(), "the audit log");
  }
}

/// What Coder has of it, beside what the cycle tells.
awaitable<void> read_live(Question& question) {
  Explanation& found = question.found;
  coder::CoderReader& reader = question.session.client().reader();
  if (!found.live) {
    if (!found.row->id) co_return;
    auto look = reader.workspace_by_id(*found.row->id);
    auto live = co_await std::move(look);
    if (!live) {
      found.failure = live.error().to_string();
      co_return;
    }
    found.live = std::move(*live);
    if (!found.live) co_return;
  }
  auto ask_policy = reader.template_by_id(found.live->template_id);
  auto policy = co_await std::move(ask_policy);
  if (policy) found.policy = std::move(*policy);
  auto history = read_history(question);
  co_await std::move(history);
}

void take(const reconcile::CycleReport& report, Explanation& found) {
  if (report.failure) found.failure = report.failure->to_string();
  if (!report.internal_error.empty()) found.failure = report.internal_error;
  for (const reconcile::Rows::Row& row : report.workspaces.shared()) found.row = row;
  for (const reconcile::WorkspacePlan& plan : report.plan.workspaces) {
    found.actions = plan.actions;
    found.follow_up = plan.follow_up;
  }
}

void add_standings(const reconcile::Reconciler& reconciler, Question& question) {
  Explanation& found = question.found;
  if (!found.live || !found.row) return;
  reconcile::FieldContext context = reconciler.context_of(*found.spec, *found.live);
  if (found.policy) context.policy = &*found.policy;
  found.fields = reconcile::standings(
      {.spec = *found.spec, .live = *found.live, .context = context, .forecast = found.row->forecast});
  specs::FieldPlaces places(read_spec_text);
  for (const reconcile::FieldStanding& field : found.fields) {
    std::optional<specs::FieldPlace> place;
    const bool is_name = field.key == specs::kNameKey;
    if (field.declared)
      place = places.find(found.spec->where, {is_name ? "metadata" : "spec", std::string(field.key)});
    found.places.push_back(place ? std::optional(place->where) : std::nullopt);
  }
}

/// Everything that is asked of Coder.
awaitable<ReportPtr> ask(Question& question) {
  auto identified = identify(question);
  ReportPtr report = co_await std::move(identified);
  if (report) co_return report;
  specs::DesiredState alone;
  alone.specs.push_back(question.found.spec);
  reconcile::Reconciler reconciler(question.session.client().readers(), {}, question.session.clock(),
                                   question.session.observer(), limits_of(question.config));
  auto cycle = reconciler.run_cycle(alone);
  report = co_await std::move(cycle);
  take(*report, question.found);
  if (report->result == reconcile::CycleResult::failed || !question.found.row) co_return report;
  auto rest = read_live(question);
  co_await std::move(rest);
  add_standings(reconciler, question);
  co_return report;
}

std::string unknown_text(const Question& question) {
  const std::string word = question.config.explained_owner + '/' + question.config.explained_name;
  std::vector<std::string> names;
  for (const specs::SpecPtr& spec : question.desired.specs)
    names.push_back(specs::identity_of(*spec).to_string());
  const std::vector<std::string_view> known(names.begin(), names.end());
  std::string text = "no spec declares " + word + ", and Coder has no such workspace";
  if (const std::string near = specs::did_you_mean(text::lower(word), known); !near.empty())
    text += "; " + near;
  const std::size_t left_out = question.desired.invalid_documents + question.desired.duplicate_documents;
  if (left_out > 0) text += "; its spec may be one of those that are invalid";
  return text;
}

awaitable<ExitCode> answer(Question& question, const AnswerWatch& watch, Terminal& terminal) {
  TimeLimit limit(question.session, watch, question.config.timeout.value_or(kPlanTimeout), {});
  auto asked = ask(question);
  ReportPtr report = co_await limit.bound(std::move(asked));
  if (!report) {
    report = limit.report_of_silence();
    take(*report, question.found);
  }
  question.session.end_progress();
  if (question.unknown) {
    terminal.err("coder-reconciler: " + reconcile::visible(unknown_text(question)) + "\n");
    co_return ExitCode::usage;
  }
  Explanation& found = question.found;
  if (found.failure.empty() && report->failure) found.failure = report->failure->to_string();
  if (!found.spec) {
    // Not even which spec is meant is known.
    terminal.err("coder-reconciler: " + reconcile::visible(found.failure) + "\n");
    co_return exit_code_of_forecast(*report, question.desired);
  }
  terminal.out(question.config.output == OutputFormat::json ? reconcile::dump(explanation_json(found)) + "\n"
                                                            : explanation_text(found));
  co_return exit_code_of_forecast(*report, question.desired);
}

}  // namespace

ExitCode explain(const Config& config, Terminal& terminal) {
  specs::SpecSource source(config.paths);
  const auto desired = source.load();
  if (!desired) return specs_failure(desired.error(), config.output, terminal);
  for (const specs::Diagnostic& diagnostic : desired->diagnostics) terminal.err(specs::render(diagnostic));
  boost::asio::io_context io(1);  // outlives the connections that the session keeps
  AnswerWatch watch;
  Session session(config, terminal, Session::Kind::command, {&watch});
  if (!session.connect()) return ExitCode::usage;
  Question question{.config = config, .desired = *desired, .session = session, .found = {}};
  return run_to_end(io, answer(question, watch, terminal), {});
}

}  // namespace cr::daemon
