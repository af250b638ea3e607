#include "daemon/http/page/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <map>
#include <regex>

#include "daemon/http/page/asset.h"
#include "tests/support/fields.h"
#include "tests/support/report_rows.h"
#include "tests/unit/daemon/hostile.h"
#include "tests/unit/daemon/reports.h"
#include "tests/unit/daemon/shown_page.h"

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;
using reconcile::CycleReport;
using reconcile::CycleResult;
using reconcile::Reason;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class StatusPage : public testing::ShownPage {};

TEST_F(StatusPage, SaysBeforeTheFirstCycleThatThereIsNothingYet) {
  board_.next_cycle.reset();
  EXPECT_THAT(page(),
              AllOf(HasSubstr("The first cycle has not finished yet"), HasSubstr("A cycle is running now.")));
}

TEST_F(StatusPage, SumsUpInWordsAndInTheTitle) {
  show(testing::a_report({Reason::InSync, Reason::Drifted, Reason::Creating}));
  const std::string html = page();
  EXPECT_THAT(html, HasSubstr("<title>1 of 3 in sync; 1 needs action; 1 in progress"));
  EXPECT_THAT(html, HasSubstr("href=\"?state=waits_for_person\">1 needs action</a>; "));
  EXPECT_THAT(html, HasSubstr("12 s ago</time> in "));
  EXPECT_THAT(html, HasSubstr("The next one starts in 40 s"));
  EXPECT_THAT(html, HasSubstr("0123456789ab</span><span class=\"more\">in force for 3 h"));
}

TEST_F(StatusPage, SaysWhatComesNextInASentenceACurveAndAColumn) {
  using reconcile::Instant;
  const auto at = [&](std::chrono::minutes in) {
    return Instant(std::chrono::floor<std::chrono::seconds>(now_) + in);
  };
  auto report = testing::a_report(std::vector<Reason>(6, Reason::InSync));
  const auto forecast_of = [&](std::size_t row) -> reconcile::Forecast& {
    return testing::editable(report.workspaces, row).forecast;
  };
  forecast_of(0).start.at = at(8h + 45min);
  forecast_of(1).start.at = at(9h + 15min);
  forecast_of(2).start = {
      .at = at(9h), .blocked = {reconcile::Cause::LastStopFailed}, .instead = {}, .missed = {}};
  testing::editable(report.workspaces, 2).remarks = {
      {reconcile::Remark::WillNotStart, "its last stop failed"}};
  forecast_of(3).stop = {at(2h), reconcile::StopBy::ttl};
  forecast_of(4).deletion = at(72h);
  show(std::move(report));
  const std::string html = page();
  EXPECT_THAT(html, HasSubstr("In the next 24 hours: 2 starts between 08:45 and 09:15, <a class=\"warn\" "
                              "href=\"?remark=WillNotStart\">1 will not come</a>, 1 stop, <a class=\"warn\" "
                              "href=\"?remark=DeletionAhead\">1 deletion within 7 days</a>."));
  EXPECT_THAT(html, HasSubstr("<title>08:45: 1 start</title>"));
  EXPECT_THAT(html, HasSubstr("at most 1 at a time; provisioners not seen yet\""));
  EXPECT_THAT(html, Not(HasSubstr("<line")));
  EXPECT_THAT(html, HasSubstr("starts <time datetime=\"2024-10-04T08:45:00Z\""));
  EXPECT_THAT(html, HasSubstr("no start <time datetime=\"2024-10-04T09:00:00Z\""));
  EXPECT_THAT(html, HasSubstr("stops <time datetime=\"2024-10-04T02:00:00Z\""));
  EXPECT_THAT(html, HasSubstr("is deleted <time datetime=\"2024-10-07T00:00:00Z\""));
  EXPECT_EQ(rows_of(page({{"remark", "WillNotStart"}})), 1U);
  EXPECT_THAT(page({{"remark", "Nonsense"}}), HasSubstr("unknown remark &quot;Nonsense&quot;"));
}

TEST_F(StatusPage, DrawsTheProvisionersThatWereSeenBesideTheCurve) {
  auto report = testing::a_report(std::vector<Reason>(8, Reason::InSync));
  for (std::size_t i = 0; i < 8; ++i) {
    testing::editable(report.workspaces, i).forecast.start.at =
        reconcile::Instant(std::chrono::floor<std::chrono::seconds>(now_) + 9h);
  }
  auto few = report;
  few.provisioners = {2, now_ - 3h};
  show(std::move(few));
  EXPECT_THAT(page(), HasSubstr("<line x1=\"0\" y1=\"45\" x2=\"867\" y2=\"45\">"
                                "<title>2 provisioners seen 3h ago, one build each at a time</title>"))
      << "a quarter of the eight that start at a time";
  EXPECT_THAT(page(), HasSubstr("height=\"60\"><title>09:00: 8 starts"));
  report.provisioners = {16, now_};
  show(std::move(report));
  EXPECT_THAT(page(), HasSubstr("y1=\"0\"")) << "more than ever start: the line is above";
  EXPECT_THAT(page(), HasSubstr("height=\"30\"><title>09:00: 8 starts"));
}

TEST_F(StatusPage, SaysNothingOfAFutureThatHasNothingInIt) {
  show(testing::a_report({Reason::InSync}));
  EXPECT_THAT(page(), Not(HasSubstr("What comes next")));
}

TEST_F(StatusPage, ShowsOfARowAllThatHelps) {
  auto report = testing::a_report({Reason::BackingOff});
  auto& row = testing::editable(report.workspaces, 0);
  row.spec = testing::a_spec("Alice", "Dev", {{"team", "payments"}});
  row.ready.since = now_ - 2h;
  row.ready.message = "setting ttl failed";
  row.drift = {{reconcile::Field::template_ref, "podman", "docker"}};
  row.next_try = now_ + 30s;
  coder::ApiError error(coder::ApiFault::rejected, "ttl is too long");
  error.method = "PUT";
  error.path = "/api/v2/workspaces/1/ttl";
  error.status = 400;
  error.request_id = "req-1";
  row.last_error = std::make_shared<const coder::ApiError>(error);
  row.remarks = {{reconcile::Remark::TemplateDiffers, "it was created from podman"}};
  show(std::move(report));
  const std::string html = page();
  for (const char* text :
       {"href=\"w/alice/dev\">alice/dev</a>", "href=\"https://coder.example.com/@Alice/Dev\">in Coder</a>",
        "href=\"?label=team%3Dpayments\"", "team.yaml:1", "chip busy\">BackingOff", ">2 h</time>",
        "<b>podman</b>", "setting ttl failed", "Next attempt in 30 s.",
        "PUT /api/v2/workspaces/1/ttl: 400 ttl is too long", "req-1", "TemplateDiffers",
        "About BackingOff</summary><dl><dt>What it means</dt>", "<dt>When it ends</dt>"}) {
    EXPECT_THAT(html, HasSubstr(text));
  }
}

TEST_F(StatusPage, SaysWhatTheLatestBuildOfOursDoesOrDid) {
  auto report = testing::a_report({Reason::InSync, Reason::Creating});
  reconcile::SeenBuild done;
  done.transition = reconcile::Transition::start;
  done.status = reconcile::BuildStatus::running;
  done.created = reconcile::Instant(std::chrono::sys_seconds(1'000s));
  done.completed = reconcile::Instant(std::chrono::sys_seconds(1'072s));
  done.stages[0] = 2s;
  reconcile::SeenBuild waiting;
  waiting.transition = reconcile::Transition::stop;
  waiting.status = reconcile::BuildStatus::pending;
  reconcile::BuildsSeen builds;
  builds[specs::identity_of(*report.workspaces[0].spec)] = std::make_shared<const reconcile::SeenBuild>(done);
  builds[specs::identity_of(*report.workspaces[1].spec)] =
      std::make_shared<const reconcile::SeenBuild>(waiting);
  board_.builds = std::make_shared<const reconcile::BuildsSeen>(builds);
  show(std::move(report));
  const std::string html = page();
  EXPECT_THAT(html, HasSubstr("last build: start took 1m12s (queue 2s)"));
  EXPECT_THAT(html, HasSubstr("last build: stop waits for a provisioner"));
  board_.builds.reset();
  EXPECT_THAT(page(), Not(HasSubstr("last build")));
}

TEST_F(StatusPage, SaysWhetherItFollowsTheAuditLogAndWhyNot) {
  auto report = testing::a_report({Reason::InSync});
  EXPECT_THAT(page(), Not(HasSubstr("Audit log")));
  reconcile::Following following;
  following.state = reconcile::feed::Trust::trusted;
  following.oldest_read = 12min;
  report.following = following;
  show(report);
  EXPECT_THAT(
      page(),
      HasSubstr(
          R"(<dt>Audit log</dt><dd><span class="value">followed</span><span class="more">every workspace read within the last 12)"));
  following.state = reconcile::feed::Trust::off;
  following.why = reconcile::feed::Distrust::refused;
  report.following = following;
  show(report);
  EXPECT_THAT(page(), HasSubstr(R"(<dt>Audit log</dt><dd><span class="value">not followed</span>)"));
  EXPECT_THAT(page(), HasSubstr(to_string(reconcile::feed::Distrust::refused)));
}

TEST_F(StatusPage, ShowsDimmedAndWithItsAgeWhatWasLastKnownAndSaysOnceWhyItCouldNotBeRead) {
  auto report = testing::a_report({Reason::Unreachable, Reason::Unreachable}, CycleResult::failed);
  const coder::ApiError error(coder::ApiFault::unreachable, "connection refused by nobody");
  report.failure = error;
  for (std::size_t i = 0; i < report.workspaces.size(); ++i) {
    auto& row = testing::editable(report.workspaces, i);
    row.ready.message = "it could not be read: connection refused by nobody";
    row.last_error = std::make_shared<const coder::ApiError>(error);
    row.drift = {{testing::field::ttl, "1h", "8h"}};
    row.known_since = now_ - 5min;
  }
  show(std::move(report));
  const std::string html = page();
  EXPECT_THAT(html, HasSubstr("class=\"last-known\""));
  EXPECT_THAT(html, HasSubstr("last known state, from <time"));
  EXPECT_THAT(html, HasSubstr(">5 min</time> ago"));
  EXPECT_THAT(html, HasSubstr("the top of this page says why"));
  const auto first = html.find("connection refused by nobody");
  ASSERT_NE(first, std::string::npos);
  const std::size_t rows = html.find("class=\"last-known\"");
  EXPECT_LT(first, rows);
  EXPECT_GT(html.find("connection refused by nobody", rows), html.find("id=\"cycles\"", rows))
      << "no row repeats it; the history of cycles has it";
}

TEST_F(StatusPage, LinksOnlyToWorkspacesThatExist) {
  auto report = testing::a_report({Reason::Missing});
  testing::editable(report.workspaces, 0).id.reset();
  show(std::move(report));
  EXPECT_THAT(page(), Not(HasSubstr("/@alice/")));
}

TEST_F(StatusPage, TellsHowToLetAHeldPlanGo) {
  auto report = testing::a_report({Reason::Held, Reason::InSync}, CycleResult::held);
  report.plan.workspaces.push_back(
      {{"alice", "w0"}, {testing::a_success().action}, "dormant when it has stopped"});
  report.verdict = {.held = true,
                    .approved = false,
                    .changes = 1,
                    .limit = 0,
                    .digest = "0123456789abcdef",
                    .message = "m"};
  show(std::move(report));
  const std::string html = page();
  EXPECT_THAT(html, HasSubstr("The plan is held: it would change 1 workspace, more than the limit of 0"));
  EXPECT_THAT(html, HasSubstr("coder-reconciler apply --approve 0123456789abcdef specs"));
  EXPECT_THAT(
      html,
      HasSubstr("$(cat /run/token)&quot; &#39;http://127.0.0.1:9466/-/approve?digest=0123456789abcdef&#39;"));
  EXPECT_THAT(html, HasSubstr("<details id=\"planned\" open>"));
  EXPECT_THAT(html, HasSubstr("ttl: 4h → 8h"));
  way_out_.api_token_file.clear();
  EXPECT_THAT(page(), AllOf(Not(HasSubstr("curl")), HasSubstr("started without --api-token-file")));
}

TEST_F(StatusPage, ShowsEqualChangesOnceWithTheirNumberAndNames) {
  auto report = testing::a_report({Reason::Held}, CycleResult::held);
  const auto change = testing::a_success().action;
  for (int i = 0; i < 120; ++i)
    report.plan.workspaces.push_back({{"alice", "w" + std::to_string(100 + i)}, {change}, ""});
  report.plan.workspaces.push_back({{"bob", "web"}, {change, change}, ""});
  report.verdict.held = true;
  show(std::move(report));
  const std::string html = page();
  EXPECT_THAT(html, AllOf(HasSubstr(">120 workspaces</th>"), HasSubstr("alice/w100, alice/w101"),
                          HasSubstr("alice/w149 and 70 more"), HasSubstr(">bob/web</th>")));
  EXPECT_THAT(html, Not(HasSubstr("the whole plan as JSON"))) << "nothing is left out";
  const std::string planned = html.substr(html.find("id=\"planned\""));
  EXPECT_EQ(planned.find("ttl: 4h → 8h"), planned.find("ttl: 4h → 8h", planned.find("120 workspaces")));
}

TEST_F(StatusPage, SaysWhatIsWrongWithTheWhole) {
  show(testing::a_report({Reason::InSync}));
  EXPECT_THAT(page(), Not(HasSubstr("class=\"alert")));
  board_.stale = "specs: no such directory";
  EXPECT_THAT(page(), HasSubstr("The last good specs, read 3 s ago, stay in force."));
  board_.stale.clear();

  auto desired = std::make_shared<specs::DesiredState>(*board_.desired);
  desired->invalid_documents = 2;
  specs::Diagnostic wrong;
  wrong.where.file = std::make_shared<const std::string>("a.yaml");
  wrong.where.line = 7;
  wrong.field = "spec.ttl";
  wrong.message = "no such duration";
  wrong.excerpt = "  ttl: x";
  desired->diagnostics.assign(60, wrong);
  board_.desired = desired;
  EXPECT_THAT(page(), AllOf(HasSubstr("2 specs are invalid and left out"), HasSubstr("a.yaml:7"),
                            HasSubstr("no such duration"), HasSubstr("  ttl: x"), HasSubstr("And 10 more")));

  auto failed = testing::a_failed_report(coder::ApiFault::unauthorized, "the token is refused");
  failed.failure->request_id = "req-9";
  show(std::move(failed));
  board_.cycles.last_success = steady_ - 10min;
  EXPECT_THAT(page(), AllOf(HasSubstr("Coder could not be read"), HasSubstr("req-9"), HasSubstr("10 min ago"),
                            HasSubstr("Write a new one to the token file")));

  heartbeat_ = {steady_ - 1h, 1min};
  EXPECT_THAT(page(), HasSubstr("The reconcile loop is stuck"));
}

TEST_F(StatusPage, HostileTextStaysText) {
  for (const std::string& text : testing::hostile_texts()) {
    auto report = testing::a_hostile_report(text);
    report.failure = *report.workspaces.front().last_error;
    report.result = CycleResult::failed;
    report.verdict = {
        .held = true, .approved = false, .changes = 1, .limit = 0, .digest = text, .message = text};
    show(std::move(report));
    board_.stale = text;
    way_out_.selection = {text};
    way_out_.api_token_file = text;
    testing::expect_nothing_of_it_runs(page({{"q", text},
                                             {"reason", text},
                                             {"owner", text},
                                             {"template", text},
                                             {"label", text},
                                             {text, text}}),
                                       text);
  }
}

// --- what it costs ---

struct Size {
  std::size_t workspaces;
  std::chrono::milliseconds at_most;  ///< far above what it takes: other programs run, too
};

class StatusPageOfAFleet : public StatusPage, public ::testing::WithParamInterface<Size> {};

TEST_P(StatusPageOfAFleet, CostsOnePageOfHtmlAndOneLookAtEachWorkspace) {
  std::vector<Reason> reasons(GetParam().workspaces, Reason::Unreachable);
  for (std::size_t i = 0; i < reasons.size(); i += 2) reasons[i] = Reason::InSync;
  show(testing::a_report(reasons));
  for (const QueryParameters& query :
       {QueryParameters{}, QueryParameters{{"q", "nowhere"}},
        QueryParameters{{"q", "something alice"}, {"page", "9"}},
        QueryParameters{{"order", "newest"}, {"page", "100"}}, QueryParameters{{"label", "team!=x"}}}) {
    const auto begun = std::chrono::steady_clock::now();
    const std::string html = page(query);
    const auto took = std::chrono::steady_clock::now() - begun;
    RecordProperty("bytes", static_cast<int>(html.size()));
    RecordProperty("microseconds",
                   static_cast<int>(std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
    std::cout << "[   cost   ] " << GetParam().workspaces << " workspaces: " << html.size() << " bytes, "
              << std::chrono::duration_cast<std::chrono::microseconds>(took).count() << " us\n";
    EXPECT_LE(rows_of(html), PageQuery::kPerPage);
    EXPECT_LT(html.size(), 150'000U);
    EXPECT_LT(took, GetParam().at_most);
  }
}

INSTANTIATE_TEST_SUITE_P(Fleets, StatusPageOfAFleet,
                         ::testing::Values(Size{100, 2s}, Size{10'000, 5s}, Size{100'000, 20s}),
                         [](const auto& fleet) { return std::to_string(fleet.param.workspaces); });

TEST_F(StatusPage, PagesThroughAllOnce) {
  show(testing::a_report(std::vector<Reason>(120, Reason::InSync)));
  EXPECT_EQ(rows_of(page()), 50U);
  EXPECT_EQ(rows_of(page({{"page", "3"}})), 20U);
  EXPECT_THAT(page({{"page", "3"}}), HasSubstr("101 to 120 of 120"));
  EXPECT_THAT(page({{"page", "99"}}), HasSubstr("Page 3 of 3")) << "the last one, not an empty one";
  EXPECT_THAT(page({{"q", "w11"}}), HasSubstr("11 of 120 match"));
  EXPECT_THAT(page({{"q", "none such"}}), HasSubstr("None match."));
}

// --- colours ---

double luminance(const std::string& hex) {
  const auto channel = [&](std::size_t at) {
    const double value = std::stoi(hex.substr(at, 2), nullptr, 16) / 255.0;
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

double contrast(const std::string& a, const std::string& b) {
  const double one = luminance(a) + 0.05, other = luminance(b) + 0.05;
  return one > other ? one / other : other / one;
}

/// The two palettes of the style sheet: light, dark.
std::vector<std::map<std::string, std::string>> palettes() {
  const std::string css{Asset::style().text()};
  std::vector<std::map<std::string, std::string>> list;
  const std::regex block(":root \\{([^}]*)\\}"), entry("--([a-z-]+): (#[0-9a-f]{6});");
  for (auto it = std::sregex_iterator(css.begin(), css.end(), block); it != std::sregex_iterator(); ++it) {
    const std::string body = (*it)[1];
    std::map<std::string, std::string> colours;
    for (auto e = std::sregex_iterator(body.begin(), body.end(), entry); e != std::sregex_iterator(); ++e)
      colours[(*e)[1]] = (*e)[2];
    if (!colours.empty()) list.push_back(std::move(colours));
  }
  return list;
}

TEST(Palette, IsReadableInLightAndDark) {
  const auto both = palettes();
  ASSERT_EQ(both.size(), 2U);
  for (const auto& colours : both) {
    for (const char* ink : {"ink", "soft", "link", "good-ink", "busy-ink", "warn-ink", "bad-ink"}) {
      EXPECT_GE(contrast(colours.at(ink), colours.at("ground")), 4.5) << ink << " on ground";
      EXPECT_GE(contrast(colours.at(ink), colours.at("panel")), 4.5) << ink << " on panel";
    }
    for (const std::string tone : {"good", "busy", "warn", "bad", "quiet"}) {
      EXPECT_GE(contrast(colours.at(tone + "-ink"), colours.at(tone + "-ground")), 4.5) << tone;
      EXPECT_GE(contrast(colours.at("ink"), colours.at(tone + "-ground")), 4.5) << "ink on " << tone;
    }
    for (const char* ground : {"ground", "panel"}) {
      EXPECT_GE(contrast(colours.at("edge"), colours.at(ground)), 3.0) << "edges of fields on " << ground;
      EXPECT_GE(contrast(colours.at("focus"), colours.at(ground)), 3.0) << "focus on " << ground;
    }
  }
}

}  // namespace
}  // namespace cr::daemon
