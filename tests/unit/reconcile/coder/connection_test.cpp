#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <string>

#include "tests/support/fields.h"
#include "tests/unit/reconcile/coder/client_bench.h"

/// What a connection can do to a request.
namespace cr::coder {
namespace {

using namespace std::chrono_literals;
using testing::build_info_answer;
using testing::close;
using testing::json_answer;
using testing::receive;
using testing::request_line;
using testing::reset;
using testing::send;

class Connection : public testing::ClientBench {
 protected:
  /// No attempt but the first, so that what a fault looks like can be seen.
  ClientOptions once() const {
    ClientOptions out = options();
    out.retry.max_attempts = 1;
    return out;
  }
  CreateRequest a_create() const {
    CreateRequest request;
    request.owner = *UserId::parse("f7a5e87b-29fc-4554-afc8-484dc892ba0b");
    request.name = "dev";
    return request;
  }
};

TEST_F(Connection, IsKeptForTheNextCall) {
  server.answer_all(build_info_answer());
  Client client = make();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(run(client.reader().build_info()));
  EXPECT_EQ(server.connections(), 1U);
  EXPECT_EQ(server.requests().size(), 5U);
}

TEST_F(Connection, IsNotKeptWhenTheServerSaysClose) {
  server.script(
      {receive(),
       send(json_answer(200, R"({"version":"v2","workspace_proxy":false})", "Connection: close\r\n")),
       close()});
  server.answer_all(build_info_answer());
  Client client = make();
  ASSERT_TRUE(run(client.reader().build_info()));
  ASSERT_TRUE(run(client.reader().build_info()));
  EXPECT_EQ(server.connections(), 2U);
}

TEST_F(Connection, IsNotKeptWhenBytesFollowTheAnswer) {
  server.script({receive(), send(build_info_answer() + "HTTP/1.1 200 OK\r\n")});
  server.answer_all(build_info_answer());
  Client client = make();
  ASSERT_TRUE(run(client.reader().build_info()));
  ASSERT_TRUE(run(client.reader().build_info()));
  EXPECT_EQ(server.connections(), 2U);
}

TEST_F(Connection, IsNotKeptIdleForLong) {
  server.answer_all(build_info_answer());
  Client client = make();
  ASSERT_TRUE(run(client.reader().build_info()));
  clock.advance(61s);
  ASSERT_TRUE(run(client.reader().build_info()));
  EXPECT_EQ(server.connections(), 2U);
}

TEST_F(Connection, ClosedMeanwhileIsReplacedWithoutARetry) {
  server.script({receive(), send(build_info_answer()), receive(), close()});
  server.answer_all(build_info_answer());
  Client client = make(once());
  ASSERT_TRUE(run(client.reader().build_info()));
  ASSERT_TRUE(run(client.reader().build_info()));
  EXPECT_EQ(server.connections(), 2U);
  EXPECT_TRUE(observer.retries.empty());
}

TEST_F(Connection, ResetMeanwhileIsReplacedWithoutARetry) {
  server.script({receive(), send(build_info_answer()), receive(), reset()});
  server.answer_all(build_info_answer());
  Client client = make(once());
  ASSERT_TRUE(run(client.reader().build_info()));
  ASSERT_TRUE(run(client.reader().build_info()));
  EXPECT_EQ(server.connections(), 2U);
}

TEST_F(Connection, AFreshOneThatClosesIsAnErrorAtOnce) {
  server.script({receive(), close()});
  Client client = make(once());
  const auto result = run(client.reader().build_info());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, ApiFault::unreachable);
  EXPECT_EQ(result.error().to_string(),
            "GET /api/v2/buildinfo: the connection was closed without a response");
  EXPECT_EQ(server.connections(), 1U);
}

TEST_F(Connection, ACreateIsNeverSentTwice) {
  server.script({receive(), send(build_info_answer()), receive(), close()});
  Client client = make();
  ASSERT_TRUE(run(client.reader().build_info()));
  const CreateRequest request = a_create();
  const auto result = run(client.writer().create_workspace(request));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, ApiFault::unreachable);
  EXPECT_EQ(server.connections(), 1U);
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST_F(Connection, ACreateDoesNotUseOneThatWasIdle) {
  server.script({receive(), send(build_info_answer()), receive(), close()});
  server.script({receive(), send(json_answer(409, R"({"message":"Workspace \"dev\" already exists."})"))});
  Client client = make();
  ASSERT_TRUE(run(client.reader().build_info()));
  clock.advance(5s);
  const CreateRequest request = a_create();
  const auto result = run(client.writer().create_workspace(request));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, ApiFault::conflict);
  EXPECT_EQ(server.connections(), 2U);
}

TEST_F(Connection, AtMostEightAreOpenAtATime) {
  Client client = make();
  std::vector<std::shared_ptr<testing::Running<ApiResult<BuildInfo>>>> calls;
  for (int i = 0; i < 20; ++i) calls.push_back(start(client.reader().build_info()));
  run_until([&] { return server.requests().size() == 8; });
  EXPECT_EQ(server.connections(), 8U);
  for (auto& call : calls) call->cancel.emit(boost::asio::cancellation_type::terminal);
  run_until(
      [&] { return std::all_of(calls.begin(), calls.end(), [](const auto& call) { return call->done; }); });
  EXPECT_EQ(server.requests().size(), 8U);
}

TEST_F(Connection, RefusedSaysByWhom) {
  ClientOptions with = once();
  const std::string place = "127.0.0.1:" + std::to_string(server.port());
  server.stop();
  Client client = make(with);
  const auto result = run(client.reader().build_info());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, ApiFault::unreachable);
  EXPECT_EQ(result.error().message, "connecting to " + place + ": Connection refused");
}

TEST_F(Connection, ResetBeforeTheAnswer) {
  server.script({receive(), reset()});
  Client client = make(once());
  const auto result = run(client.reader().build_info());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, ApiFault::unreachable);
  EXPECT_EQ(result.error().message, "while waiting for the response: Connection reset by peer");
}

TEST_F(Connection, ResetInTheMiddleOfTheAnswer) {
  const std::string answer = build_info_answer();
  server.script({receive(), send(answer.substr(0, answer.size() / 2)), reset()});
  Client client = make(once());
  const auto result = run(client.reader().build_info());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, ApiFault::unreachable);
}

TEST_F(Connection, ATruncatedBodyIsNoAnswer) {
  const std::string answer = build_info_answer();
  server.script({receive(), send(answer.substr(0, answer.size() - 10)), close()});
  Client client = make(once());
  const auto result = run(client.reader().build_info());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, ApiFault::unreachable);
  EXPECT_EQ(result.error().message, "the connection was closed in the middle of the response");
}

TEST_F(Connection, ATruncatedChunkedBodyIsNoAnswer) {
  server.script(
      {receive(),
       send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            "14\r\n{\"workspaces\":[],\"cou\r\n"),
       close()});
  Client client = make(once());
  const auto result = run(client.reader().workspaces_page(0, 10));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, ApiFault::unreachable);
}

TEST_F(Connection, AChunkedBodyIsReadAndTheConnectionKept) {
  const std::string answer =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
      "10\r\n{\"workspaces\":[]\r\nb\r\n,\"count\":3}\r\n0\r\n\r\n";
  server.answer_all(answer);
  Client client = make(once());
  EXPECT_EQ(run(client.reader().workspaces_page(0, 10))->count, 3U);
  EXPECT_EQ(run(client.reader().workspaces_page(0, 10))->count, 3U);
  EXPECT_EQ(server.connections(), 1U);
}

TEST_F(Connection, ABodyWithoutLengthEndsWithTheConnection) {
  server.script(
      {receive(),
       send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"workspaces\":[],\"count\":4}"),
       close()});
  Client client = make(once());
  EXPECT_EQ(run(client.reader().workspaces_page(0, 10))->count, 4U);
}

TEST_F(Connection, InterimAnswersArePassedOver) {
  server.script({receive(), send("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + build_info_answer())});
  Client client = make(once());
  ASSERT_TRUE(run(client.reader().build_info()));
}

TEST_F(Connection, ByteByByteIsReadAllTheSame) {
  testing::ScriptedServer::Script script = {receive()};
  for (const char byte : build_info_answer()) script.push_back(send(std::string(1, byte)));
  server.script(std::move(script));
  Client client = make(once());
  ASSERT_TRUE(run(client.reader().build_info()));
}

TEST_F(Connection, SilenceIsATimeoutOnTheClock) {
  Client client = make(once());
  auto call = start(client.reader().build_info());
  run_until([&] { return server.requests().size() == 1; });
  clock.advance(29s);
  context.poll();
  EXPECT_FALSE(call->done);
  clock.advance(1s);
  const auto result = finish(call);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, ApiFault::timeout);
  EXPECT_EQ(result.error().message,
            "no complete response within 30 s; stopped while waiting for the response");
}

TEST_F(Connection, AnAnswerThatDripsIsCutOffByTheSameDeadline) {
  server.script({receive(), send("HTTP/1.1 200 OK\r\nContent-Type: app")});
  Client client = make(once());
  auto call = start(client.reader().build_info());
  run_until([&] { return server.requests().size() == 1; });
  for (int i = 0; i < 50; ++i) context.poll();
  clock.advance(30s);
  const auto result = finish(call);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, ApiFault::timeout);
}

TEST_F(Connection, AListIsGivenMoreTime) {
  Client client = make(once());
  auto call = start(client.reader().workspaces_page(0, 500));
  run_until([&] { return server.requests().size() == 1; });
  clock.advance(59s);
  context.poll();
  EXPECT_FALSE(call->done);
  clock.advance(1s);
  EXPECT_EQ(finish(call).error().fault, ApiFault::timeout);
}

TEST_F(Connection, ANameThatIsNotResolvedInTimeIsATimeoutAndSaysSo) {
  ClientOptions with = once();
  with.url = "http://coder.test";
  with.resolve = [](const std::string&, std::uint16_t) -> awaitable<boost::system::result<http::Endpoints>> {
    boost::asio::steady_timer never(co_await boost::asio::this_coro::executor,
                                    boost::asio::steady_timer::time_point::max());
    co_await never.async_wait(boost::asio::use_awaitable);
    co_return http::Endpoints();
  };
  Client client = make(with);
  auto call = start(client.reader().build_info());
  run_until([&] { return clock.sleepers() == 2; });
  clock.advance(5s);
  const auto result = finish(call);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, ApiFault::timeout);
  EXPECT_EQ(result.error().message, "resolving coder.test took longer than 5 s");
}

TEST_F(Connection, ANameThatDoesNotExistIsNamed) {
  ClientOptions with = once();
  with.url = "http://coder.test";
  with.resolve = [](const std::string&, std::uint16_t) -> awaitable<boost::system::result<http::Endpoints>> {
    co_return boost::system::error_code(boost::asio::error::host_not_found);
  };
  Client client = make(with);
  const auto result = run(client.reader().build_info());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "cannot resolve coder.test: Host not found (authoritative)");
}

TEST_F(Connection, AllAddressesAreTried) {
  testing::ScriptedServer gone(context);
  const std::uint16_t dead = gone.port();
  gone.stop();
  const std::uint16_t alive = server.port();
  ClientOptions with = once();
  with.url = "http://coder.test";
  with.resolve = [=](const std::string&, std::uint16_t) -> awaitable<boost::system::result<http::Endpoints>> {
    http::Endpoints endpoints;
    endpoints.emplace_back(boost::asio::ip::address_v4::loopback(), dead);
    endpoints.emplace_back(boost::asio::ip::address_v4::loopback(), alive);
    co_return endpoints;
  };
  server.answer_all(build_info_answer());
  Client client = make(with);
  EXPECT_TRUE(run(client.reader().build_info()));
}

TEST_F(Connection, TheSystemResolvesLocalhost) {
  ClientOptions with = once();
  with.url = "http://localhost:" + std::to_string(server.port());
  server.answer_all(build_info_answer());
  Client client = make(with);
  EXPECT_TRUE(run(client.reader().build_info()));
}

TEST_F(Connection, AClaimOfTooMuchIsRefusedUnread) {
  server.script({receive(), send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                                 "99999999999\r\n\r\n{")});
  Client client = make(once());
  const auto result = run(client.reader().workspaces_page(0, 500));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, ApiFault::contract);
  EXPECT_EQ(result.error().message, "the response is larger than 32 MiB");
}

TEST_F(Connection, TooMuchInChunksIsCutOff) {
  std::string answer =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string megabyte = "100000\r\n" + std::string(0x100000, ' ') + "\r\n";
  for (int i = 0; i < 9; ++i) answer += megabyte;
  server.script({receive(), send(answer)});
  Client client = make(once());
  const auto result = run(client.reader().build_info());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "the response is larger than 1 MiB");
}

TEST_F(Connection, ErrorsMayBeOneMebibyte) {
  server.script({receive(), send("HTTP/1.1 500 No\r\nContent-Type: application/json\r\nContent-Length: "
                                 "1048577\r\n\r\n{")});
  Client client = make(once());
  const auto result = run(client.reader().build_info());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "the response is larger than 1 MiB");
}

TEST_F(Connection, AnEndlessHeadIsCutOff) {
  std::string head = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 3000; ++i)
    head += "X-Filler-" + std::to_string(i) + ": " + std::string(30, 'x') + "\r\n";
  server.script({receive(), send(head)});
  Client client = make(once());
  const auto result = run(client.reader().build_info());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, ApiFault::contract);
}

TEST_F(Connection, WhatDoesNotSpeakHttpIsSaidToBeNone) {
  for (const char* bytes : {"SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 099 Fine\r\ncontent-length: 2\r\n\r\n{}"}) {
    server.script({receive(), send(bytes)});
    Client client = make(once());
    const auto result = run(client.reader().build_info());
    ASSERT_FALSE(result) << bytes;
    EXPECT_EQ(result.error().fault, ApiFault::contract) << bytes;
    EXPECT_NE(result.error().message.find("invalid HTTP response"), std::string::npos)
        << result.error().message;
  }
}

/// What a peer can send for ever: `begin`, then `again` without end.
struct Endless {
  std::string name;
  std::string begin;
  std::string again;
};

/// The most memory that this process has held so far.
std::size_t peak_bytes() {
  ::rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

class EndlessAnswer : public Connection, public ::testing::WithParamInterface<Endless> {};

TEST_P(EndlessAnswer, IsCutOffWithLittleOfItHeld) {
  server.script({receive(), send(GetParam().begin), testing::flood(GetParam().again)});
  Client client = make(once());
  const std::size_t before = peak_bytes();
  const auto result = run(client.reader().build_info());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, ApiFault::contract) << result.error().to_string();
  EXPECT_LT(server.flooded(), std::size_t{64} << 20);
  EXPECT_LT(peak_bytes() - before, std::size_t{24} << 20);
}

const std::string kChunked =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";

INSTANTIATE_TEST_SUITE_P(
    Of, EndlessAnswer,
    ::testing::Values(
        Endless{"StatusLine", "HTTP/1.1 200 ", "OK "},
        Endless{"Header", "HTTP/1.1 200 OK\r\nX-A: ", "aaaaaaaaaaaaaaaa"},
        Endless{"Headers", "HTTP/1.1 200 OK\r\n", "X-A: 1\r\n"},
        Endless{"HeadersInWholeLines", "HTTP/1.1 200 OK\r\n", "X-A: 0123456789\r\n"},
        Endless{"InterimAnswers", "", "HTTP/1.1 102 Processing\r\n\r\n"},
        Endless{"InterimAnswersWithoutReason", "", "HTTP/1.1 102\r\n\r\n"},
        Endless{"ChunkSize", kChunked, "0"}, Endless{"FirstChunkExtension", kChunked + "5;", "a"},
        Endless{"LaterChunkExtension", kChunked + "5\r\nhello\r\n5;a=", "a"},
        Endless{"ExtensionOfTheLastChunk", kChunked + "0;a=", "a"},
        Endless{"ChunksOfLittleMoreThanExtensions", kChunked, "1;a=" + std::string(1000, 'a') + "\r\n \r\n"},
        Endless{"Trailer", kChunked + "5\r\nhello\r\n0\r\nX-A: ", "a"},
        Endless{"Trailers", kChunked + "0\r\n", "X-A: 1\r\n"}, Endless{"Chunks", kChunked, "4\r\n    \r\n"},
        Endless{"Body", "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", " "},
        Endless{"ErrorBody", "HTTP/1.1 500 No\r\nContent-Type: application/json\r\n\r\n", " "}),
    [](const ::testing::TestParamInfo<Endless>& of) { return of.param.name; });

TEST_F(Connection, ChunksOfOneByteAndAShortExtensionAreRead) {
  std::string answer = kChunked;
  for (const char byte : std::string(R"({"version":"v2","workspace_proxy":false})")) {
    answer += "1;x=y\r\n" + std::string(1, byte) + "\r\n";
  }
  server.script({receive(), send(answer + "0\r\nX-Checksum: 1\r\n\r\n")});
  Client client = make(once());
  const auto result = run(client.reader().build_info());
  EXPECT_TRUE(result) << result.error().to_string();
}

TEST_F(Connection, SixteenInterimAnswersArePassedOverAndNoMore) {
  std::string interim;
  for (int i = 0; i < 16; ++i) interim += "HTTP/1.1 102 Processing\r\n\r\n";
  server.script({receive(), send(interim + build_info_answer())});
  server.script({receive(), send(interim + "HTTP/1.1 100 Continue\r\n\r\n" + build_info_answer())});
  Client client = make(once());
  EXPECT_TRUE(run(client.reader().build_info()));
  clock.advance(61s);
  const auto result = run(client.reader().build_info());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, ApiFault::contract);
}

TEST_F(Connection, AnInterimAnswerAndNothingBehindItIsNoAnswer) {
  for (const std::string status :
       {"100 Continue", "101 Switching Protocols", "102 Processing", "102", "103 Early Hints", "199 What"}) {
    for (const std::string end : {"", "\r\n", "\r\n\r\n", "\r\n\r\nHTTP/1.1", "\r\n\r\nHTTP/1.1 204\r\n"}) {
      server.script({receive(), send("HTTP/1.1 " + status + end), close()});
      Client client = make(once());
      const WorkspaceId id = *WorkspaceId::parse("f7a5e87b-29fc-4554-afc8-484dc892ba0b");
      const auto result = run(testing::send_ttl(client.writer(), id, 8h));
      ASSERT_FALSE(result) << status << end;
      EXPECT_EQ(result.error().fault, ApiFault::unreachable);
      EXPECT_EQ(result.error().message, "the connection was closed in the middle of the response");
    }
  }
}

TEST_F(Connection, AStatusLineNeedsNoReason) {
  const std::string rest =
      "\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n"
      R"({"version":"v2","workspace_proxy":false})";
  testing::ScriptedServer::Script drip = {receive()};
  for (const char byte : "HTTP/1.1 200" + rest) drip.push_back(send(std::string(1, byte)));
  server.script({receive(), send("HTTP/1.1 200" + rest), receive(), send("HTTP/1.1 200 " + rest), receive(),
                 send("HTTP/1.0 200" + rest)});
  server.script(std::move(drip));
  Client client = make(once());
  for (int i = 0; i < 4; ++i) {
    const auto result = run(client.reader().build_info());
    ASSERT_TRUE(result) << result.error().to_string();
  }
  EXPECT_EQ(server.connections(), 2U);
}

TEST_F(Connection, ALongReasonIsNotRepeatedWhole) {
  server.script(
      {receive(), send("HTTP/1.1 200 " + std::string(60'000, 'x') + "\r\nContent-Length: 0\r\n\r\n")});
  Client client = make(once());
  const auto result = run(client.reader().build_info());
  ASSERT_FALSE(result);
  EXPECT_LT(result.error().to_string().size(), 1000U);
}

TEST_F(Connection, CancellingThrowsAndIsNoFailedCall) {
  Client client = make();
  auto call = start(client.reader().build_info());
  run_until([&] { return server.requests().size() == 1; });
  call->cancel.emit(boost::asio::cancellation_type::terminal);
  try {
    finish(call);
    FAIL() << "returned";
  } catch (const boost::system::system_error& thrown) {
    EXPECT_EQ(thrown.code(), boost::asio::error::operation_aborted);
  }
  EXPECT_TRUE(observer.retries.empty());
  // The client is as good as before.
  server.answer_all(build_info_answer());
  EXPECT_TRUE(run(client.reader().build_info()));
}

}  // namespace
}  // namespace cr::coder
