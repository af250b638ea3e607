#include "reconcile/cycle/look_ups.h"

#include <gtest/gtest.h>

#include "tests/support/run_coroutine.h"
#include "tests/unit/reconcile/cycle/cycle_parts.h"

namespace cr::testing {
namespace {

class LookUp : public CycleParts {
 protected:
  LookUp() { coder_.users = {coder::User{a_user_id(5), "alice", coder::UserStatus::active}}; }
  void look_up() {
    memory_.remembered.reads.align(desired_.specs);  // as the read did before
    auto all = looked_up(state());
    EXPECT_TRUE(run_coroutine(std::move(all)));
  }
  static coder::awaitable<bool> looked_up(reconcile::CycleState& state) {
    auto all = reconcile::look_up(state);
    co_await std::move(all);
    co_return true;
  }
  static LiveWorkspace live(std::uint32_t number, const std::string& name) {
    return a_live(number, "alice", name).owned_by(a_user_id(5));
  }
};

// "One look-up each a cycle however many specs name it."
TEST_F(LookUp, EachNameIsAskedForOnce) {
  for (const char* name : {"a", "b", "c"}) is_absent(a_spec("alice", name));
  look_up();
  EXPECT_EQ(coder_.count("user alice"), 1U);
  EXPECT_EQ(coder_.count("templates docker"), 1U);
  for (const Facts& one : state().declared) EXPECT_NE(one.decided->bound, nullptr) << one.identity->name;
}

// What is not to be created is asked nothing about.
TEST_F(LookUp, WhatIsNotToBeCreatedCostsNoQuestion) {
  const reconcile::Excluded why{Reason::Rejected, "another document declares it"};
  is_absent(a_spec("alice", "a").may_not_create());
  is_absent(a_spec("alice", "b").suspended({}));
  decided_of(is_absent(a_spec("alice", "c"))).excluded = &why;
  is_not_read(a_spec("alice", "d"));
  reads(a_spec("alice", "e"), live(5, "e"));
  look_up();
  EXPECT_EQ(coder_.count("user "), 0U);
  EXPECT_EQ(coder_.count("templates "), 0U);
  for (const Facts& one : state().declared) EXPECT_FALSE(one.decided->bound || one.decided->unbound);
}

TEST_F(LookUp, ASuspensionThatIsOverIsNone) {
  is_absent(a_spec("alice", "a").suspended({.until = std::chrono::sys_days{}, .reason = ""}));
  look_up();
  EXPECT_NE(only().decided->bound, nullptr);
}

TEST_F(LookUp, AnOwnerWhoDoesNotExistIsThatWorkspacesReason) {
  is_absent(a_spec("alice", "a"));
  const Facts& orphan = is_absent(a_spec("nobody", "b"));
  look_up();
  EXPECT_NE(only().decided->bound, nullptr);
  ASSERT_NE(orphan.decided->unbound, nullptr);
  EXPECT_EQ(orphan.decided->unbound->reason, Reason::OwnerNotFound);
}

// "401: one clear condition for all, no storm."
TEST_F(LookUp, ARefusedTokenEndsTheQuestions) {
  coder_.fail("templates_by_ids", ApiFault::unauthorized, 1'000);
  reads(a_spec("alice", "a").ttl(8h), live(1, "a"));
  is_absent(a_spec("alice", "b"));
  look_up();
  ASSERT_TRUE(state().stopped_by);
  EXPECT_EQ(state().stopped_by->fault, ApiFault::unauthorized);
  EXPECT_EQ(coder_.calls().size(), 1U);
}

TEST_F(LookUp, NothingIsAskedWhereTheReadWasBrokenOff) {
  state().stopped_by = ApiError(ApiFault::unreachable, "gone");
  is_absent(a_spec("alice", "a"));
  look_up();
  EXPECT_TRUE(coder_.calls().empty());
}

TEST_F(LookUp, PoliciesAreReadWhereAFieldDependsOnThem) {
  reads(a_spec("alice", "a"), live(1, "a"));
  reads(a_spec("alice", "b").dormant(true), live(2, "b"));
  look_up();
  EXPECT_EQ(coder_.count("templates_by_ids"), 0U);
  reads(a_spec("alice", "c").ttl(8h), live(3, "c"));
  reads(a_spec("alice", "d").ttl(8h), live(4, "d"));
  look_up();
  EXPECT_EQ(coder_.count("templates_by_ids 1"), 1U) << "one request for both";
  EXPECT_EQ(memory_.remembered.look_ups.policies.size(), 1U);
}

// What a template that the list leaves out comes to: deprecated, not to be seen, not to be read now.
TEST_F(LookUp, ATemplateThatTheListLeavesOutIsReadByItself) {
  struct Row {
    const char* what;
    std::optional<ApiFault> fault;
    std::size_t known;
    bool unread, stopped;
  };
  const Row rows[] = {
      {"deprecated", std::nullopt, 1, false, false},
      {"may not be read", ApiFault::not_found, 0, false, false},
      {"fails in passing", ApiFault::server, 0, true, false},
      {"fails for good", ApiFault::forbidden, 0, true, false},
      {"token refused", ApiFault::unauthorized, 0, true, true},
  };
  for (const Row& row : rows) {
    next_cycle();
    memory_.remembered.look_ups.policies.clear();
    coder_.heal();
    coder_.unlisted = {an_id<TemplateId>(1)};
    if (row.fault) coder_.fail("template ", *row.fault);
    reads(a_spec("alice", "a").ttl(8h), live(1, "a"));
    look_up();
    EXPECT_EQ(memory_.remembered.look_ups.policies.size(), row.known) << row.what;
    EXPECT_EQ(state().policies_unread.has_value(), row.unread) << row.what;
    EXPECT_EQ(state().stopped_by.has_value(), row.stopped) << row.what;
  }
}

TEST_F(LookUp, PoliciesOfTemplatesThatNobodyUsesAreForgotten) {
  reads(a_spec("alice", "a").ttl(8h), live(1, "a"));
  look_up();
  next_cycle();
  reads(a_spec("alice", "a"), live(1, "a"));
  look_up();
  EXPECT_TRUE(memory_.remembered.look_ups.policies.empty());
}

// Who we are matters for builds that may be ours; the answer is good for an hour.
TEST_F(LookUp, WhoWeAreIsAskedForWhereABuildMayBeOurs) {
  struct Row {
    const char* what;
    Transition transition;
    BuildStatus status;
    std::size_t asked;
  };
  const Row rows[] = {
      {"running", Transition::start, BuildStatus::running, 0},
      {"stopped", Transition::stop, BuildStatus::stopped, 0},
      {"starting", Transition::start, BuildStatus::starting, 1},
      {"failed", Transition::start, BuildStatus::failed, 1},
      {"cancelled", Transition::stop, BuildStatus::canceled, 1},
  };
  for (const Row& row : rows) {
    next_cycle();
    memory_.remembered.look_ups.me = {};
    const std::size_t before = coder_.count("me");
    LiveWorkspace one = live(1, "a");
    one.build = a_build(9, row.transition, row.status, kSomebody);
    reads(a_spec("alice", "a"), one);
    look_up();
    EXPECT_EQ(coder_.count("me") - before, row.asked) << row.what;
  }
  EXPECT_EQ(memory_.remembered.look_ups.me.value, a_user_id(1));
  const std::size_t before = coder_.count("me");
  const auto again = [&](std::chrono::nanoseconds after) {
    next_cycle(after);
    LiveWorkspace one = live(1, "a");
    one.build = a_build(9, Transition::start, BuildStatus::starting, kSomebody);
    reads(a_spec("alice", "a"), one);
    look_up();
    return coder_.count("me") - before;
  };
  EXPECT_EQ(again(59min), 0U);
  EXPECT_EQ(again(2min), 1U);
}

TEST_F(LookUp, WhenTheTokenExpiresIsAskedForOnceAnHourAndSoonerAfterAFailureInPassing) {
  const auto asked_after = [&](std::chrono::nanoseconds after) {
    const std::size_t before = coder_.count("token");
    next_cycle(after);
    look_up();
    return coder_.count("token") - before;
  };
  coder_.fail("token", ApiFault::server);
  EXPECT_EQ(asked_after(1s), 1U);
  EXPECT_EQ(asked_after(59s), 0U);
  EXPECT_EQ(asked_after(1s), 1U) << "a minute after it failed";
  EXPECT_EQ(asked_after(59min), 0U);
  EXPECT_EQ(asked_after(1min), 1U);
}

TEST_F(LookUp, ParametersAreReadAFewACycleAndOnceABuild) {
  const auto declare_all = [&] {
    for (std::uint32_t i = 0; i < 30; ++i) {
      const std::string name = "w" + std::to_string(100 + i);
      reads(a_spec("alice", name).parameter("region", "eu"), live(i + 1, name));
    }
    reads(a_spec("alice", "x"), live(99, "x"));  // declares none
  };
  declare_all();
  look_up();
  EXPECT_EQ(coder_.count("build_parameters"), 20U);
  next_cycle();
  declare_all();
  look_up();
  EXPECT_EQ(coder_.count("build_parameters"), 30U);
  next_cycle();
  reads(a_spec("alice", "w100").parameter("region", "eu"), live(1, "w100"));
  look_up();
  EXPECT_EQ(coder_.count("build_parameters"), 30U);
  EXPECT_EQ(memory_.remembered.look_ups.parameters.size(), 1U) << "of builds that are the latest";
}

TEST_F(LookUp, ParametersThatCannotBeReadAreLeftToTheNextCycle) {
  coder_.fail("build_parameters", ApiFault::server);
  reads(a_spec("alice", "a").parameter("region", "eu"), live(1, "a"));
  look_up();
  EXPECT_TRUE(memory_.remembered.look_ups.parameters.empty());
  EXPECT_FALSE(state().stopped_by) << "they are informational";
}

// "An owner given by name here and by UUID there is one owner."
TEST_F(LookUp, OneOwnerByNameHereAndByUuidThereIsADuplicate) {
  const std::string uuid = a_user_id(5).to_string();
  reads(a_spec(uuid, "dev"), live(1, "dev"));
  reads(a_spec("alice", "dev"), live(1, "dev"));
  reads(a_spec("alice", "other"), live(2, "other"));
  look_up();
  for (const std::size_t i : {0U, 1U}) {
    ASSERT_NE(state().declared[i].decided->excluded, nullptr);
    EXPECT_EQ(state().declared[i].decided->excluded->reason, Reason::Rejected);
  }
  EXPECT_EQ(state().declared[2].decided->excluded, nullptr);
}

// What is created rests on look-ups of its own cycle, where they are few.
TEST_F(LookUp, AnswersForWhatIsCreatedAreOfItsOwnCycle) {
  is_absent(a_spec("alice", "a"));
  look_up();
  next_cycle();
  is_absent(a_spec("alice", "a"));
  look_up();
  EXPECT_EQ(coder_.count("user alice"), 2U);
}

TEST_F(LookUp, WhereTheyAreManyAnswersAreGoodForFiveMinutes) {
  coder_.users.clear();
  const auto asked_after = [&](std::chrono::nanoseconds after) {
    const std::size_t before = coder_.count("user ");
    next_cycle(after);
    for (std::uint32_t i = 0; i < 30; ++i) {
      const std::string owner = "u" + std::to_string(100 + i);
      if (coder_.users.size() < 30)
        coder_.users.push_back(coder::User{a_user_id(200 + i), owner, coder::UserStatus::active});
      is_absent(a_spec(owner, "dev"));
    }
    look_up();
    return coder_.count("user ") - before;
  };
  EXPECT_EQ(asked_after(1s), 30U);
  EXPECT_EQ(asked_after(4min), 0U);
  EXPECT_EQ(asked_after(1min), 30U);
}

}  // namespace
}  // namespace cr::testing
