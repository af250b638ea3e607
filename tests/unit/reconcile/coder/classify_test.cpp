#include "reconcile/coder/classify.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "specs/text/message_text.h"
#include "tests/support/tests_dir.h"
#include "tests/unit/reconcile/coder/fixtures.h"

namespace cr::coder {
namespace {

constexpr std::string_view kJson = "application/json; charset=utf-8";
constexpr std::string_view kHtml = "text/html; charset=utf-8";
constexpr std::string_view kHidden =
    R"({"message":"Resource not found or you do not have access to this resource"})";
constexpr std::string_view kUserUnknown =
    R"({"message":"\"user\" must be an existing uuid or username.","detail":"queried user=\"bob\""})";

struct Case {
  std::string name;
  Route route;
  int status;
  std::string_view type;
  std::string_view body;
  std::optional<ApiFault> want;  ///< nothing: success
  std::string says = "";         ///< what the message has
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.name;
}

class Classify : public ::testing::TestWithParam<Case> {};

TEST_P(Classify, SaysWhatToDoAboutIt) {
  const Case& c = GetParam();
  Reply reply;
  reply.status = c.status;
  reply.content_type = c.type;
  reply.body = c.body;
  reply.request_id = "a-request-id";
  const auto error = classify(c.route, "/api/v2/x", reply);
  ASSERT_EQ(error.has_value(), c.want.has_value()) << (error ? error->to_string() : "success");
  if (!error) return;
  EXPECT_EQ(to_string(error->fault), to_string(*c.want)) << error->to_string();
  EXPECT_EQ(error->status, c.status);
  EXPECT_EQ(error->method, c.route.method);
  EXPECT_EQ(error->path, "/api/v2/x");
  EXPECT_EQ(error->request_id, "a-request-id");
  EXPECT_NE(error->message.find(c.says), std::string::npos) << error->message;
}

std::string named(const ::testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(
    Success, Classify,
    ::testing::Values(Case{"GetWithJson", routes::kWorkspaces, 200, kJson, "{}", {}},
                      Case{"CreatedWithJson", routes::kCreateWorkspace, 201, kJson, "{}", {}},
                      Case{"PutWithoutContent", routes::kTtl, 204, "", "", {}},
                      Case{"DormantWithWorkspace", routes::kDormant, 200, kJson, "{}", {}},
                      Case{"DormantSaysItWasSo", routes::kDormant, 304, "", "", {}}),
    named);

INSTANTIATE_TEST_SUITE_P(
    NotTheApi, Classify,
    ::testing::Values(
        Case{"HtmlWith200", routes::kWorkspaces, 200, kHtml, "<html>", ApiFault::contract,
             "is this the access URL?"},
        Case{"NoContentTypeWith200", routes::kWorkspaces, 200, "", "{}", ApiFault::contract,
             "no content type"},
        Case{"HtmlWhereNothingIsExpected", routes::kTtl, 200, kHtml, "<html>", ApiFault::contract,
             "is this the access URL?"},
        Case{"NothingWhereJsonIsExpected", routes::kWorkspaces, 204, "", "", ApiFault::contract, "JSON"},
        Case{"NotModifiedWhereNobodyAsked", routes::kWorkspaces, 304, "", "", ApiFault::contract, "redirect"},
        Case{"Html404", routes::kWorkspaceByName, 404, kHtml, "<html>", ApiFault::contract,
             "is this the access URL?"},
        Case{"RouteNotFound", routes::kWorkspaceByName, 404, kJson, R"({"message":"Route not found."})",
             ApiFault::contract, "workspace proxy"},
        Case{"Html403", routes::kWorkspaces, 403, kHtml, "<html>", ApiFault::contract, "extra header"},
        Case{"JsonThatIsNoError", routes::kWorkspaces, 404, kJson, R"({"error":"nope"})", ApiFault::contract,
             "access URL"},
        Case{"JsonArrayAsError", routes::kWorkspaces, 400, kJson, "[]", ApiFault::contract},
        Case{"BrokenJsonAsError", routes::kWorkspaces, 400, kJson, "{\"message\":", ApiFault::contract},
        Case{"RouterSays405", routes::kTtl, 405, "", "", ApiFault::contract},
        Case{"PlainHttpToATlsPort", routes::kBuildInfo, 400, "text/plain",
             "Client sent an HTTP request to an HTTPS server.\n", ApiFault::contract, "use https://"}),
    named);

INSTANTIATE_TEST_SUITE_P(
    AsTheCodeSays, Classify,
    ::testing::Values(
        Case{"BadRequest", routes::kTtl, 400, kJson, R"({"message":"Validation failed."})",
             ApiFault::rejected, "Validation failed."},
        Case{"Unauthorized", routes::kUser, 401, kJson, R"({"message":"Cookie missing"})",
             ApiFault::unauthorized},
        Case{"UnauthorizedByAProxy", routes::kUser, 401, kHtml, "<html>", ApiFault::unauthorized,
             "in front of it"},
        Case{"Forbidden", routes::kCreateWorkspace, 403, kJson,
             R"({"message":"Unauthorized to create workspace."})", ApiFault::forbidden},
        Case{"LicensedFeature", routes::kCreateWorkspace, 403, kJson,
             R"({"message":"X is a Premium feature. Contact sales!"})", ApiFault::forbidden},
        Case{"NotFound", routes::kWorkspaceByName, 404, kJson, kHidden, ApiFault::not_found},
        Case{"NotFoundInOtherWords", routes::kVersionByName, 404, kJson,
             R"({"message":"No template version found by name \"v9\"."})", ApiFault::not_found},
        Case{"DeletedBuild", routes::kBuilds, 405, kJson, R"({"message":"deleted"})", ApiFault::rejected},
        Case{"NotReady", routes::kCreateWorkspace, 406, kJson, R"({"message":"importing"})",
             ApiFault::not_ready},
        Case{"RequestTimeout", routes::kWorkspaces, 408, kHtml, "", ApiFault::server},
        Case{"Conflict", routes::kCreateWorkspace, 409, kJson,
             R"({"message":"Workspace \"dev\" already exists."})", ApiFault::conflict},
        Case{"Gone", routes::kTtl, 410, kJson, R"({"message":"deleted"})", ApiFault::gone},
        Case{"PreconditionFailed", routes::kBuilds, 412, kJson, R"({"message":"status"})",
             ApiFault::rejected},
        Case{"TooLongForAProxy", routes::kWorkspaces, 414, kHtml, "<html>", ApiFault::rejected, "too long"},
        Case{"HeadTooLargeForAProxy", routes::kWorkspaces, 431, kHtml, "<html>", ApiFault::rejected,
             "too long"},
        Case{"TooEarly", routes::kRichParameters, 425, kJson, R"({"message":"importing"})", ApiFault::server},
        Case{"TooEarlyBefore222", routes::kRichParameters, 403, kJson, R"({"message":"importing"})",
             ApiFault::not_ready},
        Case{"BypassHeaderRefused", routes::kWorkspaces, 428, "text/plain",
             "Only owners may bypass the rate limit", ApiFault::rejected, "extra header"},
        Case{"Throttled", routes::kWorkspaces, 429, kJson, R"({"message":"slow down"})", ApiFault::throttled},
        Case{"ThrottledByAProxy", routes::kWorkspaces, 429, kHtml, "<html>", ApiFault::throttled},
        Case{"InternalError", routes::kTtl, 500, kJson, R"({"message":"An internal server error occurred."})",
             ApiFault::server},
        Case{"InternalErrorOfAProxy", routes::kTtl, 500, kHtml, "<html>", ApiFault::server, "not from Coder"},
        Case{"NotImplemented", routes::kTtl, 501, kJson, R"({"message":"x"})", ApiFault::server},
        Case{"BadGateway", routes::kTtl, 502, kHtml, "<html>", ApiFault::server},
        Case{"Unavailable", routes::kTtl, 503, "", "", ApiFault::server},
        Case{"UnavailableSaysCoder", routes::kTtl, 503, kJson, R"({"message":"x"})", ApiFault::server},
        Case{"GatewayTimeout", routes::kTtl, 504, kHtml, "", ApiFault::server}),
    named);

INSTANTIATE_TEST_SUITE_P(
    Disguised, Classify,
    ::testing::Values(
        Case{
            "ForbiddenAutostart", routes::kAutostart, 500, kJson,
            R"({"message":"Internal error updating workspace autostart schedule.","detail":"unauthorized: rbac: forbidden"})",
            ApiFault::forbidden},
        Case{
            "ForbiddenTtl", routes::kTtl, 500, kJson,
            R"({"message":"Error updating workspace time until shutdown.","detail":"execute transaction: update workspace time until shutdown: unauthorized: rbac: forbidden"})",
            ApiFault::forbidden},
        Case{"ForbiddenExtend", routes::kTtl, 500, kJson,
             R"({"message":"Failed to extend workspace deadline."})", ApiFault::forbidden},
        Case{"ForbiddenAutomaticUpdates", routes::kAutomaticUpdates, 404, kJson, kHidden,
             ApiFault::forbidden},
        Case{
            "NoAllowedAutostartDay", routes::kAutostart, 500, kJson,
            R"({"message":"Internal error updating workspace autostart schedule.","detail":"no allowed autostart"})",
            ApiFault::rejected},
        Case{
            "ArchivedVersion", routes::kCreateWorkspace, 500, kJson,
            R"({"message":"Archived template versions cannot be used to make a workspace.","validations":[{"field":"template_version_id","detail":"archived"}]})",
            ApiFault::rejected},
        Case{
            "LostRaceOfTwoCreates", routes::kCreateWorkspace, 500, kJson,
            R"({"message":"Internal error creating workspace.","detail":"execute transaction: insert workspace: pq: duplicate key value violates unique constraint \"workspaces_owner_id_lower_idx\""})",
            ApiFault::conflict},
        Case{"TornList", routes::kWorkspaces, 500, kJson,
             R"({"message":"Internal error fetching workspace resources.","detail":"build job not found"})",
             ApiFault::server},
        Case{"SerializationFailure", routes::kBuilds, 500, kJson,
             R"({"message":"x","detail":"pq: could not serialize access due to concurrent update"})",
             ApiFault::server},
        Case{"UnknownUserInReadOn220", routes::kWorkspaceByName, 400, kJson, kUserUnknown,
             ApiFault::not_found},
        Case{"UnknownUserOn220", routes::kUser, 400, kJson, kUserUnknown, ApiFault::not_found},
        Case{"OtherUserWithoutRightOn220", routes::kCreateWorkspace, 400, kJson, kUserUnknown,
             ApiFault::not_found},
        Case{"ThatMessageElsewhereIsARefusal", routes::kTtl, 400, kJson, kUserUnknown, ApiFault::rejected}),
    named);

TEST(ClassifiedError, CarriesMessageDetailAndValidations) {
  Reply reply;
  reply.status = 400;
  reply.content_type = kJson;
  reply.body =
      R"({"message":"Invalid.","detail":"d","validations":[{"field":"ttl_ms","detail":"too small"},{"field":7},3]})";
  const auto error = classify(routes::kTtl, "/p", reply);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->message, "Invalid.");
  EXPECT_EQ(error->detail, "d");
  ASSERT_EQ(error->validations.size(), 2U);
  EXPECT_EQ(error->validations[0].field, "ttl_ms");
  EXPECT_EQ(error->validations[0].detail, "too small");
}

TEST(ClassifiedError, AHostileBodyIsCutAndHasNoControlCharacters) {
  const std::string body = R"({"message":"a\u001b[31m\nb)" + std::string(100000, 'x') + "\"}";
  Reply reply;
  reply.status = 400;
  reply.content_type = kJson;
  reply.body = body;
  const auto error = classify(routes::kTtl, "/p", reply);
  ASSERT_TRUE(error);
  EXPECT_LT(error->message.size(), 2100U);
  EXPECT_EQ(error->message.substr(0, 8), "a [31m b");
}

struct RetryAfterCase {
  std::string_view text;
  std::optional<std::chrono::seconds> want;
};

TEST(ClassifiedError, ReadsRetryAfterInSeconds) {
  for (const RetryAfterCase& c :
       {RetryAfterCase{"60", std::chrono::seconds(60)}, RetryAfterCase{"", {}}, RetryAfterCase{"-1", {}},
        RetryAfterCase{"Wed, 21 Oct 2026 07:28:00 GMT", std::chrono::seconds(120)},
        RetryAfterCase{"Wednesday, 21-Oct-26 07:28:00 GMT", std::chrono::seconds(120)},
        RetryAfterCase{"Wed Oct 21 07:28:00 2026", std::chrono::seconds(120)},
        RetryAfterCase{"Wed, 21 Oct 2026 07:20:00 GMT", std::chrono::seconds(0)},
        RetryAfterCase{"Wed, 21 Oct 2126 07:28:00 GMT", std::chrono::hours(24)},
        RetryAfterCase{"Wed, 21 Oct 2026 07:28:00", {}}, RetryAfterCase{"Wed, 41 Oct 2026 07:28:00 GMT", {}},
        RetryAfterCase{"99999999999999999999999", std::chrono::hours(24)},
        RetryAfterCase{"9999999", std::chrono::hours(24)}}) {
    Reply reply;
    reply.now = std::chrono::sys_days(std::chrono::year(2026) / 10 / 21) + std::chrono::hours(7) +
                std::chrono::minutes(26);
    reply.status = 429;
    reply.retry_after = c.text;
    const auto error = classify(routes::kWorkspaces, "/p", reply);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->retry_after, c.want) << c.text;
  }
}

TEST(ClassifiedError, ATimeInRetryAfterIsMeasuredByTheAnswersOwnClock) {
  Reply reply;
  reply.status = 503;
  reply.retry_after = "Wed, 21 Oct 2026 07:28:00 GMT";
  reply.date = "Wed, 21 Oct 2026 07:27:30 GMT";
  reply.now = std::chrono::sys_days(std::chrono::year(2026) / 10 / 22);
  EXPECT_EQ(classify(routes::kWorkspaces, "/p", reply)->retry_after, std::chrono::seconds(30));
  reply.date = "yesterday";
  EXPECT_EQ(classify(routes::kWorkspaces, "/p", reply)->retry_after, std::chrono::seconds(0));
}

ApiError refused_by_proxy(int status, std::string_view type, std::string_view body, std::string_view server,
                          std::string_view mitigated = "") {
  Reply reply;
  reply.status = status;
  reply.content_type = type;
  reply.body = body;
  reply.server = server;
  reply.mitigated = mitigated;
  reply.header_setting = "--header NAME=VALUE (CODER_HEADER)";
  return classify(routes::kWorkspaces, "/p", reply).value_or(ApiError(ApiFault::gone, "taken for an answer"));
}

TEST(AProxyInFrontOfCoder, IsNamedWithALineOfItsAnswerAndTheRemedy) {
  const ApiError error = refused_by_proxy(403, "text/plain; charset=UTF-8", "error code: 1010", "cloudflare");
  EXPECT_EQ(error.fault, ApiFault::unreachable);
  EXPECT_EQ(
      error.message,
      "cloudflare did not let the request through to Coder: \"error code: 1010\"; if it accepts a header "
      "from programs, set it with --header NAME=VALUE (CODER_HEADER)");
}

TEST(AProxyInFrontOfCoder, IsTheOneWhoRefusedWhateverTheFormOfItsAnswer) {
  struct Refusal {
    int status;
    std::string_view type, body, server, mitigated, want;
  };
  for (const Refusal& c : {
           Refusal{
               403, kHtml, "<html><head><title>Just a moment...</title>", "cloudflare", "challenge",
               "cloudflare responded with a challenge that only a browser can solve: \"Just a moment...\""},
           Refusal{503, kHtml, "<title>\nJust a moment...</title>", "cloudflare", "challenge", "challenge"},
           Refusal{200, kHtml, "<html>", "cloudflare", "challenge", "challenge"},
           Refusal{429, kJson, R"({"message":"no"})", "cloudflare", "challenge", "challenge"},
           Refusal{401, kHtml, "<html>\n<TITLE lang=en>Sign in</TITLE>", "Google Frontend", "",
                   "\"Sign in\""},
           Refusal{401, kJson, R"({"message":"Unauthorized"})", "kong/3.4", "",
                   "kong/3.4 requires its own login"},
           Refusal{403, kJson, R"({"error":"access_denied"})", "", "", "\"access_denied\""},
           Refusal{403, "text/plain", "\n\n  RBAC: access denied\n", "envoy", "", "envoy did not let"},
           Refusal{403, "", "", "", "", "something in front of Coder"},
           Refusal{503, "text/html", "<h1>503 Service Temporarily Unavailable</h1>", "awselb/2.0", "",
                   "awselb/2.0 could not reach Coder"},
       }) {
    const ApiError error = refused_by_proxy(c.status, c.type, c.body, c.server, c.mitigated);
    EXPECT_EQ(error.fault, ApiFault::unreachable) << error.to_string();
    EXPECT_NE(error.message.find(c.want), std::string::npos) << error.message;
  }
}

TEST(AProxyInFrontOfCoder, HasNoControlOverTheTerminal) {
  const ApiError error =
      refused_by_proxy(403, "text/plain", "\x1b]0;x\x07\xc2\x9b\xe2\x80\xae\xff\n", "a\x1b[2Jb");
  for (const char c : error.message) EXPECT_GE(static_cast<unsigned char>(c), 0x20U);
  EXPECT_EQ(error.message.find("\xe2\x80\xae"), std::string::npos);
  EXPECT_EQ(error.message.find('\xff'), std::string::npos);
}

TEST(AProxyInFrontOfCoder, IsNotTakenForTheOneWhoAnsweredWhereCoderDid) {
  Reply reply;
  reply.status = 403;
  reply.content_type = kJson;
  reply.body = R"({"message":"Unauthorized to create workspace."})";
  reply.server = "nginx";
  reply.request_id = "b2a6";
  EXPECT_EQ(classify(routes::kCreateWorkspace, "/p", reply)->fault, ApiFault::forbidden);
  reply.request_id = "";
  reply.build_version = "v2.35.1+abc1234";
  EXPECT_EQ(classify(routes::kCreateWorkspace, "/p", reply)->fault, ApiFault::forbidden);
}

TEST(ACompressedAnswer, NamesTheEncodingAndWhoMayHaveDoneIt) {
  const std::string gzip("\x1f\x8b\x08\x00\x00\x00", 6);
  const std::string zstd("\x28\xb5\x2f\xfd\x04\x00", 6);
  struct Compressed {
    int status;
    std::string_view encoding;
    std::string_view body;
    std::string_view want;
    ApiFault fault = ApiFault::contract;
  };
  for (const Compressed& c :
       {Compressed{200, "gzip", gzip, "(gzip)"}, Compressed{200, "br", "\x0b\x02\x80", "(br)"},
        Compressed{200, "", gzip, "(gzip)"}, Compressed{200, "", zstd, "(zstd)"},
        Compressed{200, "deflate, gzip", "x", "(deflate, gzip)"}, Compressed{404, "gzip", gzip, "(gzip)"},
        Compressed{409, "GZIP", gzip, "(GZIP)"}, Compressed{500, "gzip", gzip, "(gzip)", ApiFault::server}}) {
    Reply reply;
    reply.status = c.status;
    reply.content_type = kJson;
    reply.content_encoding = c.encoding;
    reply.body = c.body;
    reply.request_id = "b2a6";
    reply.server = "nginx";
    const auto error = classify(routes::kWorkspaceByName, "/p", reply);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->fault, c.fault) << error->to_string();
    EXPECT_NE(error->message.find(c.want), std::string::npos) << error->message;
    EXPECT_NE(error->message.find("nginx"), std::string::npos) << error->message;
  }
}

TEST(ACompressedAnswer, IsNoneWhereTheEncodingIsIdentityOrThereIsNoBody) {
  Reply reply;
  reply.status = 200;
  reply.content_type = kJson;
  reply.content_encoding = "Identity";
  reply.body = "{}";
  EXPECT_FALSE(classify(routes::kWorkspaces, "/p", reply));
  reply.status = 204;
  reply.content_encoding = "gzip";
  reply.body = "";
  EXPECT_FALSE(classify(routes::kTtl, "/p", reply));
}

TEST(TextOfAPeer, IsCutBetweenTwoCharacters) {
  const std::string box = "\u2577\u2502\u2575";
  EXPECT_EQ(text::cut(box, 9), box);
  EXPECT_EQ(text::cut(box, 8), box.substr(0, 6));
  EXPECT_EQ(text::cut(box, 7), box.substr(0, 6));
  EXPECT_EQ(text::cut(box, 2), "");
  EXPECT_EQ(text::shortened(box, 4), box.substr(0, 3) + "…");
  const std::string no_utf8(20, '\x80');
  EXPECT_EQ(text::cut(no_utf8, 10).size(), 10U);
  EXPECT_EQ(text::telling_line(std::string(300, '\xe2'), 10), "??????????…");
}

TEST(ClassifiedError, ARedirectNamesItsTargetWithoutQuery) {
  Reply reply;
  reply.status = 302;
  reply.location = "https://sso.example.com/login?state=secret";
  const auto error = classify(routes::kWorkspaces, "/p", reply);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault, ApiFault::contract);
  EXPECT_EQ(error->message,
            "redirected to https://sso.example.com/login, which is not followed: is this the access URL?");
}

TEST(ClassifiedError, AJson404FromSomethingElseProvesNoAbsence) {
  Reply reply;
  reply.status = 404;
  reply.content_type = kJson;
  reply.body = R"({"message":"no Route matched with those values"})";
  const auto error = classify(routes::kWorkspaceByName, "/p", reply);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault, ApiFault::contract);
}

/// Every refusal that was recorded from running Coders on a call of ours gets the meaning that it had.
TEST(RecordedRefusals, MeanWhatTheyMeant) {
  const std::map<std::string, ApiFault> meanings = {
      {"autostart/refused-day-of-month", ApiFault::rejected},
      {"autostart/readable-not-updatable", ApiFault::forbidden},
      {"autostart/without-right", ApiFault::not_found},
      {"autostart/unknown-id", ApiFault::not_found},
      {"autostart/tabs-behind-prefix", ApiFault::server},
      {"autoupdates/bad", ApiFault::rejected},
      {"autoupdates/readable-not-updatable", ApiFault::forbidden},
      {"ttl/too-small", ApiFault::rejected},
      {"ttl/readable-not-updatable", ApiFault::forbidden},
      {"dormant/readable-not-updatable", ApiFault::forbidden},
      {"builds/conflict", ApiFault::conflict},
      {"create/name-taken", ApiFault::conflict},
      {"create/raced-1", ApiFault::conflict},
      {"create/template-unknown", ApiFault::rejected},
      {"create/parameters-missing-required", ApiFault::rejected},
      {"create/owner-unknown", ApiFault::not_found},
      {"lookup/user-unknown", ApiFault::not_found},
      {"lookup/template-by-id-unknown", ApiFault::not_found},
      {"lookup/template-version-unknown", ApiFault::not_found},
      {"list/bad-query", ApiFault::rejected},
      {"transport/bad-token", ApiFault::unauthorized},
      {"transport/token-of-suspended-user", ApiFault::unauthorized},
      {"transport/unknown-api-path", ApiFault::contract},
      {"transport/rate-limited", ApiFault::throttled},
  };
  const auto route_of = [](const std::string& method, const std::string& path) -> Route {
    const std::string bare = path.substr(0, path.find('?'));
    if (method == "PUT") {
      for (const Route& route :
           {routes::kAutostart, routes::kTtl, routes::kAutomaticUpdates, routes::kDormant}) {
        if (bare.ends_with(route.pattern.substr(route.pattern.rfind('/')))) return route;
      }
    }
    if (method == "POST") return bare.ends_with("/builds") ? routes::kBuilds : routes::kCreateWorkspace;
    if (bare == "/api/v2/workspaces") return routes::kWorkspaces;
    if (bare.find("/users/") != std::string::npos) {
      return bare.find("/workspace/") != std::string::npos ? routes::kWorkspaceByName : routes::kUser;
    }
    return bare.find("/versions/") != std::string::npos ? routes::kVersionByName : routes::kTemplate;
  };
  std::map<std::string, int> found;
  for (const char* age : testing::kAges) {
    for (const auto& entry :
         std::filesystem::directory_iterator(cr::testing::tests_dir() + "/fixtures/" + age)) {
      std::ifstream file(entry.path());
      for (const nlohmann::json& exchange : nlohmann::json::parse(file)) {
        const auto meaning = meanings.find(exchange["name"].get<std::string>());
        const nlohmann::json& response = exchange["response"];
        if (meaning == meanings.end() || response["status"].get<int>() < 300) continue;
        const std::string body = response["body"].dump();
        const std::string type = response["headers"].value("Content-Type", "");
        Reply reply;
        reply.status = response["status"];
        reply.content_type = type;
        reply.body = body;
        reply.request_id = "recorded";
        const Route route = route_of(exchange["request"]["method"], exchange["request"]["path"]);
        const auto error = classify(route, "/p", reply);
        ASSERT_TRUE(error) << meaning->first;
        EXPECT_EQ(to_string(error->fault), to_string(meaning->second)) << age << " " << meaning->first;
        ++found[meaning->first];
      }
    }
  }
  EXPECT_EQ(found.size(), meanings.size());
}

}  // namespace
}  // namespace cr::coder
