#include "reconcile/sets/membership.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <utility>

#include "specs/content_hash.h"
#include "specs/name.h"
#include "specs/placeholder.h"
#include "specs/text/ascii.h"

namespace cr::reconcile::sets {
namespace {

bool name_before(const Owner& a, const Owner& b) {
  return specs::compare_lower(a.username, b.username) < 0;
}

/// The one of this name in a sorted list; null where there is none.
template <class Entry>
Entry* find_entry(std::vector<Entry>& entries, std::string_view username) {
  const auto place = std::ranges::lower_bound(
      entries, username,
      [](std::string_view a, std::string_view b) { return specs::compare_lower(a, b) < 0; },
      [](const Entry& one) { return std::string_view(one.owner.username); });
  return place != entries.end() && specs::compare_lower(place->owner.username, username) == 0 ? &*place
                                                                                              : nullptr;
}

std::unordered_set<UserId> ids_of(const std::vector<Owner>& owners) {
  std::unordered_set<UserId> ids;
  ids.reserve(owners.size());
  for (const Owner& one : owners) {
    if (!one.id.is_nil()) ids.insert(one.id);
  }
  return ids;
}

std::string digest_of(const std::vector<Owner>& leaving, const std::string& set) {
  std::string text = set;
  for (const Owner& one : leaving) text += '\n' + text::lower(one.username);
  return fmt::format("{:016x}", specs::content_hash(text).high);
}

}  // namespace

std::vector<Owner> Membership::leaving(const OwnersRead& read) const {
  std::vector<Owner> gone;
  for (const Member& one : members_) {
    if (!find_owner(read.owners, one.owner.username)) gone.push_back(one.owner);
  }
  if (gone.empty()) return gone;
  // Who has another name now is still there.
  const std::unordered_set<UserId> ids = ids_of(read.owners);
  std::erase_if(gone, [&](const Owner& one) { return !one.id.is_nil() && ids.contains(one.id); });
  return gone;
}

bool Membership::misses_any(const OwnersRead& read) const {
  if (read.problem) return false;
  return std::ranges::any_of(leaving(read),
                             [&](const Owner& one) { return !find_owner(read.suspended, one.username); });
}

std::vector<Owner> Membership::in_doubt(const OwnersRead& read) const {
  std::vector<Owner> doubtful;
  for (const Leaver& one : leavers_) {
    if (!one.suspended) continue;
    const Owner* back = find_owner(read.owners, one.owner.username);
    if (back && !back->active) doubtful.push_back(*back);
  }
  return doubtful;
}

bool Membership::holds(const std::vector<Owner>& leaving, const OwnersRead& read, const LeaveLimit& limit,
                       async::SteadyTime now) {
  const std::size_t most = limit.limit.for_declared(members_.size());
  const bool emptied = read.owners.empty() && read.suspended.empty();
  held_ = 0;
  digest_.clear();
  why_held_.clear();
  if (leaving.empty() || (leaving.size() <= most && !emptied)) return false;
  std::string digest = digest_of(leaving, set_->name);
  if (approved_ && approved_->digest == digest && now - approved_->at < kApprovalIsGoodFor) return false;
  approved_.reset();
  held_ = leaving.size();
  digest_ = std::move(digest);
  why_held_ = emptied ? fmt::format("nobody is an owner any more, where {} were", members_.size())
                      : fmt::format("{} of {} owners would leave at once, more than the {} of {}",
                                    leaving.size(), members_.size(), limit.words.limit, most);
  why_held_ += ", so they stay. " + with_digest(limit.words.ways_out, digest_);
  return true;
}

void Membership::let_go(const std::vector<Owner>& leaving, const OwnersRead& read,
                        const std::function<bool(const specs::WorkspaceSpec&)>& is_own) {
  for (const Owner& one : leaving) {
    const Member* member = find_entry(members_, one.username);
    Leaver leaver;
    leaver.owner = one;
    leaver.suspended = find_owner(read.suspended, one.username) != nullptr;
    if (member->workspace && is_own(*member->workspace)) leaver.last = member->workspace;
    leavers_.push_back(std::move(leaver));
  }
  std::ranges::sort(leavers_, name_before, &Leaver::owner);
}

/// These are the members from now on.
void Membership::settle(std::vector<Owner> owners) {
  const auto same = [](const Member& known, const Owner& now) {
    return known.owner.username == std::string_view(now.username);
  };
  const bool unchanged = std::ranges::equal(members_, owners, same);
  if (unchanged) {
    for (std::size_t i = 0; i < owners.size(); ++i) {
      members_[i].owner.active = owners[i].active;
      if (!owners[i].id.is_nil()) members_[i].owner.id = owners[i].id;
    }
    return;
  }
  std::vector<Member> now;
  now.reserve(owners.size());
  auto known = members_.begin();  // both are sorted, so one walk finds all
  for (Owner& one : owners) {
    while (known != members_.end() && name_before(known->owner, one)) ++known;
    Member& member = now.emplace_back();
    if (known != members_.end() && same(*known, one)) {
      member = std::move(*known);
      member.owner.active = one.active;
      if (!one.id.is_nil()) member.owner.id = one.id;
    } else {
      member.owner = std::move(one);
    }
  }
  members_ = std::move(now);
  members_changed_ = true;
}

void Membership::take(OwnersRead read, const LeaveLimit& limit, async::SteadyTime now,
                      const std::function<bool(const specs::WorkspaceSpec&)>& is_own) {
  problem_ = std::move(read.problem);
  if (problem_) return;
  exceptions_ = std::move(read.exceptions);
  unknown_owners_ = std::move(read.unknown_owners);
  odd_exceptions_ = std::move(read.odd_exceptions);
  const std::vector<Owner> gone = leaving(read);
  if (holds(gone, read, limit, now)) {
    std::vector<Owner> all;
    all.reserve(read.owners.size() + gone.size());
    std::ranges::merge(std::move(read.owners), gone, std::back_inserter(all), name_before);
    settle(std::move(all));
  } else {
    let_go(gone, read, is_own);
    settle(std::move(read.owners));
    approved_.reset();
  }
  for (Leaver& one : leavers_) {
    if (find_owner(read.suspended, one.owner.username)) one.suspended = true;
  }
  const std::size_t before = leavers_.size();
  std::erase_if(leavers_, [&](const Leaver& one) { return find_entry(members_, one.owner.username); });
  if (before != leavers_.size() || !gone.empty()) members_changed_ = true;
}

bool Membership::wants_former(async::SteadyTime now) const {
  return set_->on_leave == specs::OnLeave::dormant && !problem_ && held_ == 0 && !members_.empty() &&
         !former_.known && now >= former_.not_before;
}

void Membership::know_former(std::vector<Owner> former, std::vector<std::string> remarks) {
  former_.known = true;
  former_.remarks = std::move(remarks);
  std::vector<specs::Diagnostic> ignored;
  std::vector<Leaver> added;
  for (Owner& one : former) {
    if (find_entry(members_, one.username) || find_entry(leavers_, one.username)) continue;
    Leaver& leaver = added.emplace_back();
    leaver.last = expander_->workspace_of(one.username, ignored);
    leaver.owner = std::move(one);
  }
  if (added.empty()) return;
  std::ranges::move(added, std::back_inserter(leavers_));
  std::ranges::sort(leavers_, name_before, &Leaver::owner);
  members_changed_ = true;
}

void Membership::postpone_former(std::string remark, async::SteadyTime not_before) {
  former_.remarks.clear();
  former_.remarks.push_back(std::move(remark));
  former_.not_before = not_before;
}

void Membership::declare(const specs::SetPtr& set) {
  if (set_ && (set_ == set || *set_ == *set)) return;
  // Whoever only keeps them need not know, and may want to later.
  const bool asks_the_same = set_ && set->on_leave == specs::OnLeave::dormant &&
                             specs::compare_lower(set_->workspace.name, set->workspace.name) == 0;
  if (!asks_the_same) former_ = {};
  set_ = set;
  expander_.emplace(set_);
  set_changed_ = true;
  approved_.reset();
}

void Membership::expand() {
  if (!set_changed_ && !members_changed_) return;
  diagnostics_.clear();
  for (Member& one : members_) {
    if (one.workspace && !set_changed_) continue;
    specs::SpecPtr made = expander_->workspace_of(one.owner.username, diagnostics_);
    // What is known of a workspace is known by its object.
    if (!made || !one.workspace || *made != *one.workspace) one.workspace = std::move(made);
  }
  set_changed_ = false;
  members_changed_ = false;
  for (Leaver& one : leavers_) {
    if (set_->on_leave != specs::OnLeave::dormant) {
      one.asleep = nullptr;
    } else if (one.last && !one.asleep) {
      one.asleep = Expander::put_to_sleep(*one.last);
    }
  }
  ++version_;
}

void Membership::forget(const std::function<bool(const specs::WorkspaceSpec&)>& is_gone) {
  bool any = false;
  for (Leaver& one : leavers_) {
    if (!one.asleep || !is_gone(*one.asleep)) continue;
    one.last = nullptr;
    one.asleep = nullptr;
    any = true;
  }
  if (any) ++version_;
}

bool Membership::approve(std::string_view digest, async::SteadyTime now) {
  if (digest_.empty() || digest != digest_) return false;
  approved_ = Approved{digest_, now};
  return true;
}

}  // namespace cr::reconcile::sets
