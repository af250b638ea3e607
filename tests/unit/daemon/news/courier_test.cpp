// Letters and their receivers, over sockets; time is moved by hand.
#include "daemon/news/courier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/news/signature.h"
#include "tests/support/certificates.h"
#include "tests/support/manual_clock.h"
#include "tests/support/scripted_server.h"

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ScriptedServer;
using ::testing::SizeIs;

std::string answer(const std::string& status, const std::string& headers = "") {
  return "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: 0\r\n\r\n";
}

class CourierTest : public ::testing::Test {
 protected:
  struct Told {
    Delivery delivery;
    std::size_t receiver;
    std::string problem;
  };

  ~CourierTest() override {
    stop_.emit(boost::asio::cancellation_type::terminal);
    io_.restart();
    while (courier_ && !ended_) io_.run_one();
  }

  static std::string url_of(const ScriptedServer& server, const std::string& scheme = "http") {
    return scheme + "://127.0.0.1:" + std::to_string(server.port()) + "/hook/s3cret?key=s3cret";
  }
  void send_to(const std::vector<std::string>& urls) {
    urls_.emplace();
    for (const std::string& url : urls) urls_->emplace_back(url);
  }
  void start() {
    courier_.emplace(
        CourierParts{.clock = clock_,
                     .receivers = [this] { return urls_; },
                     .secret = signs_ ? [this] { return secret_; } : std::function<std::optional<Secret>()>{},
                     .proxy = {},
                     .user_agent = "coder-reconciler/test",
                     .content_type = "application/json",
                     .on_delivery =
                         [this](Delivery delivery, std::size_t receiver, const std::string& problem) {
                           told_.push_back({delivery, receiver, problem});
                         }},
        io_.get_executor());
    boost::asio::co_spawn(
        io_, courier_->run(),
        boost::asio::bind_cancellation_slot(stop_.slot(), [this](std::exception_ptr) { ended_ = true; }));
  }
  /// Moves time on whenever nothing else can happen, until it is so.
  /// `patience`: how long nothing happens before nothing else can.
  void run_until(const std::function<bool()>& done, std::chrono::milliseconds patience = 20ms) {
    for (int left = 2'000; !done(); --left) {
      ASSERT_GT(left, 0) << "it has not come to that";
      const bool idle = io_.run_for(patience) == 0;
      if (idle && clock_.next_wake()) clock_.advance(*clock_.next_wake() - clock_.now());
      io_.restart();
    }
  }
  [[nodiscard]] std::size_t count(Delivery delivery) const {
    return static_cast<std::size_t>(std::ranges::count(told_, delivery, &Told::delivery));
  }
  void expect_no_secret() const {
    for (const Told& one : told_) {
      EXPECT_THAT(one.problem, Not(HasSubstr("s3cret")));
      EXPECT_THAT(one.problem, Not(HasSubstr("127.0.0.1")));
    }
  }

  boost::asio::io_context io_;
  testing::ManualClock clock_{async::WallTime(std::chrono::seconds(1'700'000'000))};
  ScriptedServer server_{io_};
  ScriptedServer other_{io_};
  std::optional<std::vector<Secret>> urls_;
  std::optional<Secret> secret_;
  bool signs_ = false;
  std::vector<Told> told_;
  boost::asio::cancellation_signal stop_;
  std::optional<Courier> courier_;
  bool ended_ = false;
};

TEST_F(CourierTest, TakesEachLetterToEachReceiverOnce) {
  server_.answer_all(answer("200 OK"));
  other_.answer_all(answer("204 No Content"));
  send_to({url_of(server_), url_of(other_)});
  start();
  courier_->post("one");
  courier_->post("two");
  run_until([&] { return count(Delivery::sent) == 4; });
  for (const ScriptedServer* server : {&server_, &other_}) {
    ASSERT_THAT(server->requests(), SizeIs(2));
    EXPECT_EQ(testing::request_line(server->requests()[0]), "POST /hook/s3cret?key=s3cret HTTP/1.1");
    EXPECT_EQ(testing::body_of(server->requests()[0]), "one");
    EXPECT_EQ(testing::body_of(server->requests()[1]), "two");
    EXPECT_EQ(testing::header_of(server->requests()[0], "Content-Type"), "application/json");
    EXPECT_EQ(testing::header_of(server->requests()[0], "Coder-Reconciler-Signature"), "(none)");
  }
}

TEST_F(CourierTest, SignsWithTheSecretThatIsThereNow) {
  server_.answer_all(answer("200 OK"));
  send_to({url_of(server_)});
  signs_ = true;
  start();
  secret_ = Secret("old-secret");
  courier_->post("one");
  run_until([&] { return count(Delivery::sent) == 1; });
  secret_ = Secret("new-secret");
  courier_->post("two");
  run_until([&] { return count(Delivery::sent) == 2; });
  for (const auto& [place, secret] : {std::pair{0, "old-secret"}, std::pair{1, "new-secret"}}) {
    const std::string& request = server_.requests().at(static_cast<std::size_t>(place));
    const std::chrono::sys_seconds at{
        std::chrono::seconds(std::stoll(testing::header_of(request, "Coder-Reconciler-Timestamp")))};
    EXPECT_EQ(testing::header_of(request, "Coder-Reconciler-Signature"),
              signature_of(testing::body_of(request), at, secret));
  }
}

TEST_F(CourierTest, TriesAgainWhatMayPassAndHarmsNoOther) {
  // Each try has a connection of its own.
  for (const std::string& one : {answer("500 Internal Server Error"),
                                 answer("429 Too Many Requests", "Retry-After: 60\r\n"), answer("200 OK")})
    server_.script({testing::receive(), testing::send(one), testing::close()});
  other_.answer_all(answer("200 OK"));
  send_to({url_of(server_), url_of(other_)});
  start();
  const auto began = clock_.now();
  courier_->post("one");
  run_until([&] { return count(Delivery::sent) == 2; });
  EXPECT_EQ(count(Delivery::postponed), 2U);
  EXPECT_THAT(other_.requests(), SizeIs(1));
  EXPECT_GE(clock_.now() - began, 61s);
  expect_no_secret();
}

TEST_F(CourierTest, DoesNotWaitForAReceiverThatHangs) {
  other_.answer_all(answer("200 OK"));
  send_to({url_of(server_), url_of(other_)});  // the first is silent
  start();
  courier_->post("one");
  run_until([&] { return count(Delivery::sent) == 1 && count(Delivery::postponed) >= 1; });
  courier_->post("two");
  run_until([&] { return count(Delivery::sent) == 2; });
  EXPECT_THAT(other_.requests(), SizeIs(2));
  expect_no_secret();
}

TEST_F(CourierTest, FollowsNoRedirectAndRepeatsNoRefusal) {
  server_.answer_all(
      answer("302 Found", "Location: http://127.0.0.1:" + std::to_string(other_.port()) + "/\r\n"));
  other_.answer_all(answer("200 OK"));
  send_to({url_of(server_)});
  start();
  courier_->post("one");
  run_until([&] { return count(Delivery::refused) == 1; });
  EXPECT_EQ(told_.back().problem, "it responded with 302");
  EXPECT_THAT(server_.requests(), SizeIs(1));
  EXPECT_THAT(other_.requests(), SizeIs(0));
}

TEST_F(CourierTest, ShowsNothingToAServerThatCannotProveItself) {
  testing::CertificateAuthority ca("somebody");
  const auto files = ca.issue("hook", "IP:127.0.0.1");
  ScriptedServer secure(io_, files.cert, files.key);
  secure.answer_all(answer("200 OK"));
  send_to({url_of(secure, "https")});
  start();
  courier_->post("one");
  run_until([&] { return count(Delivery::postponed) >= 1; });
  EXPECT_THAT(secure.requests(), SizeIs(0));
  expect_no_secret();
}

TEST_F(CourierTest, ADeadReceiverForADayCostsAFewTriesAndLosesOnlyWhatIsOld) {
  send_to({url_of(server_)});
  server_.stop();
  start();
  courier_->post("one");
  // Who is not there refuses at once.
  run_until([&] { return count(Delivery::dropped) == 1; }, 2ms);
  EXPECT_LE(count(Delivery::postponed), 300U);
  EXPECT_GE(count(Delivery::postponed), 280U);
  EXPECT_EQ(told_.back().problem, "it was a day old");
  EXPECT_EQ(count(Delivery::sent), 0U);
  expect_no_secret();
}

TEST_F(CourierTest, MeetsNewReceiversAndForgetsOldOnes) {
  server_.answer_all(answer("200 OK"));
  other_.answer_all(answer("200 OK"));
  send_to({url_of(server_)});
  start();
  courier_->post("one");
  run_until([&] { return count(Delivery::sent) == 1; });
  send_to({url_of(other_)});
  courier_->post("two");
  run_until([&] { return count(Delivery::sent) == 2; });
  urls_.reset();  // the file cannot be read at the moment
  courier_->post("three");
  run_until([&] { return count(Delivery::sent) == 3; });
  EXPECT_THAT(server_.requests(), SizeIs(1));
  EXPECT_THAT(other_.requests(), SizeIs(2));
}

TEST_F(CourierTest, WhatCannotBeSignedWaits) {
  server_.answer_all(answer("200 OK"));
  send_to({url_of(server_)});
  signs_ = true;
  start();
  courier_->post("one");
  run_until([&] { return count(Delivery::postponed) == 2; });
  EXPECT_THAT(server_.requests(), SizeIs(0));
  secret_ = Secret("the secret");
  run_until([&] { return count(Delivery::sent) == 1; });
  EXPECT_NE(testing::header_of(server_.requests()[0], "Coder-Reconciler-Signature"), "(none)");
}

TEST_F(CourierTest, WhatMayHaveArrivedIsNotSentForADay) {
  server_.answer_all(answer("500 Internal Server Error"));
  send_to({url_of(server_)});
  start();
  courier_->post("one");
  run_until([&] { return count(Delivery::dropped) == 1; });
  EXPECT_THAT(server_.requests(), SizeIs(Outbox::kMostPerhapsTaken));
}

TEST_F(CourierTest, WhatWaitsForAReceiverThatIsTakenOffTheListIsToldAsLost) {
  server_.answer_all(answer("503 Service Unavailable"));
  other_.answer_all(answer("200 OK"));
  send_to({url_of(server_)});
  start();
  courier_->post("one");
  run_until([&] { return count(Delivery::postponed) == 1; });
  send_to({url_of(other_)});
  courier_->post("two");
  run_until([&] { return count(Delivery::sent) == 1; });
  EXPECT_EQ(count(Delivery::dropped), 1U);
}

TEST_F(CourierTest, LettersWaitWhereTheReceiversCannotBeRead) {
  server_.answer_all(answer("200 OK"));
  start();
  courier_->post("one");
  (void)io_.run_for(20ms);
  io_.restart();
  send_to({url_of(server_)});
  courier_->post("two");
  run_until([&] { return count(Delivery::sent) == 2; });
  EXPECT_THAT(server_.requests(), SizeIs(2));
}

class BadUrl : public CourierTest, public ::testing::WithParamInterface<const char*> {};
INSTANTIATE_TEST_SUITE_P(Courier, BadUrl,
                         ::testing::Values("ftp://s3cret.example.com/s3cret", "s3cret.example.com/s3cret",
                                           "https://s3cret.example.com:s3cret/",
                                           "https://s3cret.example.com/ s3cret"));

TEST_P(BadUrl, IsSaidWithoutIt) {
  send_to({GetParam()});
  start();
  courier_->post("one");
  run_until([&] { return count(Delivery::refused) == 1; });
  expect_no_secret();
}

}  // namespace
}  // namespace cr::daemon
