#include "tests/standin/server.h"

#include <gtest/gtest.h>

#include <future>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/standin/http_probe.h"
#include "tests/standin/proxy.h"
#include "tests/standin/seed.h"

namespace cr::standin {
namespace {

using nlohmann::json;

constexpr auto kList = "/api/v2/workspaces";

class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    server_.with_state([](State& state) {
      WorkspaceSeed seed;
      seed.owner = "alice";
      seed.name = "dev";
      seed.template_name = "docker";
      seed.ttl_ms = 3'600'000;
      return state.add_workspace(seed).id;
    });
  }

  [[nodiscard]] std::string ttl_path() {
    return server_.with_state([](State& state) {
      return "/api/v2/workspaces/" + state.find_workspace("alice", "dev")->id + "/ttl";
    });
  }

  [[nodiscard]] std::optional<std::int64_t> stored_ttl() {
    return server_.with_state([](State& state) { return state.find_workspace("alice", "dev")->ttl_ms; });
  }

  Probe ask(const std::string& method, const std::string& target, const std::string& body = {}) {
    return probe(server_.port(), method, target, body);
  }

  FaultId with_fault(FaultKind kind, const std::string& prefix = "/api/v2/workspaces") {
    FaultRule rule(kind);
    rule.target_prefix = prefix;
    return server_.add_fault(rule);
  }

  Server server_{Age::v2_35};
};

TEST_F(ServerTest, RefusesAHeaderThatIsTooLargeAndGoesOn) {
  for (const std::size_t size : {70'000U, 300'000U}) {
    const std::string large =
        "GET /healthz HTTP/1.1\r\nHost: coder\r\nX-Large: " + std::string(size, 'x') + "\r\n\r\n";
    EXPECT_EQ(raw_probe(server_.port(), large).substr(0, 13), "HTTP/1.1 431 ") << size;
  }
  EXPECT_EQ(ask("GET", kList).status, 200);
}

TEST_F(ServerTest, AnswersOverARealSocketWithCodersHeaders) {
  const Probe answer = ask("GET", kList);
  ASSERT_FALSE(answer.error) << answer.error.message();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(json::parse(answer.body)["count"], 1);
  EXPECT_EQ(answer.response["X-Coder-Build-Version"], "v2.35.1");
  EXPECT_FALSE(answer.response["X-Coder-Request-Id"].empty());
  EXPECT_TRUE(answer.response.chunked());
}

TEST_F(ServerTest, KeepsConnectionsAndNotesRequests) {
  boost::asio::io_context context;
  boost::system::error_code error;
  auto socket = connect_to(context, server_.port(), error);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(exchange_on(socket, probe_request("GET", kList)).status, 200);
  EXPECT_EQ(exchange_on(socket, probe_request("PUT", ttl_path(), R"({"ttl_ms":60000})")).status, 204);
  EXPECT_EQ(server_.connections_accepted(), 1U);
  EXPECT_EQ(server_.request_count(kList, "GET"), 3U);
  ASSERT_EQ(server_.writes().size(), 1U);
  EXPECT_EQ(server_.writes()[0].body, R"({"ttl_ms":60000})");
  EXPECT_EQ(server_.writes()[0].status, 204);
}

TEST_F(ServerTest, AResetBeforeTheEffectLeavesTheStateAlone) {
  const FaultId fault = with_fault(FaultKind::reset);
  EXPECT_TRUE(ask("PUT", ttl_path(), R"({"ttl_ms":60000})").error);
  EXPECT_EQ(stored_ttl(), 3'600'000);
  EXPECT_EQ(server_.faults_applied(fault), 1U);
  EXPECT_EQ(server_.requests().back().status, 0);
}

TEST_F(ServerTest, AResetAfterTheEffectLosesOnlyTheReply) {
  with_fault(FaultKind::reset_after_effect);
  EXPECT_TRUE(ask("PUT", ttl_path(), R"({"ttl_ms":60000})").error);
  EXPECT_EQ(stored_ttl(), 60'000);
}

TEST_F(ServerTest, ATruncatedBodyEndsEarly) {
  with_fault(FaultKind::truncated_body);
  EXPECT_EQ(ask("GET", kList).error, boost::beast::http::error::partial_message);
}

TEST_F(ServerTest, HtmlLooksLikeSuccess) {
  with_fault(FaultKind::html);
  const Probe answer = ask("PUT", ttl_path(), R"({"ttl_ms":60000})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.response[boost::beast::http::field::content_type].starts_with("text/html"));
  EXPECT_EQ(stored_ttl(), 3'600'000);
}

TEST_F(ServerTest, BrokenJsonIsWellFramedButCutOff) {
  with_fault(FaultKind::broken_json);
  const Probe answer = ask("GET", kList);
  ASSERT_FALSE(answer.error);
  EXPECT_FALSE(json::accept(answer.body));
}

TEST_F(ServerTest, AMistypedKeyIsTheOnlyDifference) {
  with_fault(FaultKind::mistyped);
  const json body = json::parse(ask("GET", kList).body);
  EXPECT_EQ(body["workspaces"][0]["automatic_updates"], 7);
  EXPECT_EQ(body["workspaces"][0]["name"], "dev");
}

TEST_F(ServerTest, FaultsChooseByMethodAndNumber) {
  FaultRule rule(FaultKind::status);
  rule.method = "GET";
  rule.nth = 2;
  rule.status = 502;
  const FaultId fault = server_.add_fault(rule);
  EXPECT_EQ(ask("GET", kList).status, 200);
  EXPECT_EQ(ask("PUT", ttl_path(), R"({"ttl_ms":60000})").status, 204);
  EXPECT_EQ(ask("GET", kList).status, 502);
  EXPECT_EQ(ask("GET", kList).status, 200);
  EXPECT_EQ(server_.faults_applied(fault), 1U);
}

TEST_F(ServerTest, AThrottledReplySaysWhenToComeBack) {
  with_fault(FaultKind::throttled);
  const Probe answer = ask("GET", kList);
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.response["Retry-After"], "60");
}

TEST_F(ServerTest, ASlowReplyArrivesWhole) {
  FaultRule rule(FaultKind::slow_drip);
  rule.drip_bytes = 2000;
  rule.drip_interval = std::chrono::milliseconds(1);
  server_.add_fault(rule);
  EXPECT_EQ(json::parse(ask("GET", kList).body)["count"], 1);
}

TEST_F(ServerTest, AHangLastsUntilTheClientGoes) {
  const FaultId fault = with_fault(FaultKind::hang);
  boost::asio::io_context context;
  boost::system::error_code error;
  auto socket = connect_to(context, server_.port(), error);
  boost::beast::http::write(socket, probe_request("PUT", ttl_path(), R"({"ttl_ms":60000})"), error);
  ASSERT_TRUE(server_.wait_for_faults(fault, 1));
  socket.close();
  server_.clear_faults();
  EXPECT_EQ(ask("GET", kList).status, 200);
  EXPECT_EQ(stored_ttl(), 3'600'000);
}

TEST_F(ServerTest, StoppedListeningConnectsAreRefusedAndThenNot) {
  server_.stop_listening();
  EXPECT_EQ(ask("GET", kList).error, boost::asio::error::connection_refused);
  server_.start_listening();
  EXPECT_EQ(ask("GET", kList).status, 200);
}

TEST_F(ServerTest, HeldRequestsAreUnderWayAtOnce) {
  server_.hold(kList);
  const auto get = [this] { return ask("GET", kList).status; };
  auto first = std::async(std::launch::async, get);
  auto second = std::async(std::launch::async, get);
  ASSERT_TRUE(server_.wait_for_requests(kList, 2));
  server_.release();
  EXPECT_EQ(first.get(), 200);
  EXPECT_EQ(second.get(), 200);
  EXPECT_EQ(server_.most_at_once(kList), 2U);
}

TEST_F(ServerTest, TooLongATargetIsTheProxysBusiness) {
  server_.set_longest_target(100);
  EXPECT_EQ(ask("GET", std::string(kList) + "?q=id:" + std::string(100, 'a')).status, 414);
}

TEST_F(ServerTest, TheRateLimitIsPerPathAndComesBackWithTime) {
  server_.with_state([](State& state) {
    state.set_time(Time(std::chrono::minutes(30'000'000)));
    state.rate_limit().set_limit(4);
    return 0;
  });
  for (int i = 0; i < 4; ++i) EXPECT_EQ(ask("GET", kList).status, 200);
  const Probe refused = ask("GET", std::string(kList) + "?limit=1");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.response["Retry-After"], "60");
  EXPECT_EQ(refused.response["X-RateLimit-Remaining"], "0");
  EXPECT_EQ(ask("GET", "/api/v2/users/me").status, 200);
  const auto advance = [this](std::chrono::seconds by) {
    server_.with_state([by](State& state) {
      state.advance(by);
      return 0;
    });
  };
  advance(std::chrono::seconds(60));
  EXPECT_EQ(ask("GET", kList).status, 429) << "nothing is free right after the window";
  advance(std::chrono::seconds(30));
  EXPECT_EQ(ask("GET", kList).status, 200) << "half of it is free after half a minute";
}

TEST_F(ServerTest, ControlsMakeDriftAndCountRequests) {
  EXPECT_EQ(ask("POST", "/standin/drift", R"({"owner":"alice","name":"dev","ttl_ms":null})").status, 200);
  EXPECT_FALSE(stored_ttl());
  EXPECT_EQ(ask("GET", kList).status, 200);
  EXPECT_EQ(json::parse(ask("GET", "/standin/requests").body)["total"], 1);
  EXPECT_EQ(ask("POST", "/standin/drift", R"({"owner":"nobody","name":"dev"})").status, 400);
}

TEST_F(ServerTest, ControlsReachTheAuditLogAndWhatAnswersCost) {
  const auto rows = [&] { return json::parse(ask("GET", "/standin/audit").body)["rows"].get<int>(); };
  EXPECT_EQ(ask("POST", "/standin/person", R"({"username":"admin","user_agent":"curl"})").status, 200);
  EXPECT_EQ(ask("POST", "/standin/person", R"({"username":"nobody"})").status, 400);
  constexpr auto kDrift = R"({"owner":"alice","name":"dev","ttl_ms":null})";
  static_cast<void>(ask("POST", "/standin/drift", kDrift));
  EXPECT_EQ(rows(), 1);
  EXPECT_EQ(ask("POST", "/standin/audit", R"({"lose_next":1})").status, 200);
  static_cast<void>(ask("POST", "/standin/drift", kDrift));
  EXPECT_EQ(rows(), 1);
  EXPECT_EQ(ask("POST", "/standin/audit", R"({"prune":1,"forbidden":true,"writing":false})").status, 200);
  static_cast<void>(ask("POST", "/standin/drift", kDrift));
  EXPECT_EQ(rows(), 0);
  EXPECT_EQ(ask("GET", "/api/v2/audit").status, 403);
  EXPECT_EQ(ask("DELETE", "/standin/cost").status, 200);
  const std::size_t size = ask("GET", kList).body.size();
  EXPECT_EQ(json::parse(ask("GET", "/standin/cost").body)["workspace_rows"], 1);
  EXPECT_EQ(json::parse(ask("GET", "/standin/cost").body)["bytes"], size);
  EXPECT_EQ(ask("DELETE", "/standin/cost").status, 200);
  EXPECT_EQ(json::parse(ask("GET", "/standin/cost").body)["workspace_rows"], 0);
}

TEST_F(ServerTest, AProxyForwardsAndTunnelsAndCounts) {
  Proxy proxy;
  const std::string authority = "127.0.0.1:" + std::to_string(server_.port());
  const Probe forwarded = probe(proxy.port(), "GET", "http://" + authority + kList);
  EXPECT_EQ(forwarded.status, 200);
  EXPECT_EQ(proxy.forwarded(), std::vector<std::string>{"http://" + authority + kList});

  boost::asio::io_context context;
  boost::system::error_code error;
  auto socket = connect_to(context, proxy.port(), error);
  boost::asio::write(
      socket, boost::asio::buffer("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n"));
  std::string head;
  boost::asio::read_until(socket, boost::asio::dynamic_buffer(head), "\r\n\r\n");
  EXPECT_TRUE(head.starts_with("HTTP/1.1 200"));
  EXPECT_EQ(exchange_on(socket, probe_request("GET", kList)).status, 200);
  EXPECT_EQ(proxy.tunnels(), std::vector<std::string>{authority});
}

TEST_F(ServerTest, AProxyWithCredentialsWantsThem) {
  Proxy proxy("user:secret");
  const std::string url = server_.url() + kList;
  EXPECT_EQ(probe(proxy.port(), "GET", url).status, 407);
  EXPECT_EQ(proxy.unauthorized(), 1U);
  boost::asio::io_context context;
  boost::system::error_code error;
  auto socket = connect_to(context, proxy.port(), error);
  auto request = probe_request("GET", url);
  request.set("Proxy-Authorization", "Basic dXNlcjpzZWNyZXQ=");
  EXPECT_EQ(exchange_on(socket, request).status, 200);
}

Probe probe_tls(const Server& server, bool with_certificate) {
  namespace ssl = boost::asio::ssl;
  boost::asio::io_context context;
  ssl::context tls(ssl::context::tls_client);
  tls.load_verify_file(server.tls_files().ca_cert.string());
  tls.set_verify_mode(ssl::verify_peer);
  if (with_certificate) {
    tls.use_certificate_file(server.tls_files().client_cert.string(), ssl::context::pem);
    tls.use_private_key_file(server.tls_files().client_key.string(), ssl::context::pem);
  }
  Probe failed;
  ssl::stream<boost::asio::ip::tcp::socket> stream(connect_to(context, server.port(), failed.error), tls);
  stream.set_verify_callback(ssl::host_name_verification("127.0.0.1"));
  stream.handshake(ssl::stream_base::client, failed.error);
  if (failed.error) return failed;
  return exchange_on(stream, probe_request("GET", kList));
}

TEST(ServerOverTls, ServesClientsThatTrustItsAuthority) {
  ServerOptions options;
  options.tls = true;
  const Server server(options);
  EXPECT_TRUE(server.url().starts_with("https://"));
  const Probe answer = probe_tls(server, false);
  ASSERT_FALSE(answer.error) << answer.error.message();
  EXPECT_EQ(answer.status, 200);
}

TEST(ServerOverTls, TurnsAwayClientsWithoutCertificateIfItWantsOne) {
  ServerOptions options;
  options.tls = true;
  options.require_client_certificate = true;
  const Server server(options);
  EXPECT_TRUE(probe_tls(server, false).error);
  EXPECT_EQ(probe_tls(server, true).status, 200);
}

std::set<std::string> names_of_pages(Server& server, std::size_t page) {
  std::set<std::string> names;
  for (std::size_t offset = 0;; offset += page) {
    const std::string target =
        std::string(kList) + "?limit=" + std::to_string(page) + "&offset=" + std::to_string(offset);
    const json body = json::parse(probe(server.port(), "GET", target).body);
    if (body["workspaces"].empty()) return names;
    for (const auto& row : body["workspaces"]) names.insert(row["name"]);
  }
}

TEST(Paging, SeesEveryRowOfAListThatStandsStillAndNotOfOneThatMoves) {
  Server server(Age::v2_35);
  server.with_state([](State& state) {
    add_fleet(state, 40);
    return 0;
  });
  EXPECT_EQ(names_of_pages(server, 10).size(), 40U);
  server.with_state([](State& state) {
    state.set_drift_between_pages(true);
    return 0;
  });
  EXPECT_LT(names_of_pages(server, 10).size(), 40U);
}

}  // namespace
}  // namespace cr::standin
