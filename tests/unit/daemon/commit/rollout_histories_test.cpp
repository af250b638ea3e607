// Success never before convergence, over random histories.
#include "daemon/commit/rollout.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "rollout_fixture.h"
#include "tests/support/seeds.h"

namespace cr::daemon {
namespace {

/// What a set says, and for which of alice's workspaces it is.
struct SetWords {
  std::string says;
  std::set<std::string> owners;
  bool operator==(const SetWords&) const = default;
};
using Sets = std::map<std::string, SetWords>;

struct Files {
  Documents documents;
  Sets sets;
};

/// Who declares a workspace, and what.
struct Declaration {
  std::string set;  ///< empty: a document
  std::string says;
  bool operator==(const Declaration&) const = default;
};
using Declarations = std::map<std::string, Declaration>;

constexpr const char* kHiring = "crew";
constexpr const char* kHired[] = {"hired1", "hired2"};

bool is_hired(const std::string& name) {
  return name.starts_with("hired");
}

/// Specs, sets and states at random; what the promise says is kept by the book of the one who wrote them.
class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed), fleet_(1 + roll(6)) {
    for (unsigned i = 0; i < fleet_; ++i) files_.documents[fmt::format("w{}", i)] = "0";
    if (roll(3) != 0) rewrite_sets();
    former_.push_back(files_);
    desired_ = state_of(files_);
    for (const auto& [name, says] : files_.documents) add(name);
    for (const auto& [name, words] : files_.sets) sets_.insert(name);
  }

  void live() {
    ASSERT_FALSE(rollout_.see(desired_, now_)) << "nothing is known right after a start";
    for (int cycle = 0; cycle < 60; ++cycle) {
      if (roll(6) == 0) {
        ASSERT_NO_FATAL_FAILURE(commit());
      } else if (roll(4) == 0) {
        edit();
        ASSERT_FALSE(rollout_.see(desired_, now_));
      }
      ASSERT_NO_FATAL_FAILURE(run_cycle());
    }
  }

 private:
  unsigned roll(unsigned sides) { return std::uniform_int_distribution<unsigned>(0, sides - 1)(random_); }
  std::string any_name() { return fmt::format("w{}", roll(fleet_)); }
  [[nodiscard]] bool is_done() const { return told_ && told_->state == CommitState::success; }

  [[nodiscard]] std::shared_ptr<specs::DesiredState> state_of(const Files& files,
                                                              std::uint32_t line = 1) const {
    auto desired =
        std::make_shared<specs::DesiredState>(*a_state(fmt::format("r{}", revision_), files.documents, line));
    for (const auto& [name, words] : files.sets) {
      auto set = std::make_shared<specs::WorkspaceSet>(*a_set_spec(name, words.says));
      set->owners.list.assign(words.owners.begin(), words.owners.end());
      desired->sets.push_back(set);
    }
    return desired;
  }

  void rewrite_sets() {
    const std::string name = roll(2) == 0 ? kHiring : "team";
    if (roll(4) == 0) {
      files_.sets.erase(name);
      return;
    }
    SetWords& words = files_.sets[name];
    if (words.says.empty() || roll(2) == 0) words.says = std::to_string(roll(3));
    for (unsigned i = 0; i < fleet_; ++i) {
      if (roll(4) != 0) continue;
      const std::string owner = fmt::format("w{}", i);
      if (words.owners.erase(owner) == 0) words.owners.insert(owner);
    }
  }

  void rewrite() {
    if (former_.size() > 1 && roll(3) == 0) {
      files_ = former_[former_.size() - 2 - (former_.size() > 2 ? roll(2) : 0)];
      return;
    }
    for (auto& [name, says] : files_.documents) {
      if (roll(3) == 0) says = std::to_string(roll(3));
    }
    if (roll(3) == 0) files_.documents.erase(any_name());
    if (roll(4) == 0) files_.documents.try_emplace(any_name(), std::to_string(roll(3)));
    if (roll(2) == 0) rewrite_sets();
  }

  void add(const std::string& name) {
    must_.insert(name);
    converged_.erase(name);
    stuck_.erase(name);
    add_perhaps(name);
  }
  void add_perhaps(const std::string& name) {
    may_.insert(name);
    ever_.insert(name);
  }

  /// What the files say else than they did counts.
  void write_down_changes(const Files& before) {
    for (const auto& [name, says] : files_.documents) {
      const auto old = before.documents.find(name);
      if (old == before.documents.end() || old->second != says) add(name);
    }
    for (const auto& [name, words] : files_.sets) {
      const auto old = before.sets.find(name);
      if (old != before.sets.end() && old->second == words) continue;
      sets_.insert(name);
      stuck_sets_.erase(name);
      if (!heard_) untold_.insert(name);
    }
    std::erase_if(sets_, [&](const std::string& name) { return !files_.sets.contains(name); });
    std::erase_if(stuck_sets_, [&](const std::string& name) { return !files_.sets.contains(name); });
    members_move_ = true;
    heard_ = false;
  }

  void commit() {
    const Files before = files_;
    rewrite();
    former_.push_back(files_);
    ++revision_;
    const auto next = state_of(files_, 1 + roll(3));
    next->invalid_documents = roll(5) == 0 ? 1 : 0;
    desired_ = next;
    if (is_done()) {  // nobody was told of them
      stuck_.clear();
      stuck_sets_.clear();
    }
    for (const std::string& name : stuck_) {
      must_.erase(name);
      may_.erase(name);
    }
    for (const std::string& name : stuck_sets_) sets_.erase(name);
    stuck_.clear();
    stuck_sets_.clear();
    told_.reset();
    ever_ = may_;
    converged_.clear();
    write_down_changes(before);
    const auto status = rollout_.see(desired_, now_);
    ASSERT_TRUE(status && status->state == CommitState::pending) << "pending when it is first seen";
    ASSERT_NO_FATAL_FAILURE(check(status, false));
  }

  /// Read again without a change, or moved within a file; or edited in the checkout.
  void edit() {
    const Files before = files_;
    if (const auto edited = files_.documents.find("w0"); edited != files_.documents.end() && roll(2) == 0) {
      edited->second += "!";
      if (roll(3) == 0) files_.documents.erase(edited);
    }
    if (roll(4) == 0) rewrite_sets();
    const auto same = state_of(files_, 1 + roll(3));
    same->invalid_documents = desired_->invalid_documents;
    desired_ = same;
    write_down_changes(before);
  }

  /// Those of sets that could be read are up to date; others keep whom they have.
  std::set<std::string> read_sets(bool good) {
    std::set<std::string> read;
    std::erase_if(members_, [&](const auto& entry) { return !files_.sets.contains(entry.first); });
    for (const auto& [name, words] : files_.sets) {
      unsigned& unread_for = unread_for_[name];
      if (unread_for > 0) {
        --unread_for;
      } else if (roll(8) == 0) {
        unread_for = 1 + roll(4);
      }
      std::set<std::string>& members = members_[name];
      if (!good || unread_for > 0) continue;
      read.insert(name);
      members = words.owners;
      if (name == kHiring) members.insert(hired_.begin(), hired_.end());
    }
    return read;
  }

  /// A document beats a set, and of what both sets would have neither has any.
  [[nodiscard]] Declarations join(std::set<std::string>& in_conflict) const {
    Declarations joined;
    for (const auto& [set, members] : members_) {
      for (const std::string& name : members) {
        const auto other = joined.find(name);
        if (files_.documents.contains(name)) continue;
        if (other == joined.end()) {
          joined[name] = {set, files_.sets.at(set).says};
        } else {
          in_conflict.insert(set);
          in_conflict.insert(other->second.set);
          joined.erase(other);
        }
      }
    }
    for (const auto& [name, says] : files_.documents) joined[name] = {"", says};
    return joined;
  }

  /// Whatever a commit made of sets' workspaces counts, told or not; whom an owners' list brings meanwhile
  /// may.
  void write_down_members(const Declarations& joined, bool has_rows) {
    for (const auto& [name, one] : joined) {
      if (one.set.empty()) continue;
      const auto old = joined_.find(name);
      const bool is_new = old == joined_.end();
      if (is_new ? !is_hired(name) : old->second != one) add(name);
      if (!has_rows || !members_move_) continue;
      const auto heard = rows_.find(name);
      if (heard == rows_.end() || heard->second != one || untold_.contains(one.set)) {
        stuck_.erase(name);
        add_perhaps(name);
      }
    }
    joined_ = joined;
    if (!has_rows) return;
    rows_ = joined;
    heard_ = true;
    untold_.clear();
  }

  void take(const std::string& name, Reason reason) {
    if (!may_.contains(name)) return;
    if (reason == Reason::InSync || reason == Reason::Suspended) {
      if (must_.erase(name) > 0) converged_.insert(name);
      may_.erase(name);
      stuck_.erase(name);
    } else if (reconcile::waits_for_person(reason)) {
      stuck_.insert(name);
    } else if (reconcile::ready_of(reason) != reconcile::Ready::Unknown) {
      stuck_.erase(name);
    }
  }

  void take_set(const std::string& name, SetReason reason) {
    if (!sets_.contains(name) || reason == SetReason::NotRead) return;
    if (reason == SetReason::Resolved) {
      sets_.erase(name);
      stuck_sets_.erase(name);
    } else {
      stuck_sets_.insert(name);
    }
  }

  void run_cycle() {
    constexpr Reason kReasons[] = {Reason::InSync,    Reason::InSync,    Reason::InSync,
                                   Reason::Creating,  Reason::Updating,  Reason::BuildFailed,
                                   Reason::NotRead,   Reason::Forbidden, Reason::Held,
                                   Reason::Suspended, Reason::Drifted,   Reason::BackingOff};
    now_ += std::chrono::seconds(30 + roll(300));
    if (const std::string name = kHired[roll(2)]; roll(6) == 0 && hired_.erase(name) == 0)
      hired_.insert(name);
    const bool good = roll(5) != 0;
    const bool has_rows = good || roll(2) == 0;
    const std::set<std::string> read = read_sets(good);
    std::set<std::string> in_conflict;
    const Declarations joined = join(in_conflict);
    write_down_members(joined, has_rows);

    CycleReport report;
    report.revision = desired_->revision;
    report.ended = now_;
    report.result = good ? CycleResult::partial : CycleResult::failed;
    if (good) {
      const auto is_gone = [&](const std::string& name) { return !joined.contains(name); };
      std::erase_if(must_, is_gone);
      std::erase_if(may_, is_gone);
      std::erase_if(stuck_, is_gone);
    }
    if (has_rows) {
      for (const auto& [name, words] : files_.sets) {
        const SetReason reason = !read.contains(name)         ? SetReason::NotRead
                                 : in_conflict.contains(name) ? SetReason::Conflict
                                 : members_.at(name).empty()  ? SetReason::NoOwners
                                                              : SetReason::Resolved;
        report.sets.push_back(testing::a_set(name, reason));
        if (good) take_set(name, reason);
      }
      for (const auto& [name, one] : joined) {
        reconcile::WorkspaceStatus row;
        row.spec = a_workspace(name, one.says, one.set);
        row.ready.reason = kReasons[roll(std::size(kReasons))];
        if (good) take(name, row.ready.reason);
        report.workspaces.push_back(std::move(row));
      }
    }
    if (good) members_move_ = !sets_.empty();
    ASSERT_NO_FATAL_FAILURE(check(rollout_.hear(report), good));
  }

  void check(const std::optional<CommitStatus>& status, bool good) {
    const bool nothing_left = good && sets_.empty() && desired_->invalid_documents == 0;
    if (status) {
      ASSERT_EQ(status->revision, desired_->revision);
      ASSERT_FALSE(is_done()) << "a success is the last word";
      ASSERT_FALSE(told_ && *told_ == *status) << "one post a change: " << status->text;
      if (status->state == CommitState::success) {
        ASSERT_TRUE(nothing_left && must_.empty()) << "success too early";
        const std::size_t count = status->text.starts_with("no ") ? 0 : std::stoul(status->text);
        ASSERT_GE(count, converged_.size()) << status->text;
        ASSERT_LE(count, ever_.size()) << status->text;
      }
      if (status->state == CommitState::failure) {
        ASSERT_TRUE(!stuck_.empty() || !stuck_sets_.empty() || desired_->invalid_documents > 0)
            << "nobody has to act: " << status->text;
      }
      const bool was_failure = told_ && told_->state == CommitState::failure;
      if (was_failure && status->state == CommitState::pending) {
        ASSERT_TRUE(std::ranges::none_of(stuck_, [&](const auto& one) { return must_.contains(one); }) &&
                    stuck_sets_.empty())
            << "somebody still has to act";
      }
      told_ = status;
    }
    ASSERT_TRUE(!(nothing_left && may_.empty()) || is_done()) << "silent after convergence";
  }

  std::mt19937_64 random_;
  Rollout rollout_;
  unsigned fleet_;
  Files files_;
  std::vector<Files> former_;  ///< of each revision
  unsigned revision_ = 0;
  std::shared_ptr<const specs::DesiredState> desired_;
  async::WallTime now_{};
  std::map<std::string, std::set<std::string>> members_;  ///< of each set, as far as it could be read
  std::map<std::string, unsigned> unread_for_;            ///< cycles
  std::set<std::string> hired_;                           ///< whom no commit brings
  Declarations joined_;                                   ///< of the last cycle
  Declarations rows_;                                     ///< of the last one that told
  bool heard_ = true;
  std::set<std::string> untold_;  ///< sets that said something in between
  bool members_move_ = true;
  // The book: what has to be waited for, what may be, what was told to wait for a person, and what was told.
  std::set<std::string> must_;
  std::set<std::string> may_;
  std::set<std::string> stuck_;
  std::set<std::string> sets_;
  std::set<std::string> stuck_sets_;
  std::set<std::string> ever_;       ///< of this revision: what may have been waited for
  std::set<std::string> converged_;  ///< likewise: what had to be, and is live
  std::optional<CommitStatus> told_;
};

TEST(RolloutHistories, NeverSuccessBeforeConvergenceNeverSilentAfterItOnePostAChange) {
  const std::uint64_t only = testing::number_in("CR_HISTORY", 0);
  const std::uint64_t first = only == 0 ? testing::number_in("CR_HISTORIES_FROM", 1) : only;
  const std::uint64_t count = only == 0 ? testing::number_in("CR_HISTORIES", 1'000) : 1;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    SCOPED_TRACE("CR_HISTORY=" + std::to_string(seed));
    ASSERT_NO_FATAL_FAILURE(History(seed).live());
  }
}

}  // namespace
}  // namespace cr::daemon
