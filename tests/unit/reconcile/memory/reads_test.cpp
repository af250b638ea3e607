#include "reconcile/memory/reads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/reconcile/memory/cycle_builder.h"

namespace cr::reconcile {
namespace {

using namespace cr::testing;

std::vector<specs::SpecPtr> declared(const std::vector<std::pair<std::string, std::string>>& names) {
  std::vector<specs::SpecPtr> specs;
  for (const auto& [owner, name] : names) specs.push_back(a_spec(owner, name).share());
  return specs;
}

LiveWorkspace live(std::uint32_t id, std::string name) {
  return a_live(id, "alice", std::move(name));
}

std::vector<Target> lend(Reads& reads, const std::vector<specs::SpecPtr>& specs) {
  reads.align(specs);
  return reads.lend_targets();
}

void observe(Reads& reads, const CycleFacts& facts) {
  reads.align(std::vector<specs::SpecPtr>(facts.declared.begin(), facts.declared.end()));
  reads.observe(facts);
}

TEST(Reads, WhatWasSeenIsAskedForByIdWhateverElseIsDeclared) {
  Reads reads;
  CycleBuilder cycle;
  cycle.add(a_spec("alice", "b")).reads(live(1, "b"));
  cycle.add(a_spec("alice", "d")).reads(live(2, "d"));
  observe(reads, cycle.facts());
  const auto targets = lend(reads, declared({{"Alice", "A"}, {"alice", "c"}, {"alice", "D"}}));
  ASSERT_EQ(targets.size(), 3U);
  EXPECT_EQ(targets[0].stage, Stage::unknown);
  EXPECT_EQ(targets[1].stage, Stage::unknown);
  EXPECT_EQ(targets[2].stage, Stage::by_id);
  EXPECT_EQ(targets[2].id, a_workspace_id(2));
  EXPECT_EQ(targets[2].identity, (specs::Identity{"alice", "d"}));
}

// What a cycle can show of a workspace, and by which id the next one asks for it.
TEST(Reads, BelieveTheIdThatWasSeenLast) {
  struct Row {
    const char* what;
    std::function<void(CycleBuilder::One&)> shape;
    WorkspaceId id;
  };
  const Row rows[] = {
      {"read", [](auto& one) { one.reads(live(1, "dev")); }, a_workspace_id(1)},
      {"not read, and known from before", [](auto& one) { one.is_not_read().known_as(a_workspace_id(1)); },
       a_workspace_id(1)},
      {"absent", [](auto& one) { one.is_absent(); }, {}},
      {"created", [](auto& one) { one.is_absent().is_seen_as(live(3, "dev")); }, a_workspace_id(3)},
      {"gone when it was written", [](auto& one) { one.reads(live(1, "dev")).done().id_lost = true; }, {}},
  };
  for (const Row& row : rows) {
    Reads reads;
    CycleBuilder cycle;
    auto one = cycle.add(a_spec("alice", "dev"));
    row.shape(one);
    observe(reads, cycle.facts());
    EXPECT_EQ(lend(reads, declared({{"alice", "dev"}}))[0].id, row.id) << row.what;
  }
}

TEST(Reads, AnOwnerGivenAsUuidIsMarkedAsSuch) {
  Reads reads;
  const Target target = lend(reads, declared({{"7A3B5C1E-0000-4000-8000-000000000001", "b"}}))[0];
  EXPECT_TRUE(target.owner_is_uuid);
  EXPECT_EQ(target.identity.owner, "7a3b5c1e-0000-4000-8000-000000000001");
}

// A fleet's targets are megabytes: what is given back is lent again, not made anew.
TEST(Reads, LendTheSameTargetsAgainWhileTheSameIsDeclared) {
  const auto specs = declared({{"alice", "dev"}, {"bob", "a-name-that-is-longer-than-a-string-holds"}});
  Reads reads;
  std::vector<Target> lent = lend(reads, specs);
  const Target* const place = lent.data();
  const char* const text = lent[1].identity.name.data();
  lent[0].id = a_workspace_id(7);
  lent[0].stage = Stage::settled;
  lent[0].contradictions = 2;
  reads.take_back(std::move(lent));
  const std::vector<Target> again =
      lend(reads, declared({{"Alice", "DEV"}, {"bob", "a-name-that-is-longer-than-a-string-holds"}}));
  EXPECT_EQ(again.data(), place);
  EXPECT_EQ(again[1].identity.name.data(), text);
  EXPECT_EQ(again[0].id, a_workspace_id(7));
  EXPECT_EQ(again[0].stage, Stage::by_id);
  EXPECT_EQ(again[0].contradictions, 0);
  EXPECT_EQ(again[1].stage, Stage::unknown);
}

TEST(Reads, WhatCameAndWentLeavesTheOthersTheirIds) {
  Reads reads;
  std::vector<Target> lent = lend(reads, declared({{"alice", "a"}, {"alice", "b"}, {"alice", "c"}}));
  for (std::size_t i = 0; i < lent.size(); ++i)
    lent[i].id = a_workspace_id(static_cast<std::uint32_t>(i + 1));
  reads.take_back(std::move(lent));
  const auto specs = declared({{"alice", "b"}, {"alice", "bb"}, {"alice", "c"}});
  EXPECT_THAT(reads.align(specs), ::testing::ElementsAre(a_workspace_id(1))) << "it is no longer declared";
  const auto next = lend(reads, specs);
  ASSERT_EQ(next.size(), 3U);
  EXPECT_EQ(next[0].id, a_workspace_id(2));
  EXPECT_TRUE(next[1].id.is_nil());
  EXPECT_EQ(next[2].id, a_workspace_id(3));
}

TEST(Reads, AnotherOwnerIsAnotherWorkspaceThoughAsManyAreDeclared) {
  Reads reads;
  std::vector<Target> lent = lend(reads, declared({{"alice", "dev"}}));
  lent[0].id = a_workspace_id(1);
  reads.take_back(std::move(lent));
  const auto next = lend(reads, declared({{"bob", "dev"}}));
  EXPECT_EQ(next[0].identity.owner, "bob");
  EXPECT_TRUE(next[0].id.is_nil());
}

TEST(Reads, OfAFleetThatRestsOnlyTheseArePreparedAndTheOthersKeepTheirIds) {
  const auto specs = declared({{"alice", "a"}, {"alice", "b"}, {"alice", "c"}});
  Reads reads;
  std::vector<Target> all = lend(reads, specs);
  for (std::size_t i = 0; i < all.size(); ++i) all[i].id = a_workspace_id(static_cast<std::uint32_t>(i + 1));
  reads.take_back(std::move(all));
  const std::vector<Place> places{1};
  const std::vector<Target> some = reads.targets_at(places);
  ASSERT_EQ(some.size(), 1U);
  EXPECT_EQ(some[0].id, a_workspace_id(2));
  EXPECT_EQ(some[0].stage, Stage::by_id);

  CycleBuilder cycle;
  cycle.add(a_spec("alice", "b")).is_absent();
  CycleFacts facts = cycle.facts();
  facts.declared = specs;
  facts.places = places;
  reads.observe(facts);
  EXPECT_EQ(reads.known()[0].id, a_workspace_id(1));
  EXPECT_TRUE(reads.known()[1].id.is_nil()) << "it was looked at, and is gone";
  EXPECT_EQ(reads.known()[2].id, a_workspace_id(3));
}

TEST(Reads, CountTheCyclesInARowInWhichOneFailedInPassing) {
  Reads reads;
  const auto cycle = [&](std::optional<coder::ApiFault> fault) {
    CycleBuilder one;
    one.add(a_spec("alice", "a")).reads(live(1, "a"));
    if (fault) one.add(a_spec("alice", "b")).is_not_read(*fault);
    observe(reads, one.facts());
    return reads.failed_in_a_row();
  };
  EXPECT_EQ(cycle(coder::ApiFault::server), 1U);
  EXPECT_EQ(cycle(coder::ApiFault::timeout), 2U);
  EXPECT_EQ(cycle(coder::ApiFault::forbidden), 0U) << "time does not cure that";
  EXPECT_EQ(cycle(coder::ApiFault::server), 1U);
  EXPECT_EQ(cycle(std::nullopt), 0U);
}

TEST(Reads, DoubtTheAddressWhenNothingThatAnsweredWasCoder) {
  Reads reads;
  const auto cycle = [&](coder::ApiFault fault) {
    CycleBuilder builder;
    builder.add(a_spec("alice", "a")).is_not_read(fault);
    CycleFacts facts = builder.facts();
    facts.address_checked = true;
    observe(reads, facts);
    return reads.address_is_checked();
  };
  EXPECT_TRUE(cycle(coder::ApiFault::server));
  EXPECT_FALSE(cycle(coder::ApiFault::contract));
  CycleFacts of_none = CycleBuilder().facts();
  of_none.address_checked = true;
  observe(reads, of_none);
  EXPECT_TRUE(reads.address_is_checked()) << "nothing was read, so nothing speaks against it";
}

}  // namespace
}  // namespace cr::reconcile
