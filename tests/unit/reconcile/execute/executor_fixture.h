#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "reconcile/execute/executor.h"
#include "tests/support/builders.h"
#include "tests/support/fields.h"
#include "tests/support/run_coroutine.h"
#include "tests/support/scripted_api.h"

namespace cr::testing {

/// Time that jumps to whatever is slept for.
class HastyClock final : public async::Clock {
 public:
  std::vector<std::chrono::nanoseconds> slept;
  [[nodiscard]] async::SteadyTime now() const override { return now_; }
  [[nodiscard]] async::WallTime wall() const override { return {}; }
  boost::asio::awaitable<void> sleep_until(async::SteadyTime when) override {
    slept.push_back(when - now_);
    now_ = when;
    co_return;
  }

 private:
  async::SteadyTime now_{std::chrono::hours(1)};
};

/// Hears outcomes as they come.
class Listener final : public ExecutionObserver {
 public:
  std::vector<Outcome> heard;
  std::vector<std::string> defects;
  void on_action(const Outcome& outcome) override { heard.push_back(outcome); }
  void on_defect(const Identity& workspace, std::string_view what) override {
    defects.push_back(workspace.to_string() + ": " + std::string(what));
  }
};

class ExecutorTest : public ::testing::Test {
 protected:
  ExecutorTest() { coder_.users = {{a_user_id(10), "alice", coder::UserStatus::active}}; }

  static CreateWorkspace create(std::string name) {
    CreateWorkspace action;
    action.workspace = {"alice", name};
    action.request.owner = a_user_id(10);
    action.request.name = std::move(name);
    return action;
  }
  static WorkspacePlan plan_for(std::vector<Action> actions) {
    WorkspacePlan plan;
    plan.workspace = workspace_of(actions.front());
    plan.actions = std::move(actions);
    return plan;
  }
  static WriteField ttl(std::uint32_t id, std::string name, int minutes) {
    return set_ttl({"alice", std::move(name)}, a_workspace_id(id), std::nullopt,
                   std::chrono::minutes(minutes));
  }
  static StopWorkspace stop(std::uint32_t id, std::string name) {
    return {{"alice", std::move(name)}, a_workspace_id(id)};
  }
  static WriteField dormant(std::uint32_t id, std::string name, bool to) {
    return set_dormant({"alice", std::move(name)}, a_workspace_id(id), to);
  }

  void plan(std::vector<WorkspacePlan> workspaces) { plan_.workspaces = std::move(workspaces); }
  void plan(std::vector<Action> actions) { plan(std::vector{plan_for(std::move(actions))}); }

  Executed execute() {
    work_.plan = &plan_;
    if (!work_.follow_ups) {
      work_.follow_ups = [](const Identity&, const LiveWorkspace&, bool) { return std::vector<Action>(); };
    }
    return run_coroutine(reconcile::execute(coder_, coder_, clock_, listener_, work_));
  }
  static std::vector<ActionResult> results(const Executed& executed) {
    std::vector<ActionResult> found;
    for (const Outcome& outcome : executed.outcomes) found.push_back(outcome.result);
    return found;
  }

  ScriptedCoder coder_;
  HastyClock clock_;
  Listener listener_;
  Plan plan_;
  Work work_{.plan = nullptr,
             .proven_absent = {},
             .follow_ups = {},
             .latest_build = {},
             .order = {},
             .concurrency = 4,
             .build_slots = 10};
};

}  // namespace cr::testing
