#include "reconcile/memory/provisioners_seen.h"

#include <gtest/gtest.h>

#include "tests/unit/reconcile/memory/cycle_builder.h"

namespace cr::reconcile {
namespace {

using namespace std::chrono_literals;
using namespace cr::testing;

const async::WallTime kMorning{std::chrono::sys_days(std::chrono::year(2026) / 11 / 26)};

LiveWorkspace waiting(std::uint32_t template_number, std::uint16_t provisioners) {
  LiveWorkspace live = a_live_dev();
  live.template_id = an_id<TemplateId>(template_number);
  live.build.status = BuildStatus::pending;
  live.build.provisioners = provisioners;
  return live;
}

void see(ProvisionersSeen& seen, async::WallTime when, const std::vector<LiveWorkspace>& rows) {
  CycleBuilder cycle;
  for (std::size_t i = 0; i < rows.size(); ++i)
    cycle.add(a_spec("alice", "dev-" + std::to_string(i))).reads(rows[i]);
  CycleFacts facts = cycle.facts();
  facts.begun_wall = when;
  seen.observe(facts);
}

TEST(ProvisionersSeen, AreUnknownUntilABuildIsSeenWaitingForOne) {
  ProvisionersSeen seen;
  EXPECT_EQ(seen.most(), std::nullopt);
  LiveWorkspace running = waiting(1, 0);
  running.build.status = BuildStatus::running;
  see(seen, kMorning, {running, waiting(1, 0)});
  EXPECT_EQ(seen.most(), std::nullopt) << "what is finished, or waits in vain, tells of none";
  see(seen, kMorning + 1min, {waiting(1, 3)});
  EXPECT_EQ(seen.most(), (ProvisionerSight{3, kMorning + 1min}));
}

TEST(ProvisionersSeen, OfATemplateTheLatestLookCounts) {
  ProvisionersSeen seen;
  see(seen, kMorning, {waiting(1, 5)});
  see(seen, kMorning + 1min, {});
  EXPECT_EQ(seen.most(), (ProvisionerSight{5, kMorning})) << "and is kept";
  see(seen, kMorning + 2min, {waiting(1, 2), waiting(1, 3)});
  EXPECT_EQ(seen.most(), (ProvisionerSight{3, kMorning + 2min})) << "of one look, the most";
}

TEST(ProvisionersSeen, ALookOfLongAgoIsForgotten) {
  ProvisionersSeen seen;
  see(seen, kMorning, {waiting(1, 50)});
  see(seen, kMorning + 24h * 3, {waiting(2, 3)});
  see(seen, kMorning + 24h * 8, {});
  EXPECT_EQ(seen.most(), (ProvisionerSight{3, kMorning + 24h * 3}));
}

TEST(ProvisionersSeen, OfAllTemplatesTheMostIsSaid) {
  ProvisionersSeen seen;
  see(seen, kMorning, {waiting(1, 5)});
  see(seen, kMorning + 1min, {waiting(2, 1)});
  EXPECT_EQ(seen.most(), (ProvisionerSight{5, kMorning})) << "a template with few of its own takes none away";
}

}  // namespace
}  // namespace cr::reconcile
