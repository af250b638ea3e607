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

#include "tests/support/manual_clock.h"
#include "tests/unit/daemon/coroutines.h"

namespace cr::daemon {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using namespace std::chrono_literals;

/// A client's connection: sends bytes, collects what comes until the server closes.
class Client {
 public:
  Client(asio::io_context& io, std::uint16_t port) : io_(io), socket_(io) {
    socket_.connect(tcp::endpoint(asio::ip::address_v4::loopback(), port));
    read_on();
  }
  void send(std::string_view bytes) {
    boost::system::error_code ignored;
    asio::write(socket_, asio::buffer(bytes.data(), bytes.size()), ignored);
  }
  /// Everything that the server sent before it closed.
  const std::string& whole_answer() {
    testing::turn_until(io_, [this] { return closed_; });
    return received_;
  }
  /// What has come so far, once it contains `text`.
  const std::string& answer_with(std::string_view text) {
    testing::turn_until(io_, [&] { return closed_ || received_.find(text) != std::string::npos; });
    return received_;
  }
  [[nodiscard]] bool closed() const { return closed_; }

 private:
  void read_on() {
    socket_.async_read_some(asio::buffer(chunk_), [this](boost::system::error_code error, std::size_t bytes) {
      if (error == asio::error::operation_aborted) return;  // the client is no more
      received_.append(chunk_.data(), bytes);
      if (error) {
        closed_ = true;
      } else {
        read_on();
      }
    });
  }
  asio::io_context& io_;
  tcp::socket socket_;
  std::array<char, 4096> chunk_{};
  std::string received_;
  bool closed_ = false;
};

class HttpServerTest : public ::testing::Test {
 protected:
  void start(ServerLimits limits = {}) {
    auto server = HttpServer::listen(
        io_.get_executor(), {true, "127.0.0.1", 0}, clock_,
        [this](const HttpRequest& request) { return answer(request); }, limits);
    ASSERT_TRUE(server) << server.error().message();
    server_.emplace(std::move(*server));
    serving_.emplace(io_, server_->serve());
  }
  HttpResponse answer(const HttpRequest& request) {
    requests_.push_back(request);
    if (request.path == "/throw") throw std::runtime_error("secret detail");
    if (request.path == "/large") return {.status = 200, .body = std::string(50'000'000, 'x'), .headers = {}};
    return {.status = 200,
            .content_type = "text/plain",
            .body = "hello " + request.path,
            .headers = {{"X-A", "b"}}};
  }
  std::string exchange(std::string_view request) {
    Client client(io_, server_->port());
    client.send(request);
    return client.whole_answer();
  }
  /// Waits until `count` connections wait for their clients under the clock.
  void until_sleepers(std::size_t count) {
    testing::turn_until(io_, [&] { return clock_.sleepers() == count; });
  }

  asio::io_context io_;
  testing::ManualClock clock_;
  std::vector<HttpRequest> requests_;
  std::optional<HttpServer> server_;
  std::optional<testing::Background> serving_;
};

TEST_F(HttpServerTest, AnswersARequest) {
  start();
  const std::string answer = exchange("GET /a?b=c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
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
  const std::string answer = exchange("HEAD /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 8\r\n"));
  EXPECT_THAT(answer, ::testing::EndsWith("\r\n\r\n"));
}

TEST_F(HttpServerTest, KeepsAConnectionAndTakesPipelinedRequests) {
  start();
  const std::string answer =
      exchange("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("hello /1"));
  EXPECT_THAT(answer, HasSubstr("hello /2"));
}

TEST_F(HttpServerTest, TakesTheBearerTokenAndTheBody) {
  start();
  exchange(
      "POST /a HTTP/1.1\r\nHost: x\r\nAuthorization: bearer  s3cret\r\nContent-Length: 3\r\nConnection: "
      "close\r\n\r\nabc");
  ASSERT_EQ(requests_.size(), 1U);
  EXPECT_EQ(requests_[0].bearer_token, "s3cret");
  EXPECT_EQ(requests_[0].body, "abc");
  EXPECT_TRUE(requests_[0].local);
}

TEST_F(HttpServerTest, ARequestThatAProxyOrAWebPageSendsIsNotLocal) {
  start();
  for (const char* header :
       {"X-Forwarded-For: 1.2.3.4", "Forwarded: for=1.2.3.4", "Origin: https://evil.example"}) {
    requests_.clear();
    exchange(std::string{"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n"} +
             header + "\r\n\r\n");
    ASSERT_EQ(requests_.size(), 1U);
    EXPECT_FALSE(requests_[0].local) << header;
  }
}

TEST_F(HttpServerTest, AHeaderThatIsTooLargeIs431) {
  start();
  const std::string answer = exchange("GET / HTTP/1.1\r\nX-A: " + std::string(9000, 'a') + "\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 431 "));
  EXPECT_TRUE(requests_.empty());
}

TEST_F(HttpServerTest, ABodyThatIsTooLargeIs413) {
  start();
  const std::string answer = exchange("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
  const std::string chunked =
      exchange("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFF\r\n" +
               std::string(70'000, 'x'));
  EXPECT_THAT(chunked, StartsWith("HTTP/1.1 413 "));
  EXPECT_TRUE(requests_.empty());
}

TEST_F(HttpServerTest, WhatIsNoHttpIs400) {
  start();
  EXPECT_THAT(exchange("\x16\x03\x01 hello\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(exchange("GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 400 "));
}

TEST_F(HttpServerTest, AnExceptionIs500AndTellsNothing) {
  start();
  const std::string answer = exchange("GET /throw HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(answer, Not(HasSubstr("secret detail")));
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
  const std::string request = "GET /large HTTP/1.1\r\nHost: x\r\n\r\n";
  asio::write(silent, asio::buffer(request));
  testing::turn_until(io_, [&] { return clock_.next_wake() == clock_.now() + 30s; });
  EXPECT_THAT(exchange("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), HasSubstr("hello"))
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
  EXPECT_THAT(exchange("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), HasSubstr("hello"));
  EXPECT_TRUE(silent[0]->closed());
  EXPECT_FALSE(silent[1]->closed());
  EXPECT_FALSE(silent[2]->closed());
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
  EXPECT_EQ(
      second.error().message(),
      "can't listen on 127.0.0.1:" + std::to_string(server_->port()) +
          ": Address already in use; another program has that port, so choose another one with --listen, or "
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

}  // namespace
}  // namespace cr::daemon
