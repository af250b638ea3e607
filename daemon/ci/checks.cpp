#include "daemon/ci/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <variant>

#include "daemon/exit_code.h"
#include "reconcile/fields/managed_field.h"
#include "reconcile/report/report_view.h"
#include "specs/visible.h"

namespace cr::daemon::ci {
namespace {

using specs::SourcePosition;

/// Checks in the making, found again by where their documents begin.
class List {
 public:
  Check& add(std::string_view name, const SourcePosition& where) {
    by_place_.try_emplace(key_of(where), checks_.size());
    return checks_.emplace_back(Check{.name = specs::visible(name), .where = where});
  }
  /// Of the document that begins there, if that is one of the checks; of a set's workspaces the first.
  Check* find(const SourcePosition& where) {
    const auto place = by_place_.find(key_of(where));
    return place == by_place_.end() ? nullptr : &checks_[place->second];
  }
  /// By file and line, as people read them.
  std::vector<Check> take() {
    std::ranges::stable_sort(checks_, {}, [](const Check& one) { return key_of(one.where); });
    return std::move(checks_);
  }

 private:
  using Key = std::tuple<std::string, std::uint32_t, std::uint32_t>;
  static Key key_of(const SourcePosition& where) {
    return {std::string(where.path()), where.line, where.column};
  }
  std::vector<Check> checks_;
  std::map<Key, std::size_t> by_place_;
};

std::string with_remedy(std::string message, const std::string& remedy) {
  if (!remedy.empty()) message += fmt::format(" ({})", remedy);
  return specs::visible(message);
}

std::string behind_field(std::string_view field, std::string_view message) {
  return field.empty() ? std::string(message) : fmt::format("{}: {}", field, message);
}

/// Those that were left out; one check for all errors of a document.
void add_invalid(const specs::DesiredState& desired, List& list) {
  for (const specs::Diagnostic& one : desired.diagnostics) {
    const SourcePosition document{one.where.file, one.document, one.document_column};
    const std::string name =
        one.document == 0 ? std::string(one.where.path()) : fmt::format("document in line {}", one.document);
    Check* check = list.find(document);
    if (!check) check = &list.add(name, document);
    check->findings.push_back({.level = Level::error,
                               .rule = std::string(specs::to_string(one.kind)),
                               .message = with_remedy(behind_field(one.field, one.message), one.remedy),
                               .where = one.where});
  }
}

void add_warning(const specs::Warning& warning, specs::FieldPlaces& places, List& list) {
  const std::optional<specs::FieldPlace> place = specs::place_of(warning, places);
  std::string message = behind_field(specs::to_text(warning.field), warning.message);
  if (warning.workspaces > 1) message += fmt::format("; also for {} others", warning.workspaces - 1);
  Check* check = list.find(warning.where);
  if (!check) check = &list.add(specs::to_string(warning.kind), warning.where);
  check->findings.push_back({.level = Level::warning,
                             .rule = std::string(specs::to_string(warning.kind)),
                             .message = with_remedy(std::move(message), warning.remedy),
                             .where = place ? place->where : warning.where});
}

/// Where the declared value of what an action writes stands; else where the document begins.
SourcePosition place_of(const reconcile::Action& action, const specs::WorkspaceSpec& spec,
                        specs::FieldPlaces& places) {
  const reconcile::WriteField* write = reconcile::field_write_of(action);
  if (!write) return spec.where;
  const auto place =
      places.find(spec.where, {"spec", std::string(reconcile::entry_of(write->change.field).key)});
  return place ? place->where : spec.where;
}

std::string would_do(const reconcile::Action& action) {
  const std::string change = reconcile::change_of(action);
  if (std::holds_alternative<reconcile::CreateWorkspace>(action)) return "would be created: " + change;
  return (reconcile::field_write_of(action) ? "would change " : "would be done: ") + change;
}

void add_changes(const reconcile::WorkspacePlan& plan, const specs::WorkspaceSpec& spec,
                 specs::FieldPlaces& places, Check& check) {
  for (const reconcile::Action& action : plan.actions) {
    check.findings.push_back({.level = Level::note,
                              .rule = std::string(reconcile::to_string(reconcile::kind_of(action))),
                              .message = would_do(action),
                              .where = place_of(action, spec, places)});
  }
}

void add_row(const reconcile::CycleReport& report, const reconcile::WorkspaceStatus& row,
             specs::FieldPlaces& places, List& list) {
  Check& check = list.add(specs::identity_of(*row.spec).to_string(), row.spec->where);
  check.skipped = row.ready.reason == reconcile::Reason::Suspended;
  if (stays_unready(row)) {
    check.findings.push_back({.level = Level::error,
                              .rule = std::string(reconcile::to_string(row.ready.reason)),
                              .message = specs::visible(row.ready.message),
                              .where = row.spec->where});
  }
  if (const auto place = reconcile::place_in(report.plan, *row.spec))
    add_changes(report.plan.workspaces[*place], *row.spec, places, check);
}

}  // namespace

Checks checks_of(const specs::DesiredState& desired, const std::vector<specs::Warning>& warnings,
                 specs::FieldPlaces& places) {
  List list;
  for (const specs::SpecPtr& spec : desired.specs)
    list.add(specs::identity_of(*spec).to_string(), spec->where);
  for (const specs::SetPtr& set : desired.sets) list.add(fmt::format("set {}", set->name), set->where);
  add_invalid(desired, list);
  for (const specs::Warning& warning : warnings) add_warning(warning, places, list);
  return {.command = "validate", .list = list.take()};
}

Checks checks_of(const reconcile::CycleReport& report, const specs::DesiredState& desired,
                 specs::FieldPlaces& places) {
  List list;
  add_invalid(desired, list);
  for (const reconcile::WorkspaceStatus& row : report.workspaces) add_row(report, row, places, list);
  Checks checks{.command = "plan", .list = list.take()};
  if (report.failure) checks.failure = specs::visible(report.failure->to_string());
  if (!report.internal_error.empty()) checks.failure = specs::visible(report.internal_error);
  if (report.verdict.held) {
    checks.list.push_back({.name = "guard",
                           .findings = {{.level = Level::error,
                                         .rule = std::string(reconcile::to_string(reconcile::Reason::Held)),
                                         .message = specs::visible(report.verdict.message)}}});
  }
  return checks;
}

Checks failed(std::string_view command, std::string_view why) {
  return {.command = command, .list = {}, .failure = specs::visible(why)};
}

}  // namespace cr::daemon::ci
