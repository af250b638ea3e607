#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "reconcile/feed/change_feed.h"
#include "tests/support/seeds.h"
#include "tests/unit/reconcile/feed/histories/loop.h"
#include "tests/unit/reconcile/feed/histories/world.h"

// Histories of a fleet whose settings others change, whose Coder rewrites and deletes by itself, and whose
// log is late, doubled, incomplete, forbidden, or not to be trusted at all: what the feed promises holds in
// each. CR_HISTORIES=100000 is so many instead of 1000, from seed CR_HISTORIES_FROM (1) on;
// CR_HISTORY=<seed> is that one.
namespace cr::testing {
namespace {

using namespace std::chrono_literals;
using namespace cr::reconcile::feed;

constexpr auto kLength = 60min;
/// Cycles vary by a tenth; those of a history come up to three minutes late besides.
constexpr milliseconds kLongestCycle = 66s + 180s;

std::string text(milliseconds at) {
  return std::to_string(at.count() / 1000) + " s";
}

/// One history, lived through with the feed and without.
class Lived {
 public:
  explicit Lived(std::uint64_t seed)
      : history_(make_history(seed, kLength)), world_(history_), loop_(history_, world_, &feed_) {}

  void run() {
    for (std::size_t number = 0; number < history_.cycles.size() && !::testing::Test::HasFailure();
         ++number) {
      rows_before_ = feed_.rows_told();
      const std::size_t writes_before = loop_.written_at().size();
      const Loop::Cycle& cycle = loop_.run(number);
      SCOPED_TRACE("in the cycle at " + text(cycle.began));
      expect_told_drift_mended(number, cycle);
      expect_each_read_within_the_sweep(cycle);
      expect_quiet_cycles_cheap(number, cycle, writes_before);
      if (cycle.looked && !looked_first_) looked_first_ = cycle.began;
      expect_authors_true(cycle);
      expect_trust_where_the_log_is_honest();
      expect_distrust_where_it_is_mute(cycle);
    }
    expect_no_more_writes_than_without();
  }

 private:
  /// Calls `each(workspace, setting, declared value)`.
  template <class Each>
  void for_each_declared(Each each) const {
    for (std::size_t i = 0; i < history_.workspaces; ++i) {
      if (!world_.exists(i)) continue;
      for (std::size_t s = 0; s < kUsed.size(); ++s) {
        if (const auto wish = history_.declared[i].at(s)) each(i, kUsed.at(s), *wish);
      }
    }
  }
  [[nodiscard]] bool fails(std::size_t number, std::size_t workspace) const {
    return history_.fails(number, "read", workspace) || history_.fails(number, "write", workspace);
  }

  /// Whatever is drifted is mended within one interval where the feed tells.
  void expect_told_drift_mended(std::size_t number, const Loop::Cycle& cycle) const {
    for_each_declared([&](std::size_t i, Setting setting, Value wish) {
      if (world_.value(i, setting) == wish || fails(number, i)) return;
      const World::Write& drift = world_.log_of(i, setting).back();
      if (drift.at > cycle.began) return;
      const bool told = drift.row && world_.log().shows(*drift.row, world_.coder_time(cycle.began));
      EXPECT_FALSE(told) << i << "'s " << to_string(setting) << " of " << text(drift.at)
                         << " is told, and left";
      EXPECT_FALSE(feed_.state() != Trust::trusted) << "nothing is left out where the feed is not trusted";
      EXPECT_FALSE(!cycle.looked) << "nor where it could not be read";
    });
  }

  /// Within the sweep interval where it does not: what no read has failed of is never older.
  void expect_each_read_within_the_sweep(const Loop::Cycle& cycle) const {
    if (history_.faults.failing) return;
    for (std::size_t i = 0; i < history_.workspaces; ++i) {
      EXPECT_LE(cycle.began - loop_.read_at(i), kPace.sweep_interval + kLongestCycle - kPace.interval) << i;
    }
  }

  /// At most 1 + ⌈declared × interval / sweep interval / batch⌉ requests while nothing happens.
  void expect_quiet_cycles_cheap(std::size_t number, const Loop::Cycle& cycle, std::size_t writes_before) {
    const milliseconds since = number == 0 ? cycle.began : cycle.began - history_.cycles[number - 1];
    // A late cycle, and a read that failed, are made up for: within the time of a sweep.
    const bool regular = since >= 54s && since <= 66s && !history_.faults.failing;
    regular_ = regular ? regular_ + 1 : 0;
    const bool nothing_new = feed_.rows_told() == rows_before_ && loop_.written_at().size() == writes_before;
    quiet_ = nothing_new ? quiet_ + 1 : 0;
    const bool only_swept =
        std::ranges::all_of(cycle.why, [](Why why) { return why == Why::rests || why == Why::sweep; });
    if (feed_.state() != Trust::trusted || !cycle.looked || !only_swept || regular_ < 14 || quiet_ < 3)
      return;
    const std::size_t requests = up(up(history_.workspaces * 60, 720), kPace.batch);
    // Where these only just suffice, it is more important that none gets too old.
    if (history_.workspaces * 66 > requests * kPace.batch * (720 - 66)) return;
    EXPECT_EQ(cycle.queries, 1);
    EXPECT_LE(up(static_cast<std::size_t>(std::ranges::count(cycle.why, Why::sweep)), kPace.batch), requests);
    ++quiet_cycles_;
  }
  static std::size_t up(std::size_t count, std::size_t by) { return (count + by - 1) / by; }

  /// Nothing is invented: who is named did set it to this, since it was last seen to be another.
  void expect_authors_true(const Loop::Cycle& cycle) {
    for_each_declared([&](std::size_t i, Setting setting, Value) {
      const reconcile::Author author = feed_.author_of(world_.row(i).id, setting);
      const auto turn = loop_.turns().find({i, setting});
      if (turn == loop_.turns().end()) {
        EXPECT_FALSE(author.known()) << to_string(author) << " of what has not been seen to change";
        return;
      }
      std::vector<World::Write> during;
      bool all_shown = cycle.looked;
      for (const World::Write& one : world_.log_of(i, setting)) {
        // Coder's clock is known to the second.
        if (one.at <= turn->second.after - 3s || one.at > turn->second.before + 3s) continue;
        during.push_back(one);
        all_shown &= one.row && world_.log().shows(*one.row, world_.coder_time(cycle.began));
      }
      for (const std::string& name : author.users) {
        const auto is_that = [&](const World::Write& one) {
          return user_name(one.user) == name && one.value == turn->second.value;
        };
        EXPECT_TRUE(std::ranges::any_of(during, is_that))
            << name << " did not set " << to_string(setting) << " of " << i;
        EXPECT_NE(name, user_name(kUs));
      }
      if (!history_.faults.honest() || !all_shown || during.empty()) return;
      const World::Write& last = during.back();
      if (last.at <= std::max(turn->second.after, *looked_first_) || last.at > turn->second.before) return;
      if (last.user == kUs) return;
      if (last.user == kNobody) {
        EXPECT_FALSE(author.known()) << to_string(author) << " of what Coder did";
        return;
      }
      // Coder may have set it again.
      if (setting != Setting::automatic_updates && world_.is_rewritten_since(i, last.at - 3s)) return;
      ++authors_;
      EXPECT_TRUE(std::ranges::count(author.users, user_name(last.user)) == 1)
          << "not \"" << to_string(author) << "\" but " << user_name(last.user) << " set "
          << to_string(setting) << " of " << i;
    });
  }

  void expect_trust_where_the_log_is_honest() const {
    if (!history_.faults.honest()) return;
    EXPECT_EQ(feed_.missed_changes(), 0u);
    EXPECT_FALSE(feed_.distrust()) << to_string(*feed_.distrust());
  }

  /// A server that writes no rows any more is found out by our own.
  void expect_distrust_where_it_is_mute(const Loop::Cycle& cycle) {
    if (!history_.faults.mute || found_out_ || !cycle.looked) return;
    const auto& ours = loop_.written_at();
    const auto first = std::ranges::find_if(ours, [&](milliseconds at) { return at >= history_.mute_from; });
    if (first == ours.end() || cycle.began - *first < 60s) return;
    found_out_ = true;
    EXPECT_NE(feed_.state(), Trust::trusted);
  }

  void expect_no_more_writes_than_without() const {
    World other(history_);
    Loop without(history_, other, nullptr);
    for (std::size_t number = 0; number < history_.cycles.size(); ++number) (void)without.run(number);
    for (const auto& [what, count] : loop_.writes()) {
      const auto found = without.writes().find(what);
      EXPECT_LE(count, found == without.writes().end() ? 0 : found->second)
          << what.first << "'s " << to_string(what.second);
    }
  }

  History history_;
  ChangeFeed feed_{kPace};
  World world_;
  Loop loop_;
  std::uint64_t rows_before_ = 0;
  int regular_ = 0;
  std::optional<milliseconds> looked_first_;
  int quiet_ = 0;
  int quiet_cycles_ = 0;
  int authors_ = 0;
  bool found_out_ = false;
};

constexpr std::uint64_t kParts = 20;

/// A part of the histories each.
class FeedHistories : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(FeedHistories, KeepWhatTheFeedPromises) {
  const std::uint64_t only = number_in("CR_HISTORY", 0);
  const std::uint64_t first = only == 0 ? number_in("CR_HISTORIES_FROM", 1) : only;
  const std::uint64_t count = only == 0 ? number_in("CR_HISTORIES", 1000) : 1;
  for (std::uint64_t seed = first + GetParam(); seed < first + count; seed += kParts) {
    SCOPED_TRACE("CR_HISTORY=" + std::to_string(seed));
    Lived(seed).run();
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Part, FeedHistories, ::testing::Range<std::uint64_t>(0, kParts));

}  // namespace
}  // namespace cr::testing
