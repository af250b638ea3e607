#include "reconcile/coder/wire.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "specs/text/timestamp.h"
#include "tests/unit/reconcile/coder/fixtures.h"

namespace cr::coder {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::recorded_body;

class RecordedReply : public ::testing::TestWithParam<const char*> {
 protected:
  static std::string body(const std::string& name) { return recorded_body(GetParam(), name).dump(); }
};

TEST_P(RecordedReply, BuildInfo) {
  const auto info = decode_build_info(body("transport/buildinfo"));
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ("coder-" + info->version.substr(1, 6), GetParam());
  EXPECT_FALSE(info->workspace_proxy);
}

TEST_P(RecordedReply, Me) {
  const auto me = decode_me(body("lookup/me"));
  ASSERT_TRUE(me) << me.error().message;
  EXPECT_EQ(me->user.username, "admin");
  EXPECT_EQ(me->user.status, UserStatus::active);
  EXPECT_EQ(me->roles, std::vector<std::string>{"owner"});
  EXPECT_EQ(me->organizations.size(), 1U);
}

TEST_P(RecordedReply, MeNeedsNoRoles) {
  for (const char* roles : {"null", "[]", "\"owner\"", "[{}]", "[null, 7, {\"name\": null}]"}) {
    nlohmann::json me = nlohmann::json::parse(body("lookup/me"));
    me["roles"] = nlohmann::json::parse(roles);
    me["organization_ids"] = nullptr;
    EXPECT_TRUE(decode_me(me.dump())) << roles;
    me.erase("roles");
    me.erase("organization_ids");
    EXPECT_TRUE(decode_me(me.dump()));
  }
}

TEST_P(RecordedReply, User) {
  const auto user = decode_user(body("lookup/user-by-name"));
  ASSERT_TRUE(user) << user.error().message;
  EXPECT_EQ(user->username, "alice");
}

TEST_P(RecordedReply, Organizations) {
  const auto organizations = decode_organizations(body("lookup/organizations"));
  ASSERT_TRUE(organizations) << organizations.error().message;
  ASSERT_EQ(organizations->size(), 1U);
  EXPECT_EQ(organizations->front().name, "coder");
  EXPECT_TRUE(organizations->front().is_default);
}

TEST_P(RecordedReply, Templates) {
  const auto templates = decode_templates(body("lookup/templates-exact-name"));
  ASSERT_TRUE(templates) << templates.error().message;
  ASSERT_EQ(templates->size(), 1U);
  const Template& found = templates->front();
  EXPECT_EQ(found.name, "params");
  EXPECT_EQ(found.organization_name, "coder");
  EXPECT_FALSE(found.deprecated);
  EXPECT_EQ(found.default_ttl, 0ms);
  EXPECT_EQ(found.failure_ttl, 0ms);
  EXPECT_TRUE(found.allow_user_autostart);
  EXPECT_TRUE(found.allow_user_autostop);
  EXPECT_FALSE(found.require_active_version);
  EXPECT_EQ(found.autostart_days, 0x7F);
  const auto one = decode_template(body("lookup/template-by-id"));
  ASSERT_TRUE(one) << one.error().message;
  EXPECT_EQ(one->name, "simple");
}

TEST_P(RecordedReply, Version) {
  const auto version = decode_version(body("lookup/template-version-by-name"));
  ASSERT_TRUE(version) << version.error().message;
  EXPECT_EQ(version->name, "v2.0");
  EXPECT_FALSE(version->archived);
}

TEST_P(RecordedReply, RichParameters) {
  const auto parameters = decode_rich_parameters(body("lookup/rich-parameters"));
  ASSERT_TRUE(parameters) << parameters.error().message;
  ASSERT_EQ(parameters->size(), 2U);
  EXPECT_EQ(parameters->front().name, "cpu");
  EXPECT_TRUE(parameters->front().required);
  EXPECT_FALSE(parameters->back().required);
}

TEST_P(RecordedReply, BuildParameters) {
  const auto parameters = decode_build_parameters(body("builds/parameters"));
  ASSERT_TRUE(parameters) << parameters.error().message;
  EXPECT_TRUE(parameters->empty());
}

INSTANTIATE_TEST_SUITE_P(Ages, RecordedReply, ::testing::ValuesIn(testing::kAges), testing::age_name);

TEST(Decode, BuildParametersKeepTheirOrder) {
  const auto parameters = decode_build_parameters(R"([{"name":"b","value":"1"},{"name":"a","value":""}])");
  ASSERT_TRUE(parameters);
  const std::vector<std::pair<std::string, std::string>> want = {{"b", "1"}, {"a", ""}};
  EXPECT_EQ(*parameters, want);
}

TEST(Decode, NullStandsForAnEmptyList) {
  EXPECT_TRUE(decode_templates("null")->empty());
  EXPECT_TRUE(decode_rich_parameters("null")->empty());
  EXPECT_TRUE(decode_dynamic_parameters(R"({"id":0,"diagnostics":[],"parameters":null})")->empty());
}

TEST(Decode, DynamicParametersAreTakenAsFarAsTheyAreTold) {
  EXPECT_EQ(decode_dynamic_parameters("{}").error().message, "\"parameters\" is not an array");
  EXPECT_FALSE(decode_dynamic_parameters(R"({"parameters":[7]})"));
  EXPECT_FALSE(decode_dynamic_parameters(R"({"parameters":[{"ephemeral":true}]})"));
  const auto told = decode_dynamic_parameters(
      R"({"parameters":[{"name":"gpu","value":{"valid":true},"styling":{}},)"
      R"({"name":"pin","styling":{"mask_input":true,"label":"PIN"},"required":true,"ephemeral":false},)"
      R"({"name":"reset","styling":null,"ephemeral":true}]})");
  ASSERT_TRUE(told);
  const std::vector<RichParameter> want = {{.name = "gpu"},
                                           {.name = "pin", .required = true, .masked = true},
                                           {.name = "reset", .ephemeral = true}};
  EXPECT_EQ(*told, want);
}

TEST(Decode, ATemplatesDaysBecomeBits) {
  json body = recorded_body("coder-2.35.1", "lookup/template-by-id");
  body["autostart_requirement"]["days_of_week"] = {"sunday", "wednesday", "someday"};
  EXPECT_EQ(decode_template(body.dump())->autostart_days, 0b0001001);
  body["autostart_requirement"]["days_of_week"] = json::array();
  EXPECT_EQ(decode_template(body.dump())->autostart_days, 0);
}

TEST(Decode, AnUnknownUserStatusIsUnknown) {
  const auto user =
      decode_user(R"({"id":"f7a5e87b-29fc-4554-afc8-484dc892ba0b","username":"a","status":"hibernating"})");
  ASSERT_TRUE(user);
  EXPECT_EQ(user->status, UserStatus::unknown);
}

TEST(Decode, TokenFactsOfOldAndNew) {
  const auto now =
      decode_token_facts(R"({"expires_at":"2026-12-01T00:00:00.5Z","scopes":["all"],"scope":"all"})");
  ASSERT_TRUE(now);
  EXPECT_EQ(now->expires_at, std::chrono::sys_days(std::chrono::year(2026) / 12 / 1));
  EXPECT_EQ(now->scopes, std::vector<std::string>{"all"});
  const auto older = decode_token_facts(R"({"expires_at":"0001-01-01T00:00:00Z","scope":"all"})");
  ASSERT_TRUE(older);
  EXPECT_EQ(older->expires_at, std::nullopt);

  const auto far = decode_token_facts(R"({"expires_at":"9999-12-31T23:59:59Z","scope":"all"})");
  ASSERT_TRUE(far);
  EXPECT_EQ(far->expires_at, std::nullopt);
  EXPECT_TRUE(older->scopes.empty());
}

TEST(Decode, WhatIsMissingOrMistypedIsNamed) {
  EXPECT_EQ(decode_build_info("{}").error().message, "\"version\" is missing");
  EXPECT_EQ(decode_build_info(R"({"version":7,"workspace_proxy":false})").error().message,
            "\"version\" is not a string");
  EXPECT_EQ(decode_build_info(R"({"version":"v2","workspace_proxy":"no"})").error().message,
            "\"workspace_proxy\" is not true or false");
  EXPECT_EQ(decode_user(R"({"id":"x","username":"a","status":"active"})").error().message,
            "\"id\" is not a UUID");
  EXPECT_EQ(decode_user("[]").error().message, "expected an object");
  EXPECT_EQ(decode_templates("{}").error().message, "expected an array");
  EXPECT_EQ(decode_templates("[7]").error().message, "expected an object");
  EXPECT_EQ(decode_user("{\"id\":").error().message, "broken JSON");
  EXPECT_EQ(decode_token_facts(R"({"expires_at":"tomorrow"})").error().message,
            "\"expires_at\" is not a time");
  json body = recorded_body("coder-2.20.0", "lookup/template-by-id");
  body["default_ttl_ms"] = 1.5;
  EXPECT_EQ(decode_template(body.dump()).error().message, "\"default_ttl_ms\" is not a whole number");
}

TEST(Decode, ATemplateMayHaveWhatFailedToStartStoppedAfterAWhile) {
  json body = recorded_body("coder-2.20.0", "lookup/template-by-id");
  body["failure_ttl_ms"] = 3'600'000;
  EXPECT_EQ(decode_template(body.dump())->failure_ttl, 1h);
  body.erase("failure_ttl_ms");
  EXPECT_EQ(decode_template(body.dump())->failure_ttl, 0ms);
}

TEST(Decode, AccessAnswersComeInTheOrderOfTheQuestions) {
  const auto answers = decode_access_answers(R"({"1":false,"0":true,"2":true})", 3);
  ASSERT_TRUE(answers);
  const std::vector<bool> want = {true, false, true};
  EXPECT_EQ(*answers, want);
  EXPECT_EQ(decode_access_answers(R"({"0":true})", 2).error().message, "\"1\" is missing");
}

TEST(Encode, ValuesAreWrittenAsCoderReadsThem) {
  EXPECT_EQ(encode_build(Transition::start), R"({"transition":"start"})");
  EXPECT_EQ(encode_build(Transition::stop), R"({"transition":"stop"})");
}

TEST(Encode, ACreateSaysOnlyWhatIsWished) {
  CreateRequest request;
  request.name = "dev";
  request.template_id = *TemplateId::parse("f7a5e87b-29fc-4554-afc8-484dc892ba0b");
  EXPECT_EQ(encode_create(request), R"({"name":"dev","template_id":"f7a5e87b-29fc-4554-afc8-484dc892ba0b"})");
}

TEST(Encode, ACreateNamesVersionOrTemplateAndNeverBoth) {
  CreateRequest request;
  request.name = "dev";
  request.template_id = *TemplateId::parse("f7a5e87b-29fc-4554-afc8-484dc892ba0b");
  request.version = *VersionId::parse("00000000-29fc-4554-afc8-484dc892ba0b");
  request.autostart_schedule = "0 9 * * 1";
  request.ttl = 8h;
  request.automatic_updates_always = false;
  request.parameters = {{"region", "eu"}, {"quote", "\"\\\n"}};
  const json body = json::parse(encode_create(request));
  const json want = json::parse(R"({
    "name": "dev", "template_version_id": "00000000-29fc-4554-afc8-484dc892ba0b",
    "autostart_schedule": "0 9 * * 1", "ttl_ms": 28800000, "automatic_updates": "never",
    "rich_parameter_values": [{"name": "region", "value": "eu"}, {"name": "quote", "value": "\"\\\n"}]})");
  EXPECT_EQ(body, want);
  EXPECT_TRUE(body["ttl_ms"].is_number_integer());
}

TEST(Encode, AccessQuestionsAreNumbered) {
  AccessQuestion question;
  question.action = Access::create;
  question.organization = *OrganizationId::parse("f7a5e87b-29fc-4554-afc8-484dc892ba0b");
  question.owner = *UserId::parse("00000000-29fc-4554-afc8-484dc892ba0b");
  AccessQuestion other = question;
  other.action = Access::read;
  const json body = json::parse(encode_access_questions({question, other}));
  EXPECT_EQ(body["checks"]["0"], json::parse(R"({"action":"create","object":{"resource_type":"workspace",
    "organization_id":"f7a5e87b-29fc-4554-afc8-484dc892ba0b","owner_id":"00000000-29fc-4554-afc8-484dc892ba0b"}})"));
  EXPECT_EQ(body["checks"]["1"]["action"], "read");
}

TEST(Timestamps, AreReadAsGoWritesThem) {
  const auto want = std::chrono::sys_days(std::chrono::year(2026) / 11 / 24) + 13h + 26min + 58s;
  EXPECT_EQ(text::parse_timestamp("2026-11-24T13:26:58.644364Z"), want);
  EXPECT_EQ(text::parse_timestamp("2026-11-24T13:26:58Z"), want);
  EXPECT_EQ(text::parse_timestamp("2026-11-24T15:26:58+02:00"), want);
  EXPECT_EQ(text::parse_timestamp("2026-11-24T07:56:58-05:30"), want);
  for (const char* bad :
       {"", "2026-11-24", "2026-13-24T13:26:58Z", "2026-11-24T13:26:58", "2026-11-24T24:26:58Z",
        "2026-11-24T13:26:58.Z", "2026-11-24T13:26:58Zx", "2026-02-30T00:00:00Z"}) {
    EXPECT_EQ(text::parse_timestamp(bad), std::nullopt) << bad;
  }
}

TEST_P(RecordedReply, TimingsOfABuildThatSaysNothing) {
  const auto spans = decode_timings(body("read/timings"));
  ASSERT_TRUE(spans) << spans.error().message;
  EXPECT_TRUE(spans->empty()) << "an agent that has not connected ends in the year 1";
}

TEST(Timings, AreReadFromAllThreeLists) {
  const auto spans = decode_timings(
      R"({"provisioner_timings":[
            {"stage":"apply","started_at":"2026-11-24T13:00:10.5Z","ended_at":"2026-11-24T13:00:40Z","resource":"x"},
            {"stage":"of_tomorrow","started_at":"2026-11-24T13:00:10Z","ended_at":"2026-11-24T13:00:40Z"},
            {"stage":"queue","started_at":"2026-11-24T13:00:10Z","ended_at":"2026-11-24T13:00:40Z"},
            {"stage":"init","started_at":"yesterday","ended_at":"2026-11-24T13:00:40Z"}],
          "agent_script_timings":[
            {"stage":"start","started_at":"2026-11-24T13:00:41Z","ended_at":"2026-11-24T13:00:50Z","exit_code":1},
            {"stage":"cron","started_at":"2026-11-24T13:00:41Z","ended_at":"2026-11-24T13:00:50Z"}],
          "agent_connection_timings":[
            {"stage":"connect","started_at":"2026-11-24T13:00:41Z","ended_at":"2026-11-24T13:00:43Z"}]})");
  ASSERT_TRUE(spans) << spans.error().message;
  std::vector<BuildStage> stages;
  for (const TimedSpan& span : *spans) stages.push_back(span.stage);
  EXPECT_EQ(stages, (std::vector{BuildStage::apply, BuildStage::start, BuildStage::connect}));
}

TEST(Timings, MayBeAbsentAndNull) {
  for (const char* body :
       {"{}", R"({"provisioner_timings":null})", R"({"provisioner_timings":[],"more":7})"}) {
    const auto spans = decode_timings(body);
    ASSERT_TRUE(spans) << body;
    EXPECT_TRUE(spans->empty());
  }
}

TEST(Timings, OfAnotherShapeAreAnError) {
  for (const char* body : {"", "[]", "7", "null", R"({"provisioner_timings":7})",
                           R"({"provisioner_timings":[7]})", R"({"provisioner_timings":[{"stage":"apply"}]})",
                           R"({"provisioner_timings":[{"stage":1,"started_at":2,"ended_at":3}]})"})
    EXPECT_FALSE(decode_timings(body)) << body;
}

}  // namespace
}  // namespace cr::coder
