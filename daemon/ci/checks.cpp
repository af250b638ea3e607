#include "daemon/ci/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <tuple>
#include <utility>
#include <variant>

#include "daemon/exit_code.h"
#include "reconcile/fields/managed_field.h"
#include "reconcile/report/report_view.h"
#include "reconcile/report/set_view.h"
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

/// An error at its place; one that knows none, where `otherwise` says.
Finding finding_of(const specs::Diagnostic& one, const SourcePosition& otherwise) {
  return {.level = Level::error,
          .rule = std::string(specs::to_string(one.kind)),
          .message = with_remedy(behind_field(one.field, one.message), one.remedy),
          .where = one.where.path().empty() ? otherwise : one.where};
}

/// Those that were left out; one check for all errors of a document.
void add_invalid(const specs::DesiredState& desired, List& list) {
  for (const specs::Diagnostic& one : desired.diagnostics) {
    const SourcePosition document{one.where.file, one.document, one.document_column};
    const std::string name =
        one.document == 0 ? std::string(one.where.path()) : fmt::format("document in line {}", one.document);
    Check* check = list.find(document);
    if (!check) check = &list.add(name, document);
    check->findings.push_back(finding_of(one, document));
  }
}

/// `warning` without its others; `left` of them are not shown by themselves.
void add_one_warning(const specs::Warning& warning, std::size_t left, specs::FieldPlaces& places,
                     List& list) {
  const std::optional<specs::FieldPlace> place = specs::place_of(warning, places);
  std::string message = behind_field(specs::to_text(warning.field), warning.message);
  if (left > 0) message += fmt::format("; also for {} others", left);
  Check* check = list.find(warning.where);
  if (!check) check = &list.add(specs::to_string(warning.kind), warning.where);
  check->findings.push_back({.level = Level::warning,
                             .rule = std::string(specs::to_string(warning.kind)),
                             .message = with_remedy(std::move(message), warning.remedy),
                             .where = place ? place->where : warning.where});
}

/// On each workspace that it is about, as far as it names them.
void add_warning(const specs::Warning& warning, specs::FieldPlaces& places, List& list) {
  const std::size_t named = 1 + warning.others.size();
  add_one_warning(warning, std::max(warning.workspaces, named) - named, places, list);
  for (const specs::SpecPtr& other : warning.others) {
    specs::Warning same;
    same.kind = warning.kind;
    same.spec = other;
    same.field = warning.field;
    same.where = other->where;
    same.message = warning.message;
    same.remedy = warning.remedy;
    add_one_warning(same, 0, places, list);
  }
}

/// Where the declared value of what an action writes stands; else where the document begins.
SourcePosition place_of(const reconcile::Action& action, const specs::WorkspaceSpec& spec,
                        specs::FieldPlaces& places) {
  const reconcile::WriteField* write = reconcile::field_write_of(action);
  if (!write) return spec.where;
  const std::string_view key = reconcile::entry_of(write->change.field).key;
  if (const specs::DefaultedField* from = specs::default_of(spec, key)) return from->where;
  specs::FieldPath path{"spec", std::string(key)};
  if (!spec.body->set.empty()) path.insert(path.begin(), {"spec", "template"});
  const auto place = places.find(spec.where, path);
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

std::string name_of_set(std::string_view name) {
  return fmt::format("set {}", name);
}

/// What is wrong with single owners is known only where the owners are, so no load has told of it.
void add_set(const reconcile::sets::SetStatus& set, List& list) {
  Check& check = list.add(name_of_set(set.name), set.where);
  if (!reconcile::is_ready(set)) {
    check.findings.push_back({.level = Level::error,
                              .rule = std::string(reconcile::sets::to_string(set.reason)),
                              .message = specs::visible(reconcile::said_of(set)),
                              .where = set.where});
  }
  for (const specs::Diagnostic& one : set.diagnostics) check.findings.push_back(finding_of(one, set.where));
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

/// The names on the way to `path`, seen from `folder`. Points into both.
std::vector<std::string_view> parts_of(std::string_view folder, std::string_view path) {
  std::vector<std::string_view> parts;
  for (std::string_view left : {folder, path}) {
    while (!left.empty()) {
      const std::string_view part = left.substr(0, left.find('/'));
      left.remove_prefix(std::min(left.size(), part.size() + 1));
      if (part.empty() || part == ".") continue;
      if (part != "..")
        parts.push_back(part);
      else if (!parts.empty())
        parts.pop_back();
    }
  }
  return parts;
}

}  // namespace

Checks checks_of(const specs::DesiredState& desired, const std::vector<specs::Warning>& warnings,
                 specs::FieldPlaces& places) {
  List list;
  for (const specs::SpecPtr& spec : desired.specs)
    list.add(specs::identity_of(*spec).to_string(), spec->where);
  for (const specs::SetPtr& set : desired.sets) list.add(name_of_set(set->name), set->where);
  for (const specs::DefaultsInUse& one : desired.defaults)
    list.add(fmt::format("defaults {}", one.name), one.where);
  add_invalid(desired, list);
  for (const specs::Warning& warning : warnings) add_warning(warning, places, list);
  return {.command = "validate", .list = list.take()};
}

Checks checks_of(const reconcile::CycleReport& report, const specs::DesiredState& desired,
                 specs::FieldPlaces& places) {
  List list;
  add_invalid(desired, list);
  for (const reconcile::sets::SetStatus& set : report.sets) add_set(set, list);
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

std::string path_in(const Checkout& checkout, std::string_view path) {
  const bool absolute = path.starts_with('/');
  if (path.empty() || path == "<stdin>" || checkout.root.empty()) return std::string(path);
  std::vector<std::string_view> parts = parts_of(absolute ? std::string_view() : checkout.working_dir, path);
  const std::vector<std::string_view> root = parts_of({}, checkout.root);
  const bool below =
      parts.size() > root.size() && std::ranges::equal(root, std::span(parts).first(root.size()));
  if (below) parts.erase(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(root.size()));
  return fmt::format("{}{}", below ? "" : "/", fmt::join(parts, "/"));
}

Checks failed(std::string_view command, std::string_view why) {
  return {.command = command, .list = {}, .failure = specs::visible(why)};
}

}  // namespace cr::daemon::ci
