#include "daemon/http/page/activity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "daemon/config/values.h"
#include "daemon/http/page/workspace_page.h"
#include "tests/support/builders.h"
#include "tests/support/fields.h"
#include "tests/support/report_rows.h"
#include "tests/unit/daemon/hostile.h"
#include "tests/unit/daemon/reports.h"
#include "tests/unit/daemon/shown_page.h"

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;
using reconcile::CycleResult;
using reconcile::Reason;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Pages : public testing::ShownPage {
 protected:
  Event an_event(const std::string& name = "dev") {
    Event event;
    event.at = now_ - 90s;
    event.workspace = {"alice", name};
    event.what = "set_ttl";
    event.field = "ttl";
    event.from = "4h";
    event.to = "8h";
    event.result = "success";
    return event;
  }
  void happen(Event event) {
    log_.add(std::move(event));
    log_.settle(now_);
  }
  PageInput input() {
    PageInput made{.board = board_,
                   .alive = daemon::alive(heartbeat_, steady_),
                   .ready = daemon::ready(board_.cycles, steady_),
                   .steady = steady_,
                   .now = now_,
                   .query = {},
                   .coder = CoderLinks("https://coder.example.com"),
                   .way_out = way_out_,
                   .happened = log_.snapshot()};
    made.happened.epoch = "e1";
    return made;
  }
  std::string activity(const QueryParameters& query = {}) {
    return activity_page(input(), parse_activity_query(query));
  }
  std::string workspace(std::size_t row = 0) {
    const auto& found = board_.report->workspaces[row];
    return workspace_page(input(), *found.spec, &found);
  }

  ActivityLog log_;
};

// --- activity ---

TEST_F(Pages, OfActivitySayWhenWhereWhatWhoAndHowItEnded) {
  Event event = an_event();
  event.by = "bob (dashboard)";
  event.request_id = "req-1";
  event.duration = 200ms;
  happen(event);
  event.kind = EventKind::drift;
  event.from = "8h";
  event.to = "4h";
  happen(event);
  const std::string html = activity();
  EXPECT_THAT(html, HasSubstr("<li id=\"e-1\"><time datetime=\"2024-10-03T23:58:30Z\""));
  EXPECT_THAT(html, HasSubstr("<span class=\"chip good\">done</span>"));
  EXPECT_THAT(html, HasSubstr("href=\"w/alice/dev\">alice/dev</a> ttl: 4h → 8h"));
  EXPECT_THAT(html, HasSubstr("4h was set by bob (dashboard) · took 0.20 s · <code class=\"request\""));
  EXPECT_THAT(html, HasSubstr("ttl is 4h, declared 8h<span class=\"more\">set by bob (dashboard)"));
  EXPECT_LT(html.find("id=\"e-2\""), html.find("id=\"e-1\"")) << "the newest first";
}

TEST_F(Pages, OfActivitySayWhatIsNotKept) {
  EXPECT_THAT(activity(), HasSubstr("Nothing has happened since this process began."));
  for (std::size_t i = 0; i < ActivityLog::kMost + 31; ++i) happen(an_event());
  EXPECT_THAT(activity(), HasSubstr("1031 events since this process began; the 31 oldest are not kept"));
}

TEST_F(Pages, OfActivityComeByPagesThatALinkLeadsThrough) {
  for (int i = 0; i < 250; ++i) happen(an_event());
  const std::string first = activity({{"workspace", "alice/dev"}});
  EXPECT_THAT(first,
              AllOf(HasSubstr("id=\"e-250\""), HasSubstr("id=\"e-151\""), Not(HasSubstr("id=\"e-150\"")),
                    HasSubstr("href=\"activity?workspace=alice%2Fdev&amp;before=151\">Older</a>"),
                    Not(HasSubstr("Newest"))));
  const std::string last = activity({{"workspace", "alice/dev"}, {"before", "51"}});
  EXPECT_THAT(last, AllOf(HasSubstr("id=\"e-50\""), HasSubstr("id=\"e-1\""), Not(HasSubstr("Older")),
                          HasSubstr("href=\"activity?workspace=alice%2Fdev\">Newest</a>")));
}

TEST_F(Pages, OfActivityCanBeFilteredAndSayWhatIsWrongWithAFilter) {
  happen(an_event("dev"));
  happen(an_event("web"));
  EXPECT_THAT(activity({{"workspace", "Alice/Web"}}), AllOf(HasSubstr("e-2"), Not(HasSubstr("\"e-1\""))));
  EXPECT_THAT(activity({{"kind", "drift"}}),
              AllOf(HasSubstr("None match."), HasSubstr("<option value=\"drift\" selected>")));
  EXPECT_THAT(activity({{"kind", "nonsense"}}),
              HasSubstr("Filter ignored: unknown kind &quot;nonsense&quot;"));
}

TEST_F(Pages, OfActivityCountWhatManyHaveAlike) {
  for (std::size_t i = 0; i < 10'000; ++i) log_.add(an_event("w" + std::to_string(i)));
  log_.settle(now_);
  EXPECT_THAT(activity(), HasSubstr("<b>980 more alike</b> ttl: 4h → 8h"));
}

TEST_F(Pages, TheStatusPageHasTheLastTwentyAndWhereTheOthersAre) {
  show(testing::a_report({Reason::InSync}));
  EXPECT_THAT(status_page(input()), Not(HasSubstr("id=\"activity\""))) << "nothing has happened";
  for (int i = 0; i < 25; ++i) happen(an_event());
  const std::string html = status_page(input());
  EXPECT_THAT(html, AllOf(HasSubstr("id=\"e-25\""), HasSubstr("id=\"e-6\""), Not(HasSubstr("id=\"e-5\"")),
                          HasSubstr("<a href=\"activity\">Older events, and filters</a>")));
  EXPECT_THAT(html, HasSubstr("data-events=\"api/v1/events/stream?since=25&amp;epoch=e1\""))
      << "scripts go on where the page ends";
}

TEST_F(Pages, OfActivityHostileTextStaysText) {
  for (const std::string& text : testing::hostile_texts()) {
    for (const EventKind kind : all_event_kinds()) {
      Event event;
      event.kind = kind;
      event.workspace = {text, text};
      event.set = event.what = event.field = event.from = event.to = event.by = text;
      event.result = event.text = event.digest = event.request_id = text;
      happen(event);
    }
    testing::expect_nothing_of_it_runs(
        activity({{"workspace", text}, {"kind", text}, {"before", text}, {text, text}}), text);
    testing::expect_nothing_of_it_runs(activity(), text);
    show(testing::a_report({Reason::InSync}));
    testing::expect_nothing_of_it_runs(status_page(input()), text);
  }
}

// --- one workspace ---

class WorkspacePage : public Pages {
 protected:
  /// A report of one row, alice/dev, whose spec declares a few fields.
  reconcile::CycleReport one(Reason reason) {
    auto report = testing::a_report({reason});
    auto spec = *testing::a_spec("Alice", "Dev", {{"team", "payments"}});
    spec.fields.set("ttl", testing::wish_for_ttl(480min));
    spec.fields.set("autostart", testing::wish_for_autostart("0 9 * * *"), specs::FieldMode::initial);
    testing::editable(report.workspaces, 0).spec = std::make_shared<const specs::WorkspaceSpec>(spec);
    return report;
  }
};

TEST_F(WorkspacePage, SaysOfEachFieldWhatIsDeclaredWhereWhatCoderHasAndWhoDecides) {
  auto report = one(Reason::Drifted);
  auto& row = testing::editable(report.workspaces, 0);
  auto spec = *row.spec;
  spec.body.edit().defaulted = specs::DefaultedFields{
      {.field = "autostart", .where = {}, .shown = specs::SharedText("specs/defaults.yaml:7")}};
  row.spec = std::make_shared<const specs::WorkspaceSpec>(spec);
  row.drift = {{testing::field::ttl, "4h", testing::wish_for_ttl(480min)}};
  show(std::move(report));
  const std::string html = workspace();
  EXPECT_THAT(html, HasSubstr(">ttl</th><td role=\"cell\" data-label=\"Declared\">8h<code class=\"source\" "
                              "title=\"specs/team.yaml\">specs/team.yaml:1</code>"));
  EXPECT_THAT(html, HasSubstr("class=\"differs\" data-label=\"In Coder\"><b>4h</b></td><td role=\"cell\" "
                              "data-label=\"Decided by\">the spec</td>"));
  EXPECT_THAT(html, HasSubstr("<code class=\"source\">defaults, specs/defaults.yaml:7</code>"))
      << "no title where there is no path";
  EXPECT_THAT(html, HasSubstr("the owner: the spec only gives it at creation"));
  EXPECT_THAT(html, HasSubstr("Not declared, so the owner&#39;s own: automaticUpdates, favorite, dormant."));
  EXPECT_THAT(html, HasSubstr(">template</th>"));
}

TEST_F(WorkspacePage, LeadsFromWhereAFieldIsDeclaredToTheForge) {
  show(one(Reason::InSync));
  const auto url = parse_source_url("https://forge.example.com/{revision}/{path}#L{line}");
  ASSERT_TRUE(url);
  const std::optional<SourceUrl> forge = *url;
  const std::vector<specs::CheckedOut> checkouts = {{"specs", "prod", "c0ffee"}};
  PageInput linked = input();
  linked.sources = SourceLinks(forge, checkouts);
  const auto& row = board_.report->workspaces[0];
  const std::string place =
      "<code class=\"source\" title=\"specs/team.yaml\"><a rel=\"noreferrer\" "
      "href=\"https://forge.example.com/c0ffee/prod/team.yaml#L1\">specs/team.yaml:1</a></code>";
  EXPECT_THAT(workspace_page(linked, *row.spec, &row),
              AllOf(HasSubstr("Declared by " + place),
                    HasSubstr(">ttl</th><td role=\"cell\" data-label=\"Declared\">8h" + place)));
}

TEST_F(WorkspacePage, SaysWhatActsWhereThatIsNotWhatIsStored) {
  auto report = one(Reason::InSync);
  auto& row = testing::editable(report.workspaces, 0);
  const auto soon = reconcile::Instant(std::chrono::floor<std::chrono::seconds>(now_) + 2h);
  row.forecast.stop = {soon, reconcile::StopBy::template_limit};
  row.forecast.start = {.at = soon, .blocked = {reconcile::Cause::Dormant}, .instead = {}, .missed = {}};
  show(report);
  EXPECT_THAT(workspace(),
              AllOf(HasSubstr("acts: it stops on Fri 2024-10-04 02:00 UTC, by the limit of its template"),
                    HasSubstr("acts: idle: it is dormant")));
  row.forecast = {};
  row.forecast.stop = {soon, reconcile::StopBy::ttl};
  show(std::move(report));
  EXPECT_THAT(workspace(), Not(HasSubstr("acts:")));
}

TEST_F(WorkspacePage, SaysWhatASetHasDeclared) {
  auto report = one(Reason::InSync);
  auto& row = testing::editable(report.workspaces, 0);
  auto spec = *row.spec;
  spec.body.edit().set = "payments-dev";
  row.spec = std::make_shared<const specs::WorkspaceSpec>(spec);
  show(std::move(report));
  EXPECT_THAT(workspace(), AllOf(HasSubstr("Declared by <code class=\"source\" title=\"specs/team.yaml\">"
                                           "set payments-dev (specs/team.yaml:1"),
                                 HasSubstr("<code class=\"source\" title=\"specs/team.yaml\">"
                                           "set, specs/team.yaml:1")));
}

TEST_F(WorkspacePage, SaysHowItStandsAndWhatToDo) {
  auto report = one(Reason::BackingOff);
  auto& row = testing::editable(report.workspaces, 0);
  row.ready.since = now_ - 2h;
  row.ready.message = "setting ttl failed";
  row.next_try = now_ + 30s;
  coder::ApiError error(coder::ApiFault::rejected, "ttl is too long");
  error.request_id = "req-1";
  row.last_error = std::make_shared<const coder::ApiError>(error);
  row.remarks = {{reconcile::Remark::TemplateDiffers, "it was created from podman"}};
  show(std::move(report));
  EXPECT_THAT(
      workspace(),
      AllOf(HasSubstr("chip busy\">BackingOff</span> since <time"), HasSubstr(">2 h</time>"),
            HasSubstr("setting ttl failed"), HasSubstr("Next attempt in 30 s."), HasSubstr("ttl is too long"),
            HasSubstr("req-1"), HasSubstr("<b>TemplateDiffers</b> it was created from podman"),
            HasSubstr("About BackingOff</summary>")));
}

TEST_F(WorkspacePage, SaysWhatComesNextAsExplainDoes) {
  auto report = one(Reason::InSync);
  auto& forecast = testing::editable(report.workspaces, 0).forecast;
  const auto at = [&](std::chrono::hours in) {
    return reconcile::Instant(std::chrono::floor<std::chrono::seconds>(now_) + in);
  };
  forecast.start.at = at(9h);
  forecast.stop = {at(2h), reconcile::StopBy::ttl};
  forecast.deletion = at(72h);
  show(std::move(report));
  EXPECT_THAT(workspace(),
              AllOf(HasSubstr("<dt>start</dt><dd>Fri 2024-10-04 09:00 UTC</dd>"),
                    HasSubstr("<dt>stop</dt><dd>Fri 2024-10-04 02:00 UTC, by its ttl</dd>"),
                    HasSubstr("<dt>deletion</dt><dd>Mon 2024-10-07 00:00 UTC, unless it is woken")));
}

TEST_F(WorkspacePage, HasItsOwnHistoryAndItsLastBuild) {
  show(one(Reason::InSync));
  EXPECT_THAT(workspace(), HasSubstr("Nothing is kept of it since this process began."));
  happen(an_event("dev"));
  happen(an_event("web"));
  reconcile::SeenBuild build;
  build.transition = reconcile::Transition::start;
  build.status = reconcile::BuildStatus::running;
  build.created = reconcile::Instant(std::chrono::floor<std::chrono::seconds>(now_) - 10min);
  build.completed = reconcile::Instant(std::chrono::floor<std::chrono::seconds>(now_) - 9min);
  board_.builds = std::make_shared<const reconcile::BuildsSeen>(
      reconcile::BuildsSeen{{{"alice", "dev"}, std::make_shared<const reconcile::SeenBuild>(build)}});
  const std::string html = workspace();
  EXPECT_THAT(html,
              AllOf(HasSubstr("id=\"e-1\""), Not(HasSubstr("id=\"e-2\"")),
                    HasSubstr("Last build by this daemon: start took 1m, queued "), HasSubstr("10 min ago")));
}

TEST_F(WorkspacePage, SaysWhatThePlanHasForIt) {
  auto report = one(Reason::Held);
  report.plan.workspaces.push_back({{"alice", "dev"}, {testing::a_success().action}, "dormant later"});
  report.plan.workspaces.push_back({{"alice", "x"}, {testing::a_success().action}, "not this"});
  report.verdict.held = true;
  show(report);
  EXPECT_THAT(workspace(), AllOf(HasSubstr(">Held</h2>"), HasSubstr("ttl: 4h → 8h"),
                                 HasSubstr("<li>then dormant later</li>"), Not(HasSubstr("not this")),
                                 HasSubstr("<a href=\"../../\">where it is approved</a>")));
  report.verdict.held = false;
  show(std::move(report));
  EXPECT_THAT(workspace(),
              AllOf(HasSubstr(">Planned in the last cycle</h2>"), Not(HasSubstr("where it is approved"))));
}

TEST_F(WorkspacePage, LeadsToCoderOnlyWhereThereIsSuchAWorkspaceThere) {
  auto report = one(Reason::InSync);
  const std::string id = report.workspaces[0].id->to_string();
  show(report);
  EXPECT_THAT(
      workspace(),
      AllOf(HasSubstr("href=\"https://coder.example.com/@Alice/Dev\""),
            HasSubstr(
                "href=\"https://coder.example.com/audit?filter=resource_type%3Aworkspace%20resource_id%3A" +
                id),
            HasSubstr("coder-reconciler explain alice/dev")));
  testing::editable(report.workspaces, 0).id.reset();
  show(std::move(report));
  EXPECT_THAT(workspace(), Not(HasSubstr("coder.example.com/@")));
}

TEST_F(WorkspacePage, LeadsBackFromTwoLevelsBelow) {
  show(one(Reason::InSync));
  const std::string html = workspace();
  EXPECT_THAT(
      html,
      AllOf(HasSubstr("<a href=\"../../\">Status</a>"), HasSubstr("href=\"../../?label=team%3Dpayments\""),
            HasSubstr("href=\"../../activity\""), HasSubstr("data-events=\"../../api/v1/events/stream?"),
            HasSubstr("href=\"../../metrics\"")));
}

TEST_F(WorkspacePage, IsThereBeforeACycleHasLookedAtIt) {
  const auto spec = testing::a_spec("alice", "dev");
  EXPECT_THAT(workspace_page(input(), *spec, nullptr), HasSubstr("No cycle has looked at it yet"));
}

TEST_F(WorkspacePage, OfOneThatIsNotDeclaredSaysWhereToLook) {
  show(testing::a_report({Reason::InSync}));
  const std::string html = unknown_workspace_page(input(), "Alice", "Nobody's");
  EXPECT_THAT(html, AllOf(HasSubstr("alice/nobody&#39;s is not declared"), HasSubstr("No spec declares it"),
                          HasSubstr("href=\"../../?q=nobody%27s\""),
                          HasSubstr("href=\"../../activity?workspace=alice%2Fnobody%27s\"")));
  auto desired = std::make_shared<specs::DesiredState>(*board_.desired);
  desired->elsewhere = {{"alice", "broken"}};
  board_.desired = desired;
  EXPECT_THAT(unknown_workspace_page(input(), "Alice", "Broken"),
              AllOf(HasSubstr("A document that is invalid declares it"), HasSubstr("href=\"../../#specs\"")));
}

TEST_F(WorkspacePage, CallsNothingUndeclaredBeforeThatIsKnown) {
  EXPECT_FALSE(knows_what_is_declared(board_));
  EXPECT_THAT(unknown_workspace_page(input(), "alice", "dev"),
              AllOf(HasSubstr("not known yet"), Not(HasSubstr("is not declared"))));
  auto desired = std::make_shared<specs::DesiredState>();
  board_.desired = desired;
  EXPECT_TRUE(knows_what_is_declared(board_)) << "documents alone declare";
  desired->sets.push_back(std::make_shared<const specs::WorkspaceSet>());
  EXPECT_FALSE(knows_what_is_declared(board_)) << "a set may declare it: its owners are not read yet";
  show(testing::a_report({Reason::InSync}));
  EXPECT_TRUE(knows_what_is_declared(board_));
}

TEST_F(WorkspacePage, HostileTextStaysText) {
  for (const std::string& text : testing::hostile_texts()) {
    auto report = testing::a_hostile_report(text);
    const specs::Identity hostile = specs::identity_of(*report.workspaces.front().spec);
    show(std::move(report));
    Event event = an_event();
    event.workspace = hostile;
    event.text = event.by = text;
    happen(event);
    way_out_.paths = {text};
    testing::expect_nothing_of_it_runs(workspace(), text);
    testing::expect_nothing_of_it_runs(unknown_workspace_page(input(), text, text), text);
  }
}

}  // namespace
}  // namespace cr::daemon
