#include "reconcile/memory/fingerprint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fields.h"
#include "tests/unit/reconcile/decision_builders.h"

namespace cr::reconcile {
namespace {

using namespace cr::testing;

TEST(Fingerprint, OfASpecIgnoresWhereItStands) {
  EXPECT_EQ(spec_fingerprint(a_spec().at("a.yaml", 1)), spec_fingerprint(a_spec().at("b.yaml", 9)));
}

specs::WorkspaceSpec with(void (*change)(specs::SpecBody& body)) {
  specs::WorkspaceSpec spec = a_spec();
  change(spec.body.edit());
  return spec;
}

/// No two of them declare the same.
std::vector<specs::WorkspaceSpec> different_ones() {
  return {
      a_spec(),
      a_spec("bob"),
      a_spec("alice", "other"),
      a_spec().template_ref("x"),
      a_spec().version("v1"),
      a_spec().organization("o"),
      a_spec().parameter("a", "b"),
      a_spec().label("a", "b"),
      a_spec().autostart("0 9 * * *"),
      a_spec().no_autostart(),
      a_spec().ttl(8h),
      a_spec().ttl(4h),
      a_spec().no_ttl(),
      a_spec().updates(specs::AutomaticUpdates::never),
      a_spec().updates(specs::AutomaticUpdates::always),
      a_spec().dormant(true),
      a_spec().dormant(false),
      a_spec().may_not_create(),
      a_spec().may_not_update(),
      a_spec("Alice"),
      a_spec().parameter("a", "c"),
      a_spec().label("a", "c"),
      a_spec().autostart("00 9 * * *"),
      a_spec().ttl(8h).mode("ttl", specs::FieldMode::initial),
      a_spec().ttl(8h).mode("ttl", specs::FieldMode::report),
      with([](specs::SpecBody& body) { body.preset = "large"; }),
      with([](specs::SpecBody& body) { body.policy.recreate = specs::Recreate::always; }),
      with([](specs::SpecBody& body) { body.policy.recreate = specs::Recreate::never; }),
      with([](specs::SpecBody& body) { body.previous_names = {"old"}; }),
      with([](specs::SpecBody& body) {
        body.annotations = {{"a", "b"}};
      }),
  };
}

TEST(Fingerprint, OfASpecChangesWithEveryWish) {
  const std::vector<specs::WorkspaceSpec> different = different_ones();
  for (std::size_t i = 0; i < different.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j)
      EXPECT_NE(spec_fingerprint(different[i]), spec_fingerprint(different[j])) << i << ' ' << j;
  }
}

TEST(DeclareTheSame, IsWhatFingerprintsTell) {
  const std::vector<specs::WorkspaceSpec> different = different_ones();
  const std::vector<specs::WorkspaceSpec> made_apart = different_ones();
  for (std::size_t i = 0; i < different.size(); ++i) {
    for (std::size_t j = 0; j < made_apart.size(); ++j)
      EXPECT_EQ(declare_the_same(different[i], made_apart[j]), i == j) << i << ' ' << j;
  }
}

TEST(DeclareTheSame, WhereverItStandsAndWhereverItsValuesAreFrom) {
  specs::WorkspaceSpec one = a_spec().ttl(8h).at("a.yaml", 1);
  specs::WorkspaceSpec other = a_spec().ttl(8h).at("b.yaml", 9);
  other.body.edit().defaulted = {specs::DefaultedField{.field = "ttl", .where = {}}};
  other.body.edit().set = "team";
  EXPECT_TRUE(declare_the_same(one, other));
  EXPECT_EQ(spec_fingerprint(one), spec_fingerprint(other));
}

TEST(Fingerprint, OfAWishChangesWithThatFieldAlone) {
  const specs::WorkspaceSpec one = a_spec().ttl(8h);
  const specs::WorkspaceSpec two = a_spec().ttl(8h).dormant(true);
  EXPECT_EQ(wish_fingerprint(one, field::ttl), wish_fingerprint(two, field::ttl));
  EXPECT_NE(wish_fingerprint(one, field::dormant), wish_fingerprint(two, field::dormant));
  EXPECT_EQ(wish_fingerprint(one, Field::version), wish_fingerprint(a_spec().version("v2"), Field::version))
      << "what is never written is no wish";
}

TEST(Fingerprint, OfLiveStateChangesWithItsBuild) {
  const LiveWorkspace live = a_live_dev();
  LiveWorkspace built = live;
  built.build.id = an_id<BuildId>(4242);
  EXPECT_NE(live_fingerprint(&live), live_fingerprint(&built));
  EXPECT_NE(live_fingerprint(&live), live_fingerprint(nullptr));
}

}  // namespace
}  // namespace cr::reconcile
