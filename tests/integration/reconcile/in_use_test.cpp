#include <gmock/gmock.h>

#include "fate.h"

/// What is not stopped, since somebody works there.
namespace cr::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

reconcile::Limits patient() {
  reconcile::Limits limits = World::generous();
  limits.idle_before_stop = 30min;
  return limits;
}
class SomebodyAtWork : public TimeAndFate {
 protected:
  SomebodyAtWork() : TimeAndFate(patient()) {}
};
CR_EVERY_AGE(SomebodyAtWork);

TEST_P(SomebodyAtWork, IsNotStoppedBeforeTheyHaveLeft) {
  add("dev");
  edit_live("dev", [&](standin::Workspace& live) { live.last_used_at = world_.now() - 5min; });
  world_.declare({a_document("alice", "dev", {"dormant: true"})});
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty());
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InUse);
  EXPECT_THAT(message("dev"), AllOf(HasSubstr("started by alice"), HasSubstr("30m")));
  pass(20min);
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InUse);
  pass(10min);
  (void)world_.converge();
  EXPECT_TRUE(world_.live("alice", "dev")->dormant);
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InSync);
}

TEST_P(SomebodyAtWork, OurOwnRunIsStoppedAtOnce) {
  world_.declare({a_document("alice", "fresh", {"dormant: true"})});
  (void)world_.converge();
  EXPECT_TRUE(world_.live("alice", "fresh")->dormant);
}

}  // namespace
}  // namespace cr::testing
