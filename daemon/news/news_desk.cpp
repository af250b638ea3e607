#include "daemon/news/news_desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "daemon/text/counted.h"
#include "reconcile/fields/managed_field.h"
#include "reconcile/model/author.h"
#include "reconcile/model/condition.h"
#include "specs/visible.h"

namespace cr::daemon {
namespace {

using reconcile::CycleReport;
using reconcile::Reason;
using reconcile::WorkspaceStatus;
using reconcile::sets::SetStatus;

bool unknown(const WorkspaceStatus& row) {
  return reconcile::ready_of(row.ready.reason) == reconcile::Ready::Unknown;
}

bool identity_before(const WorkspaceStatus& a, const WorkspaceStatus& b) {
  return specs::compare_identities(*a.spec, *b.spec) < 0;
}

/// Whether the live value differs because somebody changed it: it was as declared before, by the same spec.
bool is_drift(const WorkspaceStatus& row, const WorkspaceStatus* before, reconcile::Field field) {
  if (!before || !(*before->spec == *row.spec) || before->ready.reason != Reason::InSync) return false;
  return std::ranges::none_of(before->drift, [&](const auto& change) { return change.field == field; });
}

/// Whether the revision in force is live: nobody waits for anything.
bool is_wholly_converged(const CycleReport& report) {
  const bool good =
      report.result == reconcile::CycleResult::in_sync || report.result == reconcile::CycleResult::converged;
  return good && report.invalid_documents + report.duplicate_documents == 0 &&
         std::ranges::all_of(report.workspaces,
                             [](const WorkspaceStatus& row) {
                               return row.ready.reason == Reason::InSync ||
                                      row.ready.reason == Reason::Suspended;
                             }) &&
         std::ranges::all_of(report.sets, [](const SetStatus& set) {
           return reconcile::sets::ready_of(set.reason) == reconcile::Ready::True;
         });
}

const WorkspaceStatus& row_of(const WorkspaceStatus& row) {
  return row;
}
const WorkspaceStatus& row_of(const reconcile::Rows::Row& row) {
  return *row;
}

/// Of rows that are sorted by identity; null where it is not among them.
template <class Range>
const WorkspaceStatus* find_row(const Range& rows, const specs::Identity& workspace) {
  const auto found = std::partition_point(rows.begin(), rows.end(), [&](const auto& row) {
    return specs::identity_of(*row_of(row).spec) < workspace;
  });
  const bool same = found != rows.end() && specs::identity_of(*row_of(*found).spec) == workspace;
  return same ? &row_of(*found) : nullptr;
}

const SetStatus* find_set(const CycleReport& report, const std::string& name) {
  const auto found = std::ranges::find(report.sets, name, &SetStatus::name);
  return found == report.sets.end() ? nullptr : &*found;
}

/// Both say that a workspace waits for somebody.
NewsKind general(NewsKind kind) {
  return kind == NewsKind::BuildFailed ? NewsKind::NeedsPerson : kind;
}

}  // namespace

std::span<const NewsKind> all_news_kinds() {
  static constexpr std::array kAll = {
      NewsKind::PlanHeld,      NewsKind::CoderUnreachable, NewsKind::SpecsInvalid,  NewsKind::NeedsPerson,
      NewsKind::BuildFailed,   NewsKind::WillNotStart,     NewsKind::DeletionAhead, NewsKind::DriftFound,
      NewsKind::DriftRepaired, NewsKind::Recovered,        NewsKind::Converged};
  return kAll;
}

std::string_view to_string(NewsKind kind) {
  switch (kind) {
    case NewsKind::PlanHeld:
      return "PlanHeld";
    case NewsKind::CoderUnreachable:
      return "CoderUnreachable";
    case NewsKind::SpecsInvalid:
      return "SpecsInvalid";
    case NewsKind::NeedsPerson:
      return "NeedsPerson";
    case NewsKind::BuildFailed:
      return "BuildFailed";
    case NewsKind::WillNotStart:
      return "WillNotStart";
    case NewsKind::DeletionAhead:
      return "DeletionAhead";
    case NewsKind::DriftFound:
      return "DriftFound";
    case NewsKind::DriftRepaired:
      return "DriftRepaired";
    case NewsKind::Recovered:
      return "Recovered";
    case NewsKind::Converged:
      return "Converged";
  }
  return "";
}

bool is_grave(NewsKind kind) {
  return kind != NewsKind::DriftRepaired && kind != NewsKind::Recovered && kind != NewsKind::Converged;
}

/// What is the same for many becomes one piece.
class NewsDesk::Grouping {
 public:
  void add(NewsKind kind, const std::string& reason, const Key& about, const Detail& detail) {
    // Of drift each value and author is news of its own, and each set; elsewhere the reason makes it the
    // same.
    const std::string alike = kind == NewsKind::DriftFound ? detail.text + '\0' + detail.author : about.set;
    News& news = groups_[{kind, reason, alike}];
    if (news.count == 0 && news.text.empty()) {
      news.kind = kind;
      news.reason = reason;
      news.text = specs::visible(detail.text);
      news.author = specs::visible(detail.author);
    }
    ++news.count;
    if (about.workspace != specs::Identity() && news.workspaces.size() < News::kNamed)
      news.workspaces.push_back(about.workspace);
  }

  [[nodiscard]] std::optional<Bulletin> bulletin() && {
    if (groups_.empty()) return std::nullopt;
    Bulletin made;
    for (auto& [key, news] : groups_) {
      if (made.news.size() == Bulletin::kMost) {
        ++made.more;
      } else {
        made.news.push_back(std::move(news));
      }
    }
    return made;
  }

 private:
  std::map<std::tuple<NewsKind, std::string, std::string>, News>
      groups_;  // kinds are in the order of gravity
};

void NewsDesk::find_whole(const CycleReport& report, const specs::DesiredState& desired,
                          const std::string& ways_out, Found& found) const {
  if (report.failure) {
    found[{NewsKind::CoderUnreachable, {}}] = {report.failure->to_string(), {}};
  }
  if (report.verdict.held) {
    found[{NewsKind::PlanHeld, {}, {}, report.verdict.digest}] = {report.verdict.message + ways_out, {}};
  }
  for (const specs::Diagnostic& one : desired.diagnostics) {
    const std::string document = fmt::format("{}:{}:{}", one.where.path(), one.document, one.document_column);
    Detail& detail = found[{NewsKind::SpecsInvalid, {}, {}, document}];
    if (detail.text.empty()) detail.text = fmt::format("{}: {}", one.where.to_string(), one.message);
  }
}

void NewsDesk::find_sets(const CycleReport& report, Found& found) {
  for (const reconcile::sets::SetStatus& set : report.sets) {
    if (reconcile::sets::ready_of(set.reason) != reconcile::Ready::False) continue;
    const bool held = set.reason == reconcile::sets::Reason::Held;
    Key key{held ? NewsKind::PlanHeld : NewsKind::NeedsPerson,
            {},
            set.name,
            held ? set.digest : std::string(reconcile::sets::to_string(set.reason))};
    found[std::move(key)] = {fmt::format("set {} ({}): {}", set.name, set.where.to_string(), set.message),
                             {}};
  }
}

void NewsDesk::find_of(const WorkspaceStatus& row, const WorkspaceStatus* before, Found& found) const {
  const specs::Identity workspace = specs::identity_of(*row.spec);
  const Reason reason = row.ready.reason;
  if (reason == Reason::Suspended) return;
  bool drifted = false;
  for (const reconcile::Change& change : row.drift) {
    const bool mendable = change.field != reconcile::Field::missing &&
                          !reconcile::is_informational(change.field) &&
                          reconcile::entry_of(change.field).is_drift;
    if (!mendable) continue;
    Key key{NewsKind::DriftFound, workspace, {}, std::string(reconcile::to_string(change.field))};
    if (!open_.contains(key) && !is_drift(row, before, change.field)) continue;
    drifted = true;
    found[std::move(key)] = {fmt::format("{} is {}, declared {}", reconcile::to_string(change.field),
                                         change.from, specs::to_text(change.to)),
                             change.by.known() ? reconcile::to_string(change.by) : std::string()};
  }
  if (reconcile::waits_for_person(reason) && reason != Reason::Held &&
      !(reason == Reason::Drifted && drifted)) {
    const NewsKind kind = reason == Reason::BuildFailed ? NewsKind::BuildFailed : NewsKind::NeedsPerson;
    found[{kind, workspace, {}, std::string(reconcile::to_string(reason))}] = {row.ready.message, {}};
  }
  for (const reconcile::RemarkNote& note : row.remarks) {
    if (note.remark == reconcile::Remark::WillNotStart) {
      found[{NewsKind::WillNotStart, workspace}] = {note.message, {}};
    } else if (note.remark == reconcile::Remark::DeletionAhead) {
      found[{NewsKind::DeletionAhead, workspace}] = {note.message, {}};
    }
  }
}

void NewsDesk::find_rows(const CycleReport& report, Found& found) const {
  auto before = known_.begin();
  for (const WorkspaceStatus& row : report.workspaces) {
    while (before != known_.end() && identity_before(**before, row)) ++before;
    const bool same = before != known_.end() && !identity_before(row, **before);
    if (!unknown(row)) find_of(row, same ? before->get() : nullptr, found);
  }
}

bool NewsDesk::is_unknown(const Key& key, const CycleReport& report) const {
  // What a cycle could not see is neither open nor over.
  const bool blind = report.result == reconcile::CycleResult::failed;
  if (!key.set.empty()) {
    const SetStatus* set = find_set(report, key.set);
    return blind || (set && reconcile::sets::ready_of(set->reason) == reconcile::Ready::Unknown);
  }
  if (key.workspace == specs::Identity())
    return blind && key.kind != NewsKind::CoderUnreachable && key.kind != NewsKind::SpecsInvalid;
  if (blind) return true;
  const WorkspaceStatus* row = find_row(report.workspaces, key.workspace);
  return row && unknown(*row);
}

bool NewsDesk::is_replaced(const Key& key, const Found& found) {
  return key.kind != NewsKind::DriftFound && std::ranges::any_of(all_news_kinds(), [&](NewsKind kind) {
           if (general(kind) != general(key.kind)) return false;
           const auto other = found.lower_bound({kind, key.workspace, key.set});
           return other != found.end() && other->first.kind == kind &&
                  other->first.workspace == key.workspace && other->first.set == key.set;
         });
}

void NewsDesk::tell_what_begins(const Found& found, Grouping& grouping) {
  for (const auto& [key, detail] : found) {
    const auto [place, fresh] = open_.try_emplace(key);
    place->second.over_since.reset();
    if (!fresh || (first_ && key.kind != NewsKind::PlanHeld)) continue;
    const bool one_of_many = key.kind == NewsKind::SpecsInvalid;
    grouping.add(key.kind, one_of_many ? std::string() : key.reason, key, detail);
  }
}

void NewsDesk::tell_what_is_over(const Found& found, const CycleReport& report, Grouping& grouping) {
  for (auto entry = open_.begin(); entry != open_.end();) {
    const Key& key = entry->first;
    std::optional<async::WallTime>& over_since = entry->second.over_since;
    if (found.contains(key) || is_unknown(key, report)) {
      ++entry;
      continue;
    }
    const bool declared = key.set.empty()
                              ? key.workspace == specs::Identity() || find_row(known_, key.workspace)
                              : find_set(report, key.set) != nullptr;
    if (declared && !is_replaced(key, found)) {
      if (!over_since) over_since = report.ended;
      if (report.ended - *over_since < kSettled) {
        ++entry;
        continue;
      }
      tell_end(key, grouping);
    }
    entry = open_.erase(entry);
  }
}

void NewsDesk::tell_end(const Key& key, Grouping& grouping) {
  if (key.kind == NewsKind::DriftFound) {
    grouping.add(NewsKind::DriftRepaired, key.reason, key, {key.reason + " is as declared again", {}});
  } else {
    grouping.add(NewsKind::Recovered, std::string(to_string(key.kind)), key,
                 {key.set.empty() ? "is over" : fmt::format("set {}: is over", key.set), {}});
  }
}

void NewsDesk::tell_convergence(const CycleReport& report, Grouping& grouping) {
  if (report.revision.empty() || report.revision == converged_ || !is_wholly_converged(report)) return;
  converged_ = report.revision;
  if (first_) return;
  grouping.add(NewsKind::Converged, {}, {},
               {fmt::format("revision {} is live: {} as declared", report.revision,
                            counted(report.workspaces.size(), "workspace")),
                {}});
}

void NewsDesk::remember(const CycleReport& report) {
  std::vector<reconcile::Rows::Row> now;
  now.reserve(report.workspaces.size());
  auto before = known_.begin();
  for (const reconcile::Rows::Row& row : report.workspaces.shared()) {
    while (before != known_.end() && identity_before(**before, *row)) ++before;
    const bool same = before != known_.end() && !identity_before(*row, **before);
    now.push_back(same && unknown(*row) ? *before : row);
  }
  known_ = std::move(now);
}

std::optional<Bulletin> NewsDesk::hear(const CycleReport& report, const specs::DesiredState& desired,
                                       const std::string& ways_out) {
  Found found;
  find_whole(report, desired, ways_out, found);
  find_sets(report, found);
  find_rows(report, found);
  Grouping grouping;
  tell_what_begins(found, grouping);
  // A report of a cycle that failed as a whole may have no rows, which says nothing of who is declared.
  if (report.result != reconcile::CycleResult::failed) remember(report);
  tell_what_is_over(found, report, grouping);
  tell_convergence(report, grouping);
  first_ = false;
  std::optional<Bulletin> made = std::move(grouping).bulletin();
  if (!made) return made;
  made->at = std::chrono::floor<std::chrono::seconds>(report.ended);
  made->revision = report.revision;
  if (report.verdict.held) made->digest = report.verdict.digest;
  return made;
}

}  // namespace cr::daemon
