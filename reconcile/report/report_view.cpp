#include "reconcile/report/report_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "reconcile/diff/first_build.h"
#include "reconcile/fields/managed_field.h"
#include "reconcile/report/render.h"
#include "specs/name.h"

namespace cr::reconcile {
namespace {

/// " (from berlin/defaults.yaml:7)"
std::string from(const specs::SharedText& place) {
  return place.empty() ? std::string() : fmt::format(" (from {})", visible(*place));
}
std::string from_defaults(const Change& change) {
  return from(change.from_defaults);
}
std::string from_defaults(const CreateWorkspace& action, std::string_view field) {
  return from(specs::default_text(*action.defaulted, field));
}

struct ChangeOf {
  std::string operator()(const CreateWorkspace& action) const {
    const coder::CreateRequest& request = action.request;
    std::string text =
        fmt::format("template {}{}", visible(action.template_name), from_defaults(action, "template"));
    const auto add = [&](std::string_view what, std::string_view value) {
      text += fmt::format(", {} {}", what, visible(value));
    };
    if (request.version) {
      add("version", request.version->to_string());
      text += from_defaults(action, "templateVersion");
    }
    if (!action.preset.empty()) {
      add("preset", action.preset);
      text += from_defaults(action, "preset");
    }
    for (const Change& change : action.sets) {
      add(to_string(change.field), specs::to_text(change.to));
      text += from_defaults(change);
    }
    for (const auto& [name, value] : request.parameters)
      text += fmt::format(", {}={}{}", visible(name), visible(value),
                          from_defaults(action, "parameters." + name));
    return text;
  }
  std::string operator()(const RetryFirstBuild& action) const {
    return fmt::format("first build: failed → queued again (retry {} of {})", action.attempt, kBuildRetries);
  }
  std::string operator()(const StopWorkspace&) const { return "stop"; }
  std::string operator()(const WriteField& action) const {
    const Change& change = action.change;
    std::string text = fmt::format("{}: {} → {}", to_string(change.field), visible(change.from),
                                   visible(specs::to_text(change.to)));
    text += from_defaults(change);
    if (change.by.known()) text += ", set by " + visible(to_string(change.by));
    if (const std::string_view caution = entry_of(change.field).caution; !caution.empty())
      text += fmt::format(" ({})", caution);
    return text;
  }
};

/// Groups rows by reason and message; groups in the order of Reason, rows in that of the report.
class Groups {
 public:
  void add(const WorkspaceStatus& row) {
    ConditionGroup& group = groups_[{row.ready.reason, row.ready.message}];
    group.reason = row.ready.reason;
    group.message = row.ready.message;
    group.rows.push_back(&row);
    ++count_;
  }
  [[nodiscard]] std::size_t count() const { return count_; }
  std::vector<ConditionGroup> take() {
    std::vector<ConditionGroup> result;
    result.reserve(groups_.size());
    for (auto& [key, group] : groups_) result.push_back(std::move(group));
    return result;
  }

 private:
  std::map<std::pair<Reason, std::string_view>, ConditionGroup> groups_;
  std::size_t count_ = 0;
};

// Fewer are as easily read one by one.
constexpr std::size_t kFewestGrouped = 5;

/// Places of `keys` that are taken together: those with the same key, if there are enough of them, where the
/// first one stands; else each by itself.
template <class Key>
std::vector<std::vector<std::size_t>> taken_together(const std::vector<Key>& keys) {
  std::map<Key, std::vector<std::size_t>> places;
  for (std::size_t i = 0; i < keys.size(); ++i) places[keys[i]].push_back(i);
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::vector<std::size_t>& same = places.at(keys[i]);
    if (same.size() < kFewestGrouped) {
      groups.push_back({i});
    } else if (same.front() == i) {
      groups.push_back(same);
    }
  }
  return groups;
}

std::vector<std::string> changes_of(const WorkspacePlan& plan) {
  std::vector<std::string> changes;
  for (const Action& action : plan.actions) changes.push_back(change_of(action));
  if (!plan.follow_up.empty()) changes.push_back(fmt::format("then {}", visible(plan.follow_up)));
  return changes;
}

std::string text_of(const Outcome& outcome) {
  std::string why = outcome.note;
  if (outcome.error) why += fmt::format("{}{}", why.empty() ? "" : "; ", outcome.error->to_string());
  return fmt::format("{}{}{}", change_of(outcome.action), why.empty() ? "" : "   ", visible(why));
}

ReportView view(const CycleReport& report, bool planned_apart) {
  ReportView view;
  for (const WorkspacePlan& plan : report.plan.workspaces) {
    (creates(plan) ? view.creates : view.updates).push_back(&plan);
  }
  Groups person;
  Groups on_its_way;
  Groups unknown;
  for (const WorkspaceStatus& row : report.workspaces) {
    if (planned_apart && place_in(report.plan, *row.spec)) continue;
    const Reason reason = row.ready.reason;
    if (reason == Reason::InSync) {
      ++view.in_sync;
    } else if (reason == Reason::Suspended) {
      ++view.suspended;
    } else if (waits_for_person(reason)) {
      person.add(row);
    } else if (ready_of(reason) == Ready::Unknown) {
      unknown.add(row);
    } else {
      on_its_way.add(row);
    }
  }
  view.person_count = person.count();
  view.on_its_way_count = on_its_way.count();
  view.unknown_count = unknown.count();
  view.person = person.take();
  view.on_its_way = on_its_way.take();
  view.unknown = unknown.take();
  return view;
}

}  // namespace

std::string change_of(const Action& action) {
  return std::visit(ChangeOf{}, action);
}

std::optional<std::size_t> place_in(const Plan& plan, const specs::WorkspaceSpec& spec) {
  const auto order = [&](const WorkspacePlan& one) {
    const auto owners = specs::compare_lower(one.workspace.owner, spec.owner);
    return owners != 0 ? owners : specs::compare_lower(one.workspace.name, spec.name);
  };
  const auto& all = plan.workspaces;
  const auto found =
      std::partition_point(all.begin(), all.end(), [&](const WorkspacePlan& one) { return order(one) < 0; });
  if (found == all.end() || order(*found) != 0) return std::nullopt;
  return static_cast<std::size_t>(found - all.begin());
}

bool creates(const WorkspacePlan& plan) {
  return std::any_of(plan.actions.begin(), plan.actions.end(),
                     [](const Action& action) { return std::holds_alternative<CreateWorkspace>(action); });
}

std::vector<AlikeGroup> alike(std::span<const WorkspacePlan* const> plans) {
  std::vector<std::vector<std::string>> changes;
  changes.reserve(plans.size());
  for (const WorkspacePlan* plan : plans) changes.push_back(changes_of(*plan));
  std::vector<AlikeGroup> result;
  for (const std::vector<std::size_t>& places : taken_together(changes)) {
    AlikeGroup& group = result.emplace_back();
    group.changes = std::move(changes[places.front()]);
    for (const std::size_t place : places) group.workspaces.push_back(&plans[place]->workspace);
  }
  return result;
}

std::vector<AlikeOutcomes> alike(std::span<const Outcome* const> outcomes) {
  std::vector<std::tuple<ActionResult, ActionKind, std::string>> keys;
  keys.reserve(outcomes.size());
  for (const Outcome* outcome : outcomes)
    keys.emplace_back(outcome->result, kind_of(outcome->action), text_of(*outcome));
  std::vector<AlikeOutcomes> result;
  for (const std::vector<std::size_t>& places : taken_together(keys)) {
    AlikeOutcomes& group = result.emplace_back();
    group.text = std::move(std::get<std::string>(keys[places.front()]));
    for (const std::size_t place : places) group.outcomes.push_back(outcomes[place]);
  }
  return result;
}

ReportView view_plan(const CycleReport& report) {
  return view(report, true);
}

ReportView view_state(const CycleReport& report) {
  return view(report, false);
}

std::vector<const Outcome*> final_outcomes(const std::vector<Outcome>& outcomes) {
  std::vector<const Outcome*> result;
  // Builds and creates may rightly happen more than once; the last of each kind tells how it ended.
  std::map<std::tuple<Identity, ActionKind>, std::size_t> index;
  for (const Outcome& outcome : outcomes) {
    const auto [found, is_new] =
        index.try_emplace({workspace_of(outcome.action), kind_of(outcome.action)}, result.size());
    if (is_new)
      result.push_back(&outcome);
    else
      result[found->second] = &outcome;
  }
  return result;
}

}  // namespace cr::reconcile
