// Statuses on their way to a forge, over sockets; time is moved by hand.
#include "daemon/commit/messenger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "daemon/config/site_names.h"
#include "tests/support/certificates.h"
#include "tests/support/manual_clock.h"
#include "tests/support/scripted_server.h"

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ScriptedServer;
using ::testing::SizeIs;

const std::string kSha1(40, '1');
const std::string kSha2(40, '2');

std::string answer(const std::string& status, const std::string& headers = "") {
  return "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: 0\r\n\r\n";
}

class MessengerTest : public ::testing::Test {
 protected:
  struct Told {
    CommitStatus status;
    StatusTry ended;
    std::string problem;
  };

  ~MessengerTest() override {
    stop_.emit(boost::asio::cancellation_type::terminal);
    io_.restart();
    while (messenger_ && !ended_) io_.run_one();
  }

  void start(const ScriptedServer& server, const std::string& scheme = "http",
             const std::string& ca_file = "") {
    http::Site site{
        .url = {.tls = scheme == "https", .host = "127.0.0.1", .port = server.port(), .prefix = ""},
        .ca_file = ca_file,
        .proxy = {},
        .user_agent = "coder-reconciler/test",
        .names = names_of_site("--commit-status-url", "--commit-status-ca-file")};
    MessengerParts parts{.clock = clock_,
                         .subject = {.forge = Forge::github, .repository = "o/r", .context = "c", .link = ""},
                         .forge = site,
                         .token = [this] { return token_; },
                         .on_try =
                             [this](const CommitStatus& status, StatusTry ended, const std::string& problem) {
                               told_.push_back({status, ended, problem});
                             }};
    messenger_.emplace(std::move(parts), io_.get_executor());
    boost::asio::co_spawn(
        io_, messenger_->run(),
        boost::asio::bind_cancellation_slot(stop_.slot(), [this](std::exception_ptr) { ended_ = true; }));
  }
  void post(const std::string& revision, CommitState state) { messenger_->post({revision, state, "text"}); }
  /// Moves time on whenever nothing else can happen, until it is so.
  /// `patience`: how long nothing happens before nothing else can.
  void run_until(const std::function<bool()>& done, std::chrono::milliseconds patience = 20ms) {
    for (int left = 3'000; !done(); --left) {
      ASSERT_GT(left, 0) << "it has not come to that";
      const bool idle = io_.run_for(patience) == 0;
      if (idle && clock_.next_wake()) clock_.advance(*clock_.next_wake() - clock_.now());
      io_.restart();
    }
  }
  [[nodiscard]] std::size_t count(StatusTry ended) const {
    return static_cast<std::size_t>(std::ranges::count(told_, ended, &Told::ended));
  }
  void expect_no_secret() const {
    for (const Told& one : told_) EXPECT_THAT(one.problem, Not(HasSubstr("s3cret")));
  }
  static std::string state_in(const std::string& request) {
    return json::parse(testing::body_of(request)).at("state");
  }

  boost::asio::io_context io_;
  testing::ManualClock clock_{async::WallTime(std::chrono::seconds(1'700'000'000))};
  ScriptedServer server_{io_};
  ScriptedServer other_{io_};
  std::optional<Secret> token_{Secret("s3cret-old")};
  std::vector<Told> told_;
  boost::asio::cancellation_signal stop_;
  std::optional<Messenger> messenger_;
  bool ended_ = false;
};

TEST_F(MessengerTest, TakesEachStatusOnceAndInOrder) {
  server_.answer_all(answer("201 Created"));
  start(server_);
  post(kSha1, CommitState::pending);
  run_until([&] { return count(StatusTry::sent) == 1; });
  post(kSha1, CommitState::success);
  post(kSha2, CommitState::pending);
  run_until([&] { return count(StatusTry::sent) == 3; });
  ASSERT_THAT(server_.requests(), SizeIs(3));
  EXPECT_EQ(testing::request_line(server_.requests()[0]), "POST /repos/o/r/statuses/" + kSha1 + " HTTP/1.1");
  EXPECT_EQ(testing::header_of(server_.requests()[0], "Authorization"), "Bearer s3cret-old");
  EXPECT_EQ(testing::header_of(server_.requests()[0], "User-Agent"), "coder-reconciler/test");
  EXPECT_EQ(state_in(server_.requests()[0]), "pending");
  EXPECT_EQ(state_in(server_.requests()[1]), "success");
  EXPECT_EQ(testing::request_line(server_.requests()[2]), "POST /repos/o/r/statuses/" + kSha2 + " HTTP/1.1");
}

TEST_F(MessengerTest, WhatTheForgeDidNotTakeIsTriedAgainAndTheNewestAlone) {
  for (const std::string& one : {answer("500 Internal Server Error"), answer("502 Bad Gateway")})
    server_.script({testing::receive(), testing::send(one), testing::close()});
  server_.answer_all(answer("201 Created"));
  start(server_);
  post(kSha1, CommitState::pending);
  run_until([&] { return count(StatusTry::postponed) == 1; });
  post(kSha1, CommitState::failure);
  post(kSha1, CommitState::success);
  run_until([&] { return count(StatusTry::sent) == 1; });
  std::vector<std::string> states;
  for (const std::string& request : server_.requests()) states.push_back(state_in(request));
  EXPECT_EQ(states, (std::vector<std::string>{"pending", "success", "success"}));
}

TEST_F(MessengerTest, WaitsAsLongAsTheForgeAsks) {
  for (const std::string& one :
       {answer("429 Too Many Requests", "Retry-After: 90\r\n"),
        answer("403 Forbidden", "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 1700000600\r\n")})
    server_.script({testing::receive(), testing::send(one), testing::close()});
  server_.answer_all(answer("201 Created"));
  start(server_);
  const auto began = clock_.now();
  post(kSha1, CommitState::pending);
  run_until([&] { return count(StatusTry::sent) == 1; });
  EXPECT_EQ(count(StatusTry::postponed), 2U);
  EXPECT_EQ(count(StatusTry::rejected), 0U);
  EXPECT_GE(clock_.now() - began, 600s);
}

TEST_F(MessengerTest, AForgeThatHangsCostsAnAttemptAndIsTriedAgain) {
  server_.script({testing::receive()});
  server_.answer_all(answer("201 Created"));
  start(server_);
  post(kSha1, CommitState::pending);
  run_until([&] { return count(StatusTry::sent) == 1; });
  EXPECT_EQ(count(StatusTry::postponed), 1U);
  expect_no_secret();
}

TEST_F(MessengerTest, FollowsNoRedirectAndSaysSo) {
  server_.answer_all(answer("301 Moved Permanently",
                            "Location: http://127.0.0.1:" + std::to_string(other_.port()) + "/\r\n"));
  other_.answer_all(answer("201 Created"));
  start(server_);
  post(kSha1, CommitState::pending);
  run_until([&] { return count(StatusTry::rejected) == 1; });
  EXPECT_THAT(told_.back().problem, HasSubstr("redirects"));
  EXPECT_THAT(other_.requests(), SizeIs(0)) << "the token would go with it";
}

TEST_F(MessengerTest, ANewTokenIsUsedSoonAndAnOldOneSeldom) {
  server_.answer_all(answer("401 Unauthorized"));
  start(server_);
  post(kSha1, CommitState::pending);
  const auto began = clock_.now();
  run_until([&] { return count(StatusTry::rejected) == 3; });
  EXPECT_GE(clock_.now() - began, 2 * StatusOutbox::kLongestPause);
  token_ = Secret("s3cret-new");
  const auto changed = clock_.now();
  run_until([&] { return count(StatusTry::rejected) == 4; });
  EXPECT_LE(clock_.now() - changed, Messenger::kLookAtToken);
  EXPECT_EQ(testing::header_of(server_.requests().back(), "Authorization"), "Bearer s3cret-new");
  expect_no_secret();
}

TEST_F(MessengerTest, WaitsWhereTheTokenCannotBeRead) {
  server_.answer_all(answer("201 Created"));
  token_.reset();
  start(server_);
  post(kSha1, CommitState::pending);
  run_until([&] { return count(StatusTry::postponed) == 2; });
  EXPECT_THAT(server_.requests(), SizeIs(0));
  token_ = Secret("s3cret-new");
  run_until([&] { return count(StatusTry::sent) == 1; });
}

TEST_F(MessengerTest, WhatIsRejectedForGoodIsTriedOnceAndHoldsUpNothing) {
  server_.script({testing::receive(), testing::send(answer("422 Unprocessable Entity")), testing::close()});
  server_.answer_all(answer("201 Created"));
  start(server_);
  post(kSha1, CommitState::pending);
  post(kSha2, CommitState::pending);
  run_until([&] { return count(StatusTry::sent) == 1; });
  EXPECT_EQ(count(StatusTry::rejected), 1U);
  EXPECT_THAT(server_.requests(), SizeIs(2));
}

TEST_F(MessengerTest, ARevisionThatTheForgeDoesNotKnowHoldsUpNoOther) {
  server_.script({testing::receive(), testing::send(answer("404 Not Found")), testing::close()});
  server_.answer_all(answer("201 Created"));
  start(server_);
  const auto began = clock_.now();
  post(kSha1, CommitState::pending);
  post(kSha2, CommitState::pending);
  run_until([&] { return count(StatusTry::sent) == 1; });
  EXPECT_EQ(told_.back().status.revision, kSha2);
  EXPECT_EQ(clock_.now(), began);
}

TEST_F(MessengerTest, ShowsTheTokenToNoServerThatCannotProveItself) {
  testing::CertificateAuthority ca("somebody");
  const auto files = ca.issue("forge", "IP:127.0.0.1");
  ScriptedServer secure(io_, files.cert, files.key);
  secure.answer_all(answer("201 Created"));
  start(secure, "https");
  post(kSha1, CommitState::pending);
  run_until([&] { return count(StatusTry::postponed) >= 1; });
  EXPECT_THAT(secure.requests(), SizeIs(0));
}

TEST_F(MessengerTest, TrustsTheAuthorityThatTheSettingsName) {
  testing::CertificateAuthority ca("somebody");
  const auto files = ca.issue("forge", "IP:127.0.0.1");
  ScriptedServer secure(io_, files.cert, files.key);
  secure.answer_all(answer("201 Created"));
  start(secure, "https", ca.cert_file());
  post(kSha1, CommitState::pending);
  run_until([&] { return count(StatusTry::sent) == 1; });
}

TEST_F(MessengerTest, ADeadForgeForADayCostsAFewTriesAndTheNewestStatusOutlivesIt) {
  start(server_);
  server_.stop();
  post(kSha1, CommitState::pending);
  post(kSha2, CommitState::pending);
  // Who is not there refuses at once.
  run_until([&] { return count(StatusTry::dropped) == 1; }, 2ms);
  EXPECT_EQ(std::ranges::find(told_, StatusTry::dropped, &Told::ended)->status.revision, kSha1);
  EXPECT_LE(count(StatusTry::postponed), 300U);
  EXPECT_GE(count(StatusTry::postponed), 280U);
  const std::size_t so_far = count(StatusTry::postponed);
  run_until([&] { return count(StatusTry::postponed) == so_far + 100; }, 2ms);
  EXPECT_EQ(told_.back().status.revision, kSha2);
  EXPECT_EQ(count(StatusTry::dropped), 1U);
}

TEST_F(MessengerTest, AStatusThatIsOnItsWayWhenItEndsGetsThereAndNoOtherBegins) {
  server_.script({testing::receive(), testing::answer([this](const std::string&) {
                    stop_.emit(boost::asio::cancellation_type::terminal);
                    return answer("201 Created");
                  })});
  server_.answer_all(answer("201 Created"));
  start(server_);
  post(kSha1, CommitState::pending);
  post(kSha2, CommitState::pending);
  run_until([&] { return ended_; });
  EXPECT_EQ(count(StatusTry::sent), 1U);
  EXPECT_THAT(told_, SizeIs(1));
  EXPECT_THAT(server_.requests(), SizeIs(1));
}

TEST_F(MessengerTest, AForgeThatHangsHoldsUpTheEndNoLongerThanAnAttempt) {
  start(server_);  // which is silent
  post(kSha1, CommitState::pending);
  run_until([&] { return server_.connections() == 1; });
  stop_.emit(boost::asio::cancellation_type::terminal);
  const auto began = clock_.now();
  run_until([&] { return ended_; });
  EXPECT_LE(clock_.now() - began, 10s);
}

}  // namespace
}  // namespace cr::daemon
