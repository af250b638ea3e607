#include <fmt/format.h>

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
#include "reconcile/report/set_view.h"
#include "specs/field_places.h"
#include "specs/name.h"
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
  std::string doubt{};                    ///< why a set may declare it for all that is known; empty: none may
  bool unknown = false;                   ///< neither declared nor in Coder
  std::optional<coder::ApiError> unread;  ///< why what the cycle had read could not be read again
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
  specs::SpecBody& body = spec->body.edit();
  body.template_ref = specs::SharedText(live.template_id.to_string());
  body.policy.create = false;
  body.policy.update = false;
  return spec;
}

/// The spec that has this as a previous name; null: none.
specs::SpecPtr renaming(const specs::DesiredState& desired, const LiveWorkspace& live) {
  const auto is_old_name = [&](const std::string& name) {
    return specs::compare_lower(name, live.name) == 0;
  };
  const auto found = std::ranges::find_if(desired.specs, [&](const specs::SpecPtr& spec) {
    const bool owners =
        specs::compare_lower(spec->owner, live.owner_name) == 0 || spec->owner == live.owner_id.to_string();
    return owners && std::ranges::any_of(*spec->body->previous_names, is_old_name);
  });
  return found == desired.specs.end() ? nullptr : *found;
}

/// What is known of a workspace that no valid spec declares.
std::string undeclared(const Question& question, const LiveWorkspace& live) {
  const specs::DesiredState& desired = question.desired;
  const std::string name = text::lower(live.name);
  for (const std::string& owner : {text::lower(live.owner_name), live.owner_id.to_string()}) {
    if (std::ranges::binary_search(desired.elsewhere, specs::Identity{owner, name}))
      return "by a document that is invalid; nothing is done to it";
  }
  if (const specs::SpecPtr spec = renaming(desired, live)) {
    return fmt::format("no, but it is a previous name of {} ({}), which it may be renamed to",
                       specs::identity_of(*spec).to_string(), spec->where.to_string());
  }
  if (!question.doubt.empty()) return "not by a document; " + question.doubt;
  return "no; nothing is done to it";
}

/// Its spec may name the owner by id where the user does by name, and the other way round.
specs::SpecPtr spec_of_either(const specs::DesiredState& desired, const std::string& username,
                              const std::string& id, const std::string& name) {
  specs::SpecPtr spec = spec_of(desired, id, name);
  return spec ? spec : spec_of(desired, username, name);
}

/// Finds the spec, and the workspace where that is needed to know it. Null: that goes on; else why not.
awaitable<ReportPtr> identify(Question& question) {
  const std::string& owner = question.config.explained_owner;
  const std::string& name = question.config.explained_name;
  Explanation& found = question.found;
  if (found.spec) co_return nullptr;
  coder::CoderReader& reader = question.session.client().reader();
  auto look = reader.workspace_by_name(owner, name);
  auto live = co_await std::move(look);
  if (!live) co_return nothing_known(live.error());
  found.live = std::move(live->live);
  if (found.live) {
    found.spec = spec_of_either(question.desired, found.live->owner_name, found.live->owner_id.to_string(),
                                found.live->name);
    found.declared = found.spec != nullptr;
    if (found.declared) co_return nullptr;
    found.undeclared = undeclared(question, *found.live);
    found.spec = empty_spec(*found.live);
    co_return nullptr;
  }
  auto ask_user = reader.user(owner);
  auto user = co_await std::move(ask_user);
  if (user) found.spec = spec_of_either(question.desired, user->username, user->id.to_string(), name);
  if (found.spec) co_return nullptr;
  question.unknown = true;
  found.declared = false;
  const coder::ApiError nothing;
  co_return nothing_known(nothing);
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
      question.unread = live.error();
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

/// Where its document has a field.
specs::FieldPath path_of(const specs::WorkspaceSpec& spec, std::string_view key) {
  specs::FieldPath path{key == specs::kNameKey ? "metadata" : "spec", std::string(key)};
  if (!spec.body->set.empty()) path.insert(path.begin(), {"spec", "template"});
  return path;
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
    if (const specs::DefaultedField* from = specs::default_of(*found.spec, field.key)) {
      found.places.emplace_back(from->where);
      continue;
    }
    std::optional<specs::FieldPlace> place;
    if (field.declared) place = places.find(found.spec->where, path_of(*found.spec, field.key));
    found.places.push_back(place ? std::optional(place->where) : std::nullopt);
  }
}

/// What is declared beside it, so that a rename is judged as in a cycle of all.
std::vector<specs::Identity> others(const Question& question) {
  std::vector<specs::Identity> all = question.desired.elsewhere;
  for (const specs::SpecPtr& spec : question.desired.specs) {
    if (spec != question.found.spec) all.push_back(specs::identity_of(*spec));
  }
  std::ranges::sort(all);
  return all;
}

/// Members have names, whichever way the user gives the owner.
awaitable<std::string> owners_name(Question& question) {
  const std::string& owner = question.config.explained_owner;
  if (!specs::is_uuid(owner)) co_return text::lower(owner);
  auto ask = question.session.client().reader().user(owner);
  auto user = co_await std::move(ask);
  co_return text::lower(user ? user->username : owner);
}

/// Sets that do not know all of their workspaces.
std::string doubt_of(const reconcile::CycleReport& report) {
  std::string text;
  for (const reconcile::sets::SetStatus* set : reconcile::by_need(report.sets)) {
    if (reconcile::is_ready(*set)) break;
    text += fmt::format("{}set {} ({}) is not ready: {}", text.empty() ? "" : "; ", set->name,
                        set->where.to_string(), set->message);
  }
  return text;
}

/// A cycle over the sets, of whose workspaces none but this one is looked at. Null: none of them has it.
awaitable<ReportPtr> ask_sets(Question& question, reconcile::Reconciler& reconciler) {
  specs::DesiredState desired;
  auto ask_name = owners_name(question);
  specs::Identity wanted;
  wanted.owner = co_await std::move(ask_name);
  wanted.name = text::lower(question.config.explained_name);
  desired.sets = question.desired.sets;
  desired.selects = [&](const specs::WorkspaceSpec& spec) { return specs::identity_of(spec) == wanted; };
  desired.elsewhere = others(question);
  desired.unknown_documents = question.desired.unknown_documents;
  auto cycle = reconciler.run_cycle(desired);
  ReportPtr report = co_await std::move(cycle);
  question.doubt = doubt_of(*report);
  if (report->workspaces.empty()) co_return nullptr;
  question.found.spec = report->workspaces.front().spec;
  co_return report;
}

/// A cycle that looks at its spec alone.
awaitable<ReportPtr> ask_document(Question& question, reconcile::Reconciler& reconciler) {
  auto identified = identify(question);
  ReportPtr report = co_await std::move(identified);
  if (report) co_return report;
  specs::DesiredState alone;
  alone.specs.push_back(question.found.spec);
  alone.elsewhere = others(question);
  alone.unknown_documents = question.desired.unknown_documents;
  auto cycle = reconciler.run_cycle(alone);
  co_return co_await std::move(cycle);
}

/// Everything that is asked of Coder.
awaitable<ReportPtr> ask(Question& question) {
  reconcile::Reconciler reconciler(question.session.client().readers(), {}, question.session.clock(),
                                   question.session.observer(), limits_of_command(question.config));
  ReportPtr report;
  question.found.spec =
      spec_of(question.desired, question.config.explained_owner, question.config.explained_name);
  if (!question.found.spec && !question.desired.sets.empty()) {
    auto of_sets = ask_sets(question, reconciler);
    report = co_await std::move(of_sets);
  }
  if (!report) {
    auto of_document = ask_document(question, reconciler);
    report = co_await std::move(of_document);
  }
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
  if (!question.doubt.empty()) text += "; " + question.doubt;
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
  Explanation& found = question.found;
  const bool as_json = question.config.output == OutputFormat::json;
  if (question.unknown) found.failure = unknown_text(question);
  if (found.failure.empty() && report->failure) found.failure = report->failure->to_string();
  // Without a spec not even which workspace is meant is known.
  if (!found.spec) say(terminal, found.failure);
  if (as_json) terminal.out(reconcile::dump(explanation_json(found)) + "\n");
  if (!as_json && found.spec) terminal.out(explanation_text(found));
  if (question.unknown) co_return ExitCode::usage;
  if (question.unread) report = nothing_known(*question.unread);
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
  Question question{.config = config, .desired = *desired, .session = session, .found = {}, .unread = {}};
  return run_to_end(io, answer(question, watch, terminal), {});
}

}  // namespace cr::daemon
