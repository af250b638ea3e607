#include "daemon/commit/rollout.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include "daemon/text/counted.h"
#include "reconcile/model/condition.h"
#include "reconcile/report/convergence.h"
#include "specs/visible.h"

namespace cr::daemon {
namespace {

using reconcile::CycleReport;
using reconcile::Ready;
using reconcile::Rows;
using reconcile::WorkspaceStatus;
using specs::SpecPtr;

/// As many as any forge shows of a text.
constexpr std::size_t kNamed = 10;

bool comes_before(const SpecPtr& a, const SpecPtr& b) {
  return specs::compare_identities(*a, *b) < 0;
}

/// Those of `now` that are not in `before`, or say something else there. Both sorted by identity.
std::vector<SpecPtr> differing(std::span<const SpecPtr> now, std::span<const SpecPtr> before) {
  std::vector<SpecPtr> differ;
  auto old = before.begin();
  for (const SpecPtr& one : now) {
    while (old != before.end() && comes_before(*old, one)) ++old;
    const bool known = old != before.end() && !comes_before(one, *old);
    // What changes hands differs: until somebody has looked, nobody knows that it is as its new set has it.
    if (!known || (*old != one && !specs::says_the_same(*one, **old))) differ.push_back(one);
  }
  return differ;
}

const specs::SetPtr* find_set(const specs::DesiredState& desired, std::string_view name) {
  const auto found = std::ranges::find_if(desired.sets, [&](const auto& set) { return set->name == name; });
  return found == desired.sets.end() ? nullptr : &*found;
}

bool says_what_it_said(const specs::WorkspaceSet& set, const specs::DesiredState& there) {
  const specs::SetPtr* other = find_set(there, set.name);
  return other && specs::says_the_same(set, **other);
}

/// Whether something is gone that may have kept a workspace from a set.
bool leaves_more_to_sets(const specs::DesiredState& now, const specs::DesiredState& before) {
  const auto stays = [&](const specs::SetPtr& set) { return says_what_it_said(*set, now); };
  return !std::ranges::includes(now.specs, before.specs, comes_before) ||
         !std::ranges::includes(now.elsewhere, before.elsewhere) ||
         !std::ranges::includes(now.rejected_sets, before.rejected_sets) ||
         now.unknown_documents < before.unknown_documents || !std::ranges::all_of(before.sets, stays);
}

template <typename Which>
std::vector<SpecPtr> specs_of(const Rows& rows, Which which) {
  std::vector<SpecPtr> specs;
  for (const WorkspaceStatus& row : rows) {
    if (which(*row.spec)) specs.push_back(row.spec);
  }
  return specs;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
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

/// "2 sets need a person: payments-dev NoOwners, web-dev Conflict"
template <typename Blocked, typename Shown>
std::string needing_a_person(const std::vector<Blocked>& blocked, const char* what, Shown shown) {
  std::string text =
      fmt::format("{} {} a person: ", counted(blocked.size(), what), blocked.size() == 1 ? "needs" : "need");
  for (std::size_t i = 0; i < std::min(blocked.size(), kNamed); ++i)
    text += (i == 0 ? "" : ", ") + shown(blocked[i]);
  return blocked.size() > kNamed ? text + ", …" : text;
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
  for (const specs::SetPtr& set : desired_->sets) await_set(set->name);
}

void Rollout::begin_after(const specs::DesiredState& before) {
  carry_over();
  await_changes(before);
  blocked_sets_.clear();
  blocked_.clear();
  converged_.clear();
  may_be_told_ = true;
  told_.reset();
  over_since_.reset();
  told_of_it_ = 0;
}

void Rollout::carry_over() {
  std::erase_if(awaited_, [&](const SpecPtr& one) {
    return std::ranges::binary_search(blocked_, one, comes_before, &BlockedWorkspace::spec);
  });
  std::erase_if(awaited_sets_, [&](const std::string& name) {
    return std::ranges::find(blocked_sets_, name, &BlockedSet::name) != blocked_sets_.end();
  });
}

/// What is taken out of the specs is not waited for. Where there are sets, one of them may have it from now
/// on, which the next cycle tells.
void Rollout::await_declared_only() {
  std::vector<SpecPtr> declared;
  for (SpecPtr& one : awaited_) {
    if (const SpecPtr* now = specs::find_spec(desired_->specs, specs::identity_of(*one))) {
      declared.push_back(*now);
    } else if (!desired_->sets.empty()) {
      declared.push_back(std::move(one));
    }
  }
  awaited_ = std::move(declared);
  std::erase_if(awaited_sets_, [&](const std::string& name) { return !find_set(*desired_, name); });
}

void Rollout::await_changes(const specs::DesiredState& before) {
  await_declared_only();
  await(differing(desired_->specs, before.specs));
  for (const specs::SetPtr& set : desired_->sets) {
    if (says_what_it_said(*set, before)) continue;
    await_set(set->name);
    if (!heard_) untold_sets_.push_back(set->name);
  }
  members_move_ = members_move_ || leaves_more_to_sets(*desired_, before);
  heard_ = false;
}

void Rollout::await_set(const std::string& name) {
  members_move_ = true;
  std::erase_if(blocked_sets_, [&](const BlockedSet& one) { return one.name == name; });
  if (!contains(awaited_sets_, name)) awaited_sets_.push_back(name);
}

void Rollout::await(std::span<const SpecPtr> more) {
  if (more.empty()) return;
  std::vector<SpecPtr> all;
  all.reserve(awaited_.size() + more.size());
  // Of two for one workspace the first one is taken: the new one.
  std::ranges::set_union(more, awaited_, std::back_inserter(all), comes_before);
  awaited_ = std::move(all);
  std::vector<SpecPtr> still;
  std::ranges::set_difference(converged_, more, std::back_inserter(still), comes_before);
  converged_ = std::move(still);
  // Of what they say now nobody has been told.
  std::erase_if(blocked_, [&](const BlockedWorkspace& one) {
    return std::ranges::binary_search(more, one.spec, comes_before);
  });
}

/// Which workspaces a set has is known in a cycle alone: those of its owners, and none that a document or
/// another set declares. One that could not be read has those that it had, and they say what it says now.
void Rollout::take_members(const Rows& rows) {
  if (members_move_) {
    const auto is_sets = [](const specs::WorkspaceSpec& one) { return !one.body->set.empty(); };
    const auto was_told = [&](const specs::WorkspaceSpec& one) {
      return is_sets(one) && !contains(untold_sets_, *one.body->set);
    };
    await(differing(specs_of(rows, is_sets), specs_of(rows_, was_told)));
  }
  rows_ = rows;
  heard_ = true;
  untold_sets_.clear();
}

void Rollout::take_sets(const std::vector<reconcile::sets::SetStatus>& sets) {
  for (const reconcile::sets::SetStatus& set : sets) {
    const auto awaited = std::ranges::find(awaited_sets_, set.name);
    if (awaited == awaited_sets_.end()) continue;
    const Ready ready = reconcile::sets::ready_of(set.reason);
    if (ready == Ready::Unknown) continue;
    std::erase_if(blocked_sets_, [&](const BlockedSet& one) { return one.name == set.name; });
    if (ready == Ready::False) {
      blocked_sets_.push_back({set.name, set.reason});
    } else {
      awaited_sets_.erase(awaited);
    }
  }
  std::erase_if(blocked_sets_, [&](const BlockedSet& one) { return !contains(awaited_sets_, one.name); });
  std::ranges::sort(blocked_sets_, {}, &BlockedSet::name);
  members_move_ = !awaited_sets_.empty();
}

void Rollout::take_rows(const Rows& rows) {
  std::vector<SpecPtr> left;
  std::vector<SpecPtr> settled;
  std::vector<BlockedWorkspace> blocked;
  auto row = rows.begin();
  auto was_blocked = blocked_.begin();
  for (SpecPtr& one : awaited_) {
    while (row != rows.end() && comes_before(row->spec, one)) ++row;
    while (was_blocked != blocked_.end() && comes_before(was_blocked->spec, one)) ++was_blocked;
    const bool is_there = row != rows.end() && !comes_before(one, row->spec);
    // What no set has any more is no longer declared; of a document without a row nothing is known.
    if (!is_there && !specs::find_spec(desired_->specs, specs::identity_of(*one))) continue;
    if (is_there && reconcile::is_settled(row->ready.reason)) {
      settled.push_back(std::move(one));
      continue;
    }
    if (is_there && reconcile::waits_for_person(row->ready.reason)) {
      blocked.push_back({one, row->ready.reason});
    } else if (const bool unread = !is_there || is_unread(*row);
               unread && was_blocked != blocked_.end() && !comes_before(one, was_blocked->spec)) {
      blocked.push_back(*was_blocked);
    }
    left.push_back(std::move(one));
  }
  awaited_ = std::move(left);
  blocked_ = std::move(blocked);
  if (settled.empty()) return;
  std::vector<SpecPtr> converged;
  std::ranges::set_union(settled, converged_, std::back_inserter(converged), comes_before);
  converged_ = std::move(converged);
}

std::size_t Rollout::documents_left_out() const {
  return desired_->invalid_documents + desired_->duplicate_documents;
}

CommitState Rollout::state_now(bool could_read) const {
  if (!blocked_.empty() || !blocked_sets_.empty() || documents_left_out() > 0) return CommitState::failure;
  const bool all_there = awaited_.empty() && awaited_sets_.empty();
  return could_read && all_there ? CommitState::success : CommitState::pending;
}

std::string Rollout::text_of(CommitState state) const {
  const std::size_t all = converged_.size() + awaited_.size();
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : "; ") + part; };
  switch (state) {
    case CommitState::success:
      return all == 0 ? "no workspace had to change" : counted(all, "workspace") + " converged";
    case CommitState::pending:
      if (all > 0) add(fmt::format("{} of {} converged", converged_.size(), counted(all, "workspace")));
      if (!awaited_sets_.empty()) add(counted(awaited_sets_.size(), "set") + " to resolve");
      return text.empty() ? "no workspace has to change" : text;
    case CommitState::failure:
      break;
  }
  if (documents_left_out() > 0) add(counted(documents_left_out(), "document") + " left out as invalid");
  if (!blocked_sets_.empty())
    add(needing_a_person(blocked_sets_, "set", [](const BlockedSet& one) {
      return fmt::format("{} {}", specs::visible(one.name), reconcile::sets::to_string(one.reason));
    }));
  if (!blocked_.empty())
    add(needing_a_person(blocked_, "workspace", [](const BlockedWorkspace& one) {
      return fmt::format("{} {}", specs::visible(specs::identity_of(*one.spec).to_string()),
                         reconcile::to_string(one.reason));
    }));
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
  // What is declared is known though Coder has gone away meanwhile, and part of it may have been done.
  if (could_read || !report.workspaces.empty()) take_members(report.workspaces);
  if (could_read) {
    take_sets(report.sets);
    take_rows(report.workspaces);
    may_be_told_ = may_be_told_ || could_read_all(report);
  }
  if (is_done()) {
    // What changes now is the next revision's, and nobody is told of it before.
    blocked_sets_.clear();
    blocked_.clear();
    return std::nullopt;
  }
  // What a cycle could not see is neither better nor worse than it was.
  if (!could_read && told_ && told_->state == CommitState::failure) return std::nullopt;
  return tell(state_now(could_read), report.ended);
}

}  // namespace cr::daemon
