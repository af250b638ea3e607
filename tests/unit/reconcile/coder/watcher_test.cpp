#include "reconcile/coder/watcher.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "reconcile/coder/routes.h"
#include "reconcile/http/web_socket.h"
#include "tests/support/certificates.h"
#include "tests/unit/reconcile/coder/client_bench.h"

/// A stream that tells of one workspace, over sockets.
namespace cr::coder {
namespace {

using namespace std::chrono_literals;
using How = WatchEnd::How;
using testing::close;
using testing::flood;
using testing::header_of;
using testing::receive;
using testing::request_line;
using testing::reset;
using testing::ScriptedServer;
using testing::send;

const std::string kId = "64f08e09-87b0-4b82-81f9-d81852c2b141";
const std::string kHead =
    "HTTP/1.1 200 OK\r\nCache-Control: no-cache\r\nContent-Type: text/event-stream\r\nX-Accel-Buffering: "
    "no\r\nX-Coder-Request-Id: 46cf72e5-c45e-436c-9be1-cc8d6bdcd1ce\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string kPing = "event: ping\n\n";

std::string chunk(const std::string& text) {
  return fmt::format("{:x}\r\n{}\r\n", text.size(), text);
}

std::string workspace(const std::string& status) {
  return R"({"id":")" + kId +
         R"(","name":"dev","owner_id":"fb0dc79a-05d1-4aaf-a105-e505fe21c6fd","owner_name":"alice",)"
         R"("organization_id":"a5b71538-cc17-49e8-aba4-8e3160cca741",)"
         R"("template_id":"ece6e181-f495-49ce-a461-d839cd51ad7e","template_name":"docker",)"
         R"("automatic_updates":"never","autostart_schedule":null,"ttl_ms":null,"dormant_at":null,)"
         R"("latest_build":{"id":"6b133147-bad6-4adf-a0bb-a6ecca59db44","build_number":5,"transition":"start",)"
         R"("status":")" +
         status +
         R"(","initiator_id":"7ada2aa3-d0fb-4b9c-83c5-e56b1e92ed47","reason":"initiator",)"
         R"("template_version_id":"5c07e271-04c0-4177-8879-c38f693c4d9e","template_version_name":"v2",)"
         R"("created_at":"2026-11-24T13:27:05.865873Z",)"
         R"("job":{"status":"running","error":"","created_at":"2026-11-24T13:27:05.865873Z"}}})";
}

std::string event(const std::string& status) {
  return "event: data\ndata: " + workspace(status) + "\n\n";
}

class Watching : public testing::ClientBench {
 protected:
  awaitable<WatchEnd> watch(Client& client) {
    const WorkspaceId id = *WorkspaceId::parse(kId);
    co_return co_await client.watcher().watch(id, WatchWay::events, on_state_);
  }
  WatchEnd watched() {
    Client client = make();
    return run(watch(client));
  }

  std::vector<BuildStatus> seen_;
  std::size_t enough_ = 1000;
  WorkspaceWatcher::OnState on_state_ = [this](const LiveWorkspace& state) {
    seen_.push_back(state.build.status);
    return seen_.size() < enough_;
  };
};

TEST_F(Watching, TellsEachStateUntilThereIsEnough) {
  enough_ = 3;
  server.script({receive(), send(kHead + chunk(kPing) + chunk(event("stopped"))),
                 send(chunk(event("starting"))), send(chunk(kPing + event("running") + event("stopped")))});
  const WatchEnd end = watched();
  EXPECT_EQ(end.how, How::satisfied) << end.why;
  EXPECT_TRUE(end.told);
  EXPECT_EQ(seen_, (std::vector{BuildStatus::stopped, BuildStatus::starting, BuildStatus::running}));
  const std::string& request = server.requests().at(0);
  EXPECT_EQ(request_line(request), "GET /api/v2/workspaces/" + kId + "/watch HTTP/1.1");
  EXPECT_EQ(header_of(request, "Accept"), "text/event-stream");
  EXPECT_EQ(header_of(request, "Coder-Session-Token"), testing::kToken);
}

TEST_F(Watching, EventsMayBeCutAnywhere) {
  enough_ = 2;
  testing::ScriptedServer::Script script{receive()};
  const std::string all = kHead + chunk(kPing) + chunk(event("starting")) + chunk(event("running"));
  for (std::size_t at = 0; at < all.size(); at += 97) script.push_back(send(all.substr(at, 97)));
  server.script(script);
  EXPECT_EQ(watched().how, How::satisfied);
  EXPECT_EQ(seen_.size(), 2U);
}

TEST_F(Watching, IsToldAsARequestWhenTheHeadIsThere) {
  server.script({receive(), send(kHead), send(chunk(kPing)), close()});
  static_cast<void>(watched());
  ASSERT_EQ(observer.requests.size(), 1U);
  EXPECT_EQ(observer.requests[0].route, routes::kWatch.pattern);
  EXPECT_EQ(observer.requests[0].status, 200);
  EXPECT_EQ(observer.requests[0].request_id, "46cf72e5-c45e-436c-9be1-cc8d6bdcd1ce");
}

TEST_F(Watching, AServerThatClosesIsNotAskedAgain) {
  server.script({receive(), send(kHead + chunk(kPing) + chunk(event("starting")) + "0\r\n\r\n"), close()});
  WatchEnd end = watched();
  EXPECT_EQ(end.how, How::closed);
  EXPECT_TRUE(end.told);
  server.script({receive(), send(kHead + chunk(kPing)), reset()});
  end = watched();
  EXPECT_EQ(end.how, How::closed);
  EXPECT_FALSE(end.told);
  EXPECT_EQ(server.requests().size(), 2U);
  EXPECT_TRUE(observer.retries.empty());
}

TEST_F(Watching, WhatIsNoStreamIsRefusedWithoutReadingOn) {
  const std::string json = testing::json_answer(200, workspace("running"));
  for (const std::string& answer :
       {testing::json_answer(404, "{}"), testing::json_answer(401, "{}"), testing::json_answer(302, "{}"),
        json, std::string("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>")}) {
    server.script({receive(), send(answer)});
    const WatchEnd end = watched();
    EXPECT_EQ(end.how, How::refused) << answer;
    EXPECT_FALSE(end.told);
  }
  EXPECT_EQ(server.requests().size(), 5U) << "no redirect is followed, nothing is tried twice";
  EXPECT_TRUE(observer.retries.empty());
}

TEST_F(Watching, AProxyThatHoldsTheAnswerBackIsGivenUp) {
  server.script({receive()});
  Client client = make();
  const auto running = start(watch(client));
  run_until([&] { return server.requests().size() == 1 && clock.sleepers() > 0; });
  clock.advance(19s);
  EXPECT_FALSE(running->done);
  clock.advance(1s);
  const WatchEnd end = finish(running);
  EXPECT_EQ(end.how, How::silent);
  EXPECT_EQ(end.status, 0);
}

TEST_F(Watching, AProxyThatHoldsTheEventsBackIsGivenUp) {
  server.script({receive(), send(kHead)});
  Client client = make();
  const auto running = start(watch(client));
  run_until([&] { return observer.requests.size() == 1 && clock.sleepers() > 0; });
  clock.advance(20s);
  EXPECT_EQ(finish(running).how, How::silent);
}

TEST_F(Watching, AStreamWithoutPingsIsDead) {
  server.script({receive(), send(kHead + chunk(event("starting")))});
  Client client = make();
  const auto running = start(watch(client));
  run_until([&] { return seen_.size() == 1 && clock.sleepers() > 0; });
  run_until([&] { return clock.next_wake() == clock.now() + 45s; });
  clock.advance(45s);
  const WatchEnd end = finish(running);
  EXPECT_EQ(end.how, How::silent);
  EXPECT_TRUE(end.told);
}

TEST_F(Watching, PingsKeepItOpen) {
  enough_ = 1;
  server.script({receive(), send(kHead + chunk(kPing)), receive(), send(chunk(kPing)), receive(),
                 send(chunk(event("running")))});
  Client client = make();
  const auto running = start(watch(client));
  run_until([&] { return clock.next_wake() == clock.now() + 45s; });
  EXPECT_FALSE(running->done);
}

TEST_F(Watching, StrangeEventsAreNothing) {
  enough_ = 1;
  server.script(
      {receive(),
       send(kHead + chunk("event: error\ndata: {\"message\":\"x\"}\n\nevent: other\ndata: y\n\ndata: z\n\n") +
            chunk(event("running")))});
  EXPECT_EQ(watched().how, How::satisfied);
  EXPECT_EQ(seen_.size(), 1U);
}

TEST_F(Watching, WhatIsNoWorkspaceEndsTheStream) {
  for (const char* data : {"{", "[]", "null", "{\"id\":7}", "7", "\xff"}) {
    server.script({receive(), send(kHead + chunk(std::string("event: data\ndata: ") + data + "\n\n"))});
    const WatchEnd end = watched();
    EXPECT_EQ(end.how, How::nonsense) << data;
    EXPECT_FALSE(end.told);
  }
}

/// What a server can send without end, and never more of it is taken than the bound and what the system
/// holds.
TEST_F(Watching, HostileStreamsAreBounded) {
  constexpr std::size_t kMiB = std::size_t{1} << 20;
  constexpr std::size_t kOfTheSystem = 12 * kMiB;
  const std::string block(kMiB / 16, 'x');
  const auto many = [](const std::string& one) {
    std::string all;
    while (all.size() < kMiB / 16) all += one;
    return all;
  };
  struct Hostile {
    const char* name;
    std::string first, again;
    std::size_t most;
  };
  const std::vector<Hostile> all = {
      {"a line without end", "data: ", block, kMiB},
      {"a comment without end", ":", block, kMiB},
      {"an event without end", "", "data: " + block + "\n", kMiB},
      {"events without data", "", many("event: " + std::string(1000, 'p') + "\n\n"), 16 * kMiB},
      {"comments without end", "", ": " + block + "\n", 16 * kMiB},
  };
  for (const Hostile& one : all) {
    const std::size_t before = server.flooded();
    server.script(
        {receive(), send(kHead + (one.first.empty() ? "" : chunk(one.first))), flood(chunk(one.again))});
    EXPECT_EQ(watched().how, How::nonsense) << one.name;
    EXPECT_LE(server.flooded() - before, one.most + kOfTheSystem) << one.name;
  }
  server.script({receive(), send(kHead), flood("1;" + std::string(30'000, 'x') + "\r\n:\r\n")});
  EXPECT_EQ(watched().how, How::nonsense) << "chunks of extensions";
  server.script({receive(), send("HTTP/1.1 200 OK\r\n"), flood("X-Header: " + block + "\r\n")});
  EXPECT_NE(watched().how, How::satisfied) << "a head without end";
}

TEST_F(Watching, AnOverlongStreamOfGoodEventsIsGivenUp) {
  std::string large = workspace("starting");
  large.insert(1, "\"more\":\"" + std::string(60'000, 'x') + "\",");
  server.script({receive(), send(kHead), flood(chunk("event: data\ndata: " + large + "\n\n"))});
  const WatchEnd end = watched();
  EXPECT_EQ(end.how, How::nonsense);
  EXPECT_TRUE(end.told);
  EXPECT_LT(seen_.size(), 300U);
}

TEST_F(Watching, EndsAtOnceWhenCancelled) {
  server.script({receive(), send(kHead + chunk(kPing) + chunk(event("starting")))});
  Client client = make();
  const auto running = start(watch(client));
  run_until([&] { return seen_.size() == 1; });
  running->cancel.emit(boost::asio::cancellation_type::terminal);
  EXPECT_THROW(finish(running), boost::system::system_error);
}

TEST_F(Watching, GoesOverTlsAsOtherCallsDo) {
  testing::CertificateAuthority authority("test-ca");
  const auto identity = authority.issue("server", "IP:127.0.0.1");
  ScriptedServer coder(context, identity.cert, identity.key);
  coder.script({receive(), send(kHead + chunk(event("running")))});
  enough_ = 1;
  ClientOptions with = options();
  with.url = "https://127.0.0.1:" + std::to_string(coder.port());
  with.tls.ca_file = authority.cert_file();
  Client client = make(with);
  const WatchEnd end = run(watch(client));
  EXPECT_EQ(end.how, How::satisfied) << end.why;
}

TEST_F(Watching, TakesNoPlaceOfAnotherCall) {
  ClientOptions with = options();
  with.connections.max_connections = 1;
  Client client = make(with);
  server.script({receive(), send(kHead + chunk(event("starting")))});
  server.script({receive(), send(testing::build_info_answer())});
  const auto running = start(watch(client));
  run_until([&] { return seen_.size() == 1; });
  EXPECT_TRUE(run(client.reader().build_info()));
  EXPECT_FALSE(running->done);
}

/// A frame as a server sends it.
std::string frame(unsigned char first, const std::string& payload) {
  std::string out(1, static_cast<char>(first));
  if (payload.size() < 126) {
    out += static_cast<char>(payload.size());
  } else if (payload.size() < 65'536) {
    out += {126, static_cast<char>(payload.size() >> 8), static_cast<char>(payload.size())};
  } else {
    out += 127;
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(payload.size() >> shift);
  }
  return out + payload;
}
std::string message(const std::string& text) {
  return frame(0x81, text);
}
std::string data_message(const std::string& status) {
  return message(R"({"type":"data","data":)" + workspace(status) + "}");
}
const std::string kPingMessage = message(R"({"type":"ping","data":null})");

std::string switching(const std::string& request) {
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: " +
         http::web_socket_accept(header_of(request, "Sec-WebSocket-Key")) + "\r\n\r\n";
}

/// The same by a WebSocket.
class WatchingBySocket : public Watching {
 protected:
  awaitable<WatchEnd> watch(Client& client) {
    const WorkspaceId id = *WorkspaceId::parse(kId);
    co_return co_await client.watcher().watch(id, WatchWay::socket, on_state_);
  }
  WatchEnd watched() {
    Client client = make();
    return run(watch(client));
  }
  void serve(const std::vector<testing::Step>& then) {
    ScriptedServer::Script script{receive(), testing::answer(switching)};
    script.insert(script.end(), then.begin(), then.end());
    server.script(script);
  }
};

TEST_F(WatchingBySocket, TellsEachStateUntilThereIsEnough) {
  enough_ = 2;
  serve({send(kPingMessage + data_message("stopped")),
         send(data_message("starting") + data_message("running"))});
  const WatchEnd end = watched();
  EXPECT_EQ(end.how, How::satisfied) << end.why;
  EXPECT_TRUE(end.told);
  EXPECT_EQ(seen_, (std::vector{BuildStatus::stopped, BuildStatus::starting}));
  const std::string& request = server.requests().at(0);
  EXPECT_EQ(request_line(request), "GET /api/v2/workspaces/" + kId + "/watch-ws HTTP/1.1");
  EXPECT_EQ(header_of(request, "Upgrade"), "websocket");
  EXPECT_EQ(header_of(request, "Coder-Session-Token"), testing::kToken);
}

TEST_F(WatchingBySocket, MessagesMayBeCutAnywhere) {
  enough_ = 2;
  const std::string one = R"({"data":)" + workspace("starting") + R"(,"type":"data"})";
  const std::string all = kPingMessage + frame(0x01, one.substr(0, 100)) + frame(0x89, "now") +
                          frame(0x00, one.substr(100, 200)) + frame(0x80, one.substr(300)) +
                          data_message("running");
  std::vector<testing::Step> steps;
  for (std::size_t at = 0; at < all.size(); at += 61) steps.push_back(send(all.substr(at, 61)));
  serve(steps);
  const WatchEnd end = watched();
  EXPECT_EQ(end.how, How::satisfied) << end.why;
  EXPECT_EQ(seen_.size(), 2U);
}

TEST_F(WatchingBySocket, WhatIsNoHandshakeIsRefused) {
  const auto without = [](const std::string& what) {
    return [what](const std::string& request) {
      std::string head = switching(request);
      const std::size_t at = head.find(what);
      return head.erase(at, head.find("\r\n", at) + 2 - at);
    };
  };
  const auto with = [](const std::string& line) {
    return [line](const std::string& request) {
      std::string head = switching(request);
      return head.insert(head.size() - 2, line + "\r\n");
    };
  };
  server.script({receive(), send(testing::json_answer(404, "{}"))});
  EXPECT_EQ(watched().how, How::refused);
  server.script({receive(), send(kHead + chunk(kPing))});
  EXPECT_EQ(watched().how, How::refused) << "events where none were asked for";
  server.script({receive(), testing::answer(without("Sec-WebSocket-Accept"))});
  EXPECT_EQ(watched().how, How::refused);
  server.script({receive(), testing::answer(without("Upgrade: "))});
  EXPECT_EQ(watched().how, How::refused);
  server.script({receive(), testing::answer(with("Sec-WebSocket-Extensions: permessage-deflate"))});
  EXPECT_EQ(watched().how, How::refused);
  EXPECT_TRUE(observer.retries.empty());
}

TEST_F(WatchingBySocket, PingsAndErrorsAreNoEnd) {
  serve(
      {send(frame(0x89, "beat") + kPingMessage + data_message("starting") + message(R"({"type":"error"})"))});
  Client client = make();
  const auto running = start(watch(client));
  run_until([&] { return seen_.size() == 1; });
  run_until([&] { return clock.next_wake() == clock.now() + 45s; });
  EXPECT_FALSE(running->done);
}

TEST_F(WatchingBySocket, ACloseIsNoFailure) {
  serve({send(kPingMessage + data_message("starting") + frame(0x88, std::string("\x03\xe9", 2) + "bye") +
              data_message("running"))});
  const WatchEnd end = watched();
  EXPECT_EQ(end.how, How::closed);
  EXPECT_TRUE(end.told);
  EXPECT_EQ(seen_.size(), 1U) << "what follows a close is nothing";
}

TEST_F(WatchingBySocket, WhatIsNoMessageEndsTheStream) {
  for (const std::string& bytes :
       {message("{"), message("7"), message("{}"), message(R"({"type":7})"), message(R"({"type":"data"})"),
        message(R"({"type":"data","data":[]})"), message(R"({"type":"data","data":{"id":7}})"),
        message("\xff"), frame(0x81 | 0x40, "x"), frame(0x83, "x"), frame(0x80, "x"),
        frame(0x01, "x") + frame(0x81, "x"), frame(0x09, "x"), frame(0x89, std::string(126, 'x')),
        std::string("\x81\x81"
                    "abcdx")}) {
    serve({send(bytes)});
    const WatchEnd end = watched();
    EXPECT_EQ(end.how, How::nonsense) << bytes;
    EXPECT_FALSE(end.told);
  }
}

TEST_F(WatchingBySocket, HostileStreamsAreBounded) {
  constexpr std::size_t kMiB = std::size_t{1} << 20;
  constexpr std::size_t kOfTheSystem = 12 * kMiB;
  const std::string block(kMiB / 16, 'x');
  struct Hostile {
    const char* name;
    std::string first, again;
    std::size_t most;
  };
  const std::vector<Hostile> all = {
      {"a message that says that it is endless", "\x81\x7f" + std::string(8, '\x7f'), block, kMiB},
      {"a message in pieces without end", frame(0x01, "x"), frame(0x00, block), 2 * kMiB},
      {"pieces of nothing", frame(0x01, "x"), frame(0x00, ""), 16 * kMiB},
      {"pings without end", "", frame(0x89, std::string(125, 'p')), 16 * kMiB},
      {"pongs without end", "", frame(0x8A, std::string(125, 'p')), 16 * kMiB},
      {"messages without a state", "",
       message(R"({"type":"ping","data":")" + std::string(4'000, 'x') + "\"}"), 16 * kMiB},
  };
  for (const Hostile& one : all) {
    const std::size_t before = server.flooded();
    serve({send(one.first), testing::flood(one.again)});
    EXPECT_NE(watched().how, How::satisfied) << one.name;
    EXPECT_LE(server.flooded() - before, one.most + kOfTheSystem) << one.name;
  }
  serve({send(message(R"({"type":"data","data":)" + std::string(500'000, '[')))});
  EXPECT_EQ(watched().how, How::nonsense) << "brackets without end";
}

TEST_F(WatchingBySocket, EndsAtOnceWhenCancelled) {
  serve({send(kPingMessage + data_message("starting"))});
  Client client = make();
  const auto running = start(watch(client));
  run_until([&] { return seen_.size() == 1; });
  running->cancel.emit(boost::asio::cancellation_type::terminal);
  EXPECT_THROW(finish(running), boost::system::system_error);
}

TEST_F(WatchingBySocket, OneThatSaysNothingIsGivenUp) {
  serve({});
  Client client = make();
  const auto running = start(watch(client));
  run_until([&] { return observer.requests.size() == 1 && clock.sleepers() > 0; });
  clock.advance(20s);
  EXPECT_EQ(finish(running).how, How::silent);
}

}  // namespace
}  // namespace cr::coder
