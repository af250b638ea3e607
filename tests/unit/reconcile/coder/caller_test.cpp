#include <unistd.h>

#include <boost/asio/error.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/fields.h"
#include "tests/unit/reconcile/coder/client_bench.h"

/// Attempts and waits, the token, headers, what the observer is told.
namespace cr::coder {
namespace {

using namespace std::chrono_literals;
using testing::build_info_answer;
using testing::close;
using testing::header_of;
using testing::json_answer;
using testing::kOtherToken;
using testing::kSecret;
using testing::kToken;
using testing::receive;
using testing::request_line;
using testing::reset;
using testing::send;

const WorkspaceId kWorkspace = *WorkspaceId::parse("f7a5e87b-29fc-4554-afc8-484dc892ba0b");

class Calls : public testing::ClientBench {
 protected:
  void script_answers(std::initializer_list<std::string> answers) {
    testing::ScriptedServer::Script script;
    for (const std::string& answer : answers) {
      script.push_back(receive());
      script.push_back(send(answer));
    }
    server.script(std::move(script));
  }
};

TEST_F(Calls, AreTriedAgainAfterAServerError) {
  script_answers({json_answer(503, R"({"message":"down"})"), json_answer(502, ""), build_info_answer()});
  Client client = make();
  const auto result = run_with_retries(client.reader().build_info(), 10s);
  ASSERT_TRUE(result) << result.error().to_string();
  ASSERT_EQ(observer.retries.size(), 2U);
  EXPECT_EQ(observer.retries[0].reason, RetryReason::server);
  EXPECT_EQ(observer.retries[0].error.status, 503);
}

TEST_F(Calls, WaitLongerEachTime) {
  server.answer_all(json_answer(500, R"({"message":"An internal server error occurred."})"));
  Client client = make();
  auto call = start(client.reader().build_info());
  // With no jitter: half of 250 ms, 500 ms, 1 s.
  for (const auto wait : {125ms, 250ms, 500ms}) {
    const std::size_t before = server.requests().size();
    run_until([&] { return clock.next_wake() == clock.now() + wait; });
    clock.advance(wait - 1ms);
    context.poll();
    EXPECT_EQ(server.requests().size(), std::max<std::size_t>(before, 1));
    clock.advance(1ms);
    run_until([&] { return server.requests().size() > std::max<std::size_t>(before, 1) || call->done; });
  }
  const auto result = finish(call);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, ApiFault::server);
  EXPECT_EQ(server.requests().size(), 4U);
}

TEST_F(Calls, AreTriedAgainAfterAReset) {
  server.script({receive(), reset()});
  server.answer_all(build_info_answer());
  Client client = make();
  ASSERT_TRUE(run_with_retries(client.reader().build_info(), 10s));
  ASSERT_EQ(observer.retries.size(), 1U);
  EXPECT_EQ(observer.retries[0].reason, RetryReason::connect);
}

TEST_F(Calls, WithTheSameEffectEachTimeAreRepeatedThoughTheyWrite) {
  script_answers({json_answer(503, ""), "HTTP/1.1 204 No Content\r\n\r\n"});
  Client client = make();
  EXPECT_TRUE(run_with_retries(testing::send_ttl(client.writer(), kWorkspace, 8h), 10s));
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST_F(Calls, ThatCreateAreNotRepeatedAfterAServerError) {
  server.answer_all(json_answer(503, R"({"message":"down"})"));
  Client client = make();
  CreateRequest request;
  request.name = "dev";
  const auto result = run(client.writer().create_workspace(request));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, ApiFault::server);
  const auto build = run(client.writer().queue_build(kWorkspace, Transition::stop));
  ASSERT_FALSE(build);
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST_F(Calls, ThatCreateAreRepeatedIfTheyNeverLeft) {
  ClientOptions with = options();
  int dials = 0;
  const std::uint16_t alive = server.port();
  with.url = "http://coder.test";
  with.resolve = [&, alive](const std::string&,
                            std::uint16_t) -> awaitable<boost::system::result<http::Endpoints>> {
    if (++dials == 1) co_return boost::system::error_code(boost::asio::error::host_not_found_try_again);
    co_return http::Endpoints(1,
                              boost::asio::ip::tcp::endpoint(boost::asio::ip::address_v4::loopback(), alive));
  };
  server.answer_all(json_answer(409, R"({"message":"taken"})"));
  Client client = make(with);
  CreateRequest request;
  request.name = "dev";
  const auto result = run_with_retries(client.writer().create_workspace(request), 10s);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, ApiFault::conflict);
  EXPECT_EQ(dials, 2);
}

TEST_F(Calls, ThatAreRefusedAreNotTriedAgain) {
  server.answer_all(json_answer(500, R"({"message":"m","detail":"unauthorized: rbac: forbidden"})"));
  Client client = make();
  const auto result = run(testing::send_ttl(client.writer(), kWorkspace, std::nullopt));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, ApiFault::forbidden);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(Calls, WaitAsLongAsRetryAfterSays) {
  script_answers({json_answer(429, R"({"message":"slow down"})", "Retry-After: 60\r\n")});
  server.answer_all(build_info_answer());
  Client client = make();
  auto call = start(client.reader().build_info());
  run_until([&] { return observer.retries.size() == 1 && clock.sleepers() == 1; });
  EXPECT_EQ(observer.retries[0].reason, RetryReason::throttled);
  clock.advance(59s);
  context.poll();
  EXPECT_EQ(server.requests().size(), 1U);
  clock.advance(1s);
  EXPECT_TRUE(finish(call));
}

TEST_F(Calls, ToAPausedPathWaitAndOthersDoNot) {
  script_answers({json_answer(429, R"({"message":"slow down"})", "Retry-After: 60\r\n")});
  server.answer_all(build_info_answer());
  Client client = make();
  auto throttled = start(client.reader().workspaces_page(0, 500));
  run_until([&] { return observer.retries.size() == 1; });
  const std::string owner = "alice";
  auto same_path = start(client.reader().workspaces_of_owner(owner));
  EXPECT_TRUE(run(client.reader().build_info()));
  EXPECT_EQ(server.requests().size(), 2U);
  EXPECT_FALSE(same_path->done);
  EXPECT_FALSE(throttled->done);
  server.answer_all(json_answer(200, R"({"workspaces":[],"count":0})"));
  clock.advance(60s);
  EXPECT_TRUE(finish(throttled));
  EXPECT_TRUE(finish(same_path));
}

TEST_F(Calls, ThatWouldWaitPastTheirDeadlineGiveUpAtOnce) {
  server.answer_all(json_answer(429, R"({"message":"slow down"})", "Retry-After: 600\r\n"));
  Client client = make();
  const auto first = run(client.reader().build_info());
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().fault, ApiFault::throttled);
  EXPECT_EQ(first.error().retry_after, 600s);
  // The next one is not even sent.
  const auto second = run(client.reader().build_info());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().fault, ApiFault::throttled);
  EXPECT_EQ(second.error().message, "held back to stay below Coder's rate limit");
  EXPECT_EQ(second.error().retry_after, 600s);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(Calls, AreSpacedOutNearTheRateLimit) {
  server.answer_all(
      json_answer(200, R"({"workspaces":[],"count":0})",
                  "X-RateLimit-Limit: 512\r\nX-RateLimit-Remaining: 20\r\nX-RateLimit-Reset: 1\r\n"));
  Client client = make();
  EXPECT_TRUE(run(client.reader().workspaces_page(0, 500)));
  EXPECT_TRUE(run(client.reader().workspaces_page(500, 500)));
  auto held = start(client.reader().workspaces_page(1000, 500));
  run_until([&] { return clock.sleepers() == 1; });
  EXPECT_EQ(server.requests().size(), 2U);
  clock.advance(131ms);
  EXPECT_TRUE(finish(held));
}

TEST_F(Calls, OfASickCoderAreFewerThanItsBudgetAllows) {
  server.answer_all(json_answer(503, ""));
  Client client = make();
  for (int i = 0; i < 50; ++i) (void)run_with_retries(client.reader().build_info(), 500ms);
  // Ten that were saved up, a fifth of the calls, and one for each ten seconds.
  EXPECT_GE(observer.retries.size(), 15U);
  EXPECT_LE(observer.retries.size(), 22U);
  EXPECT_EQ(server.requests().size(), 50 + observer.retries.size());
}

TEST_F(Calls, CarryTokenAgentAndExtraHeaders) {
  server.answer_all(build_info_answer());
  ClientOptions with = options();
  with.user_agent = "coder-reconciler/1.2.3";
  with.extra_headers = {{"CF-Access-Client-Id", "an id"}, {"X-Empty", ""}};
  Client client = make(with);
  ASSERT_TRUE(run(client.reader().build_info()));
  const std::string& request = server.requests().at(0);
  EXPECT_EQ(request_line(request), "GET /api/v2/buildinfo HTTP/1.1");
  EXPECT_EQ(header_of(request, "Host"), "127.0.0.1:" + std::to_string(server.port()));
  EXPECT_EQ(header_of(request, "Coder-Session-Token"), kToken);
  EXPECT_EQ(header_of(request, "User-Agent"), "coder-reconciler/1.2.3");
  EXPECT_EQ(header_of(request, "Accept"), "application/json");
  EXPECT_EQ(header_of(request, "CF-Access-Client-Id"), "an id");
  EXPECT_EQ(header_of(request, "Cookie"), "(none)");
  EXPECT_EQ(header_of(request, "Content-Length"), "(none)");
}

TEST_F(Calls, GoBelowTheUrlsPath) {
  server.answer_all(build_info_answer());
  ClientOptions with = options();
  with.url += "/tools/coder/";
  Client client = make(with);
  ASSERT_TRUE(run(client.reader().build_info()));
  EXPECT_EQ(request_line(server.requests().at(0)), "GET /tools/coder/api/v2/buildinfo HTTP/1.1");
}

TEST_F(Calls, TellTheObserverOfEachAttempt) {
  script_answers({json_answer(503, R"({"message":"down"})"),
                  json_answer(200, R"({"version":"v2","workspace_proxy":false})",
                              "X-RateLimit-Limit: 512\r\nX-RateLimit-Remaining: 511\r\n")});
  Client client = make();
  ASSERT_TRUE(run_with_retries(client.reader().build_info(), 10s));
  ASSERT_EQ(observer.requests.size(), 2U);
  EXPECT_EQ(observer.requests[0].status, 503);
  EXPECT_EQ(observer.requests[0].remaining, std::nullopt);
  EXPECT_EQ(observer.requests[1].route, "/api/v2/buildinfo");
  EXPECT_EQ(observer.requests[1].method, "GET");
  EXPECT_EQ(observer.requests[1].status, 200);
  EXPECT_EQ(observer.requests[1].remaining, 511);
  EXPECT_EQ(observer.requests[1].request_id, "a-request-id");
}

TEST_F(Calls, TellTheObserverOfAnswersThatNeverCame) {
  ClientOptions with = options();
  with.retry.max_attempts = 1;
  Client client = make(with);
  auto call = start(testing::send_ttl(client.writer(), kWorkspace, 8h));
  run_until([&] { return server.requests().size() == 1; });
  clock.advance(30s);
  EXPECT_EQ(finish(call).error().fault, ApiFault::timeout);
  ASSERT_EQ(observer.requests.size(), 1U);
  EXPECT_EQ(observer.requests[0].status, 0);
  EXPECT_EQ(observer.requests[0].duration, 30s);
  EXPECT_EQ(observer.requests[0].route, "/api/v2/workspaces/{workspace}/ttl");
}

TEST_F(Calls, ThatFailSayAllThatCoderSaid) {
  server.answer_all(json_answer(
      400, R"({"message":"Invalid.","detail":"d","validations":[{"field":"ttl_ms","detail":"too small"}]})"));
  Client client = make();
  const auto result = run(testing::send_ttl(client.writer(), kWorkspace, 1min));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().to_string(),
            "PUT /api/v2/workspaces/" + kWorkspace.to_string() +
                "/ttl: 400 Invalid.: d: ttl_ms: too small (request id a-request-id)");
}

TEST_F(Calls, AnsweredWithHtmlAskWhetherThatIsTheAccessUrl) {
  server.answer_all("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>");
  Client client = make();
  const auto result = run(client.reader().workspaces_page(0, 10));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, ApiFault::contract);
  EXPECT_EQ(result.error().message, "expected JSON, got text/html: is this the access URL?");
}

TEST_F(Calls, AnsweredWithBrokenJsonNameRouteAndRequest) {
  server.answer_all(json_answer(200, R"({"workspaces":[{)"));
  Client client = make();
  const auto result = run(client.reader().workspaces_page(0, 10));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, ApiFault::contract);
  EXPECT_EQ(result.error().path, "/api/v2/workspaces");
  EXPECT_EQ(result.error().request_id, "a-request-id");
  EXPECT_NE(result.error().message.find("invalid JSON"), std::string::npos) << result.error().message;
}

TEST_F(Calls, AnsweredWithAMissingKeyNameIt) {
  server.answer_all(json_answer(200, "{}"));
  Client client = make();
  const auto result = run(client.reader().build_info());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "unexpected response from Coder's API: \"version\" is missing");
}

class TokenInAFile : public Calls {
 protected:
  TokenInAFile()
      : path_(std::filesystem::temp_directory_path() /
              ("cr-caller-token-" + std::to_string(::getpid()) + "-" +
               ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    write(kToken);
  }
  ~TokenInAFile() override { std::filesystem::remove(path_); }
  void write(const std::string& token) { std::ofstream(path_) << token << "\n"; }
  void remove() { std::filesystem::remove(path_); }
  ClientOptions from_file() const {
    ClientOptions with = options();
    with.token_value.clear();
    with.token_file = path_.string();
    return with;
  }

 private:
  std::filesystem::path path_;
};

TEST_F(TokenInAFile, ThatChangedIsUsedByTheNextCall) {
  server.answer_all(build_info_answer());
  Client client = make(from_file());
  ASSERT_TRUE(run(client.reader().build_info()));
  write(kOtherToken + " ");
  ASSERT_TRUE(run(client.reader().build_info()));
  EXPECT_EQ(header_of(server.requests().at(0), "Coder-Session-Token"), kToken);
  EXPECT_EQ(header_of(server.requests().at(1), "Coder-Session-Token"), kOtherToken);
}

TEST_F(TokenInAFile, IsReadAgainWhenCoderRefusesIt) {
  const std::string refusal = json_answer(401, R"({"message":"Cookie expired"})");
  script_answers({refusal, build_info_answer()});
  Client client = make(from_file());
  auto call = start(client.reader().build_info());
  // Between the request and its refusal.
  run_until([&] { return server.requests().size() == 1; });
  write(kOtherToken);
  EXPECT_TRUE(finish(call));
  ASSERT_EQ(server.requests().size(), 2U);
  EXPECT_EQ(header_of(server.requests()[1], "Coder-Session-Token"), kOtherToken);
  EXPECT_TRUE(observer.retries.empty());
}

TEST_F(TokenInAFile, ThatCannotBeUsedAnyMoreIsToldOnceAndSoIsItsRecovery) {
  server.answer_all(build_info_answer());
  Client client = make(from_file());
  const auto call = [&] { ASSERT_TRUE(run(client.reader().build_info())); };
  call();
  EXPECT_EQ(observer.token_file, std::vector<std::string>{""});
  write("");
  call();
  call();
  remove();
  call();
  write("garbage");
  call();
  ASSERT_EQ(observer.token_file.size(), 2U);
  EXPECT_NE(observer.token_file[1].find("the token is empty"), std::string::npos) << observer.token_file[1];
  EXPECT_EQ(header_of(server.requests().back(), "Coder-Session-Token"), kToken) << "the old one stays in use";
  write(kOtherToken);
  call();
  call();
  ASSERT_EQ(observer.token_file.size(), 3U);
  EXPECT_EQ(observer.token_file[2], "");
  EXPECT_EQ(header_of(server.requests().back(), "Coder-Session-Token"), kOtherToken);
  remove();
  call();
  ASSERT_EQ(observer.token_file.size(), 4U);
  EXPECT_NE(observer.token_file[3].find("cannot read token file"), std::string::npos)
      << observer.token_file[3];
}

TEST_F(Calls, WithATokenThatIsNoFileTellNothingOfOne) {
  server.answer_all(build_info_answer());
  Client client = make();
  ASSERT_TRUE(run(client.reader().build_info()));
  EXPECT_TRUE(observer.token_file.empty());
}

TEST_F(Calls, RefusedByWhatStandsInFrontOfCoderAreNotRepeated) {
  server.answer_all(
      "HTTP/1.1 403 Forbidden\r\nServer: cloudflare\r\nContent-Type: text/plain\r\nContent-Length: 16\r\n\r\n"
      "error code: 1010");
  Client client = make();
  const auto result = run(client.reader().build_info());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, ApiFault::unreachable);
  EXPECT_NE(result.error().message.find("cloudflare"), std::string::npos) << result.error().message;
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(TokenInAFile, ThatIsRefusedTwiceIsNotTriedForEver) {
  server.answer_all(json_answer(401, R"({"message":"Cookie expired"})"));
  Client client = make(from_file());
  auto call = start(client.reader().build_info());
  run_until([&] { return server.requests().size() == 1; });
  write(kOtherToken);
  const auto result = finish(call);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, ApiFault::unauthorized);
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST_F(TokenInAFile, ThatIsBrokenIsNamedInTheRefusal) {
  server.answer_all(json_answer(401, R"({"message":"Cookie expired"})"));
  Client client = make(from_file());
  write("half");
  const auto result = run(client.reader().build_info());
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().to_string().find("not a Coder token"), std::string::npos)
      << result.error().to_string();
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(TokenInAFile, IsNeverInAnError) {
  const std::vector<std::string> answers = {
      json_answer(400, R"({"message":"m"})"),
      json_answer(401, R"({"message":"m"})"),
      json_answer(500, R"({"message":"m","detail":"unauthorized: rbac: forbidden"})"),
      "HTTP/1.1 302 Found\r\nLocation: https://sso/?x\r\nContent-Length: 0\r\n\r\n",
      "nonsense\r\n\r\n",
      json_answer(200, "{}")};
  for (const std::string& answer : answers) {
    server.script({receive(), send(answer), close()});
    ClientOptions with = from_file();
    with.retry.max_attempts = 1;
    Client client = make(with);
    const auto result = run(client.reader().build_info());
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().to_string().find(kSecret), std::string::npos) << result.error().to_string();
  }
}

}  // namespace
}  // namespace cr::coder
