// What the daemon tells of what has happened, as a process: as JSON and as a stream.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "tests/integration/daemon/deployment.h"

namespace cr {
namespace {

namespace asio = boost::asio;
using nlohmann::json;
using testing::Deployment;
using ::testing::HasSubstr;
using testing::Process;
using ::testing::StartsWith;

/// A daemon whose interval never passes, and a workspace that is as declared.
class Events : public ::testing::Test {
 protected:
  Events() { deployment_.declare("specs/dev.yaml", "dev", "  ttl: 4h\n"); }

  Process& start() {
    daemon_.emplace(
        CR_PROGRAM,
        std::vector<std::string>{"run", deployment_.specs(), "--interval", "24h", "--listen", "127.0.0.1:0"},
        deployment_.environment());
    const std::string line = daemon_->wait_for_log("listening address=");
    port_ = line.substr(line.rfind(':') + 1);
    daemon_->wait_for_log("cycle ended result=in_sync");
    return *daemon_;
  }
  /// Somebody sets a TTL, and the daemon sets it back.
  void drift() {
    deployment_.coder.with_state([](standin::State& state) {
      state.set_ttl("alice", "dev", 3'600'000);
      return 0;
    });
    daemon_->signal(SIGHUP);
    daemon_->wait_for_log("cycle ended result=converged");
  }
  json events(const std::string& query) {
    const testing::Answer answer = testing::ask(port_, "GET", "/api/v1/events" + query);
    testing::expect_documented_answer("/api/v1/events" + query, answer.status, answer.body);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::parse(answer.body);
  }

  Deployment deployment_;
  std::optional<Process> daemon_;
  std::string port_;
};

/// A client of the stream.
class Follower {
 public:
  Follower(const std::string& port, const std::string& query, const std::string& header = {}) : socket_(io_) {
    socket_.connect({asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoi(port))});
    const std::string request =
        "GET /api/v1/events/stream" + query + " HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\n";
    asio::write(socket_, asio::buffer(request));
  }
  /// Everything up to `text`, which comes.
  std::string until(const std::string& text) {
    const std::size_t end = asio::read_until(socket_, asio::dynamic_buffer(received_), text);
    std::string part = received_.substr(0, end);
    received_.erase(0, end);
    return part;
  }
  /// What comes until the server ends it.
  std::string rest() {
    boost::system::error_code end;
    asio::read(socket_, asio::dynamic_buffer(received_), end);
    EXPECT_EQ(end, asio::error::eof);
    return received_;
  }

 private:
  asio::io_context io_;
  asio::ip::tcp::socket socket_;
  std::string received_;
};

TEST_F(Events, TellOfDriftAndThenOfTheWriteThatMendsIt) {
  start();
  const json before = events("");
  drift();
  const json page =
      events("?since=" + before["next"].dump() + "&epoch=" + before["epoch"].get<std::string>() +
             "&kind=drift,action&workspace=Alice/Dev");
  ASSERT_EQ(page["events"].size(), 2U) << page;
  const json& drift = page["events"][0];
  EXPECT_EQ(drift["kind"], "drift");
  EXPECT_EQ(drift["from"], "4h");
  EXPECT_EQ(drift["to"], "1h");
  const json& action = page["events"][1];
  EXPECT_EQ(action["what"], "set_ttl");
  EXPECT_EQ(action["result"], "success");
  EXPECT_FALSE(action["requestId"].get<std::string>().empty());
}

TEST_F(Events, AreStreamedAsTheyHappenUntilTheProcessEnds) {
  Process& daemon = start();
  Follower follower(port_, "?kind=action");
  EXPECT_THAT(follower.until("retry: 5000\n\n"), StartsWith("HTTP/1.1 200 OK\r\n"));
  drift();
  EXPECT_THAT(follower.until("}\n\n"), HasSubstr("\"what\":\"set_ttl\""));
  daemon.signal(SIGTERM);
  EXPECT_EQ(follower.rest(), "");
  EXPECT_EQ(daemon.wait(), 0) << "a client that follows does not hold up the end";
}

TEST_F(Events, OfAnotherProcessHaveAnotherEpochAndTheClientIsToldSo) {
  start();
  const json page = events("");
  const std::string epoch = page["epoch"];
  daemon_->signal(SIGTERM);
  EXPECT_EQ(daemon_->wait(), 0);
  start();
  EXPECT_NE(events("")["epoch"], epoch);
  Follower follower(port_, "", "Last-Event-ID: " + epoch + "-" + page["newest"].dump() + "\r\n");
  EXPECT_THAT(follower.until("}\n\n"), HasSubstr("event: reload\n"));
}

}  // namespace
}  // namespace cr
