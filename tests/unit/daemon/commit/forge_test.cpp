// Requests as the forges' API descriptions have them, and what their answers mean:
// GitHub  https://docs.github.com/rest/commits/statuses (POST /repos/{owner}/{repo}/statuses/{sha})
// GitLab  https://docs.gitlab.com/api/commits (POST /projects/:id/statuses/:sha)
// Gitea   its swagger description (repoCreateStatus; CreateStatusOption)
#include "daemon/commit/forge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kSha = "6dcb09b5b57875f334f61aebed695e2e4193db5e";
constexpr std::chrono::sys_seconds kNow{1'700'000'000s};

CommitSubject a_subject(Forge forge) {
  return {.forge = forge,
          .repository = forge == Forge::gitlab ? "platform/teams/workspaces" : "octocat/hello-world",
          .context = "coder-reconciler",
          .link = "https://reconciler.example.com"};
}

CommitStatus a_status(CommitState state, std::string text = "2 workspaces converged") {
  return {kSha, state, std::move(text)};
}

ForgeRequest request(Forge forge, CommitState state = CommitState::success) {
  return request_of(a_subject(forge), a_status(state), Secret("t0ken"));
}

std::map<std::string, std::string> headers_of(const ForgeRequest& request) {
  return {request.headers.begin(), request.headers.end()};
}

http::HttpResponse an_answer(int status, std::string body = "",
                             std::vector<std::pair<std::string, std::string>> headers = {}) {
  http::HttpResponse answer;
  answer.status = status;
  answer.body = std::move(body);
  answer.headers = std::move(headers);
  return answer;
}

TEST(Forge, GitHubIsAskedAsItsDescriptionSays) {
  const ForgeRequest made = request(Forge::github);
  EXPECT_EQ(made.method, "POST");
  EXPECT_EQ(made.target, "/repos/octocat/hello-world/statuses/" + kSha);
  EXPECT_EQ(headers_of(made), (std::map<std::string, std::string>{{"Accept", "application/vnd.github+json"},
                                                                  {"Authorization", "Bearer t0ken"},
                                                                  {"Content-Type", "application/json"},
                                                                  {"X-GitHub-Api-Version", "2022-11-28"}}));
  EXPECT_EQ(json::parse(made.body), (json{{"state", "success"},
                                          {"description", "2 workspaces converged"},
                                          {"context", "coder-reconciler"},
                                          {"target_url", "https://reconciler.example.com"}}));
}

TEST(Forge, GitLabIsAskedAsItsDescriptionSays) {
  const ForgeRequest made = request(Forge::gitlab);
  EXPECT_EQ(made.target, "/api/v4/projects/platform%2Fteams%2Fworkspaces/statuses/" + kSha);
  EXPECT_EQ(headers_of(made), (std::map<std::string, std::string>{{"Accept", "application/json"},
                                                                  {"Content-Type", "application/json"},
                                                                  {"PRIVATE-TOKEN", "t0ken"}}));
  EXPECT_EQ(json::parse(made.body), (json{{"state", "success"},
                                          {"description", "2 workspaces converged"},
                                          {"name", "coder-reconciler"},
                                          {"target_url", "https://reconciler.example.com"}}));
}

TEST(Forge, GiteaIsAskedAsItsDescriptionSays) {
  const ForgeRequest made = request(Forge::gitea);
  EXPECT_EQ(made.target, "/api/v1/repos/octocat/hello-world/statuses/" + kSha);
  EXPECT_EQ(headers_of(made), (std::map<std::string, std::string>{{"Accept", "application/json"},
                                                                  {"Authorization", "token t0ken"},
                                                                  {"Content-Type", "application/json"}}));
  EXPECT_EQ(json::parse(made.body), (json{{"state", "success"},
                                          {"description", "2 workspaces converged"},
                                          {"context", "coder-reconciler"},
                                          {"target_url", "https://reconciler.example.com"}}));
}

TEST(Forge, StatesAreInEachOnesWords) {
  const auto word = [](Forge forge, CommitState state) {
    return json::parse(request(forge, state).body).at("state").get<std::string>();
  };
  for (const Forge forge : {Forge::github, Forge::gitlab, Forge::gitea}) {
    EXPECT_EQ(word(forge, CommitState::pending), "pending");
    EXPECT_EQ(word(forge, CommitState::success), "success");
    EXPECT_EQ(word(forge, CommitState::failure), forge == Forge::gitlab ? "failed" : "failure");
  }
}

TEST(Forge, TextsAreCutToWhatItTakesBetweenTwoCharacters) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "ü";
  for (const auto& [forge, most] :
       {std::pair{Forge::github, 140U}, {Forge::gitlab, 255U}, {Forge::gitea, 255U}}) {
    const ForgeRequest made = request_of(a_subject(forge), a_status(CommitState::failure, text), Secret("t"));
    const std::string shown = json::parse(made.body).at("description");
    EXPECT_LE(shown.size(), most);
    EXPECT_GT(shown.size(), most - 6);
    EXPECT_THAT(shown, ::testing::EndsWith("ü…"));
  }
  const std::string fits(140, 'x');
  EXPECT_EQ(json::parse(
                request_of(a_subject(Forge::github), a_status(CommitState::failure, fits), Secret("t")).body)
                .at("description"),
            fits);
}

TEST(Forge, ALinkThatItWouldNotTakeOrThatIsNotKnownIsLeftOut) {
  CommitSubject subject = a_subject(Forge::gitlab);
  subject.link = "https://reconciler.example.com/" + std::string(255, 'x');
  EXPECT_FALSE(json::parse(request_of(subject, a_status(CommitState::success), Secret("t")).body)
                   .contains("target_url"));
  subject.link.clear();
  EXPECT_FALSE(json::parse(request_of(subject, a_status(CommitState::success), Secret("t")).body)
                   .contains("target_url"));
}

TEST(Forge, RepositoriesAreAsTheForgeNamesThem) {
  for (const char* good : {"octocat/hello-world", "o/r.git"})
    EXPECT_THAT(repository_problem(Forge::github, good), IsEmpty()) << good;
  for (const char* good : {"group/project", "group/sub/project", "4711"})
    EXPECT_THAT(repository_problem(Forge::gitlab, good), IsEmpty()) << good;
  for (const char* bad : {"", "hello-world", "/hello", "octocat/", "a//b", "a/b/c", "https://github.com/a/b",
                          "a/b c", "a/b\r\nX: y", "4711"})
    EXPECT_THAT(repository_problem(Forge::github, bad), HasSubstr("OWNER/REPOSITORY")) << bad;
  for (const char* bad : {"", "project", "/a/b", "a/b/", "https://gitlab.com/a/b"})
    EXPECT_THAT(repository_problem(Forge::gitlab, bad), HasSubstr("GROUP/PROJECT")) << bad;
  CommitSubject odd = a_subject(Forge::gitea);
  odd.repository = "o?x/r#y";
  EXPECT_THAT(request_of(odd, a_status(CommitState::success), Secret("t")).target,
              ::testing::StartsWith("/api/v1/repos/o%3Fx/r%23y/statuses/"));
}

TEST(Forge, ATokenThatWouldBreakAHeaderIsNone) {
  EXPECT_THAT(token_problem(Secret("glpat-abc_DEF.1")), IsEmpty());
  for (const char* bad : {"a b", "a\nX: y", "a\r", "t\x01", "tök"})
    EXPECT_THAT(token_problem(Secret(bad)), AllOf(Not(IsEmpty()), Not(HasSubstr(bad)))) << bad;
}

TEST(Forge, WhatMayPassIsTriedAgain) {
  for (const int status : {408, 425, 429, 500, 502, 503, 504})
    EXPECT_EQ(verdict_of(Forge::github, an_answer(status), kNow).answered, Answered::postponed) << status;
  const auto asked = verdict_of(Forge::gitlab, an_answer(429, "", {{"Retry-After", "77"}}), kNow);
  EXPECT_EQ(asked.wait, 77s);
}

// https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
TEST(Forge, GitHubsLimitsAreNoRefusal) {
  const std::string reset = std::to_string(kNow.time_since_epoch().count() + 130);
  const auto primary =
      verdict_of(Forge::github,
                 an_answer(403, "", {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", reset}}), kNow);
  EXPECT_EQ(primary.answered, Answered::postponed);
  EXPECT_EQ(primary.wait, 130s);
  const auto secondary = verdict_of(
      Forge::github, an_answer(403, R"({"message":"You have exceeded a secondary rate limit."})"), kNow);
  EXPECT_EQ(secondary.answered, Answered::postponed);
  EXPECT_EQ(secondary.wait, 60s);
  const auto asked = verdict_of(Forge::github, an_answer(403, "", {{"Retry-After", "30"}}), kNow);
  EXPECT_EQ(asked.answered, Answered::postponed);
  EXPECT_EQ(asked.wait, 30s);
  const auto refusal =
      verdict_of(Forge::github,
                 an_answer(403, R"({"message":"Resource not accessible by personal access token"})",
                           {{"X-RateLimit-Remaining", "4999"}}),
                 kNow);
  EXPECT_EQ(refusal.answered, Answered::barred);
  EXPECT_THAT(refusal.problem, AllOf(HasSubstr("Commit statuses: read and write"),
                                     HasSubstr("Resource not accessible by personal access token")));
}

// https://gitlab.com/gitlab-org/gitlab-foss/-/issues/25807
TEST(Forge, WhatGitLabShowsAlreadyIsNoFailure) {
  const std::string body =
      R"json({"message":"Cannot transition status via :enqueue from :pending (Reason(s): Status cannot transition via \"enqueue\")"})json";
  EXPECT_EQ(verdict_of(Forge::gitlab, an_answer(400, body), kNow).answered, Answered::sent);
  EXPECT_EQ(verdict_of(Forge::github, an_answer(400, body), kNow).answered, Answered::rejected);
}

TEST(Forge, WhatSomebodyHasToMendNamesTheRemedy) {
  const std::vector<std::pair<int, std::string>> cases = {
      {401, "--commit-status-token-file"}, {403, "the scope"},       {404, "--commit-status-repository"},
      {301, "--commit-status-url"},        {302, "is not followed"},
  };
  for (const Forge forge : {Forge::github, Forge::gitlab, Forge::gitea}) {
    for (const auto& [status, remedy] : cases) {
      const ForgeVerdict verdict = verdict_of(forge, an_answer(status, "<html>no JSON</html>"), kNow);
      EXPECT_EQ(verdict.answered, Answered::barred) << status;
      EXPECT_THAT(verdict.problem, HasSubstr(remedy));
    }
  }
  const ForgeVerdict unknown = verdict_of(
      Forge::github, an_answer(422, R"({"message":"No commit found for SHA: x\u001b[31m"})"), kNow);
  EXPECT_EQ(unknown.answered, Answered::rejected);
  EXPECT_THAT(unknown.problem, AllOf(HasSubstr("No commit found for SHA"), Not(HasSubstr("\x1b"))));
}

TEST(Forge, AnAnswerThatIsTaken) {
  for (const int status : {200, 201})
    EXPECT_EQ(verdict_of(Forge::gitea, an_answer(status), kNow).answered, Answered::sent);
}

}  // namespace
}  // namespace cr::daemon
