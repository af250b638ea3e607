#include "daemon/commit/rollout.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "daemon/text/counted.h"
#include "reconcile/memory/fingerprint.h"
#include "reconcile/model/condition.h"
#include "reconcile/report/convergence.h"
#include "specs/visible.h"

namespace cr::daemon {
namespace {

using reconcile::CycleReport;
using reconcile::Ready;
using reconcile::Reason;
using reconcile::Rows;
using reconcile::WorkspaceStatus;
using specs::SpecPtr;

/// As many as any forge shows of a text.
constexpr std::size_t kNamed = 10;

bool comes_before(const SpecPtr& a, const SpecPtr& b) {
  return specs::compare_identities(*a, *b) < 0;
}

bool say_the_same(const specs::WorkspaceSpec& a, const specs::WorkspaceSpec& b) {
  return &a == &b || reconcile::spec_fingerprint(a) == reconcile::spec_fingerprint(b);
}

bool say_the_same(const specs::WorkspaceSet& a, const specs::WorkspaceSet& b) {
  return &a == &b || (a.labels == b.labels && a.annotations == b.annotations && a.owners == b.owners &&
                      a.spread_autostart == b.spread_autostart && a.on_leave == b.on_leave &&
                      say_the_same(a.workspace, b.workspace));
}

/// Those of `now` that are not in `before`, or say something else there. Both sorted by identity.
std::vector<SpecPtr> differing(const std::vector<SpecPtr>& now, const std::vector<SpecPtr>& before) {
  std::vector<SpecPtr> differ;
  auto old = before.begin();
  for (const SpecPtr& one : now) {
    while (old != before.end() && comes_before(*old, one)) ++old;
    const bool known = old != before.end() && !comes_before(one, *old);
    if (!known || !say_the_same(*one, **old)) differ.push_back(one);
  }
  return differ;
}

const specs::SetPtr* find_set(const specs::DesiredState& desired, std::string_view name) {
  const auto found = std::ranges::find_if(desired.sets, [&](const auto& set) { return set->name == name; });
  return found == desired.sets.end() ? nullptr : &*found;
}

std::vector<SpecPtr> members_of(const Rows& rows, const std::string& set) {
  std::vector<SpecPtr> members;
  for (const WorkspaceStatus& row : rows) {
    if (*row.spec->set == set) members.push_back(row.spec);
  }
  return members;
}

bool is_unread(const WorkspaceStatus& row) {
  return reconcile::ready_of(row.ready.reason) == Ready::Unknown;
}

bool could_read_all(const CycleReport& report) {
  return std::ranges::none_of(report.workspaces, is_unread) &&
         std::ranges::none_of(report.sets, [](const auto& set) {
           return reconcile::sets::ready_of(set.reason) == Ready::Unknown;
         });
}

/// Of a clock that was set back nobody knows.
bool is_past(async::WallTime since, async::WallTime now) {
  return now < since || now - since >= Rollout::kSettled;
}

}  // namespace

std::optional<CommitStatus> Rollout::see(std::shared_ptr<const specs::DesiredState> desired,
                                         async::WallTime now) {
  const auto before = std::exchange(desired_, std::move(desired));
  if (!before) {
    begin_with_all();
    return std::nullopt;
  }
  if (before->revision != desired_->revision) {
    begin_after(*before);
    return tell(CommitState::pending, now);
  }
  // Of a checkout files change before its revision does, or without it.
  if (before != desired_) await_changes(*before);
  return std::nullopt;
}

void Rollout::begin_with_all() {
  may_be_told_ = false;
  await(desired_->specs);
  for (const specs::SetPtr& set : desired_->sets) awaited_sets_.push_back(set->name);
}

void Rollout::begin_after(const specs::DesiredState& before) {
  carry_over();
  await_changes(before);
  blocked_.clear();
  blocked_specs_.clear();
  converged_ = 0;
  may_be_told_ = true;
  told_.reset();
  over_since_.reset();
  told_of_it_ = 0;
}

void Rollout::carry_over() {
  std::vector<SpecPtr> carried;
  std::ranges::set_difference(awaited_, blocked_specs_, std::back_inserter(carried), comes_before);
  awaited_ = std::move(carried);
  std::erase_if(awaited_sets_, [&](const std::string& name) {
    return std::ranges::any_of(blocked_, [&](const Blocked& one) { return one.is_set && one.name == name; });
  });
}

/// What is taken out of the specs is not waited for.
void Rollout::await_declared_only() {
  std::vector<SpecPtr> declared;
  for (SpecPtr& one : awaited_) {
    if (const SpecPtr* now = specs::find_spec(desired_->specs, specs::identity_of(*one))) {
      declared.push_back(*now);
    } else if (!one->set->empty() && find_set(*desired_, *one->set)) {
      declared.push_back(std::move(one));
    }
  }
  awaited_ = std::move(declared);
  std::erase_if(awaited_sets_, [&](const std::string& name) { return !find_set(*desired_, name); });
}

void Rollout::await_changes(const specs::DesiredState& before) {
  await_declared_only();
  // With sets that are still awaited, members are still compared with what there was before those.
  if (awaited_sets_.empty()) rows_before_ = rows_;
  await(differing(desired_->specs, before.specs));
  for (const specs::SetPtr& set : desired_->sets) {
    const specs::SetPtr* old = find_set(before, set->name);
    if (old && say_the_same(*set, **old)) continue;
    if (std::ranges::find(awaited_sets_, set->name) == awaited_sets_.end())
      awaited_sets_.push_back(set->name);
  }
  if (awaited_sets_.empty()) rows_before_ = {};
}

void Rollout::await(std::vector<SpecPtr> more) {
  std::vector<SpecPtr> all;
  all.reserve(awaited_.size() + more.size());
  // Of two for one workspace the first one is taken: the new one.
  std::ranges::set_union(more, awaited_, std::back_inserter(all), comes_before);
  awaited_ = std::move(all);
}

/// Whom a set is for is known when it is resolved, and only then which of its workspaces changed.
void Rollout::take_sets(const CycleReport& report) {
  for (const reconcile::sets::SetStatus& set : report.sets) {
    const auto awaited = std::ranges::find(awaited_sets_, set.name);
    if (awaited == awaited_sets_.end()) continue;
    switch (reconcile::sets::ready_of(set.reason)) {
      case Ready::True:
        awaited_sets_.erase(awaited);
        await_members(report.workspaces, set.name);
        break;
      case Ready::False:
        blocked_.push_back({set.name, std::string(reconcile::sets::to_string(set.reason)), true});
        break;
      case Ready::Unknown:
        break;
    }
  }
  if (awaited_sets_.empty()) rows_before_ = {};
}

void Rollout::await_members(const Rows& rows, const std::string& set) {
  await(differing(members_of(rows, set), members_of(rows_before_, set)));
}

void Rollout::take_rows(const Rows& rows) {
  std::vector<SpecPtr> left;
  auto row = rows.begin();
  for (SpecPtr& one : awaited_) {
    while (row != rows.end() && comes_before(row->spec, one)) ++row;
    const bool is_there = row != rows.end() && !comes_before(one, row->spec);
    if (!is_there) {
      // Who is no longer a member is no longer declared; of all others nothing is known.
      if (one->set->empty()) left.push_back(std::move(one));
      continue;
    }
    const Reason reason = row->ready.reason;
    if (reconcile::is_settled(reason)) {
      ++converged_;
      continue;
    }
    if (reconcile::waits_for_person(reason)) {
      blocked_.push_back(
          {specs::identity_of(*one).to_string(), std::string(reconcile::to_string(reason)), false});
      blocked_specs_.push_back(one);
    }
    left.push_back(std::move(one));
  }
  awaited_ = std::move(left);
}

std::size_t Rollout::documents_left_out() const {
  return desired_->invalid_documents + desired_->duplicate_documents;
}

CommitState Rollout::state_now(bool could_read) const {
  if (!blocked_.empty() || documents_left_out() > 0) return CommitState::failure;
  const bool all_there = awaited_.empty() && awaited_sets_.empty();
  return could_read && all_there ? CommitState::success : CommitState::pending;
}

std::string Rollout::text_of(CommitState state) const {
  const std::size_t all = converged_ + awaited_.size();
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : "; ") + part; };
  switch (state) {
    case CommitState::success:
      return all == 0 ? "no workspace had to change" : counted(all, "workspace") + " converged";
    case CommitState::pending:
      if (all > 0) add(fmt::format("{} of {} converged", converged_, counted(all, "workspace")));
      if (!awaited_sets_.empty()) add(counted(awaited_sets_.size(), "set") + " to resolve");
      return text.empty() ? "no workspace has to change" : text;
    case CommitState::failure:
      break;
  }
  if (documents_left_out() > 0) add(counted(documents_left_out(), "document") + " left out as invalid");
  for (const bool sets : {true, false}) {
    const auto count = static_cast<std::size_t>(std::ranges::count(blocked_, sets, &Blocked::is_set));
    if (count == 0) continue;
    std::string part = fmt::format("{} {} a person: ", counted(count, sets ? "set" : "workspace"),
                                   count == 1 ? "needs" : "need");
    std::size_t named = 0;
    for (const Blocked& one : blocked_) {
      if (one.is_set != sets || named == kNamed) continue;
      part += fmt::format("{}{} {}", named++ == 0 ? "" : ", ", specs::visible(one.name), one.reason);
    }
    add(count > kNamed ? part + ", …" : part);
  }
  return text;
}

std::optional<CommitStatus> Rollout::tell(CommitState state, async::WallTime now) {
  CommitStatus fresh{desired_->revision, state, text_of(state)};
  if (told_) {
    const bool still_failing = told_->state == CommitState::failure && state == CommitState::failure;
    if (still_failing) over_since_.reset();
    if (fresh.state == told_->state &&
        !(still_failing && fresh.text != told_->text && is_past(told_at_, now)))
      return std::nullopt;
    if (told_->state == CommitState::failure && state == CommitState::pending) {
      if (!over_since_) over_since_ = now;
      if (!is_past(*over_since_, now)) return std::nullopt;
    }
  } else if (state == CommitState::pending && !may_be_told_) {
    return std::nullopt;
  }
  if (told_of_it_ >= kMostOfOne && state != CommitState::success) return std::nullopt;
  ++told_of_it_;
  over_since_.reset();
  told_at_ = now;
  told_ = fresh;
  return fresh;
}

std::optional<CommitStatus> Rollout::hear(const CycleReport& report) {
  if (!desired_ || report.revision != desired_->revision) return std::nullopt;
  const bool could_read = report.result != reconcile::CycleResult::failed;
  if (could_read) {
    rows_ = report.workspaces;
    blocked_.clear();
    blocked_specs_.clear();
    take_sets(report);
    take_rows(report.workspaces);
    may_be_told_ = may_be_told_ || could_read_all(report);
  }
  if (is_done()) {
    // What changes now is the next revision's, and nobody is told of it before.
    blocked_.clear();
    blocked_specs_.clear();
    return std::nullopt;
  }
  // What a cycle could not see is neither better nor worse than it was.
  if (!could_read && told_ && told_->state == CommitState::failure) return std::nullopt;
  return tell(state_now(could_read), report.ended);
}

}  // namespace cr::daemon
