#include "specs/time_zone.h"

#include <gtest/gtest.h>

#include <string>

namespace cr::specs {
namespace {

TEST(TimeZone, FindsZonesAndLinks) {
  for (const char* name :
       {"UTC", "EST", "US/Central", "Europe/Berlin", "Etc/GMT+5", "America/Argentina/Buenos_Aires"}) {
    const auto zone = TimeZone::find(name);
    ASSERT_NE(zone, nullptr) << name;
    EXPECT_EQ(zone->name(), name);
  }
}

TEST(TimeZone, RefusesWhatIsNoZoneToCoder) {
  for (const char* name : {"",         "Local",     "localtime",       "posixrules",
                           "Factory",  "posix/UTC", "right/UTC",       "+05:30",
                           "/UTC",     "UTC/",      "Europe//Berlin",  "Europe/../UTC",
                           "../UTC",   "./UTC",     "europe/berlin",   "tzdata.zi",
                           "zone.tab", "Europe",    "Europe/Berlin\n", "-5"})
    EXPECT_EQ(TimeZone::find(name), nullptr) << name;
  EXPECT_EQ(TimeZone::find(std::string_view("UTC\0", 4)), nullptr);
  EXPECT_EQ(TimeZone::find(std::string(10'000, 'A')), nullptr);
}

TEST(TimeZone, IsLoadedOnce) {
  EXPECT_EQ(TimeZone::find("Europe/Paris"), TimeZone::find("Europe/Paris"));
}

TEST(TimeZone, OffsetHoldsFromOneChangeToTheNext) {
  using namespace std::chrono;
  const auto span = TimeZone::find("Europe/Berlin")->at(sys_days{year{2026} / 7 / 1});
  ASSERT_TRUE(span);
  EXPECT_EQ(span->offset, hours{2});
  EXPECT_EQ(span->begin, sys_days{year{2026} / 3 / 29} + hours{1});
  EXPECT_EQ(span->end, sys_days{year{2026} / 10 / 25} + hours{1});
}

TEST(TimeZone, UnknownZonesHaveANameAndNoRules) {
  const auto zone = TimeZone::unknown("Mars/Olympus");
  ASSERT_NE(zone, nullptr);
  EXPECT_FALSE(zone->at({}));
  EXPECT_TRUE(TimeZone::same_rules(*zone, *TimeZone::unknown("Mars/Olympus")));
  EXPECT_FALSE(TimeZone::same_rules(*zone, *TimeZone::unknown("Mars/Elysium")));
  EXPECT_EQ(TimeZone::unknown("+05:30"), nullptr);
  EXPECT_EQ(TimeZone::unknown("Local"), nullptr);
}

}  // namespace
}  // namespace cr::specs
