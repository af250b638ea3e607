#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reconcile/cycle/state.h"
#include "reconcile/read/reader.h"
#include "tests/support/fields.h"
#include "tests/support/manual_clock.h"
#include "tests/support/scripted_api.h"
#include "tests/unit/reconcile/decision_builders.h"

namespace cr::testing {

/// One cycle as a part of it finds it: what each declared workspace was read as is written down, so that no
/// read takes place. Workspaces are added in the order of their identities.
class CycleParts : public ::testing::Test {
 public:
  using Facts = reconcile::WorkspaceFacts;

  /// What is told of builds.
  struct Told : reconcile::Observer {
    void on_build_ended(const specs::Identity& workspace, const reconcile::SeenBuild&) override {
      ended.push_back(workspace.name);
    }
    void on_build_timed(const specs::Identity& workspace, const reconcile::SeenBuild& build,
                        const reconcile::StageTimes& told) override {
      timed.push_back(workspace.name);
      last = build;
      fresh = told;
    }
    std::vector<std::string> ended, timed;
    reconcile::SeenBuild last;
    reconcile::StageTimes fresh{};
  };

  /// Neither read nor excluded: absent.
  Facts& declare(const SpecBuilder& spec) {
    const specs::SpecPtr shared = spec.share();
    desired_.specs.push_back(shared);
    Facts& one = state().declared.emplace_back();
    one.spec = shared.get();
    one.identity = &identities_.emplace_back(specs::identity_of(*shared));
    return one;
  }
  Facts& reads(const SpecBuilder& spec, LiveWorkspace live) {
    Facts& one = declare(spec);
    one.live = &rows_.emplace_back(std::move(live));
    one.id = one.live->id;
    return one;
  }
  Facts& is_absent(const SpecBuilder& spec) {
    Facts& one = declare(spec);
    one.absence_proven = true;
    return one;
  }
  Facts& is_not_read(const SpecBuilder& spec, ApiFault fault = ApiFault::server) {
    Facts& one = declare(spec);
    one.read_error = &errors_.emplace_back(fault, "no answer");
    return one;
  }

  /// The cycle that is being made.
  reconcile::CycleState& state() {
    if (!state_) {
      state_.emplace(memory_, desired_);
      state_->begun = clock_.now();
      state_->begun_wall = clock_.wall();
      state_->declared.reserve(1'000);  // what is returned above stays where it is
      std::vector<reconcile::Target> nothing;
      state_->read.emplace(
          reconcile::nothing_read(std::move(nothing), {}, ApiError(ApiFault::server, "not asked")));
      state_->read->broken_off.reset();
    }
    return *state_;
  }
  /// What is added from now on is the next cycle's.
  void next_cycle(std::chrono::nanoseconds after = 10s) {
    state_.reset();
    desired_ = {};
    clock_.advance(after);
  }
  reconcile::Decided& decided_of(Facts& one) { return state().decided_of(one); }
  reconcile::Done& done_of(Facts& one) { return state().done_of(one); }
  Facts& only() { return state().declared.front(); }

  ScriptedCoder coder_;
  ManualClock clock_;
  Told observer_;
  reconcile::Reconciler::Memory memory_{{coder_}, {&coder_}, clock_, observer_, {}};
  specs::DesiredState desired_;

 private:
  std::deque<reconcile::Identity> identities_;
  std::deque<LiveWorkspace> rows_;
  std::deque<ApiError> errors_;
  std::optional<reconcile::CycleState> state_;
};

}  // namespace cr::testing
