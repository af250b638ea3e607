#include "specs/start_curve.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/parse_alone.h"

namespace cr::specs {
namespace {

using namespace std::chrono;

constexpr sys_days kMonday = year{2026} / 11 / 2;

/// Each a spec of its own, by what stands below `spec`.
DesiredState fleet(const std::vector<std::string>& fields, const std::string& annotations = "") {
  std::string text;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    text += fmt::format(
        "---\napiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {{name: w{}{}}}\n"
        "spec:\n  owner: alice\n  template: docker\n  {}\n",
        i, annotations, fields[i]);
  }
  ParsedFile parsed = cr::testing::parse_alone(text, std::make_shared<const std::string>("a.yaml"));
  EXPECT_TRUE(parsed.diagnostics.empty()) << render(parsed.diagnostics.front());
  return assemble(std::move(parsed.specs), {});
}

/// "540: 2" for two in the slot that begins 540 minutes after the first.
std::string shown(const StartCurve& curve) {
  std::string text;
  for (std::size_t i = 0; i < curve.slots.size(); ++i) {
    if (curve.slots[i] > 0) text += fmt::format("{}: {}\n", i * 5, curve.slots[i]);
  }
  return text;
}

TEST(StartCurve, CountsWorkspacesByFiveMinutes) {
  const DesiredState desired =
      fleet({"autostart: 0 9 * * *", "autostart: 4 9 * * *", "autostart: 5 9 * * *", "ttl: 8h",
             "autostart: CRON_TZ=Europe/Berlin 0 10 * * 1-5", "autostart: 0 9 * * 2", "autostart: null"});
  const StartCurve curve = start_curve(desired, kMonday, hours{24});
  EXPECT_EQ(curve.begins, kMonday);
  EXPECT_EQ(shown(curve), "540: 3\n545: 1\n");
}

TEST(StartCurve, CountsAWorkspaceOnceASlot) {
  EXPECT_EQ(
      shown(start_curve(fleet({"autostart: \"*/2 9 * * *\""}), kMonday + hours{9} + minutes{40}, hours{1})),
      "0: 1\n5: 1\n10: 1\n15: 1\n");
}

TEST(StartCurve, BeginsWithTheSlotThatHasBegunAndCountsWhatIsAhead) {
  const DesiredState desired = fleet({"autostart: 1 9 * * *", "autostart: 3 9 * * *"});
  const StartCurve curve = start_curve(desired, kMonday + hours{9} + minutes{2}, hours{24});
  EXPECT_EQ(curve.begins, kMonday + hours{9});
  EXPECT_EQ(shown(curve), "0: 1\n1440: 1\n");
}

TEST(StartCurve, LeavesOutWhatIsDormant) {
  EXPECT_EQ(shown(start_curve(fleet({"autostart: 0 9 * * *\n  dormant: true"}), kMonday, hours{24})), "");
  EXPECT_EQ(shown(start_curve(fleet({"autostart: 0 9 * * *\n  dormant: false"}), kMonday, hours{24})),
            "540: 1\n");
}

TEST(StartCurve, CountsWhatIsSuspendedFromItsEndOn) {
  const auto curve = [](const std::string& suspended, hours span) {
    const std::string note = fmt::format(", annotations: {{coder-reconciler/suspend: \"{}\"}}", suspended);
    return shown(start_curve(fleet({"autostart: 0 9 * * *", "autostart: 0 0 * * *"}, note), kMonday, span));
  };
  EXPECT_EQ(curve("true", hours{72}), "");
  EXPECT_EQ(curve("until 2026-11-03", hours{48}), "1440: 1\n1980: 1\n2880: 1\n");
  EXPECT_EQ(curve("until 2026-11-02", hours{12}), "540: 1\n");
}

TEST(StartCurve, TellsWhoIsCountedInASlot) {
  const DesiredState desired =
      fleet({"autostart: 0 9 * * *", "autostart: 4 9 * * *", "autostart: 5 9 * * *"});
  const auto in_slot = [&](std::size_t i) {
    return starts_in_slot(*desired.specs[i], kMonday, kMonday + hours{9});
  };
  EXPECT_TRUE(in_slot(0));
  EXPECT_TRUE(in_slot(1));
  EXPECT_FALSE(in_slot(2));
}

}  // namespace
}  // namespace cr::specs
