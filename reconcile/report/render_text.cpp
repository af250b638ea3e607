#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <span>

#include "reconcile/coder/fault.h"
#include "reconcile/report/render.h"
#include "reconcile/report/report_view.h"

namespace cr::reconcile {
namespace {

/// So many names of one group that could not be read are listed; the cause is the same for all.
constexpr std::size_t kUnknownListed = 10;

enum class Colour { green, yellow, red, dim, bold };

// Fewer are as easily read one by one.
constexpr std::size_t kFewestGrouped = 5;
constexpr std::size_t kNamesWidth = 100;

class Writer {
 public:
  explicit Writer(TextStyle style) : style_(style) {}

  void plan_lines(const ReportView& view) {
    const std::vector<PlanGroup> creates = grouped(view.creates);
    const std::vector<PlanGroup> updates = grouped(view.updates);
    std::size_t width = 0;
    for (const auto* groups : {&creates, &updates}) {
      for (const PlanGroup& group : *groups) width = std::max(width, head_of(group).size());
    }
    for (const PlanGroup& group : creates) plan_group(group, "+ create", Colour::green, width);
    if (!creates.empty() && !updates.empty()) text_ += '\n';
    for (const PlanGroup& group : updates) plan_group(group, "~ update", Colour::yellow, width);
    paragraph();
  }

  void outcome_lines(std::span<const Outcome* const> outcomes) {
    std::size_t width = 0;
    for (const Outcome* outcome : outcomes)
      width = std::max(width, workspace_of(outcome->action).to_string().size());
    for (const Outcome* outcome : outcomes) outcome_line(*outcome, width);
    paragraph();
  }

  void groups(std::string_view title, std::span<const ConditionGroup> groups, Colour colour,
              std::size_t listed) {
    if (groups.empty()) return;
    text_ += painted(title, Colour::bold) + '\n';
    for (const ConditionGroup& group : groups) {
      text_ += fmt::format("  {}: {}\n", painted(to_string(group.reason), colour), visible(group.message));
      std::size_t width = 0;
      const std::size_t shown = std::min(group.rows.size(), listed);
      for (std::size_t i = 0; i < shown; ++i) width = std::max(width, name_of(*group.rows[i]).size());
      for (std::size_t i = 0; i < shown; ++i) {
        const WorkspaceStatus& row = *group.rows[i];
        text_ += fmt::format("      {:<{}}   {}\n", name_of(row), width,
                             painted(visible(row.spec->where.to_string()), Colour::dim));
      }
      if (shown < group.rows.size()) text_ += fmt::format("      … and {} more\n", group.rows.size() - shown);
    }
    paragraph();
  }

  void remarks(const CycleReport& report) {
    bool any = false;
    for (const WorkspaceStatus& row : report.workspaces) {
      for (const RemarkNote& note : row.remarks) {
        if (!any) text_ += painted("Remarks", Colour::bold) + '\n';
        any = true;
        text_ += fmt::format("  {}   {}: {}\n", name_of(row), to_string(note.remark), visible(note.message));
      }
    }
    if (any) paragraph();
  }

  void failure(const CycleReport& report) {
    if (report.failure) {
      const std::string_view remedy = coder::remedy_of(*report.failure);
      text_ += fmt::format("{} {}{}{}\n\n", painted("Failed:", Colour::red),
                           visible(report.failure->to_string()), remedy.empty() ? "" : "; ", remedy);
    } else if (!report.internal_error.empty()) {
      text_ += fmt::format("{} {}\n\n", painted("Failed by a defect of coder-reconciler:", Colour::red),
                           visible(report.internal_error));
    }
  }

  void verdict(const Verdict& verdict) {
    if (verdict.held)
      text_ += fmt::format("{} {}\n\n", painted("Held:", Colour::red), visible(verdict.message));
    if (verdict.approved)
      text_ += fmt::format("Over the limit of {} changes, approved by its digest {}.\n\n", verdict.limit,
                           verdict.digest);
  }

  void last_line(std::string_view line) { text_ += painted(line, Colour::bold) + '\n'; }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  static std::string name_of(const WorkspaceStatus& row) {
    return visible(specs::identity_of(*row.spec).to_string());
  }

  /// Workspaces that change alike: one, or so many that a line for each would say the same again and again.
  struct PlanGroup {
    std::vector<std::string> changes;
    std::vector<const WorkspacePlan*> plans;
  };

  /// In the order in which they first come. What only a few share is not taken together.
  static std::vector<PlanGroup> grouped(const std::vector<const WorkspacePlan*>& plans) {
    std::map<std::vector<std::string>, std::vector<const WorkspacePlan*>> alike;
    for (const WorkspacePlan* plan : plans) alike[changes_of(*plan)].push_back(plan);
    std::vector<PlanGroup> groups;
    for (const WorkspacePlan* plan : plans) {
      std::vector<std::string> changes = changes_of(*plan);
      const auto& same = alike.at(changes);
      if (same.size() < kFewestGrouped) {
        groups.push_back({std::move(changes), {plan}});
      } else if (same.front() == plan) {
        groups.push_back({std::move(changes), same});
      }
    }
    return groups;
  }

  static std::vector<std::string> changes_of(const WorkspacePlan& plan) {
    std::vector<std::string> changes;
    for (const Action& action : plan.actions) changes.push_back(change_of(action));
    if (!plan.follow_up.empty()) changes.push_back(fmt::format("then {}", visible(plan.follow_up)));
    return changes;
  }

  static std::string head_of(const PlanGroup& group) {
    if (group.plans.size() > 1) return fmt::format("{} ×", group.plans.size());
    return visible(group.plans.front()->workspace.to_string());
  }

  void plan_group(const PlanGroup& group, std::string_view verb, Colour colour, std::size_t width) {
    std::string head = fmt::format("{} {:<{}}", painted(verb, colour), head_of(group), width);
    for (const std::string& change : group.changes) {
      text_ += fmt::format("{}   {}\n", head, change);
      head = std::string(verb.size() + 1 + width, ' ');
    }
    if (group.plans.size() > 1) names_of(group);
  }

  void names_of(const PlanGroup& group) {
    std::string line;
    for (const WorkspacePlan* plan : group.plans) {
      const std::string name = visible(plan->workspace.to_string());
      if (!line.empty() && line.size() + name.size() + 2 > kNamesWidth) {
        text_ += "      " + painted(line + ',', Colour::dim) + '\n';
        line.clear();
      }
      line += (line.empty() ? "" : ", ") + name;
    }
    text_ += "      " + painted(line, Colour::dim) + '\n';
  }

  void outcome_line(const Outcome& outcome, std::size_t width) {
    const bool creates = std::holds_alternative<CreateWorkspace>(outcome.action);
    std::string_view verb;
    Colour colour = Colour::green;
    switch (outcome.result) {
      case ActionResult::success:
        verb = creates ? "+ created" : "~ updated";
        colour = creates ? Colour::green : Colour::yellow;
        break;
      case ActionResult::failed:
        verb = "! failed ";
        colour = Colour::red;
        break;
      case ActionResult::skipped:
        verb = "- skipped";
        colour = Colour::dim;
        break;
    }
    std::string why = outcome.note;
    if (outcome.error) why += fmt::format("{}{}", why.empty() ? "" : "; ", outcome.error->to_string());
    text_ += fmt::format("{} {:<{}}   {}{}{}\n", painted(verb, colour),
                         visible(workspace_of(outcome.action).to_string()), width, change_of(outcome.action),
                         why.empty() ? "" : "   ", visible(why));
  }

  void paragraph() {
    if (!text_.empty() && !text_.ends_with("\n\n")) text_ += '\n';
  }

  [[nodiscard]] std::string painted(std::string_view text, Colour colour) const {
    if (!style_.colour) return std::string(text);
    int code = 0;
    switch (colour) {
      case Colour::green:
        code = 32;
        break;
      case Colour::yellow:
        code = 33;
        break;
      case Colour::red:
        code = 31;
        break;
      case Colour::dim:
        code = 2;
        break;
      case Colour::bold:
        code = 1;
        break;
    }
    return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
  }

  TextStyle style_;
  std::string text_;
};

void conditions(Writer& writer, const ReportView& view) {
  writer.groups("Waits for a person", view.person, Colour::red, static_cast<std::size_t>(-1));
  writer.groups("On its way", view.on_its_way, Colour::yellow, kUnknownListed);
  writer.groups("Not known", view.unknown, Colour::red, kUnknownListed);
}

std::string counted(std::size_t count, std::string_view what) {
  return count == 0 ? std::string() : fmt::format(", {} {}", count, what);
}

std::string others(const ReportView& view) {
  return counted(view.suspended, "suspended") +
         counted(view.person_count, view.person_count == 1 ? "waits for a person" : "wait for a person") +
         counted(view.on_its_way_count, "on the way") + counted(view.unknown_count, "not known");
}

}  // namespace

std::string plan_summary(const CycleReport& report) {
  const ReportView view = view_plan(report);
  std::string changes;
  if (!view.creates.empty()) changes = fmt::format("{} to create", view.creates.size());
  if (!view.updates.empty())
    changes += fmt::format("{}{} to update", changes.empty() ? "" : ", ", view.updates.size());
  if (changes.empty()) changes = "nothing to change";
  const std::size_t invalid = report.invalid_documents + report.duplicate_documents;
  const std::string left_out =
      invalid == 0 ? std::string{} : fmt::format(", {} invalid {}", invalid, invalid == 1 ? "spec" : "specs");
  return fmt::format("Plan: {}, {} unchanged{}{}.", changes, view.in_sync, others(view), left_out);
}

std::string render_plan_text(const CycleReport& report, TextStyle style) {
  const ReportView view = view_plan(report);
  Writer writer(style);
  writer.failure(report);
  writer.plan_lines(view);
  conditions(writer, view);
  writer.remarks(report);
  writer.verdict(report.verdict);
  writer.last_line(plan_summary(report));
  return writer.take();
}

std::string render_apply_text(const std::vector<Outcome>& outcomes, const CycleReport& last,
                              TextStyle style) {
  const ReportView view = view_state(last);
  const std::vector<const Outcome*> final = final_outcomes(outcomes);
  std::size_t created = 0;
  std::size_t failed = 0;
  std::size_t skipped = 0;
  std::set<Identity> updated;
  for (const Outcome* outcome : final) {
    switch (outcome->result) {
      case ActionResult::success:
        if (std::holds_alternative<CreateWorkspace>(outcome->action))
          ++created;
        else
          updated.insert(workspace_of(outcome->action));
        break;
      case ActionResult::failed:
        ++failed;
        break;
      case ActionResult::skipped:
        ++skipped;
        break;
    }
  }
  Writer writer(style);
  writer.failure(last);
  writer.outcome_lines(final);
  conditions(writer, view);
  writer.remarks(last);
  writer.verdict(last.verdict);
  writer.last_line(fmt::format("Applied: {} created, {} updated{}{}; {} in sync{}.", created, updated.size(),
                               counted(failed, "failed"), counted(skipped, "skipped"), view.in_sync,
                               others(view)));
  return writer.take();
}

std::string describe(const Action& action) {
  const std::string workspace = visible(workspace_of(action).to_string());
  if (const auto* create = std::get_if<CreateWorkspace>(&action))
    return fmt::format("+ create {}: {}", workspace, change_of(*create));
  return fmt::format("~ update {}: {}", workspace, change_of(action));
}

}  // namespace cr::reconcile
