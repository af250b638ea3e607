#include "daemon/http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include "tests/unit/daemon/served.h"

namespace cr::daemon {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using namespace std::chrono_literals;

using testing::Client;
using HttpServerTest = testing::ServedTest;

TEST_F(HttpServerTest, AnswersARequest) {
  start();
  const std::string answer = exchange("GET /a?b=c HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 8\r\n"));
  EXPECT_THAT(answer, HasSubstr("X-A: b\r\n"));
  EXPECT_THAT(answer, HasSubstr("Cache-Control: no-store\r\n"));
  EXPECT_THAT(answer, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
  EXPECT_THAT(answer, ::testing::EndsWith("\r\n\r\nhello /a"));
  EXPECT_EQ(requests_[0].query["b"], "c");
}

TEST_F(HttpServerTest, HeadHasTheHeaderOfGetAndNoBody) {
  start();
  const std::string answer = exchange("HEAD /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 8\r\n"));
  EXPECT_THAT(answer, ::testing::EndsWith("\r\n\r\n"));
}

TEST_F(HttpServerTest, KeepsAConnectionAndTakesPipelinedRequests) {
  start();
  const std::string answer = exchange(
      "GET /1 HTTP/1.1\r\nHost: localhost\r\n\r\nGET /2 HTTP/1.1\r\nHost: localhost\r\nConnection: "
      "close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("hello /1"));
  EXPECT_THAT(answer, HasSubstr("hello /2"));
}

TEST_F(HttpServerTest, TakesTheBearerTokenAndTheBody) {
  start();
  exchange(
      "POST /a HTTP/1.1\r\nHost: localhost\r\nAuthorization: bearer  s3cret\r\nContent-Length: "
      "3\r\nConnection: "
      "close\r\n\r\nabc");
  ASSERT_EQ(requests_.size(), 1U);
  EXPECT_EQ(requests_[0].bearer_token, "s3cret");
  EXPECT_EQ(requests_[0].body, "abc");
  EXPECT_TRUE(requests_[0].local);
}

TEST_F(HttpServerTest, AHeaderThatIsTooLargeIs431) {
  start();
  const std::string answer = exchange("GET / HTTP/1.1\r\nX-A: " + std::string(9000, 'a') + "\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 431 "));
  EXPECT_TRUE(requests_.empty());
}

TEST_F(HttpServerTest, ABodyThatIsTooLargeIs413) {
  start();
  const std::string answer =
      exchange("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
  const std::string chunked =
      exchange("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFF\r\n" +
               std::string(70'000, 'x'));
  EXPECT_THAT(chunked, StartsWith("HTTP/1.1 413 "));
  EXPECT_TRUE(requests_.empty());
}

TEST_F(HttpServerTest, WhatIsNoHttpIs400) {
  start();
  EXPECT_THAT(exchange("\x16\x03\x01 hello\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(exchange("GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 400 "));
}

TEST_F(HttpServerTest, AnExceptionIs500AndTellsNothing) {
  start();
  const std::string answer = exchange("GET /throw HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(answer, Not(HasSubstr("secret detail")));
  EXPECT_THAT(failures_, ::testing::ElementsAre("secret detail"));
  EXPECT_THAT(answered_, ::testing::ElementsAre(std::pair<std::string, int>("/throw", 500)));
}

TEST_F(HttpServerTest, ASilentClientIsClosedAfterTheIdleTime) {
  start();
  Client client(io_, server_->port());
  until_sleepers(1);
  clock_.advance(59s);
  testing::turn(io_);
  EXPECT_FALSE(client.closed());
  clock_.advance(1s);
  EXPECT_EQ(client.whole_answer(), "");
}

TEST_F(HttpServerTest, ADrippingRequestIsClosedAfterTheRequestTime) {
  start();
  Client client(io_, server_->port());
  client.send("GET / HT");
  testing::turn_until(io_, [&] { return clock_.next_wake() == clock_.now() + 10s; });
  clock_.advance(9s);
  client.send("TP/1.1\r\n");
  testing::turn(io_);
  EXPECT_FALSE(client.closed()) << "each byte counts, but the time goes on";
  clock_.advance(1s);
  EXPECT_EQ(client.whole_answer(), "");
  EXPECT_TRUE(requests_.empty());
}

TEST_F(HttpServerTest, AClientThatDoesNotTakeItsAnswerIsClosed) {
  start();
  tcp::socket silent(io_);
  silent.connect(tcp::endpoint(asio::ip::address_v4::loopback(), server_->port()));
  const std::string request = "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n";
  asio::write(silent, asio::buffer(request));
  testing::turn_until(io_, [&] { return clock_.next_wake() == clock_.now() + 30s; });
  EXPECT_THAT(exchange("GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"), HasSubstr("hello"))
      << "others are not delayed";
  clock_.advance(30s);
  until_sleepers(0);
}

TEST_F(HttpServerTest, WhenAllConnectionsAreTakenTheOneThatWaitsLongestMakesRoom) {
  ServerLimits limits;
  limits.connections = 3;
  start(limits);
  std::vector<std::unique_ptr<Client>> silent;
  for (int i = 0; i < 3; ++i) {
    silent.push_back(std::make_unique<Client>(io_, server_->port()));
    until_sleepers(static_cast<std::size_t>(i) + 1);
    clock_.advance(1s);
  }
  EXPECT_THAT(exchange("GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
              HasSubstr("hello"));
  EXPECT_TRUE(silent[0]->closed());
  EXPECT_FALSE(silent[1]->closed());
  EXPECT_FALSE(silent[2]->closed());
}

TEST(Connections, AreFewerThanDescriptors) {
  EXPECT_EQ(connections_within(20, 64), 2U);
  EXPECT_EQ(connections_within(0, 64), 2U);
  EXPECT_EQ(connections_within(64, 64), 8U);
  EXPECT_EQ(connections_within(256, 64), 32U);
  EXPECT_EQ(connections_within(1024, 64), 64U);
  EXPECT_EQ(connections_within(std::numeric_limits<std::size_t>::max(), 64), 64U);
  EXPECT_GE(descriptor_limit(), 3U);
}

TEST_F(HttpServerTest, ADelayedRequestWaitsAndDelaysNobodyElse) {
  start();
  delay_ = 1s;
  Client slow(io_, server_->port());
  slow.send("GET /slow HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  testing::turn_until(io_, [&] { return clock_.next_wake() == clock_.now() + 1s; });
  EXPECT_TRUE(requests_.empty()) << "not looked at before";
  delay_ = 0s;
  EXPECT_THAT(exchange("GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
              HasSubstr("hello /a"));
  clock_.advance(1s);
  EXPECT_THAT(slow.whole_answer(), HasSubstr("hello /slow"));
}

TEST_F(HttpServerTest, StoppingEndsEveryConnection) {
  start();
  Client idle(io_, server_->port());
  Client half(io_, server_->port());
  half.send("GET / HT");
  until_sleepers(2);
  serving_->stop();
  EXPECT_TRUE(serving_->ended());
  EXPECT_EQ(idle.whole_answer(), "");
  EXPECT_EQ(half.whole_answer(), "");
}

TEST_F(HttpServerTest, ABusyPortIsAClearError) {
  start();
  const auto second =
      HttpServer::listen(io_.get_executor(), {true, "127.0.0.1", server_->port()}, clock_, {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message(), "cannot listen on 127.0.0.1:" + std::to_string(server_->port()) +
                                          ": Address already in use; another program uses that port: choose "
                                          "another one with --listen, or use "
                                          "--listen off");
}

TEST_F(HttpServerTest, ListensOnEveryInterface) {
  const auto server = HttpServer::listen(io_.get_executor(), {true, "", 0}, clock_, {});
  ASSERT_TRUE(server) << server.error().message();
  tcp::socket socket(io_);
  boost::system::error_code error;
  socket.connect(tcp::endpoint(asio::ip::address_v4::loopback(), server->port()), error);
  EXPECT_FALSE(error) << "IPv4 too: " << error.message();
}

/// Requests to /large-body may have a megabyte, with the right token.
class LargeRequestTest : public HttpServerTest {
 protected:
  static constexpr std::size_t kMost = 1'000'000;

  LargeRequestTest() {
    large_ = LargeRequests{.body_bytes = kMost,
                           .is_one = [](const HttpRequest& request) { return request.path == "/large-body"; },
                           .admit =
                               [](const HttpRequest& request) {
                                 return HttpResponse{.status = request.bearer_token == "right" ? 100 : 401,
                                                     .body = "no",
                                                     .headers = {}};
                               }};
  }
  static std::string head(std::size_t bytes, const std::string& token = "right",
                          const std::string& path = "/large-body") {
    return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token +
           "\r\nConnection: close\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n";
  }
};

TEST_F(LargeRequestTest, ArriveWhole) {
  start();
  EXPECT_THAT(exchange(head(kMost) + std::string(kMost, 'x')), HasSubstr("hello /large-body"));
  EXPECT_EQ(requests_.at(0).body.size(), kMost);
}

TEST_F(LargeRequestTest, AreRefusedBeforeAnythingOfThemIsRead) {
  start();
  EXPECT_THAT(exchange(head(kMost, "wrong")), StartsWith("HTTP/1.1 401 "));
  EXPECT_TRUE(requests_.empty());
}

TEST_F(LargeRequestTest, AreRefusedOnlyAfterTheWaitOfWhoGuesses) {
  delay_ = 1s;
  start();
  Client client(io_, server_->port());
  client.send(head(kMost, "wrong"));
  testing::turn_until(io_, [&] { return clock_.next_wake() == clock_.now() + 1s; });
  EXPECT_FALSE(client.closed());
  clock_.advance(1s);
  EXPECT_THAT(client.whole_answer(), StartsWith("HTTP/1.1 401 "));
}

TEST_F(LargeRequestTest, HaveALimitAndOtherRequestsKeepTheirs) {
  start();
  EXPECT_THAT(exchange(head(kMost + 1)), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(exchange(head(kMost, "right", "/other")), StartsWith("HTTP/1.1 413 "));
  const std::string chunks = "FFFFFF\r\n" + std::string(kMost + 70'000, 'x');
  const std::string chunked =
      "Host: localhost\r\nAuthorization: Bearer right\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_THAT(exchange("POST /large-body HTTP/1.1\r\n" + chunked + chunks), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(exchange("POST /other HTTP/1.1\r\n" + chunked + "FFFFFF\r\n" + std::string(70'000, 'x')),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_TRUE(requests_.empty());
}

TEST_F(LargeRequestTest, MayTakeLongerThanOthersToArrive) {
  start({.idle = 600s});
  {
    Client slow(io_, server_->port());
    slow.send(head(10) + "12345");
    testing::turn_until(io_, [&] { return clock_.next_wake() == clock_.now() + 60s; });
    clock_.advance(59s);
    testing::turn(io_);
    slow.send("67890");
    EXPECT_THAT(slow.whole_answer(), HasSubstr("hello /large-body"));
  }
  testing::turn_until(io_, [&] { return clock_.sleepers() == 0; });
  Client slower(io_, server_->port());
  slower.send(head(10) + "12345");
  testing::turn_until(io_, [&] { return clock_.next_wake() == clock_.now() + 60s; });
  clock_.advance(60s);
  EXPECT_EQ(slower.whole_answer(), "");
}

TEST_F(LargeRequestTest, OnlySoManyArriveAtATime) {
  start({.idle = 600s});
  Client first(io_, server_->port()), second(io_, server_->port());
  first.send(head(2) + "1");
  second.send(head(2) + "1");
  until_sleepers(2);
  testing::turn_until(io_, [&] { return clock_.next_wake() == clock_.now() + 60s; });
  EXPECT_THAT(exchange(head(2, "wrong") + "12"), StartsWith("HTTP/1.1 401 ")) << "takes no place";
  const std::string refused = exchange(head(2) + "12");
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 429 "));
  EXPECT_THAT(refused, HasSubstr("Retry-After: 5\r\n"));
  first.send("2");
  EXPECT_THAT(first.whole_answer(), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(exchange(head(2) + "12"), StartsWith("HTTP/1.1 200 "));
}

}  // namespace
}  // namespace cr::daemon
