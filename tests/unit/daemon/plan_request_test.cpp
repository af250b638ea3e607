#include "daemon/plan/plan_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace cr::daemon {
namespace {

using specs::SourceFile;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string error_of(std::string_view body) {
  const auto parsed = parse_plan_request(body, "application/json", "");
  return parsed ? "" : parsed.error().message();
}

PlanRequest a_request() {
  PlanRequest request;
  request.texts.files = {
      {.path = "specs/a.yaml", .text = "kind: Workspace\n", .also_at = {"specs/link.yaml"}},
      {.path = "../defaults.yml", .text = "x: \"\xC3\xA9\"\r\n", .role = SourceFile::Role::above},
      {.path = "<stdin>", .text = "", .role = SourceFile::Role::input},
      {.path = "large.yaml", .bytes = 2'000'000},
      {.path = "locked.yaml", .error = 13}};
  request.texts.gaps = {
      {.path = "gone.yaml", .message = "leads nowhere", .remedy = "remove it"},
      {.path = "../fifo.yaml", .message = "is a FIFO", .remedy = {}, .above = true, .may_hold_specs = false}};
  request.texts.nested = {{"", ".."}, {"x", ""}};
  request.texts.revision = "0123456789012345678901234567890123456789";
  request.output = OutputFormat::markdown;
  request.colour = true;
  request.detailed_exitcode = true;
  request.baseline = "{\"a\": [1]}";
  request.junit = true;
  request.sarif = true;
  request.checkout = {.root = "/w", .working_dir = "/w/x"};
  request.outcome = true;
  return request;
}

TEST(PlanRequest, ArrivesAsItWasSent) {
  const PlanRequest sent = a_request();
  const auto arrived = parse_plan_request(write_plan_request(sent), "application/json", "");
  ASSERT_TRUE(arrived) << arrived.error().message();
  EXPECT_EQ(*arrived, sent);
  const PlanRequest least{.texts = {.files = {{.path = "a.yaml", .text = "a"}}}};
  EXPECT_EQ(*parse_plan_request(write_plan_request(least), "", ""), least);
}

TEST(PlanRequest, NeedsNoMoreThanFiles) {
  const auto parsed = parse_plan_request(R"({"files": [{"path": "a.yaml", "text": "b"}]})", "", "");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->output, OutputFormat::json);
  EXPECT_FALSE(parsed->outcome);
  ASSERT_THAT(parsed->texts.files, SizeIs(1));
  EXPECT_EQ(parsed->texts.files[0].role, SourceFile::Role::declared);
}

TEST(PlanRequest, IsYamlWhereItSaysSo) {
  for (const char* type : {"application/yaml", "application/x-yaml; charset=utf-8", "text/YAML"}) {
    const auto parsed = parse_plan_request("kind: Workspace", type, "text/markdown");
    ASSERT_TRUE(parsed);
    ASSERT_THAT(parsed->texts.files, SizeIs(1));
    EXPECT_EQ(parsed->texts.files[0].text, "kind: Workspace");
    EXPECT_EQ(parsed->texts.files[0].role, SourceFile::Role::input);
    EXPECT_EQ(parsed->output, OutputFormat::markdown);
  }
}

TEST(PlanRequest, AcceptChoosesWhereTheBodyDoesNot) {
  const auto output = [](std::string_view body, std::string_view accept) {
    return parse_plan_request(body, "", accept)->output;
  };
  EXPECT_EQ(output(R"({"files": []})", "text/html, TEXT/Markdown;q=0.9"), OutputFormat::markdown);
  EXPECT_EQ(output(R"({"files": []})", "text/plain"), OutputFormat::text);
  EXPECT_EQ(output(R"({"files": []})", "*/*"), OutputFormat::json);
  EXPECT_EQ(output(R"({"files": [], "output": "text"})", "text/markdown"), OutputFormat::text);
}

TEST(PlanRequest, SaysWhatIsWrongAndWhere) {
  EXPECT_THAT(error_of("kind: Workspace"), HasSubstr("Content-Type: application/yaml"));
  EXPECT_EQ(error_of("[]"), "the request must be an object");
  EXPECT_EQ(error_of("{}"), "files is missing");
  EXPECT_EQ(error_of(R"({"files": 7})"), "the request.files must be a list");
  EXPECT_EQ(error_of(R"({"files": [7]})"), "files[0] must be an object");
  EXPECT_EQ(error_of(R"({"files": [{"path": "a"}, {"text": ""}]})"), "files[1].path is missing");
  EXPECT_EQ(error_of(R"({"files": [{"path": "a", "text": 7}]})"), "files[0].text must be a text");
  EXPECT_EQ(error_of(R"({"files": [{"path": "a", "role": "b"}]})"),
            "files[0].role must be declared, above or input");
  EXPECT_EQ(error_of(R"({"files": [{"path": "a", "txt": "b"}]})"), "files[0] has an unknown key \"txt\"");
  EXPECT_EQ(error_of(R"({"files": [{"path": "a"}, {"path": "a"}]})"), "files has \"a\" twice");
  EXPECT_EQ(error_of(R"({"files": [], "reports": ["html"]})"), "reports must be a list of junit and sarif");
  EXPECT_EQ(error_of(R"({"files": [], "nested": [[]]})"), "nested[0] must be an object");
  EXPECT_EQ(error_of(R"({"files": [{"path": ""}]})"), "files[0].path must have 1 to 4096 bytes");
}

TEST(PlanRequest, WhatIsDeepOrTooMuchIsNotParsed) {
  EXPECT_THAT(error_of(std::string(100'000, '[')), HasSubstr("nested deeper than 4 levels"));
  EXPECT_THAT(error_of("[" + std::string(400'000, ',')), HasSubstr("more than 300000 values"));
  EXPECT_TRUE(is_modest_json(R"({"a": "[[[[[[ \" ,,,,, \\"})", 1, 2)) << "in a text they count for nothing";
  EXPECT_FALSE(is_modest_json(R"({"a": "\\"[[)", 2, 9));
}

TEST(PlanRequest, FilesAreAtFewOtherPaths) {
  PlanRequest request{.texts = {.files = {{.path = "a", .text = "a"}, {.path = "b", .text = "b"}}}};
  request.texts.files[0].also_at.assign(100, "x");
  request.texts.files[1].also_at.assign(100, "y");
  EXPECT_EQ(error_of(write_plan_request(request)), "");
  request.texts.files[1].also_at.emplace_back("z");
  EXPECT_THAT(error_of(write_plan_request(request)), HasSubstr("more than 200 paths in alsoAt"));
}

TEST(PlanRequest, AnyMutationIsAnErrorOrARequest) {
  const std::string whole = write_plan_request(a_request());
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string body = whole;
    for (int edits = 1 + static_cast<int>(random() % 3); edits > 0; --edits) {
      const std::size_t at = random() % body.size();
      switch (random() % 3) {
        case 0:
          body[at] = static_cast<char>(random());
          break;
        case 1:
          body.erase(at, 1 + random() % 20);
          break;
        default:
          body.insert(at, 1, "[]{},:\"\\7"[random() % 9]);
      }
      if (body.empty()) break;
    }
    const auto parsed = parse_plan_request(body, "", "");
    EXPECT_TRUE(parsed || !parsed.error().message().empty()) << body;
  }
}

TEST(PlanOutcome, ArrivesAsItWasSent) {
  const PlanOutcome sent{.code = ExitCode::held,
                         .output = "+ create alice/dev\n",
                         .diagnostics = {"a.yaml:1:1: no\n  | x\n"},
                         .messages = {"no specs found"},
                         .junit = "<testsuites/>",
                         .sarif = "{}"};
  const auto arrived = parse_plan_outcome(write_plan_outcome(sent));
  ASSERT_TRUE(arrived) << arrived.error().message();
  EXPECT_EQ(*arrived, sent);
}

TEST(PlanOutcome, OfAnotherProgramIsNotBelieved) {
  for (const char* body :
       {"", "<html>", "[]", "{}", R"({"exitCode": 0})", R"({"exitCode": 77, "output": ""})",
        R"({"exitCode": "0", "output": ""})", R"({"exitCode": -1, "output": ""})"}) {
    EXPECT_FALSE(parse_plan_outcome(body)) << body;
  }
}

}  // namespace
}  // namespace cr::daemon
