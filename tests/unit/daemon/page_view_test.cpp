#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/http/page/declared_fields.h"
#include "daemon/http/page/fleet.h"
#include "daemon/http/page/page_query.h"
#include "daemon/http/page/times.h"
#include "daemon/http/page/way_out.h"
#include "tests/support/fields.h"
#include "tests/support/report_rows.h"
#include "tests/unit/daemon/reports.h"

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;
using reconcile::CycleReport;
using reconcile::Reason;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

CycleReport fleet_of(std::size_t in_sync, std::vector<Reason> others) {
  others.insert(others.begin(), in_sync, Reason::InSync);
  return testing::a_report(others);
}

// --- the sentence ---

struct Summed {
  std::size_t in_sync;
  std::vector<Reason> others;
  std::string line;
};

TEST(SummaryLine, SaysHowManyAreHow) {
  const std::vector<Summed> table = {
      {412,
       {Reason::Drifted, Reason::Held, Reason::Creating},
       "412 of 415 in sync; 2 need action; 1 in progress"},
      {1, {Reason::Missing}, "1 of 2 in sync; 1 needs action"},
      {0, {Reason::Updating, Reason::BackingOff}, "0 of 2 in sync; 2 in progress"},
      {3, {}, "all 3 in sync"},
      {1, {}, "1 of 1 in sync"},
      {0, {}, "no workspace is declared"},
      {2, {Reason::Suspended}, "2 of 3 in sync; 1 suspended"},
      {0, {Reason::Unreachable, Reason::NotRead}, "0 of 2 in sync; 2 unknown"},
      {1,
       {Reason::Unauthorized, Reason::Rejected, Reason::Stopping, Reason::Suspended},
       "1 of 5 in sync; 1 needs action; 1 unknown; 1 in progress; 1 suspended"},
  };
  for (const Summed& row : table)
    EXPECT_EQ(summary_line(count_fleet(fleet_of(row.in_sync, row.others))), row.line);
}

TEST(Fleet, KnowsWhatAllFilesHaveInCommon) {
  CycleReport report = fleet_of(3, {});
  const auto place = [&](std::size_t i, std::string file) {
    auto spec = *report.workspaces[i].spec;
    spec.where.file = std::make_shared<const std::string>(std::move(file));
    testing::editable(report.workspaces, i).spec =
        std::make_shared<const specs::WorkspaceSpec>(std::move(spec));
  };
  EXPECT_EQ(count_fleet(report).folder, "specs/");
  place(0, "/git/specs/a/x.yaml");
  place(1, "/git/specs/ab/y.yaml");
  place(2, "/git/specs/a/z.yaml");
  EXPECT_EQ(count_fleet(report).folder, "/git/specs/");
  place(1, "other.yaml");
  EXPECT_EQ(count_fleet(report).folder, "");
}

// --- URLs ---

struct Asked {
  QueryParameters parameters;
  std::string same_view;  ///< the link to what was asked for
  std::size_t problems;
};

TEST(PageQuery, ReadsWhatMakesSenseAndNamesTheRest) {
  const std::vector<Asked> table = {
      {{}, "?", 0},
      {{{"q", "web"}, {"owner", "bob"}}, "?q=web&owner=bob", 0},
      {{{"reason", "Held"}, {"state", "waits_for_person"}}, "?state=waits_for_person&reason=Held", 0},
      {{{"reason", ""}, {"q", ""}, {"page", ""}}, "?", 0},
      {{{"label", "team in (a,b),env!=prod"}}, "?label=team%20in%20%28a%2Cb%29%2Cenv%21%3Dprod", 0},
      {{{"page", "3"}, {"per_page", "200"}, {"order", "newest"}}, "?order=newest&per_page=200&page=3", 0},
      {{{"page", "0"}}, "?", 1},
      {{{"page", "-1"}}, "?", 1},
      {{{"page", "99999999999999999999"}}, "?", 1},
      {{{"per_page", "201"}}, "?", 1},
      {{{"order", "size"}}, "?", 1},
      {{{"reason", "<b>"}, {"state", "x"}, {"label", "="}, {"utm", "x"}},
       "?state=x&reason=%3Cb%3E&label=%3D",
       4},
  };
  for (const Asked& row : table) {
    const PageQuery query = parse_page_query(row.parameters);
    EXPECT_EQ(query.on_page(query.page).text(), row.same_view);
    EXPECT_THAT(query.problems, ::testing::SizeIs(row.problems)) << row.same_view;
  }
}

TEST(PageQuery, AnotherFilterBeginsOnTheFirstPage) {
  const PageQuery query = parse_page_query({{"q", "a"}, {"page", "7"}});
  EXPECT_EQ(query.with("state", "unknown").text(), "?q=a&state=unknown");
  EXPECT_EQ(query.without_filters().text(), "?");
}

TEST(WorkspaceFilter, FindsEachWordSomewhere) {
  CycleReport report = fleet_of(0, {Reason::Rejected});
  testing::editable(report.workspaces, 0).spec = testing::a_spec("Alice", "Api-Dev", {{"team", "payments"}});
  testing::editable(report.workspaces, 0).ready.message = "Coder says no";
  coder::ApiError error(coder::ApiFault::rejected, "too long");
  error.request_id = "REQ-77";
  testing::editable(report.workspaces, 0).last_error = std::make_shared<const coder::ApiError>(error);
  const auto finds = [&](const std::string& text) {
    return filter_rows(report, parse_filter({{"q", text}}).filter).size() == 1;
  };
  for (const char* text : {"api", "ALICE/api", "docker", "team=pay", "says NO", "req-77", "too long",
                           "team.yaml", "reject", "alice payments no", "  api  "}) {
    EXPECT_TRUE(finds(text)) << text;
  }
  for (const char* text : {"apii", "bob", "alice bob", "payments=team", "alice/docker"}) {
    EXPECT_FALSE(finds(text)) << text;
  }
}

std::vector<std::string> names(const std::vector<const reconcile::WorkspaceStatus*>& rows) {
  std::vector<std::string> list;
  for (const auto* row : rows) list.push_back(row->spec->name);
  return list;
}

TEST(RowOrder, PutsWhatWaitsForAPersonFirst) {
  CycleReport report = testing::a_report(
      {Reason::InSync, Reason::Creating, Reason::Held, Reason::NotRead, Reason::Suspended, Reason::Missing});
  for (std::size_t i = 0; i < 6; ++i)
    testing::editable(report.workspaces, i).ready.since =
        async::WallTime{} + std::chrono::hours{i == 1   ? 9
                                               : i == 4 ? 9
                                                        : 1};
  auto rows = filter_rows(report, {});
  arrange(rows, {}, 6);
  EXPECT_THAT(names(rows), ElementsAre("w2", "w5", "w3", "w1", "w4", "w0"));
  rows = filter_rows(report, {});
  arrange(rows, {RowKey::newest}, 3);
  rows.resize(3);
  EXPECT_THAT(names(rows), ElementsAre("w1", "w4", "w0"));
}

// --- declared and live ---

reconcile::WorkspaceStatus a_row(Reason reason, std::vector<reconcile::Change> drift) {
  auto report = testing::a_report({reason});
  auto spec = *report.workspaces[0].spec;
  spec.fields.set("ttl", specs::Ttl{480});
  spec.fields.set("autostart", specs::Cleared{});
  spec.body.edit().parameters = {{"cpu", "4"}};
  testing::editable(report.workspaces, 0).spec = std::make_shared<const specs::WorkspaceSpec>(spec);
  testing::editable(report.workspaces, 0).drift = std::move(drift);
  return report.workspaces[0];
}

TEST(DeclaredFields, ShowLiveValuesWhereTheyDiffer) {
  using enum FieldMatch;
  EXPECT_THAT(declared_fields(a_row(Reason::Drifted, {{testing::field::ttl, "4h", "8h"},
                                                      {reconcile::Field::template_ref, "podman", "docker"}})),
              ElementsAre(FieldLine{"template", "docker", "podman", at_birth},
                          FieldLine{"parameters", "cpu=4", "", unread},
                          FieldLine{"autostart", "none", "", same}, FieldLine{"ttl", "8h", "4h", differs}));
}

TEST(DeclaredFields, SayWhereEachParameterIsFrom) {
  auto row = a_row(Reason::InSync, {});
  auto spec = *row.spec;
  auto& body = spec.body.edit();
  body.parameters = {{"cpu", "4"}, {"region", "eu"}};
  body.defaulted = {{"parameters.region", {}, specs::SharedText("defaults.yaml:7")}};
  row.spec = std::make_shared<const specs::WorkspaceSpec>(spec);
  EXPECT_EQ(declared_fields(row)[1].declared, "cpu=4, region=eu (from defaults.yaml:7)");
}

TEST(DeclaredFields, ClaimNothingThatWasNotCompared) {
  using enum FieldMatch;
  const auto match_of_ttl = [](const reconcile::WorkspaceStatus& row) {
    return declared_fields(row).back().match;
  };
  EXPECT_EQ(match_of_ttl(a_row(Reason::InSync, {})), same);
  for (const Reason reason : {Reason::Unreachable, Reason::NotRead, Reason::Unauthorized, Reason::RateLimited,
                              Reason::NotManageable, Reason::Updating, Reason::Rejected})
    EXPECT_EQ(match_of_ttl(a_row(reason, {})), unread) << to_string(reason);
  EXPECT_EQ(match_of_ttl(a_row(Reason::Missing, {{reconcile::Field::missing, "absent", "present"}})), absent);
  EXPECT_EQ(match_of_ttl(a_row(Reason::InSync, {{testing::field::ttl, "4h", "8h"}})), same)
      << "written, and its reply proved it";
  auto unseen = a_row(Reason::Held, {});
  unseen.id.reset();
  EXPECT_EQ(match_of_ttl(unseen), unread);
}

// --- the way out ---

TEST(WayOut, GivesCommandsThatLookAtTheSameWorkspaces) {
  Config config;
  config.paths = {"/git/current", "my specs"};
  config.selector = *specs::parse_selector("team in (a,b),!gpu");
  config.owners = {"alice"};
  config.api_token_file = "/run/api'token";
  const WayOut way_out = way_out_of(config, "[::]:9466");
  EXPECT_EQ(
      way_out.apply_command("0123abc"),
      "coder-reconciler apply --approve 0123abc '--selector=team in (a,b),!gpu' --owner=alice /git/current "
      "'my specs'");
  EXPECT_EQ(way_out.approve_request("0123abc"),
            "curl -X POST -H \"Authorization: Bearer $(cat '/run/api'\\''token')\" "
            "'http://127.0.0.1:9466/-/approve?digest=0123abc'");
}

TEST(WayOut, HasNoRequestWhereTheDaemonTakesNoApprovals) {
  EXPECT_FALSE(way_out_of(Config{}, "127.0.0.1:1").approve_request("d"));
}

TEST(Selector, ReadsBackWhatItWrites) {
  for (const char* text : {"team=payments,env!=prod", "a in (x,y),b notin (z,w),gpu,!cpu"}) {
    EXPECT_EQ(specs::parse_selector(text)->text(), text);
    EXPECT_EQ(*specs::parse_selector(specs::parse_selector(text)->text()), *specs::parse_selector(text));
  }
}

TEST(Times, AreSaidInTheirLargestUnit) {
  EXPECT_EQ(in_words(12s), "12 s");
  EXPECT_EQ(in_words(5min + 20s), "5 min");
  EXPECT_EQ(in_words(7h), "7 h");
  EXPECT_EQ(in_words(std::chrono::hours{50}), "2 days");
  EXPECT_EQ(in_words(-3s), "0 s");
  EXPECT_EQ(took(120ms), "0.12 s");
  EXPECT_EQ(took(75s), "75 s");
  const async::WallTime noon = async::WallTime{} + 12h;
  EXPECT_EQ(clock_time(noon, noon + 1h), "12:00:00");
  EXPECT_EQ(clock_time(noon, noon + 24h), "1970-01-01 12:00:00");
}

}  // namespace
}  // namespace cr::daemon
