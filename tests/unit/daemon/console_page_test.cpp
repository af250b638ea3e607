// The status page as a console: what can be done from it, and the ways to look at a fleet.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "daemon/http/page/asset.h"
#include "daemon/http/page/grouping.h"
#include "daemon/http/page/shares.h"
#include "daemon/http/page/workspace_filter.h"
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
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class Console : public testing::ShownPage {
 protected:
  static void change(CycleReport& report, std::size_t row,
                     const std::function<void(specs::WorkspaceSpec&)>& change) {
    auto spec = *report.workspaces[row].spec;
    change(spec);
    testing::editable(report.workspaces, row).spec = std::make_shared<const specs::WorkspaceSpec>(spec);
  }
  static CycleReport a_held_plan() {
    auto report = testing::a_report({Reason::Held, Reason::InSync}, CycleResult::held);
    report.plan.workspaces.push_back({{"alice", "w0"}, {testing::a_success().action}, ""});
    report.verdict = {.held = true,
                      .approved = false,
                      .changes = 12,
                      .limit = 3,
                      .digest = "0123456789abcdef",
                      .message = "m"};
    return report;
  }
};

// --- what can be done ---

TEST_F(Console, OffersToReconcileAndToApproveWithDigestAndNumber) {
  show(a_held_plan());
  const std::string html = page();
  EXPECT_THAT(html, HasSubstr("id=\"reconcile\" class=\"act scripted\">Reconcile now</button>"));
  EXPECT_THAT(html,
              HasSubstr("class=\"act approve\" data-digest=\"0123456789abcdef\" data-title=\"Approve this "
                        "plan?\" data-what=\"It changes 12 workspaces in the next cycle"));
  EXPECT_THAT(html, HasSubstr("<input id=\"ask-token\" type=\"password\" autocomplete=\"off\""));
}

TEST_F(Console, OffersToLetOwnersLeaveEachSetThatHoldsThem) {
  auto report = testing::a_report({Reason::InSync});
  report.sets = {testing::a_held_set("payments-dev")};
  show(report);
  EXPECT_THAT(page(),
              HasSubstr("data-digest=\"fedcba9876543210\" data-title=\"Let them leave set payments-dev?\" "
                        "data-what=\"12 owners leave it"));
}

TEST_F(Console, OffersNothingThatWouldBeRefused) {
  show(a_held_plan());
  way_out_.api_token_file.clear();
  const std::string html = page();
  EXPECT_THAT(html, AllOf(Not(HasSubstr("class=\"act")), Not(HasSubstr("ask-token"))));
  EXPECT_THAT(html,
              HasSubstr("To reconcile and approve from this page, start the daemon with --api-token-file."));
}

TEST_F(Console, NothingToApproveIsNoButton) {
  show(testing::a_report({Reason::Drifted}));
  EXPECT_THAT(page(), AllOf(HasSubstr("id=\"reconcile\""), Not(HasSubstr("act approve"))));
}

TEST_F(Console, ButtonsAreSeenOnlyWhereScriptsRunAndCommandsStay) {
  show(a_held_plan());
  const std::string html = page();
  EXPECT_THAT(std::string{Asset::style().text()},
              HasSubstr("html:not(.scripts) .scripted { display: none; }"));
  EXPECT_THAT(html, HasSubstr("<p class=\"scripted\"><button type=\"button\" class=\"act approve\""));
  EXPECT_THAT(html, HasSubstr("/-/approve?digest=0123456789abcdef"));
}

TEST_F(Console, KeepsTheTokenInNothingThatOutlivesTheTab) {
  const std::string script{Asset::console_script().text()};
  for (const char* store : {"localStorage", "sessionStorage", "cookie", "indexedDB", "caches", "history.",
                            "postMessage", "credentials", "window.", "globalThis"}) {
    EXPECT_THAT(script, Not(HasSubstr(store))) << store;
  }
  EXPECT_THAT(status_page_policy(), HasSubstr(Asset::console_script().csp_source()));
  EXPECT_THAT(status_page_policy(), AllOf(HasSubstr("default-src 'none'"), HasSubstr("connect-src 'self'"),
                                          Not(HasSubstr("unsafe"))));
}

// --- groups ---

CycleReport a_fleet_of_teams() {
  auto report = testing::a_report({Reason::InSync, Reason::InSync, Reason::Drifted, Reason::BuildFailed,
                                   Reason::InSync, Reason::Unreachable});
  const auto spec = [&](std::size_t row, const std::string& owner, specs::StringPairs labels,
                        std::string set) {
    auto made = *testing::a_spec(owner, "w" + std::to_string(row), std::move(labels));
    made.body.edit().set = set;
    testing::editable(report.workspaces, row).spec = std::make_shared<const specs::WorkspaceSpec>(made);
  };
  spec(0, "alice", {{"team", "payments"}}, "dev");
  spec(1, "Alice", {{"team", "payments"}}, "Dev");
  spec(2, "bob", {{"team", "shop"}}, "");
  spec(3, "bob", {{"team", "shop"}}, "");
  spec(4, "carol", {}, "");
  spec(5, "carol", {{"team", "Shop"}}, "");
  return report;
}

struct Told {
  std::string name;
  std::size_t all, in_sync, need;
  bool operator==(const Told&) const = default;
  friend void PrintTo(const Told& told, std::ostream* out) {
    *out << told.name << ' ' << told.all << ' ' << told.in_sync << ' ' << told.need;
  }
};

std::vector<Told> told(const CycleReport& report, std::string_view by, std::size_t most = 100) {
  const auto rows = filter_rows(report, {});
  std::vector<Told> list;
  for (const Group& group : group_rows(rows, *parse_grouping(by), most).shown)
    list.push_back({group.name ? std::string{*group.name} : "-", group.shares.all(),
                    group.shares.of(Share::in_sync),
                    group.shares.of(Share::drifted) + group.shares.of(Share::needs_person)});
  return list;
}

TEST(Groups, TakeTogetherWhatHasTheSame) {
  const auto report = a_fleet_of_teams();
  EXPECT_THAT(told(report, "owner"),
              ElementsAre(Told{"bob", 2, 0, 2}, Told{"carol", 2, 1, 0}, Told{"alice", 2, 2, 0}))
      << "those that need somebody first, then what is unknown; whatever the case";
  EXPECT_THAT(told(report, "label:team"), ElementsAre(Told{"shop", 2, 0, 2}, Told{"Shop", 1, 0, 0},
                                                      Told{"payments", 2, 2, 0}, Told{"-", 1, 1, 0}))
      << "values of labels with regard to case";
  EXPECT_THAT(told(report, "set"), ElementsAre(Told{"-", 4, 1, 2}, Told{"dev", 2, 2, 0}));
  EXPECT_THAT(told(report, "template"), ElementsAre(Told{"docker", 6, 3, 2}));
  EXPECT_THAT(told(report, "reason"), ElementsAre(Told{"BuildFailed", 1, 0, 1}, Told{"Drifted", 1, 0, 1},
                                                  Told{"Unreachable", 1, 0, 0}, Told{"InSync", 3, 3, 0}));
}

TEST(Groups, AreBoundedAndCountTheRest) {
  const auto report = a_fleet_of_teams();
  const auto rows = filter_rows(report, {});
  const Groups groups = group_rows(rows, {GroupKey::owner}, 1);
  EXPECT_EQ(groups.shown.size(), 1U);
  EXPECT_EQ(groups.more, 2U);
  EXPECT_EQ(groups.in_more, 4U);
}

TEST(Groups, HaveOneSpellingInUrls) {
  for (const char* text : {"reason", "template", "owner", "set", "label:team", "label:a:b"})
    EXPECT_EQ(to_string(*parse_grouping(text)), text);
  for (const char* text : {"", "label:", "label", "name", "Owner"})
    EXPECT_FALSE(parse_grouping(text)) << text;
}

TEST_F(Console, EachGroupLeadsToJustItsRows) {
  show(a_fleet_of_teams());
  const std::string html = page({{"group", "label:team"}, {"q", "w"}});
  EXPECT_EQ(rows_of(html), 0U) << "groups stand in place of rows";
  EXPECT_THAT(html, HasSubstr("href=\"?q=w&amp;label=team%3Dshop\">shop</a>"));
  EXPECT_THAT(html, HasSubstr("href=\"?q=w&amp;label=%21team\">without the label</a>"));
  EXPECT_EQ(rows_of(page({{"label", "team=shop"}})), 2U);
  EXPECT_EQ(rows_of(page({{"label", "!team"}})), 1U);
  EXPECT_THAT(page({{"group", "label:team"}, {"label", "team"}}), HasSubstr("label=team%2Cteam%3Dshop"))
      << "a filter that is set stays";
  EXPECT_THAT(page({{"group", "set"}}), HasSubstr("<span class=\"name\">of no set</span>"));
  EXPECT_THAT(page({{"group", "owner"}, {"state", "in_sync"}}),
              AllOf(HasSubstr("href=\"?state=in_sync&amp;owner=alice\""), Not(HasSubstr(">bob</a>"))));
  EXPECT_THAT(page({{"group", "owner"}}), AllOf(HasSubstr("data-label=\"in sync\">2 (100 %)"),
                                                HasSubstr("data-label=\"drifted or held\">1 (50 %)"),
                                                HasSubstr("data-label=\"need a person\">1 (50 %)")));
  EXPECT_THAT(page({{"group", "size"}}), HasSubstr("unknown group &quot;size&quot;"));
}

TEST_F(Console, AThousandGroupsAreAHundredAndANumber) {
  auto report = testing::a_report(std::vector<Reason>(1000, Reason::InSync));
  for (std::size_t i = 0; i < 1000; ++i)
    change(report, i, [&](auto& spec) { spec.owner = "owner-" + std::to_string(i); });
  show(std::move(report));
  const std::string html = page({{"group", "owner"}});
  EXPECT_THAT(html, HasSubstr("And 900 more groups with 900 workspaces"));
  EXPECT_LT(html.size(), 250'000U);
}

TEST_F(Console, HostileGroupsStayText) {
  for (const std::string& text : testing::hostile_texts()) {
    auto report = testing::a_report({Reason::Rejected});
    change(report, 0, [&](auto& spec) {
      auto& body = spec.body.edit();
      spec.owner = body.template_ref = text;
      body.set = text;
      body.labels = {{text, text}};
    });
    testing::editable(report.workspaces, 0).ready.message = text;
    report.sets = {testing::a_held_set(text)};
    show(std::move(report));
    for (const QueryParameters& query :
         {QueryParameters{{"group", "owner"}}, QueryParameters{{"group", "label:" + text}},
          QueryParameters{{"group", "set"}}, QueryParameters{{"rows", "compact"}},
          QueryParameters{{"rows", text}}, QueryParameters{{"order", text}},
          QueryParameters{{"group", text}}})
      testing::expect_nothing_of_it_runs(page(query), text);
  }
}

// --- shares ---

TEST(Shares, EachReasonIsInOneOfThem) {
  ShareCounts shares;
  for (const Reason reason : reconcile::all_reasons()) shares.add(reason);
  EXPECT_EQ(shares.all(), reconcile::all_reasons().size());
  EXPECT_EQ(shares.of(Share::in_sync), 1U);
  EXPECT_EQ(shares.of(Share::drifted), 2U);
  EXPECT_EQ(shares.of(Share::suspended), 1U);
  EXPECT_EQ(shares.of(Share::unknown), 3U);
}

TEST(Shares, AreDrawnSoThatTheSmallestCanBeSeen) {
  ShareCounts shares;
  shares.add(Reason::InSync, 99'998);
  shares.add(Reason::Drifted, 1);
  shares.add(Reason::Unreachable, 1);
  HtmlWriter out;
  write_shares(out, shares);
  const std::string html = out.take();
  EXPECT_THAT(html, HasSubstr("aria-label=\"99998 in sync, 1 drifted or held, 1 unknown\""));
  EXPECT_THAT(html, HasSubstr("class=\"good\" x=\"0\" width=\"988\""));
  EXPECT_THAT(html, HasSubstr("class=\"drift\" x=\"988\" width=\"6\""));
  EXPECT_THAT(html, HasSubstr("class=\"bad\" x=\"994\" width=\"6\"")) << "they fill it";
  HtmlWriter none;
  write_shares(none, {});
  EXPECT_EQ(none.take(), "");
}

// --- order and density ---

std::vector<std::string> names_by(CycleReport& report, std::string_view order) {
  auto rows = filter_rows(report, {});
  arrange(rows, *parse_row_order(order), rows.size());
  std::vector<std::string> names;
  for (const auto* row : rows) names.push_back(specs::identity_of(*row->spec).to_string());
  return names;
}

TEST_F(Console, RowsAreSortedByEachColumnInBothDirections) {
  auto report = testing::a_report({Reason::Drifted, Reason::InSync, Reason::Creating, Reason::InSync});
  const auto place = [&](std::size_t row, const char* owner, const char* name, const char* of) {
    change(report, row, [&](auto& spec) {
      spec.owner = owner;
      spec.name = name;
      spec.body.edit().template_ref = of;
    });
  };
  place(0, "alice", "zeta", "docker");
  place(1, "bob", "Alpha", "kubernetes");
  place(2, "bob", "web", "Docker");
  place(3, "carol", "alpha", "aws");
  const auto at = [](int hour) {
    return reconcile::Instant(std::chrono::sys_seconds(std::chrono::hours(hour)));
  };
  testing::editable(report.workspaces, 1).forecast.stop.at = at(5);
  testing::editable(report.workspaces, 2).forecast.deletion = at(3);
  testing::editable(report.workspaces, 2).forecast.stop.at = at(9);
  for (std::size_t i = 0; i < 4; ++i)
    testing::editable(report.workspaces, i).ready.since =
        async::WallTime{} + std::chrono::hours(i == 2 ? 1 : 4 + static_cast<int>(i));
  EXPECT_THAT(names_by(report, "name"), ElementsAre("bob/alpha", "carol/alpha", "bob/web", "alice/zeta"));
  EXPECT_THAT(names_by(report, "-name"), ElementsAre("alice/zeta", "bob/web", "bob/alpha", "carol/alpha"));
  EXPECT_THAT(names_by(report, "owner"), ElementsAre("alice/zeta", "bob/alpha", "bob/web", "carol/alpha"));
  EXPECT_THAT(names_by(report, "-owner"), ElementsAre("carol/alpha", "bob/alpha", "bob/web", "alice/zeta"));
  EXPECT_THAT(names_by(report, "template"), ElementsAre("carol/alpha", "alice/zeta", "bob/web", "bob/alpha"));
  EXPECT_THAT(names_by(report, "-template"),
              ElementsAre("bob/alpha", "alice/zeta", "bob/web", "carol/alpha"));
  EXPECT_THAT(names_by(report, "reason"), ElementsAre("bob/web", "alice/zeta", "bob/alpha", "carol/alpha"));
  EXPECT_THAT(names_by(report, "-reason"), ElementsAre("bob/alpha", "carol/alpha", "alice/zeta", "bob/web"));
  EXPECT_THAT(names_by(report, "need"), ElementsAre("alice/zeta", "bob/web", "bob/alpha", "carol/alpha"));
  EXPECT_THAT(names_by(report, "-need"), ElementsAre("bob/alpha", "carol/alpha", "bob/web", "alice/zeta"));
  EXPECT_THAT(names_by(report, "next"), ElementsAre("bob/web", "bob/alpha", "alice/zeta", "carol/alpha"));
  EXPECT_THAT(names_by(report, "-next"), ElementsAre("bob/alpha", "bob/web", "alice/zeta", "carol/alpha"))
      << "those without any event stay last";
  EXPECT_THAT(names_by(report, "newest"), ElementsAre("carol/alpha", "bob/alpha", "alice/zeta", "bob/web"));
  EXPECT_THAT(names_by(report, "oldest"), ElementsAre("bob/web", "alice/zeta", "bob/alpha", "carol/alpha"));
}

TEST_F(Console, ColumnsSayWhatSortsAndTurnItsOrder) {
  show(testing::a_report({Reason::InSync}));
  EXPECT_THAT(page({{"order", "name"}, {"q", "w0"}}),
              AllOf(HasSubstr("aria-sort=\"ascending\">Workspace <a class=\"sort\" aria-current=\"true\" "
                              "href=\"?q=w0&amp;order=-name\">name ↑</a>"),
                    HasSubstr("href=\"?q=w0&amp;order=owner\">owner</a>"),
                    HasSubstr("href=\"?q=w0&amp;order=next\">time</a>")));
  EXPECT_THAT(page({{"order", "-name"}}), HasSubstr("aria-sort=\"descending\">Workspace"));
  EXPECT_THAT(page({{"order", "newest"}}), AllOf(HasSubstr("aria-sort=\"descending\">State"),
                                                 HasSubstr("href=\"?order=oldest\">age ↓</a>")));
  EXPECT_THAT(page({{"order", "oldest"}}), HasSubstr("aria-sort=\"ascending\">State"));
  for (const RowOrder order : all_row_orders()) {
    EXPECT_EQ(parse_row_order(to_string(order)), order);
    const std::string html = page({{"order", to_string(order)}});
    EXPECT_EQ(html.find("aria-sort=\""), html.rfind("aria-sort=\"")) << "one column at a time";
  }
}

TEST_F(Console, CompactRowsSayTheSameInALine) {
  auto report = testing::a_report({Reason::Rejected, Reason::InSync});
  testing::editable(report.workspaces, 0).ready.message = "setting ttl failed: too long";
  testing::editable(report.workspaces, 0).ready.since = now_ - 2h;
  testing::editable(report.workspaces, 1).forecast.start.at =
      reconcile::Instant(std::chrono::floor<std::chrono::seconds>(now_) + 9h);
  show(std::move(report));
  const std::string html = page({{"rows", "compact"}});
  EXPECT_EQ(rows_of(html), 2U);
  EXPECT_THAT(html, AllOf(HasSubstr("chip warn\">Rejected"), HasSubstr(">2 h</time>"),
                          HasSubstr(">docker</td>"), HasSubstr(">setting ttl failed: too long</td>"),
                          HasSubstr(">starts <time datetime=\"2024-10-04T09:00:00Z\" "
                                    "title=\"2024-10-04T09:00:00Z\">in 9 h</time>")));
  EXPECT_LT(html.find("id=\"workspaces\""), html.find("id=\"facts\"")) << "rows first";
  EXPECT_GT(page().find("id=\"workspaces\""), page().find("id=\"facts\""));
  EXPECT_THAT(html, HasSubstr("<input type=\"hidden\" name=\"rows\" value=\"compact\">"))
      << "a search keeps it";
  EXPECT_THAT(html, HasSubstr("href=\"?\">Full rows</a>"));
  EXPECT_THAT(page({{"page", "1"}}), HasSubstr("href=\"?rows=compact\">Compact rows</a>"));
}

TEST_F(Console, AHundredThousandRowsCostOneLookInEachView) {
  std::vector<Reason> reasons(100'000, Reason::InSync);
  for (std::size_t i = 0; i < reasons.size(); i += 3) reasons[i] = Reason::Drifted;
  auto report = testing::a_report(reasons);
  for (std::size_t i = 0; i < reasons.size(); ++i)
    change(report, i, [&](auto& spec) {
      spec.owner = "owner-" + std::to_string(i % 5000);
      spec.body.edit().labels = {{"team", "t" + std::to_string(i % 400)}};
    });
  show(std::move(report));
  for (const QueryParameters& query :
       {QueryParameters{{"group", "owner"}}, QueryParameters{{"group", "label:team"}},
        QueryParameters{{"rows", "compact"}, {"per_page", "200"}, {"order", "-name"}, {"page", "500"}},
        QueryParameters{{"order", "next"}}}) {
    const auto begun = std::chrono::steady_clock::now();
    const std::string html = page(query);
    const auto took = std::chrono::steady_clock::now() - begun;
    std::cout << "[   cost   ] " << query.begin()->first << ": " << html.size() << " bytes, "
              << std::chrono::duration_cast<std::chrono::microseconds>(took).count() << " us\n";
    EXPECT_LT(html.size(), 250'000U);
    EXPECT_LT(took, 20s);
  }
}

}  // namespace
}  // namespace cr::daemon
