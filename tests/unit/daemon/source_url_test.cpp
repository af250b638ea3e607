#include "daemon/config/source_url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/config/values.h"
#include "tests/support/report_rows.h"
#include "tests/unit/daemon/hostile.h"
#include "tests/unit/daemon/reports.h"
#include "tests/unit/daemon/shown_page.h"

namespace cr::daemon {
namespace {

using reconcile::Reason;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kGitHub = "https://github.com/acme/specs/blob/{revision}/{path}#L{line}";

TEST(SourceUrl, FillsEachPlacePercentEncoded) {
  const auto url = parse_source_url(kGitHub);
  ASSERT_TRUE(url);
  EXPECT_EQ(url->fill("c0ffee", "teams/a b#c?.yaml", 14),
            "https://github.com/acme/specs/blob/c0ffee/teams/a%20b%23c%3F.yaml#L14");
  EXPECT_EQ(url->fill("c0ffee", "a.yaml", 0), "https://github.com/acme/specs/blob/c0ffee/a.yaml")
      << "the whole file";
  EXPECT_EQ(url->fill("", "a.yaml", 1), std::nullopt) << "what it wants is not known";
  const auto plain = parse_source_url("http://git.example.com:8080/view?f={path}&at={revision}&n={line}#x");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->fill("a/b", "x&y.yaml", 3),
            "http://git.example.com:8080/view?f=x%26y.yaml&at=a%2Fb&n=3#x");
  EXPECT_EQ(parse_source_url("https://f.example.com/{path}")->fill("", "a.yaml", 7),
            "https://f.example.com/a.yaml");
}

TEST(SourceUrl, WhatMakesNoSenseIsRefusedWithWhatIsAllowed) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"", "it is no http or https URL"},
      {"ftp://a/{path}", "it is no http or https URL"},
      {"javascript:alert(1)//{path}", "it is no http or https URL"},
      {"https:///{path}", "its host has to be written out"},
      {"https://{path}/", "its host has to be written out"},
      {"https://{path}.example.com/", "its host has to be written out"},
      {"https://user@example.com/{path}", "its host has to be written out"},
      {"https://a.example.com/specs", "it has no {path}"},
      {"https://a.example.com/{revision}#L{line}", "it has no {path}"},
      {"https://a.example.com/{path}?{branch}",
       "unknown placeholder {branch}; available: {revision}, {path}, {line}"},
      {"https://a.example.com/{Path}", "unknown placeholder {Path}"},
      {"https://a.example.com/{}{path}", "unknown placeholder {}"},
      {"https://a.example.com/{path", "a brace has no other"},
      {"https://a.example.com/path}", "a brace has no other"},
      {"https://a.example.com/{pa{path}", "unknown placeholder {pa{path}"},
      {"https://a.example.com/a b/{path}", "a character that a URL cannot have"},
      {"https://a.example.com/<{path}>", "a character that a URL cannot have"},
  };
  for (const auto& [text, why] : table) {
    const auto url = parse_source_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_THAT(url.error().message(), AllOf(HasSubstr(why), HasSubstr("blob/{revision}/{path}#L{line}")))
        << text;
  }
}

class LinkedPage : public testing::ShownPage {
 protected:
  std::string linked() {
    return status_page({.board = board_,
                        .alive = alive(heartbeat_, steady_),
                        .ready = ready(board_.cycles, steady_),
                        .steady = steady_,
                        .now = now_,
                        .query = {},
                        .coder = CoderLinks("https://coder.example.com"),
                        .way_out = way_out_,
                        .sources = SourceLinks(url_, checkouts_)});
  }
  void lies_in(std::string shown, std::string inside, std::string revision) {
    checkouts_ = {{std::move(shown), std::move(inside), std::move(revision)}};
  }
  std::vector<specs::CheckedOut> checkouts_;
  std::optional<SourceUrl> url_ = *parse_source_url(kGitHub);
};

TEST_F(LinkedPage, LeadsFromFileAndLineToTheForge) {
  auto report = testing::a_report({Reason::InSync});
  report.sets = {testing::a_set("dev")};
  show(report);
  lies_in("specs", "prod", "c0ffee");
  auto desired = std::make_shared<specs::DesiredState>(*board_.desired);
  desired->invalid_documents = 1;
  specs::Diagnostic wrong;
  wrong.where.file = std::make_shared<const std::string>("specs/broken.yaml");
  desired->diagnostics = {wrong};
  board_.desired = desired;
  const std::string html = linked();
  EXPECT_THAT(
      html,
      HasSubstr("href=\"https://github.com/acme/specs/blob/c0ffee/prod/team.yaml#L1\">team.yaml:1</a>"));
  EXPECT_THAT(html, HasSubstr("href=\"https://github.com/acme/specs/blob/c0ffee/prod/sets.yaml#L3\">"));
  EXPECT_THAT(html, HasSubstr("href=\"https://github.com/acme/specs/blob/c0ffee/prod/broken.yaml\">"));
  url_.reset();
  EXPECT_THAT(linked(), AllOf(Not(HasSubstr("github.com")), HasSubstr("team.yaml:1")));
}

TEST_F(LinkedPage, HasNoLinkWhereTheRevisionIsNotKnown) {
  show(testing::a_report({Reason::InSync}));
  lies_in("specs", "", "");
  EXPECT_THAT(linked(), Not(HasSubstr("github.com")));
  lies_in("elsewhere", "", "c0ffee");
  EXPECT_THAT(linked(), Not(HasSubstr("github.com")));
}

TEST_F(LinkedPage, NoNameOfAFileLeadsElsewhere) {
  for (const std::string& text : testing::hostile_texts()) {
    auto report = testing::a_report({Reason::InSync});
    auto spec = *report.workspaces[0].spec;
    spec.where.file = std::make_shared<const std::string>("specs/" + text);
    testing::editable(report.workspaces, 0).spec = std::make_shared<const specs::WorkspaceSpec>(spec);
    show(report);
    lies_in("specs", "", "c0ffee");
    const std::string html = linked();
    const std::size_t link = html.find("href=\"https://github.com/acme/specs/blob/c0ffee/");
    if (link == std::string::npos) continue;  // it leads out of the repository
    const std::string href = html.substr(link + 6, html.find('"', link + 6) - link - 6);
    EXPECT_EQ(href.find_first_of("<>' \n"), std::string::npos) << text;
    EXPECT_TRUE(href.ends_with("#L1")) << href;
  }
}

}  // namespace
}  // namespace cr::daemon
