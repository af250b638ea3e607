#include "daemon/news/news_desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include "daemon/loop/new_drift.h"
#include "daemon/text/counted.h"
#include "reconcile/fields/managed_field.h"
#include "reconcile/model/author.h"
#include "reconcile/model/condition.h"
#include "reconcile/report/convergence.h"
#include "specs/text/message_text.h"
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

/// Of a clock that was set back nobody knows.
bool is_past(async::WallTime since, async::WallTime now, std::chrono::minutes pause) {
  return now < since || now - since >= pause;
}

/// Both say that a workspace waits for somebody.
NewsKind without_cause(NewsKind kind) {
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
  explicit Grouping(std::map<Alike, Piece>& pieces) : pieces_(pieces) {}

  void add(NewsKind kind, const std::string& reason, const Key& about, const Detail& detail) {
    Piece& piece = pieces_[{kind, reason, alike_of(kind, about, detail)}];
    News& news = piece.news;
    const std::string author(text::cut(specs::visible(detail.author), kLongestText));
    if (news.count == 0) {
      news.kind = kind;
      news.reason = reason;
      news.text = std::string(text::cut(specs::visible(detail.text), kLongestText));
      news.author = author;
      piece.first_text = detail.text;
    } else if (piece.first_text != detail.text && !news.text.ends_with(kOfTheFirst)) {
      news.text += kOfTheFirst;
    }
    if (news.author != author) news.author.clear();
    ++news.count;
    if (about.workspace != specs::Identity() && news.workspaces.size() < News::kNamed)
      news.workspaces.push_back(about.workspace);
  }

 private:
  // A receiver of CloudEvents need not take more than 64 KiB.
  static constexpr std::size_t kLongestText = 1000;
  static constexpr std::size_t kMostDrifts = 5;
  static constexpr std::string_view kOfTheFirst = " (the first of them)";

  /// Of drift each value and author is news of its own, if they are few; so is each set. Elsewhere the reason
  /// makes it the same.
  [[nodiscard]] std::string alike_of(NewsKind kind, const Key& about, const Detail& detail) const {
    if (kind != NewsKind::DriftFound) return about.set;
    std::string alike = detail.text + '\0' + detail.author;
    const auto drifts = std::ranges::count_if(
        pieces_, [](const auto& piece) { return std::get<0>(piece.first) == NewsKind::DriftFound; });
    const bool known = pieces_.contains({kind, about.reason, alike});
    return known || static_cast<std::size_t>(drifts) < kMostDrifts ? alike : std::string();
  }

  std::map<Alike, Piece>& pieces_;
};

void NewsDesk::find_whole(const CycleReport& report, const specs::DesiredState& desired,
                          const std::string& ways_out, Found& found) const {
  if (report.failure) {
    const bool refused = report.failure->fault == coder::ApiFault::unauthorized;
    found[{NewsKind::CoderUnreachable, {}, {}, refused ? "Unauthorized" : ""}] = {
        report.failure->to_string()};
  }
  if (report.verdict.held)
    found[{NewsKind::PlanHeld}] = {report.verdict.message + ways_out, {}, report.verdict.digest};
  // By their number in the file: their lines move with every edit above them.
  std::map<std::string_view, std::set<std::pair<std::uint32_t, std::uint32_t>>> of_file;
  for (const specs::Diagnostic& one : desired.diagnostics) {
    auto& documents = of_file[one.where.path()];
    documents.emplace(one.document, one.document_column);
    Detail& detail =
        found[{NewsKind::SpecsInvalid, {}, {}, fmt::format("{}#{}", one.where.path(), documents.size())}];
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
            held ? std::string() : std::string(reconcile::sets::to_string(set.reason))};
    found[std::move(key)] = {fmt::format("set {} ({}): {}", set.name, set.where.to_string(), set.message),
                             {},
                             held ? set.digest : std::string()};
  }
}

void NewsDesk::find_of(const WorkspaceStatus& row, const WorkspaceStatus* before, Found& found) const {
  // Of most there is nothing to say, cycle by cycle.
  if (row.drift.empty() && row.remarks.empty() && !reconcile::waits_for_person(row.ready.reason)) return;
  const specs::Identity workspace = specs::identity_of(*row.spec);
  const Reason reason = row.ready.reason;
  if (reason == Reason::Suspended) return;
  bool drifted = false;
  for (const reconcile::Change& change : row.drift) {
    if (!is_mendable_drift(change.field)) continue;
    Key key{NewsKind::DriftFound, workspace, {}, std::string(reconcile::to_string(change.field))};
    if (!open_.contains(key) && !is_new_drift(*row.spec, before, change.field)) continue;
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

void NewsDesk::find_rows(const CycleReport& report, Found& found) {
  first_read_.clear();
  auto before = known_.begin();
  for (const WorkspaceStatus& row : report.workspaces) {
    // Mostly it is the same object.
    while (before != known_.end() && before->get() != &row && identity_before(**before, row)) ++before;
    const bool same = before != known_.end() && (before->get() == &row || !identity_before(row, **before));
    const WorkspaceStatus* known = same ? (before++)->get() : nullptr;
    if (unknown(row)) continue;
    if (known && unknown(*known)) first_read_.insert(specs::identity_of(*row.spec));
    find_of(row, known, found);
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
    return blind && key.kind != NewsKind::SpecsInvalid &&
           (key.kind != NewsKind::CoderUnreachable || !report.failure);
  if (blind) return true;
  const WorkspaceStatus* row = find_row(report.workspaces, key.workspace);
  return row && unknown(*row);
}

bool NewsDesk::is_replaced(const Key& key) const {
  return key.kind != NewsKind::DriftFound && std::ranges::any_of(all_news_kinds(), [&](NewsKind kind) {
           if (without_cause(kind) != without_cause(key.kind)) return false;
           auto other = open_.lower_bound({kind, key.workspace, key.set});
           if (other != open_.end() && other->first == key) ++other;
           return other != open_.end() && other->first.kind == kind &&
                  other->first.workspace == key.workspace && other->first.set == key.set;
         });
}

bool NewsDesk::counts_as_told(const Key& key) const {
  if (key.kind == NewsKind::PlanHeld) return false;
  if (first_read_.contains(key.workspace)) return true;
  // An outage that lasts is told though nothing else is known yet, and specs need no Coder.
  const bool known_without = key.kind == NewsKind::CoderUnreachable || key.kind == NewsKind::SpecsInvalid;
  return first_ && !(known_without && failed_before_);
}

void NewsDesk::tell_what_begins(const Found& found, async::WallTime now, Grouping& grouping) {
  for (const auto& [key, detail] : found) {
    // Of an outage right after a start it is not known whether it was told.
    if (key.kind == NewsKind::CoderUnreachable && counts_as_told(key)) continue;
    const auto [place, fresh] = open_.try_emplace(key);
    Open& open = place->second;
    open.over_since.reset();
    const bool other_plan = open.digest != detail.digest && is_past(open.told_at, now, kSettled);
    if (!fresh && !other_plan) continue;
    open.digest = detail.digest;
    open.told_at = now;
    if (counts_as_told(key)) continue;
    const bool one_of_many = key.kind == NewsKind::SpecsInvalid;
    const std::string& reason = key.kind == NewsKind::PlanHeld ? detail.digest : key.reason;
    grouping.add(key.kind, one_of_many ? std::string() : reason, key, detail);
  }
}

NewsDesk::End NewsDesk::end_of(const Key& key, const CycleReport& report) {
  if (key.workspace == specs::Identity()) return End::told;
  const WorkspaceStatus* row = find_row(report.workspaces, key.workspace);
  if (!row || row->ready.reason == Reason::Suspended) return End::silent;
  const Reason reason = row->ready.reason;
  switch (key.kind) {
    case NewsKind::DriftFound:
      if (reason == Reason::InSync || reason == Reason::Drifted) return End::told;
      return reconcile::waits_for_person(reason) ? End::silent : End::not_yet;
    case NewsKind::WillNotStart:
    case NewsKind::DeletionAhead:
      if (reason == Reason::InSync || reason == Reason::Drifted) return End::told;
      // Of one that is gone it is no good news.
      return reconcile::waits_for_person(reason) && reason != Reason::Held ? End::silent : End::not_yet;
    case NewsKind::NeedsPerson:
    case NewsKind::BuildFailed:
      if (reason == Reason::Held) return End::not_yet;                     // which hides whether it is over
      if (key.reason == reconcile::to_string(reason)) return End::silent;  // told as drift by now
      // Whether the next attempt goes well is not known yet.
      return reason == Reason::InSync || reconcile::waits_for_person(reason) ? End::told : End::not_yet;
    default:
      return End::told;
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
    if (declared) {
      const End end = end_of(key, report);
      if (end == End::not_yet) {
        over_since.reset();
      } else if (!over_since) {
        over_since = report.ended;
      }
      if (!over_since || !is_past(*over_since, report.ended, kSettled)) {
        ++entry;
        continue;
      }
      if (end == End::told && !is_replaced(key)) tell_end(key, grouping);
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
  if (report.revision.empty()) return;
  if (!reconcile::is_wholly_converged(report)) {
    const bool known = std::ranges::none_of(report.workspaces, unknown);
    if (first_ && !known) converged_ = report.revision;
    was_unsettled_ = true;
    return;
  }
  const bool changed =
      std::exchange(was_unsettled_, false) || report.result == reconcile::CycleResult::converged;
  if (std::exchange(converged_, report.revision) == report.revision || first_ || !changed) return;
  std::erase_if(pending_, [](const auto& one) { return std::get<0>(one.first) == NewsKind::Converged; });
  grouping.add(NewsKind::Converged, {}, {NewsKind::Converged},
               {fmt::format("revision {} is live: {} as declared", report.revision,
                            counted(report.workspaces.size(), "workspace"))});
}

void NewsDesk::remember(const CycleReport& report) {
  if (!rows_of_known_.empty() && report.workspaces.is_same(rows_of_known_)) return;
  std::vector<reconcile::Rows::Row> now;
  now.reserve(report.workspaces.size());
  bool all_known = true;
  auto before = known_.begin();
  for (const reconcile::Rows::Row& row : report.workspaces.shared()) {
    while (before != known_.end() && identity_before(**before, *row)) ++before;
    const bool same = before != known_.end() && !identity_before(*row, **before);
    all_known = all_known && !unknown(*row);
    // Declared since the start: nobody was told of it before.
    if (!same && unknown(*row) && !first_) continue;
    now.push_back(same && unknown(*row) ? *before : row);
  }
  known_ = std::move(now);
  rows_of_known_ = all_known ? report.workspaces : reconcile::Rows();
}

std::optional<Bulletin> NewsDesk::what_waits(async::WallTime now) {
  const bool urgent = std::ranges::any_of(pending_, [](const auto& piece) {
    const NewsKind kind = std::get<0>(piece.first);
    return kind == NewsKind::PlanHeld || kind == NewsKind::CoderUnreachable;
  });
  const bool waits = told_at_ && !is_past(*told_at_, now, kPace) && !urgent;
  if (pending_.empty() || waits) return std::nullopt;
  told_at_ = now;
  Bulletin made;
  made.at = std::chrono::floor<std::chrono::seconds>(now);
  made.revision = revision_;
  made.digest = held_digest_;
  for (auto& [alike, piece] : std::exchange(pending_, {})) {
    if (made.news.size() == Bulletin::kMost) {
      ++made.more;
    } else {
      made.news.push_back(std::move(piece.news));
    }
  }
  return made;
}

std::optional<Bulletin> NewsDesk::hear(const CycleReport& report, const specs::DesiredState& desired,
                                       const std::string& ways_out) {
  Found found;
  find_whole(report, desired, ways_out, found);
  find_sets(report, found);
  find_rows(report, found);
  Grouping grouping(pending_);
  tell_what_begins(found, report.ended, grouping);
  // A report of a cycle that failed as a whole may have no rows, which says nothing of who is declared.
  const bool failed = report.result == reconcile::CycleResult::failed;
  if (!failed) remember(report);
  tell_what_is_over(found, report, grouping);
  if (!failed) tell_convergence(report, grouping);
  first_ = first_ && failed;
  failed_before_ = failed;
  revision_ = report.revision;
  held_digest_ = report.verdict.held ? report.verdict.digest : std::string();
  return what_waits(report.ended);
}

}  // namespace cr::daemon
