#include "reconcile/watch/build_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <iterator>
#include <list>
#include <string>
#include <vector>

#include "reconcile/coder/client.h"
#include "tests/standin/server.h"
#include "tests/support/manual_clock.h"
#include "tests/unit/daemon/coroutines.h"

namespace cr::reconcile {
namespace {

using namespace std::chrono_literals;
using coder::WatchEnd;
using coder::WatchWay;
using How = WatchEnd::How;

WorkspaceId workspace_of(int number) {
  return *WorkspaceId::parse("00000000-0000-4000-8000-0000000000" + std::to_string(10 + number));
}
BuildId build_of(int number) {
  return *BuildId::parse("00000000-0000-4000-9000-0000000000" + std::to_string(10 + number));
}
OwnBuild own(int number) {
  return {workspace_of(number), build_of(number)};
}

LiveWorkspace state_of(int number, BuildStatus status) {
  LiveWorkspace state;
  state.id = workspace_of(number);
  state.build.id = build_of(number);
  state.build.status = status;
  return state;
}

TEST(ShowsEndOf, ABuildThatHasEndedOrIsFollowedByAnother) {
  using enum BuildStatus;
  for (const BuildStatus over : {running, stopped, deleted, failed, canceled})
    EXPECT_TRUE(shows_end_of(build_of(1), state_of(1, over)));
  for (const BuildStatus goes_on : {pending, starting, stopping, deleting, canceling, unknown})
    EXPECT_FALSE(shows_end_of(build_of(1), state_of(1, goes_on)));
  EXPECT_TRUE(shows_end_of(build_of(2), state_of(1, pending)));
}

/// Streams that say what the test says.
class ScriptedWatcher final : public coder::WorkspaceWatcher {
 public:
  struct Stream {
    Stream(const WorkspaceId& id_, WatchWay way_, const OnState* on_state_,
           const boost::asio::any_io_executor& executor)
        : id(id_), way(way_), on_state(on_state_), bell(executor, async::SteadyTime::max()) {}
    WorkspaceId id;
    WatchWay way;
    const OnState* on_state;
    boost::asio::steady_timer bell;
    std::optional<WatchEnd> end;
  };

  async::awaitable<WatchEnd> watch(const WorkspaceId& id, WatchWay way, const OnState& on_state) override {
    ++opened;
    if (always) {
      ways.push_back(way);
      co_return *always;
    }
    const auto executor = co_await boost::asio::this_coro::executor;
    streams.emplace_back(id, way, &on_state, executor);
    const auto at = std::prev(streams.end());
    struct Gone {
      std::list<Stream>& all;
      std::list<Stream>::iterator one;
      ~Gone() { all.erase(one); }
    } const gone{streams, at};
    while (!at->end) co_await at->bell.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    co_return *at->end;
  }

  void say(const LiveWorkspace& state) {
    for (Stream& one : streams) {
      if (one.id != state.id || one.end || (*one.on_state)(state)) continue;
      end(one, {.how = How::satisfied, .status = 200, .told = true});
    }
  }
  static void end(Stream& stream, WatchEnd end) {
    stream.end = std::move(end);
    stream.bell.cancel();
  }

  std::list<Stream> streams;
  std::size_t opened = 0;
  std::optional<WatchEnd> always;  ///< how each stream ends, at once
  std::vector<WatchWay> ways;
};

class BuildWatchTest : public ::testing::Test {
 protected:
  void settle() { testing::turn(io_); }
  void follow(const std::vector<OwnBuild>& builds) {
    watch_.follow(builds);
    settle();
  }
  void say(const LiveWorkspace& state) {
    watcher_.say(state);
    settle();
  }
  void SetUp() override {
    background_.emplace(io_, watch_.run());
    settle();
  }

  boost::asio::io_context io_;
  testing::ManualClock clock_;
  ScriptedWatcher watcher_;
  int ended_ = 0;
  BuildWatch watch_{watcher_, clock_, {.on_end = [this] { ++ended_; }}};
  std::optional<testing::Background> background_;
};

TEST_F(BuildWatchTest, AnEndIsToldOnce) {
  follow({own(1)});
  ASSERT_EQ(watcher_.streams.size(), 1U);
  say(state_of(1, BuildStatus::pending));
  say(state_of(1, BuildStatus::starting));
  EXPECT_EQ(ended_, 0);
  say(state_of(1, BuildStatus::running));
  EXPECT_EQ(ended_, 1);
  EXPECT_TRUE(watcher_.streams.empty());
  // The next cycle may still have read it as under way.
  follow({own(1)});
  EXPECT_EQ(watcher_.opened, 1U);
}

TEST_F(BuildWatchTest, ABuildThatMattersNoLongerIsWatchedNoLonger) {
  follow({own(1), own(2)});
  EXPECT_EQ(watcher_.streams.size(), 2U);
  follow({own(2)});
  ASSERT_EQ(watcher_.streams.size(), 1U);
  EXPECT_EQ(watcher_.streams.front().id, workspace_of(2));
  follow({});
  EXPECT_TRUE(watcher_.streams.empty());
  EXPECT_EQ(ended_, 0);
}

TEST_F(BuildWatchTest, AtMostTenStreamsAreOpenAndOthersHaveTheirTurn) {
  std::vector<OwnBuild> builds;
  for (int i = 1; i <= 25; ++i) builds.push_back(own(i));
  follow(builds);
  EXPECT_EQ(watcher_.streams.size(), 10U);
  for (int i = 1; i <= 25; ++i) {
    say(state_of(i, BuildStatus::failed));
    EXPECT_LE(watcher_.streams.size(), 10U);
  }
  EXPECT_EQ(ended_, 25);
  EXPECT_EQ(watcher_.opened, 25U);
}

TEST_F(BuildWatchTest, EachBuildIsTriedOnce) {
  follow({own(1)});
  say(state_of(1, BuildStatus::starting));
  ScriptedWatcher::end(watcher_.streams.front(), {.how = How::closed, .status = 200, .told = true});
  settle();
  for (int cycle = 0; cycle < 100; ++cycle) follow({own(1)});
  EXPECT_EQ(watcher_.opened, 1U);
  EXPECT_EQ(ended_, 0);
}

TEST_F(BuildWatchTest, WhereNoWayTellsAnythingNothingIsTriedForAnHour) {
  for (const WatchEnd& barred :
       {WatchEnd{.how = How::silent, .status = 200}, WatchEnd{.how = How::refused, .status = 200},
        WatchEnd{.how = How::closed, .status = 200}, WatchEnd{.how = How::nonsense, .status = 200}}) {
    watcher_.always = barred;
    watcher_.opened = 0;
    follow({own(1), own(2), own(3)});
    EXPECT_EQ(watcher_.opened, 2U) << "both ways, for the first of them";
    clock_.advance(59min);
    follow({own(1), own(2), own(3), own(4)});
    EXPECT_EQ(watcher_.opened, 2U);
    clock_.advance(1min);
    follow({own(4)});
    EXPECT_EQ(watcher_.opened, 4U);
    clock_.advance(2h);
    follow({});
  }
}

TEST_F(BuildWatchTest, ACoderThatDoesNotAnswerIsTriedAgainSoon) {
  watcher_.always = {.how = How::silent};
  follow({own(1)});
  EXPECT_EQ(watcher_.opened, 2U);
  clock_.advance(4min);
  follow({own(1), own(2)});
  EXPECT_EQ(watcher_.opened, 2U);
  clock_.advance(1min);
  follow({own(2)});
  EXPECT_EQ(watcher_.opened, 4U);
}

TEST_F(BuildWatchTest, ATokenThatIsRefusedOrACoderThatIsAwayBarsNoWay) {
  for (const WatchEnd& end :
       {WatchEnd{.how = How::refused, .status = 401}, WatchEnd{.how = How::unreachable},
        WatchEnd{.how = How::refused, .status = 404}, WatchEnd{.how = How::refused, .status = 502}}) {
    watcher_.always = end;
    watcher_.opened = 0;
    for (int cycle = 0; cycle < 50; ++cycle) follow({own(1)});
    EXPECT_EQ(watcher_.opened, 1U) << "no hot loop";
    follow({own(2)});
    EXPECT_EQ(watcher_.opened, 2U) << "the next build is tried";
    follow({});
  }
}

TEST_F(BuildWatchTest, TheWayThatTellsIsTheFirstAfterwards) {
  follow({own(1)});
  ASSERT_EQ(watcher_.streams.front().way, WatchWay::events);
  ScriptedWatcher::end(watcher_.streams.front(), {.how = How::silent, .status = 200});
  settle();
  ASSERT_EQ(watcher_.streams.size(), 1U);
  EXPECT_EQ(watcher_.streams.front().way, WatchWay::socket);
  say(state_of(1, BuildStatus::stopped));
  EXPECT_EQ(ended_, 1);
  follow({own(2)});
  EXPECT_EQ(watcher_.streams.front().way, WatchWay::socket);
}

TEST_F(BuildWatchTest, WhatTellsOfAnotherWorkspaceIsNotBelieved) {
  follow({own(1)});
  LiveWorkspace other = state_of(2, BuildStatus::running);
  EXPECT_FALSE((*watcher_.streams.front().on_state)(other));
  EXPECT_EQ(ended_, 0);
}

TEST_F(BuildWatchTest, EndsAtOnceWithOpenStreams) {
  follow({own(1), own(2), own(3)});
  background_->stop();
  EXPECT_TRUE(background_->ended());
  EXPECT_TRUE(watcher_.streams.empty());
}

/// The same against a Coder that keeps state, on time that stands still.
class BuildWatchOnSockets : public ::testing::Test {
 protected:
  BuildWatchOnSockets() {
    coder_.with_state([](standin::State& state) {
      state.add_user("alice");
      state.add_template("docker");
      standin::BuildPace pace;
      pace.kind = standin::BuildPace::Kind::by_hand;
      state.set_build_pace(pace);
      return 0;
    });
    coder::ClientOptions options;
    options.url = coder_.url();
    options.token_value = coder_.admin_token();
    client_.emplace(*coder::make_client(options, clock_, observer_));
    watch_.emplace(
        client_->watcher(), clock_,
        BuildWatch::Told{.on_end = [this] { ++ended_; },
                         .on_state = [this](const LiveWorkspace&) { ++states_; },
                         .on_given_up = [this](const WatchEnd& end) { given_up_.push_back(end); }});
    background_.emplace(io_, watch_->run());
  }

  /// A workspace with a build that is under way.
  OwnBuild building(const std::string& name) {
    return coder_.with_state([&](standin::State& state) {
      standin::WorkspaceSeed seed;
      seed.owner = "alice";
      seed.name = name;
      seed.template_name = "docker";
      const std::string id = state.add_workspace(seed).id;
      standin::Build build = state.workspace_by_id(id)->latest();
      build.transition = standin::Transition::stop;
      const std::string of = state.queue_build(*state.fleet().by_id(id), build).id;
      return OwnBuild{*WorkspaceId::parse(id), *BuildId::parse(of)};
    });
  }
  void finish_builds() {
    coder_.with_state([](standin::State& state) {
      state.finish_builds();
      return 0;
    });
  }
  template <class Condition>
  void until(Condition condition) {
    testing::turn_until(io_, condition);
  }

  boost::asio::io_context io_;
  testing::ManualClock clock_;
  coder::CallObserver observer_;
  standin::Server coder_{standin::Age::v2_35};
  std::optional<coder::Client> client_;
  int ended_ = 0, states_ = 0;
  std::vector<WatchEnd> given_up_;
  std::optional<BuildWatch> watch_;
  std::optional<testing::Background> background_;
};

TEST_F(BuildWatchOnSockets, AnEndIsSeenAlthoughNoTimePasses) {
  watch_->follow({building("dev")});
  until([&] { return states_ == 1; });
  coder_.with_state([](standin::State& state) {
    state.start_builds();
    return 0;
  });
  until([&] { return states_ == 2; });
  EXPECT_EQ(ended_, 0);
  finish_builds();
  until([&] { return ended_ == 1; });
  EXPECT_EQ(coder_.request_count(), 1U);
  EXPECT_TRUE(given_up_.empty());
}

TEST_F(BuildWatchOnSockets, ABuildThatTakesTimeEndsForWhoOnlyWatches) {
  const auto start = standin::Time(std::chrono::sys_days(2026y / 3 / 2));
  coder_.with_state([&](standin::State& state) {
    standin::BuildPace pace;
    pace.kind = standin::BuildPace::Kind::after_time;
    pace.time = 30s;
    state.set_build_pace(pace);
    state.set_time(start);
    return 0;
  });
  watch_->follow({building("dev")});
  until([&] { return states_ >= 1; });
  EXPECT_EQ(ended_, 0);
  coder_.with_state([](standin::State& state) {
    state.advance(31s);
    return 0;
  });
  until([&] { return ended_ == 1; });
  EXPECT_EQ(coder_.request_count(), 1U);
}

TEST_F(BuildWatchOnSockets, AtMostTenStreamsAreOpen) {
  std::vector<OwnBuild> builds;
  for (int i = 0; i < 14; ++i) builds.push_back(building("dev" + std::to_string(i)));
  watch_->follow(builds);
  until([&] { return states_ == 10; });
  EXPECT_EQ(coder_.open_streams(), 10U);
  finish_builds();
  until([&] { return ended_ == 14; });
  EXPECT_EQ(coder_.request_count(), 14U);
}

TEST_F(BuildWatchOnSockets, ShutsDownAtOnceWithOpenStreams) {
  watch_->follow({building("one"), building("two")});
  until([&] { return states_ == 2; });
  background_->stop();
  EXPECT_TRUE(background_->ended());
  EXPECT_EQ(clock_.sleepers(), 0U);
}

TEST_F(BuildWatchOnSockets, WhereAProxyHoldsEventsBackAWebSocketTells) {
  coder_.set_watch({.kind = standin::WatchBehaviour::Kind::silent});
  watch_->follow({building("one")});
  until([&] { return clock_.next_wake() == clock_.now() + 20s; });
  clock_.advance(20s);
  until([&] { return states_ == 1; });
  EXPECT_EQ(given_up_.size(), 1U);
  EXPECT_EQ(ended_, 0);
  finish_builds();
  until([&] { return ended_ == 1; });
  EXPECT_EQ(given_up_.size(), 1U);
  // The next one is not held up by what tells nothing.
  coder_.clear_requests();
  watch_->follow({building("two")});
  until([&] { return states_ == 3; });
  EXPECT_EQ(coder_.request_count(), 1U);
  EXPECT_TRUE(coder_.requests()[0].target.ends_with("/watch-ws"));
  background_->stop();
  EXPECT_TRUE(background_->ended());
}

TEST_F(BuildWatchOnSockets, PingsAreAnsweredAndNothingElseIsSaid) {
  coder_.set_watch({.kind = standin::WatchBehaviour::Kind::closes});
  watch_->follow({building("one")});
  until([&] { return states_ == 1; });
  for (int i = 0; i < 20; ++i) coder_.ping_streams();
  coder_.with_state([](standin::State& state) {
    state.start_builds();
    return 0;
  });
  until([&] { return states_ == 2; });
  finish_builds();
  until([&] { return ended_ == 1; });
  EXPECT_EQ(given_up_.size(), 1U) << "that of the events alone";
}

TEST_F(BuildWatchOnSockets, WhatAnswersOtherwiseIsGivenUpQuietly) {
  using Kind = standin::WatchBehaviour::Kind;
  struct Case {
    const char* name;
    standin::WatchBehaviour behaviour;
    bool comes_in_vain = false;
  };
  std::vector<Case> cases(6);
  cases[0] = {"silent", {.kind = Kind::silent}, true};
  cases[1] = {"head only", {.kind = Kind::head_only}, true};
  cases[2] = {"closes", {.kind = Kind::closes}};
  cases[3] = {"no event", {.kind = Kind::says, .bytes = "data: x"}, true};
  cases[4] = {"no JSON", {.kind = Kind::says, .bytes = "event: data\ndata: {\n\n"}};
  cases[5] = {"a line without end", {.kind = Kind::floods, .bytes = std::string(60'000, 'x')}};
  for (std::size_t i = 0; i < cases.size(); ++i) {
    coder_.clear_requests();
    given_up_.clear();
    cases[i].behaviour.sockets = false;
    coder_.set_watch(cases[i].behaviour);
    watch_->follow({building("dev" + std::to_string(i))});
    const auto give_up = std::chrono::steady_clock::now() + 20s;
    while (given_up_.size() < 2 && std::chrono::steady_clock::now() < give_up) {
      io_.run_one_for(10ms);
      // Whatever it waits for of the events comes in vain.
      if (cases[i].comes_in_vain && given_up_.empty() && coder_.request_count() == 1 && clock_.next_wake())
        clock_.advance(*clock_.next_wake() - clock_.now());
    }
    EXPECT_EQ(given_up_.size(), 2U) << cases[i].name;
    testing::turn(io_);
    EXPECT_EQ(ended_, 0) << cases[i].name;
    EXPECT_EQ(coder_.request_count("/api/v2/workspaces/", "GET"), coder_.request_count()) << cases[i].name;
    EXPECT_LE(coder_.request_count(), 2U) << cases[i].name;
    clock_.advance(2h);
    watch_->follow({});
  }
}

}  // namespace
}  // namespace cr::reconcile
