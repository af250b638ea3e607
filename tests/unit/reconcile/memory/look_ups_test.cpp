#include "reconcile/memory/look_ups.h"

#include <gtest/gtest.h>

#include "tests/unit/reconcile/memory/cycle_builder.h"

namespace cr::reconcile {
namespace {

using namespace cr::testing;

class LookUpsTest : public ::testing::Test {
 protected:
  LookUpsTest() { fill(); }
  void fill() {
    look_ups = {};
    look_ups.answers.put(AskUser{"alice"}, coder::User{a_user_id(1), "alice", coder::UserStatus::active});
    look_ups.policies.emplace(live.template_id, coder::Template{});
    look_ups.me.value = a_user_id(kMe);
    look_ups.token.value = coder::TokenFacts{};
  }
  [[nodiscard]] bool knows_alice() const { return look_ups.answers.find(AskUser{"alice"}) != nullptr; }
  [[nodiscard]] static Bound built_on_alice() {
    Bound bound;
    bound.built_on = {AskUser{"alice"}};
    return bound;
  }

  LookUps look_ups;
  LiveWorkspace live = a_live_dev();
};

// What a cycle can do of a create, and whether it is looked up anew before the next one.
TEST_F(LookUpsTest, OfACreateAreGoodForOneTry) {
  struct Row {
    const char* what;
    std::optional<ActionResult> result;
    bool kept;
  };
  for (const Row& row :
       {Row{"planned, and held", std::nullopt, true}, Row{"skipped", ActionResult::skipped, true},
        Row{"failed", ActionResult::failed, false}, Row{"done", ActionResult::success, false}}) {
    fill();
    CycleBuilder cycle;
    auto one = cycle.add(a_spec()).is_absent().is_bound(built_on_alice());
    if (row.result) one.did(CreateWorkspace{{"alice", "dev"}, {}, ""}, *row.result);
    look_ups.observe(cycle.facts());
    EXPECT_EQ(knows_alice(), row.kept) << row.what;
  }
}

TEST_F(LookUpsTest, ThatBindNothingAreAskedAnew) {
  Unbound unbound;
  unbound.built_on = {AskUser{"alice"}};
  CycleBuilder cycle;
  cycle.add(a_spec()).is_absent().decided().unbound = &unbound;
  look_ups.observe(cycle.facts());
  EXPECT_FALSE(knows_alice());
}

TEST_F(LookUpsTest, OfAPolicyAreDoubtedAfterARefusal) {
  const auto write = set_ttl({"alice", "dev"}, live.id, {}, 8h);
  CycleBuilder stumbles;
  stumbles.add(a_spec()).reads(live).did(write, ActionResult::failed,
                                         coder::ApiError(coder::ApiFault::server, ""));
  look_ups.observe(stumbles.facts());
  EXPECT_TRUE(look_ups.is_policy_good(live));
  CycleBuilder refused;
  refused.add(a_spec()).reads(live).did(write, ActionResult::failed,
                                        coder::ApiError(coder::ApiFault::rejected, ""));
  look_ups.observe(refused.facts());
  EXPECT_FALSE(look_ups.is_policy_good(live));
  EXPECT_NE(look_ups.policy_of(live), nullptr) << "it is still shown and foretold by";
}

TEST_F(LookUpsTest, OfParametersAreThoseOfTheLatestBuild) {
  live.build.id = an_id<BuildId>(1);
  look_ups.parameters.emplace(live.id, LookUps::KnownParameters{live.build.id, {{"cpu", "4"}}});
  ASSERT_NE(look_ups.context_of(live).parameters, nullptr);
  EXPECT_EQ(look_ups.context_of(live).parameters->front().second, "4");
  live.build.id = an_id<BuildId>(2);
  EXPECT_EQ(look_ups.context_of(live).parameters, nullptr);
}

TEST_F(LookUpsTest, OfTheTokenEndWithIt) {
  CycleBuilder cycle;
  CycleFacts facts = cycle.facts();
  look_ups.observe(facts);
  EXPECT_TRUE(look_ups.me.value);
  facts.token_refused = true;
  look_ups.observe(facts);
  EXPECT_FALSE(look_ups.me.value);
  EXPECT_FALSE(look_ups.token.value);
}

}  // namespace
}  // namespace cr::reconcile
