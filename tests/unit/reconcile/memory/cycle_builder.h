#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "reconcile/memory/facts.h"
#include "tests/support/fields.h"
#include "tests/unit/reconcile/decision_builders.h"

namespace cr::testing {

/// One cycle as memories observe it: what each declared workspace was read as, planned and done. Owns what
/// the facts point to. Workspaces are alice's and added in the order of their names.
class CycleBuilder {
 public:
  class One {
   public:
    explicit One(CycleBuilder& cycle, std::size_t index) : cycle_(cycle), index_(index) {}
    /// Read, and held against its spec.
    One& reads(reconcile::LiveWorkspace live) {
      const auto* row = &cycle_.rows_.emplace_back(std::move(live));
      facts().live = row;
      facts().id = row->id;
      facts().diff = &cycle_.diffs_.emplace_back(
          reconcile::diff(*facts().spec, *row, {.policy = nullptr, .parameters = nullptr, .me = cycle_.me}));
      return *this;
    }
    One& is_absent() {
      facts().diff = &cycle_.diffs_.emplace_back(reconcile::diff_absent(*facts().spec));
      return *this;
    }
    One& is_not_read(coder::ApiFault fault = coder::ApiFault::server) {
      facts().read_error = &cycle_.errors_.emplace_back(fault, "no answer");
      return *this;
    }
    /// The id by which it is known though it was not read.
    One& known_as(reconcile::WorkspaceId id) {
      facts().id = id;
      return *this;
    }
    One& is_excluded() {
      decided().excluded = &cycle_.excluded_.emplace_back(
          reconcile::Excluded{reconcile::Reason::Rejected, "another document"});
      facts().diff = nullptr;
      return *this;
    }
    One& did(reconcile::Action action, reconcile::ActionResult result = reconcile::ActionResult::success,
             std::optional<coder::ApiError> error = {}) {
      auto& done = cycle_.outcomes_[index_];
      done.push_back({std::move(action), result, std::move(error), "", "", {}});
      this->done().outcomes = done;
      return *this;
    }
    /// Did it, and Coder queued that build for it.
    One& starts(reconcile::Action action, reconcile::LiveBuild build) {
      did(std::move(action));
      cycle_.outcomes_[index_].back().started = std::move(build);
      return *this;
    }
    /// What a reply, or the read back, showed after that.
    One& is_seen_as(reconcile::LiveWorkspace live) {
      const auto* row = &cycle_.rows_.emplace_back(std::move(live));
      done().seen = row;
      done().seen_diff = &cycle_.diffs_.emplace_back(
          reconcile::diff(*facts().spec, *row, {.policy = nullptr, .parameters = nullptr, .me = cycle_.me}));
      done().proven = true;
      return *this;
    }
    One& is_bound(reconcile::Bound bound) {
      decided().bound = &cycle_.bound_.emplace_back(std::move(bound));
      return *this;
    }
    reconcile::WorkspaceFacts& facts() { return cycle_.facts_[index_]; }
    reconcile::Decided& decided() { return facts().decided.among(cycle_.decided_); }
    reconcile::Done& done() { return facts().done.among(cycle_.done_); }

   private:
    CycleBuilder& cycle_;
    std::size_t index_;
  };

  CycleBuilder() = default;
  CycleBuilder(const CycleBuilder&) = delete;
  CycleBuilder& operator=(const CycleBuilder&) = delete;

  One add(specs::WorkspaceSpec spec) {
    const auto* kept = &specs_.emplace_back(std::move(spec));
    reconcile::WorkspaceFacts facts;
    facts.spec = kept;
    facts.identity = &identities_.emplace_back(specs::identity_of(*kept));
    facts_.push_back(facts);
    declared_.emplace_back(specs::SpecPtr(), kept);
    outcomes_.emplace_back();
    return One(*this, facts_.size() - 1);
  }
  [[nodiscard]] reconcile::CycleFacts facts() const {
    reconcile::CycleFacts cycle;
    cycle.begun = now;
    cycle.ended = now;
    cycle.me = me;
    cycle.declared = declared_;
    cycle.workspaces = facts_;
    return cycle;
  }

  async::SteadyTime now{};
  std::optional<reconcile::UserId> me = a_user_id(kMe);

 private:
  std::deque<specs::WorkspaceSpec> specs_;
  std::deque<reconcile::Identity> identities_;
  std::deque<reconcile::LiveWorkspace> rows_;
  std::deque<reconcile::WorkspaceDiff> diffs_;
  std::deque<coder::ApiError> errors_;
  std::deque<reconcile::Decided> decided_;
  std::deque<reconcile::Done> done_;
  std::deque<reconcile::Excluded> excluded_;
  std::deque<reconcile::Bound> bound_;
  std::deque<std::vector<reconcile::Outcome>> outcomes_;
  std::vector<reconcile::WorkspaceFacts> facts_;
  std::vector<specs::SpecPtr> declared_;
};

}  // namespace cr::testing
