#include "daemon/activity/event_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "daemon/activity/event_json.h"
#include "daemon/json_schema.h"
#include "tests/support/json_schema_judge.h"
#include "tests/unit/daemon/hostile.h"

namespace cr::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Parameters = std::map<std::string, std::string, std::less<>>;

EventQuery parse(const Parameters& parameters) {
  return parse_event_query(parameters, {"since", "before", "epoch", "workspace", "kind", "limit"});
}

/// Events 4 to 9 of which 4, 6 and 8 are alice/dev's.
Happened some() {
  Happened happened;
  happened.epoch = "e1";
  happened.newest = 9;
  happened.oldest = 4;
  for (std::uint64_t number = 4; number <= 9; ++number) {
    Event event;
    event.number = number;
    event.kind = number % 2 == 0 ? EventKind::action : EventKind::specs;
    if (number % 2 == 0) event.workspace = {"alice", "dev"};
    happened.events.push_back(std::make_shared<const Event>(event));
  }
  return happened;
}

std::vector<std::uint64_t> numbers(const EventPage& page) {
  std::vector<std::uint64_t> all;
  for (const EventPtr& event : page.events) all.push_back(event->number);
  return all;
}

TEST(EventQuery, WithoutSinceItIsTheLastOnes) {
  const EventPage page = page_of(some(), parse({{"limit", "2"}}));
  EXPECT_THAT(numbers(page), ElementsAre(8, 9));
  EXPECT_TRUE(page.more);
  EXPECT_EQ(page.next, 9U);
  EXPECT_EQ(page.dropped, 3U);
}

TEST(EventQuery, WithSinceItGoesOnPageByPageAndLosesNothing) {
  const EventPage first = page_of(some(), parse({{"since", "5"}, {"limit", "2"}}));
  EXPECT_THAT(numbers(first), ElementsAre(6, 7));
  EXPECT_TRUE(first.more);
  EXPECT_EQ(first.dropped, 0U);
  const EventPage second = page_of(some(), parse({{"since", std::to_string(first.next)}, {"limit", "2"}}));
  EXPECT_THAT(numbers(second), ElementsAre(8, 9));
  EXPECT_FALSE(second.more);
  EXPECT_THAT(numbers(page_of(some(), parse({{"since", std::to_string(second.next)}}))), IsEmpty());
}

TEST(EventQuery, SaysHowManyWereDropped) {
  EXPECT_EQ(page_of(some(), parse({{"since", "1"}})).dropped, 2U) << "2 and 3";
  EXPECT_EQ(page_of(some(), parse({{"since", "3"}})).dropped, 0U);
  EXPECT_EQ(page_of(some(), parse({{"since", "18446744073709551615"}})).dropped, 0U);
}

TEST(EventQuery, NumbersOfAnotherProcessDoNotCount) {
  EXPECT_THAT(numbers(page_of(some(), parse({{"since", "9"}, {"epoch", "e0"}}))),
              ElementsAre(4, 5, 6, 7, 8, 9));
  EXPECT_THAT(numbers(page_of(some(), parse({{"since", "9"}, {"epoch", "e1"}}))), IsEmpty());
}

TEST(EventQuery, FiltersByWorkspaceWithoutRegardToCaseAndByKind) {
  EXPECT_THAT(numbers(page_of(some(), parse({{"workspace", "Alice/DEV"}}))), ElementsAre(4, 6, 8));
  EXPECT_THAT(numbers(page_of(some(), parse({{"kind", "specs"}}))), ElementsAre(5, 7, 9));
  EXPECT_THAT(numbers(page_of(some(), parse({{"kind", "specs,action"}, {"before", "6"}}))),
              ElementsAre(4, 5));
  EXPECT_THAT(numbers(page_of(some(), parse({{"workspace", "alice/dev"}, {"kind", "specs"}}))), IsEmpty());
}

TEST(EventQuery, WhatCannotBeReadIsNamedWithWhatIsAllowed) {
  EXPECT_THAT(parse({{"kind", "actoin"}}).problem,
              HasSubstr("unknown kind \"actoin\"; available: action, build"));
  EXPECT_THAT(parse({{"since", "-1"}}).problem, HasSubstr("since must be the number of an event"));
  EXPECT_THAT(parse({{"since", "99999999999999999999"}}).problem, HasSubstr("since"));
  EXPECT_THAT(parse({{"limit", "0"}}).problem, HasSubstr("from 1 to 1000"));
  EXPECT_THAT(parse({{"limit", "1001"}}).problem, HasSubstr("from 1 to 1000"));
  for (const char* word : {"alice", "/dev", "alice/", "/"})
    EXPECT_EQ(parse({{"workspace", word}}).problem, "workspace must be OWNER/NAME") << word;
  EXPECT_THAT(parse({{"limti", "1"}}).problem, HasSubstr("unknown parameter \"limti\"; available: since"));
  EXPECT_EQ(parse({{"workspace", ""}, {"kind", ""}}).problem, "") << "a form sends what is empty";
}

TEST(EventJson, OfEachEventIsAsItsSchemaSaysWhateverItHolds) {
  for (const std::string& text : testing::hostile_texts()) {
    Event event;
    event.number = 1;
    event.workspace = {text, text};
    event.set = event.what = event.field = event.from = event.to = event.by = text;
    event.result = event.text = event.digest = event.request_id = text;
    event.duration = std::chrono::milliseconds(20);
    event.count = 3;
    const std::string line = event_line(event);
    EXPECT_EQ(line.find('\n'), std::string::npos) << "a stream's event is one line";
    const auto json = nlohmann::json::parse(line);
    EXPECT_EQ(testing::strict_complaints(schema_text("event"), json), "");
    for (const char* hidden : {"\xe2\x80\xae", "\xe2\x81\xa6", "\x1b"})
      EXPECT_EQ(line.find(hidden), std::string::npos) << text;
  }
  EXPECT_EQ(testing::strict_complaints(schema_text("event"), event_json(Event{})), "");
}

}  // namespace
}  // namespace cr::daemon
