#include "metrics/pushgateway.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>

#include "tests/support/certificates.h"
#include "tests/support/manual_clock.h"
#include "tests/support/scripted_server.h"

namespace cr::metrics {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::ScriptedServer;
using namespace std::chrono_literals;

struct UrlCase {
  const char* name;
  const char* text;
  const char* shown;  ///< of a good one
  const char* says;   ///< of a bad one
};
class PushUrl : public ::testing::TestWithParam<UrlCase> {};
TEST_P(PushUrl, IsUnderstoodOrRefusedWithoutItsPassword) {
  const auto target = parse_push_target(GetParam().text);
  if (*GetParam().says == '\0') {
    ASSERT_TRUE(target) << target.error().message;
    EXPECT_EQ(target->url.to_string(), GetParam().shown);
  } else {
    ASSERT_FALSE(target);
    EXPECT_THAT(target.error().message, HasSubstr(GetParam().says));
    EXPECT_THAT(target.error().message, Not(HasSubstr("s3cret")));
  }
}
INSTANTIATE_TEST_SUITE_P(
    Cases, PushUrl,
    ::testing::Values(UrlCase{"Plain", "http://gateway:9091", "http://gateway:9091", ""},
                      UrlCase{"DefaultPort", "https://gateway/", "https://gateway", ""},
                      UrlCase{"SchemeInAnyCase", "HttpS://gateway", "https://gateway", ""},
                      UrlCase{"Prefix", "https://gateway/push/", "https://gateway/push", ""},
                      UrlCase{"Password", "https://ann:s3cret@gateway", "https://gateway", ""},
                      UrlCase{"NoScheme", "gateway:9091", "", "did you mean https://gateway:9091?"},
                      UrlCase{"OtherScheme", "ftp://ann:s3cret@gateway", "", "must be http or https"},
                      UrlCase{"UserAlone", "http://s3cret@gateway", "", "not user:password"},
                      UrlCase{"NoHost", "http://ann:s3cret@", "", "host is missing"},
                      UrlCase{"BadPort", "http://ann:s3cret@gateway:x", "", "port"},
                      UrlCase{"Query", "http://gateway?s3cret", "", "query"},
                      UrlCase{"Blank", "http://gateway/a b", "", "a space"},
                      UrlCase{"Group", "http://gateway/metrics/job/x", "", "--pushgateway-grouping"}),
    [](const auto& tested) { return tested.param.name; });

class Push : public ::testing::Test {
 protected:
  PushOptions options(const std::string& scheme, const std::string& credentials = "") {
    PushOptions result;
    result.target =
        *parse_push_target(scheme + "://" + credentials + "127.0.0.1:" + std::to_string(server_->port()));
    result.grouping = {{"job", "coder_reconciler"}, {"instance", "host-1"}};
    return result;
  }

  /// Pushes, moving time on whenever nothing else can happen and somebody sleeps.
  std::string push(PushOptions settings) {
    auto gateway = Pushgateway::make(std::move(settings), clock_);
    if (!gateway) return gateway.error().message;
    std::optional<std::string> problem;
    auto pushing = [&]() -> async::awaitable<void> {
      problem = co_await gateway->push("coder_reconciler_api_up 1\n");
    };
    boost::asio::co_spawn(io_, pushing(), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
    while (!problem) {
      if (io_.run_for(50ms) == 0 && clock_.next_wake()) clock_.advance(*clock_.next_wake() - clock_.now());
      io_.restart();
    }
    return *problem;
  }

  static std::string answer(const std::string& status, const std::string& body = "") {
    return "HTTP/1.1 " + status +
           "\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body;
  }

  boost::asio::io_context io_;
  testing::ManualClock clock_;
  std::unique_ptr<ScriptedServer> server_ = std::make_unique<ScriptedServer>(io_);
};

TEST_F(Push, PostsTheTextToItsGroup) {
  server_->answer_all(answer("200 OK"));
  EXPECT_EQ(push(options("http")), "");
  ASSERT_EQ(server_->requests().size(), 1U);
  const std::string& request = server_->requests()[0];
  EXPECT_EQ(testing::request_line(request), "POST /metrics/job/coder_reconciler/instance/host-1 HTTP/1.1");
  EXPECT_EQ(testing::body_of(request), "coder_reconciler_api_up 1\n");
  EXPECT_EQ(testing::header_of(request, "Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(testing::header_of(request, "Authorization"), "(none)");
}

TEST_F(Push, ShowsUserAndPasswordToTheGatewayAlone) {
  server_->answer_all(answer("401 Unauthorized"));
  const std::string problem = push(options("http", "ann:s3%40cret@"));
  EXPECT_EQ(testing::header_of(server_->requests().at(0), "Authorization"), "Basic YW5uOnMzQGNyZXQ=");
  EXPECT_EQ(problem, "responded with 401 Unauthorized: check user and password");
  EXPECT_EQ(server_->requests().size(), 1U) << "trying again would not help";
}

TEST_F(Push, RefusedForWantOfAPasswordSaysWhereToGiveOne) {
  server_->answer_all(answer("401 Unauthorized"));
  EXPECT_THAT(push(options("http")), HasSubstr("--pushgateway-auth-file"));
}

TEST_F(Push, ShowsWhyTheGatewayRefusesThem) {
  server_->answer_all(answer("400 Bad Request", "pushed metrics are invalid or inconsistent\nmore\n"));
  EXPECT_EQ(push(options("http")),
            "responded with 400 Bad Request: pushed metrics are invalid or inconsistent");
  EXPECT_EQ(server_->requests().size(), 1U);
}

TEST_F(Push, IsCutOffFromAGatewayThatAnswersWithoutEnd) {
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string& begin : {std::string("HTTP/1.1 200 "), std::string("HTTP/1.1 200 OK\r\nX-A: "),
                                   chunked + "5;", chunked + "0\r\nX-A: "}) {
    server_->script({testing::receive(), testing::send(begin), testing::flood("a")});
    EXPECT_THAT(push(options("http")), HasSubstr("larger than 64 KiB")) << begin;
  }
  server_->script({testing::receive(), testing::flood("HTTP/1.1 102 Processing\r\n\r\n")});
  EXPECT_THAT(push(options("http")), HasSubstr("interim"));
  EXPECT_EQ(server_->requests().size(), 5U) << "trying again would not help";
  EXPECT_LT(server_->flooded(), std::size_t{64} << 20);
}

TEST_F(Push, IsNotDoneByAnInterimAnswer) {
  for (int i = 0; i < 3; ++i) {
    server_->script({testing::receive(), testing::send("HTTP/1.1 102 Processing\r\n\r\n"), testing::close()});
  }
  EXPECT_THAT(push(options("http")), HasSubstr("closed in the middle of the response"));
}

TEST_F(Push, ShowsNoMoreOfARefusalThanALineHolds) {
  server_->answer_all(answer("400 " + std::string(5000, 'x'), "\x1b[2J" + std::string(5000, '\xe2')));
  const std::string problem = push(options("http"));
  EXPECT_LT(problem.size(), 1000U);
  EXPECT_EQ(problem.find('\x1b'), std::string::npos);
}

TEST_F(Push, ToSomethingElseAsksWhetherItIsOne) {
  server_->answer_all(answer("404 Not Found"));
  EXPECT_THAT(push(options("http")), HasSubstr("is this the address of a Pushgateway?"));
}

TEST_F(Push, TriesAgainWhatMayPassAndGivesUpAfterThree) {
  server_->answer_all(answer("503 Service Unavailable"));
  EXPECT_EQ(push(options("http")), "responded with 503 Service Unavailable");
  EXPECT_EQ(server_->requests().size(), 3U);
  EXPECT_EQ(clock_.now().time_since_epoch(), 1h + 3s);
}

TEST_F(Push, SucceedsOnceTheGatewayIsBack) {
  server_->script({testing::receive(), testing::reset()});
  server_->answer_all(answer("200 OK"));
  EXPECT_EQ(push(options("http")), "");
}

TEST_F(Push, GivesUpOnAGatewayThatIsSilent) {
  EXPECT_THAT(push(options("http")), HasSubstr("no complete response within 5 s"));
  EXPECT_LE(clock_.now().time_since_epoch(), 1h + 15s);
}

TEST_F(Push, ToNobodyIsAClearError) {
  PushOptions settings = options("http");
  server_->stop();
  EXPECT_THAT(push(std::move(settings)), HasSubstr("Connection refused"));
}

TEST_F(Push, TrustsItsOwnCaOverTls) {
  testing::CertificateAuthority ca("gateway-ca");
  const auto files = ca.issue("gateway", "IP:127.0.0.1");
  server_ = std::make_unique<ScriptedServer>(io_, files.cert, files.key);
  server_->answer_all(answer("200 OK"));
  PushOptions settings = options("https");
  EXPECT_THAT(push(settings), HasSubstr("set its CA with --pushgateway-ca-file"));
  settings.ca_file = ca.cert_file();
  EXPECT_EQ(push(settings), "");
  settings.ca_file = "/nonexistent/ca.pem";
  EXPECT_THAT(push(settings), HasSubstr("--pushgateway-ca-file /nonexistent/ca.pem"));
}

TEST_F(Push, GoesThroughAProxyAsCallsToCoderDo) {
  server_->answer_all(answer("200 OK"));
  PushOptions settings = options("http");
  settings.proxy.http_proxy = "http://bob:pw@127.0.0.1:" + std::to_string(server_->port());
  settings.target = *parse_push_target("http://gateway.test:9091/prefix");
  EXPECT_EQ(push(settings), "");
  const std::string& request = server_->requests().at(0);
  EXPECT_EQ(testing::request_line(request),
            "POST http://gateway.test:9091/prefix/metrics/job/coder_reconciler/instance/host-1 HTTP/1.1");
  EXPECT_EQ(testing::header_of(request, "Proxy-Authorization"), "Basic Ym9iOnB3");
}

}  // namespace
}  // namespace cr::metrics
