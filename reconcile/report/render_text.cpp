#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <span>

#include "reconcile/coder/fault.h"
#include "reconcile/forecast/remarks.h"
#include "reconcile/report/forecast_view.h"
#include "reconcile/report/render.h"
#include "reconcile/report/report_view.h"
#include "reconcile/report/set_view.h"

namespace cr::reconcile {
namespace {

/// So many names of one group that could not be read are listed; the cause is the same for all.
constexpr std::size_t kUnknownListed = 10;

enum class Colour { green, yellow, red, dim, bold };

constexpr std::size_t kNamesWidth = 100;

class Writer {
 public:
  explicit Writer(TextStyle style) : style_(style) {}

  void plan_lines(const ReportView& view) {
    const std::vector<AlikeGroup> creates = alike(view.creates);
    const std::vector<AlikeGroup> updates = alike(view.updates);
    std::size_t width = 0;
    for (const auto* groups : {&creates, &updates}) {
      for (const AlikeGroup& group : *groups) width = std::max(width, head_of(group.workspaces).size());
    }
    for (const AlikeGroup& group : creates) plan_group(group, "+ create", Colour::green, width);
    if (!creates.empty() && !updates.empty()) text_ += '\n';
    for (const AlikeGroup& group : updates) plan_group(group, "~ update", Colour::yellow, width);
    paragraph();
  }

  void outcome_lines(std::span<const Outcome* const> outcomes) {
    const std::vector<AlikeOutcomes> groups = alike(outcomes);
    std::size_t width = 0;
    for (const AlikeOutcomes& group : groups) width = std::max(width, head_of(names_of(group)).size());
    for (const AlikeOutcomes& group : groups) outcome_line(group, width);
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
                             painted(visible(declared_by(*row.spec)), Colour::dim));
      }
      if (shown < group.rows.size()) text_ += fmt::format("      … and {} more\n", group.rows.size() - shown);
    }
    paragraph();
  }

  /// Each of which there is something to say.
  void sets(const CycleReport& report) {
    bool any = false;
    for (const sets::SetStatus* set : by_need(report.sets)) {
      const std::string said = said_of(*set);
      if (said.empty()) continue;
      if (!any) text_ += painted("Sets", Colour::bold) + '\n';
      any = true;
      const Ready ready = sets::ready_of(set->reason);
      const Colour colour = ready == Ready::True ? Colour::green : Colour::red;
      text_ += fmt::format("  {}: {}\n      {}   {}   {}\n", painted(sets::to_string(set->reason), colour),
                           visible(said), visible(set->name),
                           painted(visible(set->where.to_string()), Colour::dim), owners_text(*set));
    }
    if (any) paragraph();
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
      text_ += fmt::format("{} {}\n\n", painted("Internal error in coder-reconciler:", Colour::red),
                           visible(report.internal_error));
    }
  }

  void verdict(const Verdict& verdict) {
    if (verdict.held)
      text_ += fmt::format("{} {}\n\n", painted("Held:", Colour::red), visible(verdict.message));
    if (verdict.approved)
      text_ += fmt::format("Exceeds the limit of {} changes; approved by digest {}.\n\n", verdict.limit,
                           verdict.digest);
  }

  /// What happens when to whom, in the order of time.
  struct Event {
    std::chrono::sys_seconds at;
    const WorkspaceStatus* row;
    std::string what;  ///< beside its name
  };
  void events(std::string_view title, std::vector<Event> events) {
    if (events.empty()) return;
    std::ranges::stable_sort(events, {}, &Event::at);
    std::size_t width = 0;
    for (const Event& event : events) width = std::max(width, name_of(*event.row).size());
    text_ += painted(title, Colour::bold) + '\n';
    for (const Event& event : events) {
      const std::string name = name_of(*event.row);
      text_ += fmt::format("  {}   {}", moment_text(event.at), name);
      if (!event.what.empty())
        text_ += fmt::format("{}   {}", std::string(width - name.size(), ' '), visible(event.what));
      text_ += '\n';
    }
    paragraph();
  }

  void last_line(std::string_view line) { text_ += painted(line, Colour::bold) + '\n'; }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  static std::string name_of(const WorkspaceStatus& row) {
    return visible(specs::identity_of(*row.spec).to_string());
  }

  using Names = std::vector<const Identity*>;

  static Names names_of(const AlikeOutcomes& group) {
    Names names;
    for (const Outcome* outcome : group.outcomes) names.push_back(&workspace_of(outcome->action));
    return names;
  }

  static std::string head_of(const Names& workspaces) {
    if (workspaces.size() > 1) return fmt::format("{} ×", workspaces.size());
    return visible(workspaces.front()->to_string());
  }

  void plan_group(const AlikeGroup& group, std::string_view verb, Colour colour, std::size_t width) {
    std::string head = fmt::format("{} {:<{}}", painted(verb, colour), head_of(group.workspaces), width);
    for (const std::string& change : group.changes) {
      text_ += fmt::format("{}   {}\n", head, change);
      head = std::string(verb.size() + 1 + width, ' ');
    }
    list_names(group.workspaces);
  }

  /// Of a group; a single one has its name in its line.
  void list_names(const Names& workspaces) {
    if (workspaces.size() < 2) return;
    std::string line;
    for (const Identity* workspace : workspaces) {
      const std::string name = visible(workspace->to_string());
      if (!line.empty() && line.size() + name.size() + 2 > kNamesWidth) {
        text_ += "      " + painted(line + ',', Colour::dim) + '\n';
        line.clear();
      }
      line += (line.empty() ? "" : ", ") + name;
    }
    text_ += "      " + painted(line, Colour::dim) + '\n';
  }

  void outcome_line(const AlikeOutcomes& group, std::size_t width) {
    const Outcome& outcome = *group.outcomes.front();
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
    const Names names = names_of(group);
    text_ += fmt::format("{} {:<{}}   {}\n", painted(verb, colour), head_of(names), width, group.text);
    list_names(names);
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
  writer.groups("Needs action", view.person, Colour::red, static_cast<std::size_t>(-1));
  writer.groups("In progress", view.on_its_way, Colour::yellow, kUnknownListed);
  writer.groups("Unknown", view.unknown, Colour::red, kUnknownListed);
}

std::string counted(std::size_t count, std::string_view what) {
  return count == 0 ? std::string() : fmt::format(", {} {}", count, what);
}

std::string others(const ReportView& view, const CycleReport& report) {
  const std::size_t sets = sets_not_ready(report);
  return counted(view.suspended, "suspended") +
         counted(view.person_count, view.person_count == 1 ? "needs action" : "need action") +
         counted(view.on_its_way_count, "in progress") + counted(view.unknown_count, "unknown") +
         counted(sets, sets == 1 ? "set not ready" : "sets not ready");
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
  return fmt::format("Plan: {}, {} unchanged{}{}.", changes, view.in_sync, others(view, report), left_out);
}

std::string render_plan_text(const CycleReport& report, TextStyle style) {
  const ReportView view = view_plan(report);
  Writer writer(style);
  writer.failure(report);
  writer.plan_lines(view);
  conditions(writer, view);
  writer.sets(report);
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
  writer.sets(last);
  writer.remarks(last);
  writer.verdict(last.verdict);
  writer.last_line(fmt::format("Applied: {} created, {} updated{}{}; {} in sync{}.", created, updated.size(),
                               counted(failed, "failed"), counted(skipped, "skipped"), view.in_sync,
                               others(view, last)));
  return writer.take();
}

std::string describe(const Action& action) {
  const std::string workspace = visible(workspace_of(action).to_string());
  if (const auto* create = std::get_if<CreateWorkspace>(&action))
    return fmt::format("+ create {}: {}", workspace, change_of(*create));
  return fmt::format("~ update {}: {}", workspace, change_of(action));
}

namespace {

std::string plural(std::size_t count, std::string_view one) {
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

}  // namespace

std::string render_forecast_text(const CycleReport& report, std::chrono::seconds within, TextStyle style) {
  const auto from = std::chrono::floor<std::chrono::seconds>(report.ended);
  const auto is_near = [&](Instant at) { return is_ahead(at, from) && *at <= from + within; };
  std::vector<Writer::Event> starts, blocked, stops, deletions, missed;
  for (const WorkspaceStatus& row : report.workspaces) {
    const auto& [start, stop, deletion] = row.forecast;
    if (const Instant next = start.next(); is_near(next)) starts.push_back({*next, &row, ""});
    if (is_near(start.at) && start_fails(row)) blocked.push_back({*start.at, &row, why_not(start)});
    if (start.missed) missed.push_back({*start.missed, &row, ""});
    if (is_near(stop.at)) stops.push_back({*stop.at, &row, fmt::format("by {}", words_of(stop.by))});
    if (is_near(deletion)) deletions.push_back({*deletion, &row, "unless it is woken before"});
  }
  const std::string summary =
      fmt::format("Forecast: {}, {} will not come, {}, {}.", plural(starts.size(), "start"), blocked.size(),
                  plural(stops.size(), "stop"), plural(deletions.size(), "deletion"));
  Writer writer(style);
  writer.failure(report);
  writer.events("Starts", std::move(starts));
  writer.events("Will not start", std::move(blocked));
  writer.events("Should have started and did not", std::move(missed));
  writer.events("Stops", std::move(stops));
  writer.events("Deletions", std::move(deletions));
  writer.last_line(summary);
  std::string text = writer.take();
  const FleetForecast fleet = fleet_forecast(report.workspaces, from);
  const auto most = std::ranges::max_element(fleet.slots);
  if (*most > 1) {
    const auto slot = static_cast<std::size_t>(most - fleet.slots.begin());
    text += fmt::format("Most starts within five minutes: {}, from {} on; {}.\n", *most,
                        moment_text(fleet.slot_begins(slot)),
                        provisioners_text(report.provisioners, report.ended));
  }
  return text;
}

}  // namespace cr::reconcile
