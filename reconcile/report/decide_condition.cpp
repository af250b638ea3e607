#include "reconcile/report/decide_condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "reconcile/coder/fault.h"
#include "reconcile/fields/managed_field.h"
#include "reconcile/memory/backoff.h"
#include "reconcile/report/convergence.h"
#include "specs/workspace_spec.h"

namespace cr::reconcile {
namespace {

using coder::ApiError;

std::string with_remedy(std::string text, std::string_view remedy) {
  if (!remedy.empty()) text += fmt::format("; {}", remedy);
  return text;
}

/// Days go further than the clock of the system, whose nanoseconds end in 2262.
std::string date_of(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::string verb(const Action& action) {
  const ActionKind kind = kind_of(action);
  if (std::holds_alternative<RetryFirstBuild>(action)) return "retrying its first build";
  if (kind == ActionKind::create) return "creating it";
  if (kind == ActionKind::stop) return "stopping it";
  return fmt::format("setting {}", entry_of(kind.field()).key);
}

/// What a workspace is called while this action is under way.
Reason under_way(const Action& action) {
  const ActionKind kind = kind_of(action);
  if (kind == ActionKind::create) return Reason::Creating;
  return kind == ActionKind::stop ? Reason::Stopping : Reason::Updating;
}

/// What was not compared differs in nothing.
const WorkspaceDiff& diff_of(const WorkspaceFacts& one) {
  static const WorkspaceDiff kNothing;
  const WorkspaceDiff* diff = one.latest_diff();
  return diff ? *diff : kNothing;
}

class Decision {
 public:
  explicit Decision(const ConditionInput& input)
      : input_(input), in_(input.workspace), diff_(diff_of(input.workspace)) {}

  Condition run() {
    using Step = bool (Decision::*)();
    constexpr Step kSteps[] = {&Decision::suspended,   &Decision::excluded,   &Decision::not_read,
                               &Decision::failed,      &Decision::not_there,  &Decision::blocked,
                               &Decision::held,        &Decision::acted,      &Decision::to_be_done,
                               &Decision::backing_off, &Decision::waiting,    &Decision::drifted,
                               &Decision::contested,   &Decision::overridden, &Decision::forbidden,
                               &Decision::unreadable,  &Decision::left_over};
    for (const Step step : kSteps) {
      if ((this->*step)()) return std::move(condition_);
    }
    return Condition{Reason::InSync, {}, {}};
  }

 private:
  bool decide(Reason reason, std::string message) {
    condition_ = Condition{reason, std::move(message), {}};
    return true;
  }

  bool suspended() {
    const auto& suspension = in_.spec->body->suspension;
    if (!suspension || !specs::in_force(*suspension, std::chrono::floor<std::chrono::seconds>(input_.now)))
      return false;
    std::string message = "left alone";
    if (suspension->until) message += " until " + date_of(*suspension->until);
    if (!suspension->reason.empty()) message += ": " + suspension->reason;
    return decide(Reason::Suspended, with_remedy(std::move(message),
                                                 "remove the annotation coder-reconciler/suspend to resume"));
  }

  bool excluded() {
    const Excluded* excluded = in_.decided->excluded;
    if (!excluded) return false;
    return decide(excluded->reason, excluded->message);
  }

  bool not_read() {
    if (!in_.read_error) return false;
    return decide(coder::reason_of_read_failure(*in_.read_error),
                  with_remedy(fmt::format("it could not be read, so nothing is changed: {}",
                                          in_.read_error->to_string()),
                              coder::remedy_of(*in_.read_error)));
  }

  bool failed() {
    const auto bad =
        std::find_if(in_.done->outcomes.begin(), in_.done->outcomes.end(),
                     [](const Outcome& outcome) { return outcome.result == ActionResult::failed; });
    if (bad != in_.done->outcomes.end()) {
      return decide(coder::reason_of_write_failure(*bad->error),
                    with_remedy(fmt::format("{} failed: {}", verb(bad->action), bad->error->to_string()),
                                coder::remedy_of(*bad->error)));
    }
    const bool skipped =
        std::any_of(in_.done->outcomes.begin(), in_.done->outcomes.end(),
                    [](const Outcome& outcome) { return outcome.result == ActionResult::skipped; });
    if (!skipped || !input_.stopped_by) return false;
    return decide(coder::reason_of_read_failure(*input_.stopped_by),
                  with_remedy(fmt::format("not changed: {}", input_.stopped_by->to_string()),
                              coder::remedy_of(*input_.stopped_by)));
  }

  /// What only an absent workspace can be; the rest is the same for all.
  bool not_there() {
    if (in_.latest() || has_plan()) return false;
    if (!in_.spec->body->policy.create)
      return decide(Reason::Missing,
                    fmt::format("it does not exist, and its spec says reconcilePolicy.create: false{}; allow "
                                "its creation, or create it by hand",
                                from_defaults("reconcilePolicy.create")));
    if (in_.decided->backoff) return backing_off();
    if (in_.decided->unbound) return decide(in_.decided->unbound->reason, in_.decided->unbound->message);
    return decide(Reason::Creating, "it will be created in one of the next cycles");
  }

  bool blocked() {
    if (!diff_.blocked) return false;
    return decide(diff_.blocked->reason, diff_.blocked->message);
  }

  bool held() {
    if (!has_plan() || !input_.verdict.held) return false;
    return decide(Reason::Held, input_.verdict.message);
  }

  bool acted() {
    const Action* last = nullptr;
    for (const Outcome& outcome : in_.done->outcomes) {
      if (outcome.result != ActionResult::success) continue;
      // A build goes on after its request: it names the state, whatever was written beside it.
      if (!last || under_way(*last) == Reason::Updating) last = &outcome.action;
    }
    if (!last) return false;
    const Reason reason = under_way(*last);
    if (reason == Reason::Creating)
      return decide(reason, std::holds_alternative<RetryFirstBuild>(*last)
                                ? "its first build failed and has been queued again"
                                : "it has been created; its first build has started");
    if (reason == Reason::Stopping) return decide(reason, "it is being stopped, then it is made dormant");
    if (in_.done->proven) return false;
    const bool first_build = in_.decided->waiting && in_.decided->waiting->reason == Reason::Creating;
    if (first_build) return decide(Reason::Creating, in_.decided->waiting->message);
    return decide(Reason::Updating, "written, but not yet confirmed; the next read will tell");
  }

  bool to_be_done() {
    if (!has_plan() || in_.done->nothing_left) return false;
    const Action& first = in_.decided->planned->actions.front();
    const auto skipped =
        std::find_if(in_.done->outcomes.begin(), in_.done->outcomes.end(), [](const Outcome& outcome) {
          return outcome.result == ActionResult::skipped && !outcome.note.empty();
        });
    if (skipped != in_.done->outcomes.end())
      return decide(under_way(skipped->action), fmt::format("not yet done: {}", skipped->note));
    return decide(under_way(first), in_.latest() ? "it will be changed" : "it will be created");
  }

  bool backing_off() {
    if (!in_.decided->backoff) return false;
    const ApiError& error = in_.decided->backoff->error;
    const std::string times = in_.decided->backoff->failures == 1
                                  ? "once"
                                  : fmt::format("{} times in a row", in_.decided->backoff->failures);
    const std::string_view when =
        coder::traits_of(error.fault).cure == Cure::time
            ? "retrying within a minute"
            : "retrying when its spec or its state in Coder changes, or with growing delay up to an hour";
    return decide(in_.decided->backoff->reason,
                  with_remedy(fmt::format("failed {}, {}: {}", times, when, error.to_string()),
                              coder::remedy_of(error)));
  }

  bool waiting() {
    if (!in_.decided->waiting) return false;
    return decide(in_.decided->waiting->reason, in_.decided->waiting->message);
  }

  bool drifted() {
    if (in_.spec->body->policy.update) return reported();
    const std::string list = list_drift([](Field field) { return !is_informational(field); });
    if (list.empty()) return false;
    return decide(Reason::Drifted,
                  fmt::format("{}; its spec says reconcilePolicy.update: false{}, so it is only reported",
                              list, from_defaults("reconcilePolicy.update")));
  }

  /// " (from berlin/defaults.yaml:7)", where that gives the field.
  [[nodiscard]] std::string from_defaults(std::string_view field) const {
    const specs::SharedText place = specs::default_text(*in_.spec, field);
    return place.empty() ? std::string() : fmt::format(" (from {})", *place);
  }

  /// What else there is to say comes first: only what is shown and never written is left for the end.
  bool reported() {
    if (diff_.reported.empty() || !diff_.unreadable.empty()) return false;
    const bool others = std::ranges::any_of(diff_.drift, [&](const Change& change) {
      return !is_informational(change.field) && !diff_.reported.has(change.field);
    });
    if (others) return false;
    const std::string list = list_drift([&](Field field) { return diff_.reported.has(field); });
    return decide(
        Reason::Drifted,
        fmt::format("{}; its spec says report in reconcilePolicy.fields, so it is only reported", list));
  }

  bool contested() {
    const std::string list =
        list_drift([&](Field field) { return in_.decided->fields.contested.has(field); });
    if (list.empty()) return false;
    return decide(
        Reason::Contested,
        fmt::format("changed back three times within a day: {}; it is not written again until its "
                    "declared value changes; agree on who owns it, then declare that value or remove the "
                    "field from the spec",
                    list));
  }

  bool overridden() {
    const std::string list =
        list_drift([&](Field field) { return in_.decided->fields.overridden.has(field); });
    if (list.empty()) return false;
    return decide(
        Reason::Overridden,
        fmt::format("Coder accepted the write but kept another value: {}; retrying with growing delay; "
                    "check the template's policy, and for another tool that sets it",
                    list));
  }

  bool forbidden() {
    if (diff_.forbidden.empty()) return false;
    const std::string list = list_drift([&](Field field) { return diff_.forbidden.has(field); });
    return decide(Reason::PolicyForbids,
                  fmt::format("{} ({}); remove the field from the spec, or change the template's policy",
                              list, diff_.forbidden_message));
  }

  bool unreadable() {
    if (diff_.unreadable.empty()) return false;
    std::string names;
    for (const Field field : all_fields()) {
      if (diff_.unreadable.has(field))
        names += fmt::format("{}{}", names.empty() ? "" : ", ", to_string(field));
    }
    return decide(
        Reason::NotRead,
        fmt::format("Coder reports a value of {} that is unknown to this version, so it is not changed; "
                    "upgrade coder-reconciler",
                    names));
  }

  bool left_over() {
    if (!has_mendable(diff_.drift)) return false;
    return decide(Reason::Updating, list_drift([](Field field) { return !is_informational(field); }));
  }

  template <class Which>
  std::string list_drift(Which which) const {
    std::string list;
    for (const Change& change : diff_.drift) {
      if (!which(change.field)) continue;
      list += fmt::format("{}{} is {}, should be {}", list.empty() ? "" : ", ", to_string(change.field),
                          change.from, specs::to_text(change.to));
      if (!change.from_defaults.empty()) list += fmt::format(" (from {})", change.from_defaults);
      if (change.by.known()) list += fmt::format(" (set by {})", to_string(change.by));
    }
    return list;
  }

  [[nodiscard]] bool has_plan() const { return in_.decided->planned != nullptr; }

  const ConditionInput& input_;
  const WorkspaceFacts& in_;
  const WorkspaceDiff& diff_;  ///< as last seen in this cycle
  Condition condition_;
};

/// Nothing is wrong: in sync, left alone on purpose, or under way.
bool is_good(Reason reason) {
  return reason == Reason::InSync || reason == Reason::Suspended || reason == Reason::Creating ||
         reason == Reason::Updating || reason == Reason::Stopping || reason == Reason::InUse;
}

}  // namespace

Condition decide_condition(const ConditionInput& input) {
  return Decision(input).run();
}

CycleResult result_of(const CycleReport& report) {
  if (report.verdict.held) return CycleResult::held;
  const bool any_failed =
      std::any_of(report.outcomes.begin(), report.outcomes.end(),
                  [](const Outcome& outcome) { return outcome.result == ActionResult::failed; });
  const bool all_good = report.workspaces.counts().all(is_good);
  const bool all_resolved =
      std::all_of(report.sets.begin(), report.sets.end(),
                  [](const sets::SetStatus& set) { return sets::ready_of(set.reason) == Ready::True; });
  if (any_failed || !all_good || !all_resolved) return CycleResult::partial;
  const bool acted = std::any_of(report.outcomes.begin(), report.outcomes.end(), [](const Outcome& outcome) {
    return outcome.result == ActionResult::success;
  });
  const bool settled = report.workspaces.counts().all(is_settled);
  return settled && !acted ? CycleResult::in_sync : CycleResult::converged;
}

}  // namespace cr::reconcile
