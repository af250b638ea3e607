#include "daemon/http/event_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <memory>

#include "tests/unit/daemon/served.h"

namespace cr::daemon {
namespace {

namespace asio = boost::asio;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using namespace std::chrono_literals;
using testing::Client;

Event an_event(const std::string& name, EventKind kind = EventKind::action) {
  Event event;
  event.kind = kind;
  event.workspace = {"alice", name};
  event.what = "set_ttl";
  event.result = "success";
  return event;
}

// --- what is sent ---

class EventStreamTest : public ::testing::Test {
 protected:
  void happen(const std::string& name, EventKind kind = EventKind::action) {
    activity_.add(an_event(name, kind));
    activity_.settle({});
  }
  EventStream stream(EventQuery query = {}, std::string_view last_event_id = {}) {
    return {activity_, std::move(query), last_event_id};
  }
  static EventQuery since(std::uint64_t number, std::string epoch = {}) {
    EventQuery query;
    query.since = number;
    query.epoch = std::move(epoch);
    return query;
  }

  SharedActivity activity_{"e1"};
};

TEST_F(EventStreamTest, BeginsWithWhatHappensFromNowOn) {
  happen("before");
  EventStream made = stream();
  EXPECT_EQ(made.take(), "retry: 5000\n\n");
  EXPECT_EQ(made.take(), "");
  happen("after");
  const std::string piece = made.take();
  EXPECT_THAT(piece, AllOf(StartsWith("id: e1-2\ndata: {"), HasSubstr("\"name\":\"after\"")));
  EXPECT_TRUE(piece.ends_with("}\n\n"));
  EXPECT_EQ(made.take(), "");
}

TEST_F(EventStreamTest, GoesOnWhereTheClientWasCutOff) {
  for (const char* name : {"one", "two", "three"}) happen(name);
  for (EventStream made :
       {stream({}, "e1-1"), stream(since(1)), stream(since(1, "e1")), stream(since(99, "e0"), "e1-1")}) {
    EXPECT_THAT(made.take(), AllOf(HasSubstr("\"two\""), HasSubstr("\"three\""), Not(HasSubstr("\"one\"")),
                                   Not(HasSubstr("reload"))));
  }
}

TEST_F(EventStreamTest, AfterARestartTheClientIsToldToLookAnew) {
  happen("one");
  for (EventStream made : {stream({}, "e0-7"), stream(since(7, "e0")), stream({}, "nonsense"),
                           stream({}, "e1-x"), stream({}, "e1-99"), stream(since(99))}) {
    EXPECT_THAT(made.take(), HasSubstr("event: reload\nid: e1-1\ndata: {\"epoch\":\"e1\",\"newest\":1}\n\n"));
  }
  EventStream made = stream({}, "e0-7");
  (void)made.take();
  happen("later");
  EXPECT_THAT(made.take(), AllOf(HasSubstr("\"later\""), Not(HasSubstr("\"one\""))))
      << "it goes on from there";
}

TEST_F(EventStreamTest, SaysHowManyWereDropped) {
  for (std::size_t i = 0; i < ActivityLog::kMost + 10; ++i) happen("w");
  EventStream made = stream(since(4));
  EXPECT_THAT(made.take(), HasSubstr("event: gap\nid: e1-10\ndata: {\"dropped\":6}\n\nid: e1-11\n"));
}

TEST_F(EventStreamTest, SendsAPieceAtATime) {
  for (std::size_t i = 0; i < 2 * EventStream::kAtOnce + 1; ++i) happen("w");
  EventStream made = stream(since(0));
  std::size_t events = 0;
  std::size_t pieces = 0;
  for (std::string piece = made.take(); !piece.empty(); piece = made.take()) {
    ++pieces;
    for (std::size_t at = piece.find("data: "); at != std::string::npos; at = piece.find("data: ", at + 1))
      ++events;
  }
  EXPECT_EQ(pieces, 3U);
  EXPECT_EQ(events, 2 * EventStream::kAtOnce + 1);
}

TEST_F(EventStreamTest, APieceIsShortWhateverIsInTheEvents) {
  Event event = an_event("w");
  event.from = event.to = event.by = event.text = event.digest = std::string(5000, '\x01');
  for (std::size_t i = 0; i < 100; ++i) {
    activity_.add(event);
    activity_.settle({});
  }
  EventStream made = stream(since(0));
  std::size_t events = 0;
  for (std::string piece = made.take(); !piece.empty(); piece = made.take()) {
    EXPECT_LT(piece.size(), 2 * EventStream::kLongestPiece);
    for (std::size_t at = piece.find("data: "); at != std::string::npos; at = piece.find("data: ", at + 1))
      ++events;
  }
  EXPECT_EQ(events, 100U);
}

TEST_F(EventStreamTest, SendsWhatTheFilterLetsThroughAndPassesTheRest) {
  EventQuery query;
  query.filter.workspace = specs::Identity{"alice", "mine"};
  EventStream made = stream(query);
  (void)made.take();
  happen("other");
  EXPECT_EQ(made.take(), "");
  happen("mine");
  EXPECT_THAT(made.take(), AllOf(StartsWith("id: e1-2\n"), Not(HasSubstr("other"))));
}

// --- over sockets ---

/// Pieces without an end.
class Flood final : public ResponseStream {
 public:
  std::string take() override { return std::string(64 * 1024, 'x'); }
  [[nodiscard]] std::string_view heartbeat() const override { return ":\n\n"; }
};

class StreamedTest : public testing::ServedTest {
 protected:
  HttpResponse answer(const HttpRequest& request) override {
    if (request.path == "/flood") return streamed(std::make_shared<Flood>());
    if (request.path != "/events") return ServedTest::answer(request);
    return streamed(std::make_shared<EventStream>(activity_, EventQuery{}, request.last_event_id));
  }
  static HttpResponse streamed(std::shared_ptr<ResponseStream> stream) {
    return {.status = 200,
            .content_type = "text/event-stream",
            .body = {},
            .headers = {{"X-Accel-Buffering", "no"}},
            .stream = std::move(stream)};
  }
  /// A client that follows, once it has the greeting.
  std::unique_ptr<Client> follow(const std::string& more = "") {
    auto client = std::make_unique<Client>(io_, server_->port());
    client->send("GET /events HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n");
    client->answer_with("retry:");
    testing::turn(io_);  // and it waits for more
    return client;
  }
  /// Time goes on as it does for streams: look by look.
  void pass(std::chrono::milliseconds span) {
    for (auto passed = 0ms; passed < span; passed += 500ms) {
      clock_.advance(500ms);
      testing::turn(io_);
    }
  }
  std::string ask() { return exchange("GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"); }

  SharedActivity activity_{"e1"};
};

TEST_F(StreamedTest, WhatHappensIsSentWithinASecond) {
  start();
  const auto client = follow();
  EXPECT_THAT(client->answer_with("\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"),
                    HasSubstr("Cache-Control: no-store\r\n"), HasSubstr("X-Accel-Buffering: no\r\n"),
                    HasSubstr("X-Content-Type-Options: nosniff\r\n"), HasSubstr("Connection: close\r\n"),
                    Not(HasSubstr("Content-Length"))));
  activity_.add(an_event("dev"));
  pass(1s);
  EXPECT_THAT(client->answer_with("\"dev\""), HasSubstr("id: e1-1\ndata: {"));
  EXPECT_THAT(answered_, ::testing::ElementsAre(std::pair<std::string, int>("/events", 200)))
      << "counted when it begins";
}

TEST_F(StreamedTest, ABrokenConnectionGoesOnByTheLastEventId) {
  start();
  auto client = follow();
  activity_.add(an_event("one"));
  pass(1s);
  client->answer_with("\"one\"");
  client.reset();
  until_sleepers(0);
  activity_.add(an_event("two"));
  client = follow("Last-Event-ID: e1-1\r\n");
  EXPECT_THAT(client->answer_with("\"two\""), AllOf(HasSubstr("id: e1-2\n"), Not(HasSubstr("\"one\""))));
}

TEST_F(StreamedTest, AfterARestartTheClientIsToldToLookAnew) {
  activity_.add(an_event("one"));
  start();
  const auto client = follow("Last-Event-ID: e0-7\r\n");
  EXPECT_THAT(client->answer_with("\"newest\":1}"), HasSubstr("event: reload\nid: e1-1\n"));
}

TEST_F(StreamedTest, ASilentOneBeatsEachFifteenSeconds) {
  start();
  const auto client = follow();
  const std::size_t before = client->answer_with("retry: 5000\n\n").size();
  pass(14500ms);
  EXPECT_EQ(client->answer_with("").size(), before);
  pass(500ms);
  EXPECT_THAT(client->answer_with("\n\n:\n\n"), ::testing::EndsWith("\n\n:\n\n"));
  pass(15s);
  EXPECT_THAT(client->answer_with("\n\n:\n\n:\n\n"), ::testing::EndsWith("\n\n:\n\n:\n\n"));
}

TEST_F(StreamedTest, EndsWhenItsClientGoes) {
  start();
  auto client = follow();
  until_sleepers(1);
  client.reset();
  until_sleepers(0);
}

TEST_F(StreamedTest, WhatItsClientSaysMeanwhileIsNothing) {
  start();
  const auto client = follow();
  client->send("GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n" + std::string(5000, 'x'));
  pass(1s);
  activity_.add(an_event("dev"));
  pass(1s);
  EXPECT_THAT(client->answer_with("\"dev\""), Not(HasSubstr("hello")));
  EXPECT_EQ(requests_.size(), 0U);
}

TEST_F(StreamedTest, AClientThatDoesNotTakeItsPieceIsCutAndHarmsNobody) {
  start();
  asio::ip::tcp::socket silent(io_);
  silent.connect(asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), server_->port()));
  const std::string request = "GET /flood HTTP/1.1\r\nHost: localhost\r\n\r\n";
  asio::write(silent, asio::buffer(request));
  testing::turn_until(io_, [&] { return clock_.next_wake() == clock_.now() + 30s; });
  testing::turn(io_);
  const auto other = follow();
  activity_.add(an_event("dev"));
  pass(1s);
  EXPECT_THAT(other->answer_with("\"dev\""), HasSubstr("id: e1-1"));
  EXPECT_THAT(ask(), HasSubstr("hello /a"));
  pass(29s);
  until_sleepers(1);
}

TEST_F(StreamedTest, SoManyFollowAndTheNextIsToldToComeAgain) {
  ServerLimits limits;
  limits.streams = 2;
  start(limits);
  auto first = follow();
  const auto second = follow();
  const std::string refused =
      exchange("GET /events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(refused, AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Retry-After: 15\r\n")));
  EXPECT_EQ(answered_.back().second, 503);
  EXPECT_THAT(ask(), HasSubstr("hello /a")) << "others are answered";
  first.reset();
  until_sleepers(1);
  EXPECT_FALSE(follow()->closed()) << "one that went makes place";
}

TEST_F(StreamedTest, MakesRoomOnlyWhereNobodyWaits) {
  ServerLimits limits;
  limits.connections = 2;
  start(limits);
  const auto stream = follow();
  Client silent(io_, server_->port());
  until_sleepers(2);
  clock_.advance(100ms);
  EXPECT_THAT(ask(), HasSubstr("hello /a"));
  EXPECT_TRUE(silent.closed()) << "though the stream is older";
  EXPECT_FALSE(stream->closed());
  const auto second = follow();
  EXPECT_THAT(ask(), HasSubstr("hello /a")) << "where all are streams, one goes";
  EXPECT_TRUE(stream->closed()) << "the older one";
  EXPECT_FALSE(second->closed());
}

TEST_F(StreamedTest, EndsWithTheServerAtOnce) {
  start();
  const auto client = follow();
  asio::ip::tcp::socket flooded(io_);
  flooded.connect(asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), server_->port()));
  const std::string request = "GET /flood HTTP/1.1\r\nHost: localhost\r\n\r\n";
  asio::write(flooded, asio::buffer(request));
  until_sleepers(2);
  serving_->stop();
  EXPECT_TRUE(serving_->ended());
  client->whole_answer();
}

TEST_F(StreamedTest, EndsAfterAnHourSoThatTheTokenIsAskedForAgain) {
  start();
  const auto client = follow();
  pass(59min);
  EXPECT_FALSE(client->closed());
  pass(1min);
  client->whole_answer();
  EXPECT_TRUE(client->closed());
}

TEST(Streams, AreFewerThanConnections) {
  EXPECT_EQ(streams_within(64, 16), 16U);
  EXPECT_EQ(streams_within(8, 16), 2U);
  EXPECT_EQ(streams_within(2, 16), 0U);
}

}  // namespace
}  // namespace cr::daemon
