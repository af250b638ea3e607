#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <set>

#include "ages.h"
#include "with_set.h"

/// Other specs are planned with what the loop knows: the plan is the loop's own, and little is read for it.
namespace cr::testing {
namespace {

using namespace std::chrono_literals;
using reconcile::Reason;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::size_t kFleet = 300;

reconcile::Limits of_daemon(bool follows) {
  reconcile::Limits limits = follows ? World::following() : World::generous();
  limits.shares_knowledge = true;
  return limits;
}

std::string name_of(std::size_t i) {
  return "w" + std::to_string(1'000 + i);
}

struct Case {
  standin::Age age;
  bool follows;
};

std::string case_name(const ::testing::TestParamInfo<Case>& one) {
  return standin::name_of(one.param.age) + (one.param.follows ? "_follows" : "_reads_all");
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const standin::Age age : standin::kAges)
    for (const bool follows : {false, true}) cases.push_back({age, follows});
  return cases;
}

class Guest : public ::testing::TestWithParam<Case> {
 protected:
  explicit Guest(std::optional<std::size_t> max_changes = {})
      : world_(GetParam().age, limits_with(max_changes)) {
    edit([&](standin::State& state) {
      state.add_user("alice");
      state.add_template("docker");
      state.set_time(world_.now());
    });
  }
  static reconcile::Limits limits_with(std::optional<std::size_t> max_changes) {
    reconcile::Limits limits = of_daemon(GetParam().follows);
    if (max_changes) limits.max_changes.count = max_changes;
    return limits;
  }

  template <class Fn>
  void edit(Fn&& change) {
    world_.server.with_state([&](standin::State& state) {
      change(state);
      return 0;
    });
  }
  void add(std::size_t i, std::int64_t hours = 8) {
    standin::WorkspaceSeed seed;
    seed.owner = "alice";
    seed.name = name_of(i);
    seed.template_name = "docker";
    seed.ttl_ms = hours * 3'600'000;
    edit([&](standin::State& state) { state.add_workspace(seed); });
  }
  void set_ttl(std::size_t i, std::int64_t hours) {
    edit([&](standin::State& state) {
      state.set_ttl("alice", name_of(i), std::optional<std::int64_t>(hours * 3'600'000));
    });
  }
  static std::string document(std::size_t i, int hours = 8) {
    return a_document("alice", name_of(i), {"ttl: " + std::to_string(hours) + "h"});
  }
  static std::vector<std::string> documents_of(std::size_t count) {
    std::vector<std::string> documents;
    for (std::size_t i = 0; i < count; ++i) documents.push_back(document(i));
    return documents;
  }
  /// A fleet that is as declared, and known to be.
  void settle(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) add(i);
    world_.declare(documents_of(count));
    ASSERT_EQ(world_.converge()->count(Reason::InSync), count);
    world_.server.clear_requests();
  }

  World world_;
};
INSTANTIATE_TEST_SUITE_P(Coder, Guest, ::testing::ValuesIn(all_cases()), case_name);

TEST_P(Guest, OfTheSameSpecsAsksForNothing) {
  settle(kFleet);
  // In a file each, where there was one of all.
  const auto report = world_.plan_as_guest(documents_of(kFleet));
  EXPECT_TRUE(report->plan.empty());
  EXPECT_EQ(report->verdict.digest, "");
  EXPECT_EQ(report->count(Reason::InSync), kFleet);
  EXPECT_EQ(report->live_read.ids, 0U);
  EXPECT_EQ(world_.server.request_count("/api/v2/workspaces"), 0U);
  EXPECT_LE(world_.server.request_count(), 3U) << "policies, and what a cycle asks once";
  for (std::size_t i = 0; i < kFleet; ++i)
    ASSERT_EQ(report->workspaces[i].spec->where.path(), std::to_string(i) + ".yaml") << "where it was sent";
}

TEST_P(Guest, ReadsWhatTheSpecsHaveOtherwiseAndNothingElse) {
  settle(kFleet);
  std::vector<std::string> documents = documents_of(kFleet);
  documents[7] = document(7, 4);
  documents.push_back(document(kFleet));
  documents.erase(documents.begin() + 100);
  const auto report = world_.plan_as_guest(documents);
  ASSERT_THAT(report->plan.workspaces, SizeIs(2));
  EXPECT_EQ(report->plan.workspaces[0].workspace.name, name_of(7));
  EXPECT_EQ(report->plan.workspaces[1].workspace.name, name_of(kFleet));
  EXPECT_EQ(report->live_read.ids, 1U);
  EXPECT_EQ(report->workspaces.size(), kFleet);
}

TEST_P(Guest, ReadsWhatWasNotAsDeclared) {
  settle(kFleet);
  // Somebody keeps it so: it is not mended any more, and known to differ.
  standin::FaultRule rule(standin::FaultKind::status);
  rule.status = 500;
  rule.method = "PUT";
  world_.server.add_fault(rule);
  set_ttl(42, 3);
  world_.advance(1min);
  (void)world_.cycle();
  ASSERT_NE(world_.reason("alice", name_of(42)), Reason::InSync);
  world_.server.clear_requests();
  const auto report = world_.plan_as_guest(documents_of(kFleet));
  EXPECT_EQ(report->live_read.ids, 1U);
  EXPECT_EQ(report->count(Reason::InSync), kFleet - 1);
}

TEST_P(Guest, ChangesNothingAtCoderNorInWhatTheLoopKnows) {
  settle(20);
  std::vector<std::string> documents = documents_of(40);
  for (std::size_t i = 0; i < 20; ++i) documents[i] = document(i, 2);
  const std::size_t before = world_.server.writes().size();
  for (int i = 0; i < 3; ++i) {
    const auto report = world_.plan_as_guest(documents);
    EXPECT_THAT(report->plan.workspaces, SizeIs(40));
    EXPECT_THAT(report->outcomes, IsEmpty());
  }
  EXPECT_EQ(world_.server.writes().size(), before);
  world_.advance(1min);
  const auto after = world_.cycle();
  EXPECT_TRUE(after->plan.empty());
  EXPECT_EQ(after->count(Reason::InSync), 20U);
  EXPECT_EQ(world_.server.writes().size(), before);
}

TEST_P(Guest, BeforeAnyCycleReadsAll) {
  for (std::size_t i = 0; i < 20; ++i) add(i);
  const auto report = world_.plan_as_guest(documents_of(20));
  EXPECT_TRUE(report->plan.empty());
  EXPECT_EQ(report->count(Reason::InSync), 20U);
}

/// Every plan is over the limit, so that it has a digest that somebody would approve.
class HeldGuest : public Guest {
 protected:
  HeldGuest() : Guest(std::size_t{0}) {}
};
INSTANTIATE_TEST_SUITE_P(Coder, HeldGuest, ::testing::ValuesIn(all_cases()), case_name);

TEST_P(HeldGuest, HasTheDigestOfTheCycleThatComesOnceItsSpecsAreInForce) {
  std::mt19937 random(20261127);
  const auto one_of = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  constexpr std::size_t kNames = 30;
  for (std::size_t i = 0; i < kNames / 2; ++i) add(i);
  std::vector<int> hours(kNames, 0);  // 0: not declared
  const auto documents_now = [&] {
    std::vector<std::string> documents;
    for (std::size_t i = 0; i < kNames; ++i)
      if (hours[i] > 0) documents.push_back(document(i, hours[i]));
    return documents;
  };
  for (std::size_t i = 0; i < kNames; i += 2) hours[i] = 8;
  world_.declare(documents_now());
  (void)world_.cycle();
  std::set<std::string> digests;
  for (int round = 0; round < 40; ++round) {
    for (std::size_t changes = one_of(4); changes > 0; --changes)
      hours[one_of(kNames)] = static_cast<int>(one_of(3)) * 4;
    if (one_of(3) == 0) set_ttl(one_of(kNames / 2), 1 + static_cast<std::int64_t>(one_of(12)));
    if (one_of(3) == 0) {
      // What somebody changes is known once a cycle has seen it, before or after the plan was asked for.
      world_.advance(1min);
      (void)world_.cycle();
    }
    world_.advance(1min);
    edit([&](standin::State& state) { state.set_time(world_.now()); });
    (void)world_.cycle();
    const std::vector<std::string> documents = documents_now();
    const auto planned = world_.plan_as_guest(documents);
    world_.declare(documents);
    const auto held = world_.cycle();
    ASSERT_EQ(planned->verdict.digest, held->verdict.digest) << "round " << round;
    ASSERT_EQ(planned->verdict.held, held->verdict.held) << "round " << round;
    ASSERT_EQ(planned->plan.workspaces.size(), held->plan.workspaces.size()) << "round " << round;
    digests.insert(held->verdict.digest);
  }
  EXPECT_GT(digests.size(), 10U);
}

TEST_P(HeldGuest, ItsDigestIsApprovedOnceItsSpecsAreInForce) {
  settle(20);
  std::vector<std::string> documents = documents_of(20);
  documents[3] = document(3, 4);
  const std::string digest = world_.plan_as_guest(documents)->verdict.digest;
  world_.declare(documents);
  ASSERT_TRUE(world_.cycle()->verdict.held);
  EXPECT_TRUE(world_.reconciler().approve(digest));
  (void)world_.cycle();
  EXPECT_EQ(world_.live("alice", name_of(3))->ttl_ms, 4 * 3'600'000);
}

/// Sets are taken as they were last read where they say the same.
class GuestOfSet : public WithSet {
 protected:
  static bool asks_for_members(const standin::RequestRecord& request) {
    return request.path.find("members") != std::string::npos;
  }
  [[nodiscard]] std::size_t member_requests() const {
    const auto requests = world_.server.requests();
    return static_cast<std::size_t>(std::ranges::count_if(requests, asks_for_members));
  }
};
CR_EVERY_AGE(GuestOfSet);

TEST_P(GuestOfSet, WhoIsInASetThatIsTheSameIsNotReadAgain) {
  ASSERT_EQ(converge()->count(Reason::InSync), 4U);
  world_.server.clear_requests();
  set_.where.line += 10;
  set_.workspace.where = set_.where;
  declare_sets();
  const auto same = world_.plan_as_guest({});
  EXPECT_TRUE(same->plan.empty());
  EXPECT_EQ(same->count(Reason::InSync), 4U);
  EXPECT_EQ(member_requests(), 0U);
  set_.workspace.fields.set("ttl", specs::Ttl(60));
  declare_sets();
  const auto other = world_.plan_as_guest({});
  EXPECT_THAT(other->plan.workspaces, SizeIs(4));
  EXPECT_GT(member_requests(), 0U);
  EXPECT_EQ(converge()->count(Reason::InSync), 4U);
}

TEST_P(GuestOfSet, OneThatStillWantsToKnowWhoHadLeftIsReadOnce) {
  declare_sets();
  // While a document is out of order nobody can tell who had left.
  world_.leave_out_sets({"another"});
  (void)world_.cycle();
  declare_sets();
  const auto report = world_.plan_as_guest({});
  EXPECT_EQ(report->internal_error, "");
  EXPECT_EQ(report->workspaces.size(), 4U);
}

}  // namespace
}  // namespace cr::testing
