#include <string>

#include "tests/support/certificates.h"
#include "tests/unit/reconcile/coder/client_bench.h"

/// Going through a proxy, over sockets.
namespace cr::coder {
namespace {

using namespace std::chrono_literals;
using testing::build_info_answer;
using testing::close;
using testing::header_of;
using testing::receive;
using testing::request_line;
using testing::ScriptedServer;
using testing::send;
using testing::tunnel_to;

/// `server` is the proxy.
class ThroughAProxy : public testing::ClientBench {
 protected:
  ClientOptions options_for(const std::string& url) const {
    ClientOptions with = options();
    with.url = url;
    with.retry.max_attempts = 1;
    const std::string proxy = "http://user:p%40ss@127.0.0.1:" + std::to_string(server.port());
    with.proxy.http_proxy = proxy;
    with.proxy.https_proxy = proxy;
    // Only the proxy knows such names.
    with.resolve = [](const std::string& host,
                      std::uint16_t) -> awaitable<boost::system::result<http::Endpoints>> {
      ADD_FAILURE() << host << " was looked up";
      co_return boost::system::error_code(boost::asio::error::host_not_found);
    };
    return with;
  }
};

TEST_F(ThroughAProxy, HttpGoesInAbsoluteForm) {
  server.answer_all(build_info_answer());
  Client client = make(options_for("http://coder.test:3000/sub"));
  ASSERT_TRUE(run(client.reader().build_info()));
  const std::string& request = server.requests().at(0);
  EXPECT_EQ(request_line(request), "GET http://coder.test:3000/sub/api/v2/buildinfo HTTP/1.1");
  EXPECT_EQ(header_of(request, "Host"), "coder.test:3000");
  EXPECT_EQ(header_of(request, "Proxy-Authorization"), "Basic dXNlcjpwQHNz");
}

TEST_F(ThroughAProxy, HttpsGoesThroughATunnel) {
  testing::CertificateAuthority authority("test-ca");
  const auto identity = authority.issue("server", "DNS:coder.test");
  ScriptedServer coder(context, identity.cert, identity.key);
  coder.answer_all(build_info_answer());
  server.script({receive(), send("HTTP/1.1 200 Connection established\r\n\r\n"), tunnel_to(coder.port())});
  ClientOptions with = options_for("https://coder.test");
  with.tls.ca_file = authority.cert_file();
  Client client = make(with);
  for (int i = 0; i < 2; ++i) {
    const auto result = run(client.reader().build_info());
    ASSERT_TRUE(result) << result.error().to_string();
  }
  ASSERT_EQ(server.requests().size(), 1U);
  const std::string& connect = server.requests()[0];
  EXPECT_EQ(request_line(connect), "CONNECT coder.test:443 HTTP/1.1");
  EXPECT_EQ(header_of(connect, "Host"), "coder.test:443");
  EXPECT_EQ(header_of(connect, "Proxy-Authorization"), "Basic dXNlcjpwQHNz");
  EXPECT_EQ(header_of(connect, "Coder-Session-Token"), "(none)");
  ASSERT_EQ(coder.requests().size(), 2U);
  EXPECT_EQ(request_line(coder.requests()[0]), "GET /api/v2/buildinfo HTTP/1.1");
  EXPECT_EQ(header_of(coder.requests()[0], "Proxy-Authorization"), "(none)");
}

TEST_F(ThroughAProxy, ARefusedTunnelSaysByWhomAndWhy) {
  server.script({receive(), send("HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nnope"), close()});
  Client client = make(options_for("https://coder.test"));
  const auto result = run(client.reader().build_info());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, ApiFault::unreachable);
  EXPECT_EQ(result.error().message, "proxy 127.0.0.1:" + std::to_string(server.port()) +
                                        " rejects a tunnel to coder.test:443: 403 Forbidden");
}

TEST_F(ThroughAProxy, AProxyThatWantsALoginSaysHowToGiveIt) {
  server.script({receive(), send("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")});
  Client client = make(options_for("https://coder.test"));
  const auto result = run(client.reader().build_info());
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("407"), std::string::npos) << result.error().message;
  EXPECT_NE(result.error().message.find("user:password@"), std::string::npos) << result.error().message;
  EXPECT_EQ(result.error().message.find("p@ss"), std::string::npos);
}

TEST_F(ThroughAProxy, AnEndlessAnswerToConnectIsCutOff) {
  for (const std::string again : {"X-A: 1\r\n", "a", "\r\n\r\nHTTP/1.1 100 Continue"}) {
    server.script({receive(), send("HTTP/1.1 100 Continue"), testing::flood(again)});
    Client client = make(options_for("https://coder.test"));
    const auto result = run(client.reader().build_info());
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().fault, ApiFault::contract);
    EXPECT_TRUE(result.error().message.starts_with("proxy 127.0.0.1:")) << result.error().message;
  }
  EXPECT_LT(server.flooded(), std::size_t{64} << 20);
}

TEST_F(ThroughAProxy, AnInterimAnswerToConnectOpensNoTunnel) {
  server.script({receive(), send("HTTP/1.1 102 Processing\r\n\r\n"), close()});
  Client client = make(options_for("https://coder.test"));
  const auto result = run(client.reader().build_info());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, ApiFault::unreachable);
  EXPECT_NE(result.error().message.find("closed in the middle"), std::string::npos) << result.error().message;
}

TEST_F(ThroughAProxy, AProxyThatIsDownIsNamed) {
  ClientOptions with = options_for("https://coder.test");
  server.stop();
  Client client = make(with);
  const auto result = run(client.reader().build_info());
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("connecting to proxy 127.0.0.1:"), std::string::npos)
      << result.error().message;
}

TEST_F(ThroughAProxy, ASilentProxyIsATimeout) {
  Client client = make(options_for("https://coder.test"));
  auto call = start(client.reader().build_info());
  run_until([&] { return server.requests().size() == 1; });
  clock.advance(10s);
  const auto result = finish(call);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, ApiFault::timeout);
  EXPECT_NE(result.error().message.find("opening a tunnel through proxy"), std::string::npos);
}

TEST_F(ThroughAProxy, ACreateThatOnlyTheProxySawMayBeTriedAgain) {
  server.script({receive(), send("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"), close()});
  server.script({receive(), send("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"), close()});
  ClientOptions with = options_for("https://coder.test");
  with.retry.max_attempts = 2;
  Client client = make(with);
  CreateRequest request;
  request.name = "dev";
  ASSERT_FALSE(run_with_retries(client.writer().create_workspace(request), 10s));
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST_F(ThroughAProxy, NoProxyGoesStraight) {
  ScriptedServer coder(context);
  coder.answer_all(build_info_answer());
  ClientOptions with = options_for("http://coder.test:" + std::to_string(coder.port()));
  with.proxy.no_proxy = "example.com, .test";
  with.resolve = [](const std::string&,
                    std::uint16_t port) -> awaitable<boost::system::result<http::Endpoints>> {
    const boost::asio::ip::tcp::endpoint here(boost::asio::ip::address_v4::loopback(), port);
    co_return http::Endpoints(1, here);
  };
  Client client = make(with);
  ASSERT_TRUE(run(client.reader().build_info()));
  EXPECT_EQ(server.connections(), 0U);
  EXPECT_EQ(request_line(coder.requests().at(0)), "GET /api/v2/buildinfo HTTP/1.1");
}

}  // namespace
}  // namespace cr::coder
