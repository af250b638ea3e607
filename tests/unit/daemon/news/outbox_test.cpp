#include "daemon/news/outbox.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;

constexpr async::SteadyTime kStart{std::chrono::hours{1000}};

LetterPtr letter(const std::string& body, async::SteadyTime at = kStart) {
  return std::make_shared<const Letter>(Letter{body, at});
}

TEST(Outbox, SendsInOrderAndAtOnce) {
  Outbox box;
  EXPECT_EQ(box.due(kStart), nullptr);
  EXPECT_EQ(box.next_due(), std::nullopt);
  box.add(letter("a"));
  box.add(letter("b"));
  EXPECT_EQ(box.due(kStart)->body, "a");
  box.settle();
  EXPECT_EQ(box.due(kStart)->body, "b");
}

TEST(Outbox, TriesADeadReceiverLessAndLessOften) {
  Outbox box;
  box.add(letter("a"));
  async::SteadyTime now = kStart;
  std::size_t tries = 0;
  // A day of a receiver that is gone.
  while (now < kStart + 24h) {
    ASSERT_NE(box.due(now), nullptr);
    ++tries;
    box.postpone(now, std::nullopt);
    EXPECT_EQ(box.due(now), nullptr);
    EXPECT_LE(*box.next_due() - now, Outbox::kLongestPause);
    now = *box.next_due();
  }
  EXPECT_GE(tries, 24U * 12);
  EXPECT_LE(tries, 24U * 12 + 10);
  EXPECT_EQ(box.drop_old(kStart + 24h + 1s), 1U);
  EXPECT_EQ(box.next_due(), std::nullopt);
}

TEST(Outbox, WaitsAsLongAsItIsAskedToWithinReason) {
  Outbox box;
  box.add(letter("a"));
  box.postpone(kStart, 90s);
  EXPECT_EQ(*box.next_due(), kStart + 90s);
  box.postpone(kStart, 86400s);
  EXPECT_EQ(*box.next_due(), kStart + Outbox::kLongestAsked);
}

TEST(Outbox, KeepsTheNewestOfTooMany) {
  Outbox box;
  for (std::size_t i = 0; i < Outbox::kMost; ++i) EXPECT_EQ(box.add(letter(std::to_string(i))), 0U);
  EXPECT_EQ(box.add(letter("last")), 1U);
  EXPECT_EQ(box.size(), Outbox::kMost);
  EXPECT_EQ(box.due(kStart)->body, "1");
}

TEST(Outbox, IsAtOnceAgainAfterASuccess) {
  Outbox box;
  box.add(letter("a"));
  for (int i = 0; i < 9; ++i) box.postpone(kStart, std::nullopt);
  box.settle();
  box.add(letter("b"));
  EXPECT_NE(box.due(kStart), nullptr);
  box.postpone(kStart, std::nullopt);
  EXPECT_EQ(*box.next_due(), kStart + Outbox::kFirstPause);
}

TEST(Outbox, TakesAnAnswerForWhatItMeans) {
  for (const int status : {200, 202, 204}) EXPECT_EQ(delivery_of(status), Delivery::sent) << status;
  for (const int status : {408, 425, 429, 500, 502, 503})
    EXPECT_EQ(delivery_of(status), Delivery::postponed) << status;
  for (const int status : {301, 302, 307, 400, 401, 403, 404, 410})
    EXPECT_EQ(delivery_of(status), Delivery::refused) << status;
}

}  // namespace
}  // namespace cr::daemon
