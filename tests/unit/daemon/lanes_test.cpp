// The server with answers that take as long as the test wants.
#include "daemon/http/lanes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "daemon/http/endpoints.h"
#include "tests/unit/daemon/served.h"

namespace cr::daemon {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

/// Lets nobody through until it is opened.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  [[nodiscard]] int arrived() {
    const std::lock_guard lock(mutex_);
    return arrived_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int arrived_ = 0;
};

class LanesTest : public ::testing::Test {
 protected:
  void start(ServerLimits limits = {}) {
    auto server = HttpServer::listen(
        io_.get_executor(), {true, "127.0.0.1", 0}, clock_,
        {.handler = [this](const HttpRequest& request) { return answer(request); }, .lane = lane_of}, limits);
    ASSERT_TRUE(server) << server.error().message();
    server_.emplace(std::move(*server));
    serving_.emplace(io_, server_->serve());
  }
  void TearDown() override { gate_.open(); }

  std::unique_ptr<testing::Client> ask(const std::string& target, const std::string& method = "GET") {
    auto client = std::make_unique<testing::Client>(io_, server_->port());
    client->send(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    return client;
  }
  /// Until the page of some client is being made.
  void until_at_gate() {
    testing::turn_until(io_, [&] {
      if (gate_.arrived() > 0) return true;
      boost::asio::post(io_, [] {});  // another turn: nothing else wakes this thread
      return false;
    });
  }

  Gate gate_;
  boost::asio::io_context io_;
  testing::ManualClock clock_;
  std::optional<HttpServer> server_;
  std::optional<testing::Background> serving_;

 private:
  HttpResponse answer(const HttpRequest& request) {
    if (request.path == "/") gate_.pass();
    if (request.path == "/-/plan") {
      const std::stop_callback leave(request.abandoned, [this] { gate_.open(); });
      gate_.pass();
      return {.status = 200,
              .content_type = "text/plain",
              .body = request.abandoned.stop_requested() ? "abandoned" : "planned",
              .headers = {}};
    }
    return {.status = 200, .content_type = "text/plain", .body = "hello " + request.path, .headers = {}};
  }
};

TEST_F(LanesTest, ProbesAndScrapesAreAnsweredWhileAPageIsMade) {
  start();
  auto page = ask("/");
  until_at_gate();
  EXPECT_THAT(ask("/healthz")->whole_answer(), HasSubstr("hello /healthz"));
  EXPECT_THAT(ask("/readyz")->whole_answer(), HasSubstr("hello /readyz"));
  EXPECT_THAT(ask("/metrics")->whole_answer(), HasSubstr("hello /metrics"));
  EXPECT_FALSE(page->closed());
  gate_.open();
  EXPECT_THAT(page->whole_answer(), HasSubstr("hello /"));
}

TEST_F(LanesTest, WhoeverWouldWaitBehindTooManyIsToldToComeAgain) {
  start({.waiting = 2});
  std::vector<std::unique_ptr<testing::Client>> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(ask("/"));
  const auto refused = [&] { return std::ranges::find_if(clients, &testing::Client::closed); };
  testing::turn_until(io_, [&] { return refused() != clients.end(); });
  const std::string& answer = (*refused())->whole_answer();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer, HasSubstr("Retry-After: 1\r\n"));
  clients.erase(refused());
  gate_.open();
  for (const auto& client : clients) EXPECT_THAT(client->whole_answer(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(LanesTest, WhoseAnswerIsBeingMadeDoesNotMakeRoomForOthers) {
  start({.connections = 2});
  auto page = ask("/");
  until_at_gate();
  clock_.advance(std::chrono::seconds{1});
  testing::Client silent(io_, server_->port());
  EXPECT_THAT(ask("/healthz")->whole_answer(), HasSubstr("hello /healthz"));
  gate_.open();
  EXPECT_THAT(page->whole_answer(), HasSubstr("hello /"));
  EXPECT_EQ(silent.whole_answer(), "") << "it waited for its client";
}

TEST_F(LanesTest, OnePlanIsMadeAtATimeAndTheNextIsRefused) {
  start();
  auto first = ask("/-/plan", "POST");
  until_at_gate();
  const std::string refused = ask("/-/plan", "POST")->whole_answer();
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 429 "));
  EXPECT_THAT(refused, HasSubstr("Retry-After: 5\r\n"));
  EXPECT_THAT(ask("/metrics")->whole_answer(), HasSubstr("hello /metrics"));
  gate_.open();
  EXPECT_THAT(first->whole_answer(), ::testing::EndsWith("planned"));
  EXPECT_THAT(ask("/-/plan", "POST")->whole_answer(), ::testing::EndsWith("planned"));
}

TEST_F(LanesTest, APlanWhoseClientGoesIsAskedToStop) {
  start();
  auto client = ask("/-/plan", "POST");
  until_at_gate();
  client.reset();
  // Opens the gate by its stop alone.
  EXPECT_THAT(ask("/")->whole_answer(), HasSubstr("hello /"));
}

TEST_F(LanesTest, APlanIsAskedToStopWithTheServer) {
  start();
  auto client = ask("/-/plan", "POST");
  until_at_gate();
  serving_->stop();
  EXPECT_TRUE(serving_->ended());
}

TEST_F(LanesTest, StoppingWaitsForWhatIsBeingMade) {
  start();
  auto page = ask("/");
  until_at_gate();
  boost::asio::post(io_, [this] { gate_.open(); });  // runs only while the stop waits
  serving_->stop();
  EXPECT_TRUE(serving_->ended());
}

TEST(LaneOf, ProbesNeverWaitAndPagesWaitForThemselves) {
  const auto lane = [](const char* method, const char* path) {
    HttpRequest request;
    request.method = method;
    request.path = path;
    return lane_of(request);
  };
  EXPECT_EQ(lane("GET", "/healthz"), Lane::at_once);
  EXPECT_EQ(lane("HEAD", "/readyz"), Lane::at_once);
  EXPECT_EQ(lane("GET", "/metrics"), Lane::brief);
  EXPECT_EQ(lane("POST", "/-/approve"), Lane::brief);
  EXPECT_EQ(lane("POST", "/-/plan"), Lane::one_at_a_time);
  EXPECT_EQ(lane("GET", "/"), Lane::lengthy);
  EXPECT_EQ(lane("GET", "/api/v1/plan"), Lane::lengthy);
}

}  // namespace
}  // namespace cr::daemon
