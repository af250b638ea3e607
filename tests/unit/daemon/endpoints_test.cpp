#include "daemon/http/endpoints.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "daemon/http/api_token.h"
#include "daemon/json_schema.h"
#include "tests/support/json_schema_judge.h"
#include "tests/support/manual_clock.h"
#include "tests/support/report_rows.h"
#include "tests/unit/daemon/reports.h"
#include "tests/unit/daemon/temp_folder.h"

namespace cr::daemon {
namespace {

using nlohmann::json;
using reconcile::Reason;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

class EndpointsTest : public ::testing::Test {
 protected:
  HttpResponse send(const std::string& method, const std::string& target, bool local = true,
                    const std::string& bearer = "", const std::string& body = "") {
    HttpRequest request;
    request.method = method;
    request.local = local;
    request.bearer_token = bearer;
    request.body = body;
    request.peer = "10.1.2.3";
    EXPECT_TRUE(parse_target(target, request));
    HttpResponse response = endpoints_.handle(request);
    const bool accepted = response.status == 202;
    if (accepted || (response.status >= 400 && response.content_type == "application/json")) {
      const auto schema = schema_text(accepted ? "accepted" : "error");
      EXPECT_EQ(testing::strict_complaints(schema, json::parse(response.body)), "") << target;
    }
    return response;
  }
  HttpResponse get(const std::string& target) { return send("GET", target); }
  /// A good answer, which is as its schema says.
  json get_json(const std::string& target) {
    json answer = json::parse(get(target).body);
    const std::string rest = target.substr(std::string_view{"/api/v1/"}.size());
    const std::string name = rest.starts_with("workspaces/") ? "workspace" : rest.substr(0, rest.find('?'));
    EXPECT_EQ(testing::strict_complaints(schema_text(name), answer), "") << target;
    return answer;
  }

  void show(reconcile::CycleReport report) {
    board_.report = std::make_shared<const reconcile::CycleReport>(std::move(report));
    board_.desired = std::make_shared<const specs::DesiredState>();
    board_.cycles = {clock_.now(), "", 60s};
    shown_.publish(board_);
    shown_.beat({clock_.now(), 60s});
  }

  static std::string header(const HttpResponse& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return "";
  }

  testing::ManualClock clock_;
  Board board_;
  SharedBoard shown_;
  int reconciled_ = 0;
  std::vector<std::string> approved_;
  std::optional<Secret> token_ = Secret{"s3cret"};
  struct Told {
    metrics::ApprovalResult result = metrics::ApprovalResult::refused;
    std::string why, digest, peer;
    std::size_t changes = 0;
    std::string set;
    bool wrong_token = false;
  };
  std::vector<Told> told_;
  SharedActivity activity_{"e1"};
  EndpointParts parts_{.board = shown_,
                       .activity = activity_,
                       .clock = clock_,
                       .metrics = [] { return std::string{"up 1\n"}; },
                       .metrics_content_type = "text/plain; version=0.0.4",
                       .reconcile = [this] { ++reconciled_; },
                       .approve = [this](const std::string& digest) { approved_.push_back(digest); },
                       .api_token = [this] { return token_; },
                       .on_approval =
                           [this](const Approval& approval) {
                             told_.push_back({approval.result, std::string{approval.why}, approval.digest,
                                              std::string{approval.peer}, approval.changes, approval.set,
                                              approval.wrong_token});
                           }};
  Endpoints endpoints_{parts_};
};

TEST_F(EndpointsTest, UnknownPagesAre404InJson) {
  for (const char* target :
       {"/nothing", "/api/v1", "/api/v1/workspaces/alice", "/api/v2/workspaces", "/metrics/"}) {
    const HttpResponse response = get(target);
    EXPECT_EQ(response.status, 404) << target;
    EXPECT_TRUE(json::parse(response.body).contains("error"));
  }
}

TEST_F(EndpointsTest, OtherMethodsAre405AndNameTheAllowedOnes) {
  const HttpResponse post = send("POST", "/metrics");
  EXPECT_EQ(post.status, 405);
  EXPECT_EQ(header(post, "Allow"), "GET, HEAD");
  const HttpResponse read = get("/-/reconcile");
  EXPECT_EQ(read.status, 405);
  EXPECT_EQ(header(read, "Allow"), "POST");
  EXPECT_EQ(reconciled_, 0);
}

TEST_F(EndpointsTest, MetricsAreWhatTheRecorderSays) {
  const HttpResponse response = get("/metrics");
  EXPECT_EQ(response.body, "up 1\n");
  EXPECT_EQ(response.content_type, "text/plain; version=0.0.4");
}

TEST_F(EndpointsTest, ProbesAnswerWithTheReasonInWords) {
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_EQ(get("/readyz").body, "not ready: no cycle has succeeded yet\n");
  show(testing::a_report({Reason::InSync}));
  EXPECT_EQ(get("/readyz").status, 200);
  EXPECT_EQ(get("/healthz").body, "ok: the loop is making progress\n");
  clock_.advance(1h);
  EXPECT_EQ(get("/healthz").status, 503);
  EXPECT_THAT(get("/readyz").body, HasSubstr("not ready: no cycle has succeeded for 1h"));
}

TEST_F(EndpointsTest, TheApiSays503BeforeTheFirstCycle) {
  for (const char* target : {"/api/v1/summary", "/api/v1/plan", "/api/v1/forecast", "/api/v1/workspaces",
                             "/api/v1/workspaces/a/b"}) {
    EXPECT_EQ(get(target).status, 503) << target;
  }
  EXPECT_EQ(get("/").status, 200);
}

TEST_F(EndpointsTest, ListsWorkspacesByPages) {
  show(testing::a_report(std::vector<Reason>(250, Reason::InSync)));
  const json first = get_json("/api/v1/workspaces");
  EXPECT_EQ(first["total"], 250);
  EXPECT_EQ(first["workspaces"].size(), 100U);
  const json last = get_json("/api/v1/workspaces?limit=200&offset=200");
  EXPECT_EQ(last["workspaces"].size(), 50U);
  EXPECT_EQ(last["workspaces"][0]["name"], "w200");
  EXPECT_EQ(get_json("/api/v1/workspaces?offset=1000")["workspaces"].size(), 0U);
}

TEST_F(EndpointsTest, FiltersByReasonAndOwner) {
  show(testing::a_report({Reason::InSync, Reason::Held, Reason::Held}));
  EXPECT_EQ(get_json("/api/v1/workspaces?reason=Held")["total"], 2);
  EXPECT_EQ(get_json("/api/v1/workspaces?reason=Held&owner=ALICE")["total"], 2);
  EXPECT_EQ(get_json("/api/v1/workspaces?owner=bob")["total"], 0);
}

TEST_F(EndpointsTest, RefusesFiltersThatItDoesNotKnow) {
  show(testing::a_report({Reason::InSync}));
  for (const char* query : {"reason=Nope", "limit=0", "limit=1001", "limit=x", "offset=-1", "nmae=x"}) {
    EXPECT_EQ(get(std::string{"/api/v1/workspaces?"} + query).status, 400) << query;
  }
  EXPECT_THAT(get("/api/v1/workspaces?reason=Nope").body, HasSubstr("InSync"));
}

TEST_F(EndpointsTest, ShowsOneWorkspaceWithoutRegardToCase) {
  show(testing::a_report({Reason::Missing}));
  EXPECT_EQ(get_json("/api/v1/workspaces/Alice/W0")["reason"], "Missing");
  EXPECT_EQ(get("/api/v1/workspaces/alice/none").status, 404);
}

TEST_F(EndpointsTest, SummarySaysThatSpecsAreStale) {
  show(testing::a_report({Reason::InSync}));
  EXPECT_EQ(get_json("/api/v1/summary")["specs"]["stale"], false);
  board_.stale = "specs: no such directory";
  shown_.publish(board_);
  const json summary = get_json("/api/v1/summary");
  EXPECT_EQ(summary["specs"]["stale"], true);
  EXPECT_EQ(summary["specs"]["staleReason"], "specs: no such directory");
  EXPECT_EQ(summary["daemon"]["ready"], true);
}

TEST_F(EndpointsTest, ReconcileNeedsNoTokenFromThisMachine) {
  const HttpResponse response = send("POST", "/-/reconcile");
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(reconciled_, 1);
}

TEST_F(EndpointsTest, ReconcileFromElsewhereNeedsTheToken) {
  EXPECT_EQ(send("POST", "/-/reconcile", false).status, 401);
  EXPECT_EQ(send("POST", "/-/reconcile", false, "wrong").status, 401);
  EXPECT_EQ(reconciled_, 0);
  EXPECT_EQ(send("POST", "/-/reconcile", false, "s3cret").status, 202);
  token_.reset();
  const HttpResponse none = send("POST", "/-/reconcile", false, "s3cret");
  EXPECT_EQ(none.status, 403);
  EXPECT_THAT(none.body, HasSubstr("--api-token-file"));
  EXPECT_EQ(reconciled_, 1);
}

TEST_F(EndpointsTest, AnEmptyTokenNeverOpens) {
  token_ = Secret{};
  EXPECT_EQ(send("POST", "/-/approve", true, "").status, 403);
}

TEST_F(EndpointsTest, ApproveAlwaysNeedsTheToken) {
  auto held = testing::a_report({Reason::Held});
  held.verdict.held = true;
  held.verdict.digest = "0123456789abcdef";
  show(held);
  const HttpResponse refused = send("POST", "/-/approve?digest=0123456789abcdef");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(header(refused, "WWW-Authenticate"), "Bearer realm=\"coder-reconciler\"");
  EXPECT_TRUE(approved_.empty());
}

TEST_F(EndpointsTest, WhatAForeignPageSendsIsRefusedWhateverItShows) {
  auto held = testing::a_report({Reason::Held});
  held.verdict.held = true;
  held.verdict.digest = "0123456789abcdef";
  show(held);
  for (const bool local : {false, true}) {
    for (const char* target : {"/-/reconcile", "/-/approve?digest=0123456789abcdef"}) {
      HttpRequest request;
      request.method = "POST";
      request.local = local;
      request.bearer_token = "s3cret";
      request.foreign = true;
      ASSERT_TRUE(parse_target(target, request));
      const HttpResponse refused = endpoints_.handle(request);
      EXPECT_EQ(refused.status, 403) << target;
      EXPECT_THAT(refused.body, HasSubstr("--allowed-hosts"));
    }
  }
  EXPECT_EQ(reconciled_, 0);
  EXPECT_TRUE(approved_.empty());
  ASSERT_EQ(told_.size(), 2U);
  EXPECT_EQ(told_[0].why, "a web page of another server sent it");
  EXPECT_EQ(told_[0].digest, "0123456789abcdef");
}

TEST_F(EndpointsTest, ApproveTakesTheDigestFromQueryJsonOrPlainBody) {
  auto held = testing::a_report({Reason::Held});
  held.verdict.held = true;
  held.verdict.digest = "0123456789abcdef";
  show(held);
  EXPECT_EQ(send("POST", "/-/approve?digest=0123456789abcdef", true, "s3cret").status, 202);
  EXPECT_EQ(send("POST", "/-/approve", true, "s3cret", R"({"digest": "0123456789abcdef"})").status, 202);
  EXPECT_EQ(send("POST", "/-/approve", true, "s3cret", "0123456789abcdef\n").status, 202);
  EXPECT_EQ(approved_.size(), 3U);
}

TEST_F(EndpointsTest, ApproveRefusesWhatIsNotHeld) {
  show(testing::a_report({Reason::InSync}));
  EXPECT_EQ(send("POST", "/-/approve", true, "s3cret", "0123456789abcdef").status, 409);
  auto held = testing::a_report({Reason::Held});
  held.verdict.held = true;
  held.verdict.digest = "fedcba9876543210";
  show(held);
  const HttpResponse other = send("POST", "/-/approve", true, "s3cret", "0123456789abcdef");
  EXPECT_EQ(other.status, 409);
  EXPECT_THAT(other.body, HasSubstr("fedcba9876543210"));
  EXPECT_EQ(send("POST", "/-/approve", true, "s3cret").status, 400);
  EXPECT_TRUE(approved_.empty());
}

TEST_F(EndpointsTest, ApproveTakesTheDigestOfOwnersWhoAreHeld) {
  auto report = testing::a_report({Reason::InSync});
  report.sets.resize(2);
  report.sets[0].name = "payments";
  report.sets[1].name = "shop";
  report.sets[1].held = 12;
  report.sets[1].digest = "00112233445566ff";
  show(report);
  const HttpResponse taken = send("POST", "/-/approve?digest=00112233445566ff", true, "s3cret");
  EXPECT_EQ(taken.status, 202);
  EXPECT_THAT(taken.body, HasSubstr("12 owners leave set shop"));
  EXPECT_EQ(approved_, std::vector<std::string>{"00112233445566ff"});
  EXPECT_EQ(told_.back().set, "shop");
  EXPECT_EQ(told_.back().changes, 12U);

  const HttpResponse other = send("POST", "/-/approve?digest=ffffffffffffffff", true, "s3cret");
  EXPECT_EQ(other.status, 409);
  EXPECT_THAT(other.body, HasSubstr("owners of set shop are held, with the digest 00112233445566ff"));
  EXPECT_EQ(approved_.size(), 1U);

  report.verdict.held = true;
  report.verdict.digest = "0123456789abcdef";
  show(report);
  for (const char* digest : {"00112233445566ff", "0123456789abcdef"})
    EXPECT_EQ(send("POST", std::string{"/-/approve?digest="} + digest, true, "s3cret").status, 202) << digest;
  EXPECT_EQ(send("POST", "/-/approve", true, "s3cret").status, 400) << "no set's digest is an empty one";
}

TEST_F(EndpointsTest, FiltersByTextStateTemplateAndLabel) {
  auto report = testing::a_report({Reason::InSync, Reason::Missing, Reason::Held});
  testing::editable(report.workspaces, 1).spec = testing::a_spec("bob", "web", {{"team", "shop"}});
  show(report);
  EXPECT_EQ(get_json("/api/v1/workspaces?q=something")["total"], 2);
  EXPECT_EQ(get_json("/api/v1/workspaces?q=BOB/w")["total"], 1);
  EXPECT_EQ(get_json("/api/v1/workspaces?state=waits_for_person")["total"], 2);
  EXPECT_EQ(get_json("/api/v1/workspaces?template=Docker")["total"], 3);
  EXPECT_EQ(get_json("/api/v1/workspaces?label=team%3Dshop")["total"], 1);
  EXPECT_EQ(get_json("/api/v1/workspaces?label=team!%3Dshop&state=in_sync")["total"], 1);
  EXPECT_EQ(get("/api/v1/workspaces?label=%3D").status, 400);
  EXPECT_EQ(get("/api/v1/workspaces?state=well").status, 400);
}

TEST_F(EndpointsTest, ThePlanComesByPages) {
  auto report = testing::a_report(std::vector<Reason>(250, Reason::Missing));
  show(report);
  const json first = get_json("/api/v1/plan");
  EXPECT_EQ(first["conditionsTotal"], 250);
  EXPECT_EQ(first["conditions"].size(), 100U);
  EXPECT_EQ(first["total"], 0);
  EXPECT_EQ(first["pageLimit"], 100);
  EXPECT_EQ(first["limit"], 0) << "of the guard";
  const json last = get_json("/api/v1/plan?limit=200&offset=240");
  EXPECT_EQ(last["conditions"].size(), 10U);
  EXPECT_EQ(last["conditions"][0]["name"], "w240");
  EXPECT_EQ(last["summary"], first["summary"]) << "of the whole";
  for (const char* query : {"limit=0", "limit=1001", "offset=x", "q=a"})
    EXPECT_EQ(get(std::string{"/api/v1/plan?"} + query).status, 400) << query;
}

TEST_F(EndpointsTest, TheForecastComesByPagesAndLooksAheadAsFarAsAsked) {
  auto report = testing::a_report(std::vector<Reason>(250, Reason::InSync));
  const auto now = std::chrono::floor<std::chrono::seconds>(report.ended);
  reconcile::Rows rows;
  std::size_t i = 0;
  for (reconcile::WorkspaceStatus row : report.workspaces) {
    row.forecast.start.at = reconcile::Instant(now + (i++ < 150 ? 1h : 48h));
    rows.push_back(std::move(row));
  }
  report.workspaces = std::move(rows);
  show(report);
  const json day = get_json("/api/v1/forecast");
  EXPECT_EQ(day["total"], 150);
  EXPECT_EQ(day["workspaces"].size(), 100U);
  EXPECT_EQ(day["starts"], json({{"1h", 150}, {"24h", 150}, {"7d", 250}}));
  const json week = get_json("/api/v1/forecast?within=168h&limit=200&offset=200");
  EXPECT_EQ(week["total"], 250);
  EXPECT_EQ(week["workspaces"].size(), 50U);
  EXPECT_EQ(testing::strict_complaints(schema_text("forecast"), week), "");
  for (const char* query : {"within=0s", "within=tomorrow", "within=367d", "limit=0", "offset=x", "q=a"})
    EXPECT_EQ(get(std::string{"/api/v1/forecast?"} + query).status, 400) << query;
}

TEST_F(EndpointsTest, WordsTermsAndParametersOfAQueryAreBounded) {
  show(testing::a_report({Reason::InSync}));
  const auto many = [](const std::string& one, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += one;
    return text;
  };
  for (const char* page : {"/api/v1/workspaces?", "/?"}) {
    const std::string base = page;
    EXPECT_EQ(get(base + "q=" + many("l+", 10)).status, 200);
    EXPECT_EQ(get(base + "q=" + many("l+", 11)).status, 400);
    EXPECT_EQ(get(base + "q=" + many("l+", 3900)).status, 400);
    EXPECT_EQ(get(base + "q=" + many("l", 256)).status, 200);
    EXPECT_EQ(get(base + "q=" + many("l", 257)).status, 400);
    EXPECT_EQ(get(base + "owner=" + many("l", 257)).status, 400);
    EXPECT_EQ(get(base + "label=" + many("a%3Db,", 9) + "a%3Db").status, 200);
    EXPECT_EQ(get(base + "label=" + many("a%3Db,", 10) + "a%3Db").status, 400);
    EXPECT_EQ(get(base + many("q=l&", 20)).status, 200);
    EXPECT_EQ(get(base + many("q=l&", 21)).status, 400);
    EXPECT_EQ(get(base + many("q&", 2000)).status, 400);
  }
  EXPECT_THAT(get("/api/v1/workspaces?q=" + many("l+", 11)).body, HasSubstr("more than 10 words"));
  EXPECT_THAT(get("/healthz?" + many("a&", 30)).body, HasSubstr("more than 20 parameters"));
}

TEST_F(EndpointsTest, AWordIsFoundWithinOneTextOnly) {
  show(testing::a_report({Reason::InSync}));
  EXPECT_EQ(get_json("/api/v1/workspaces?q=w0")["total"], 1);
  EXPECT_EQ(get_json("/api/v1/workspaces?q=w0docker")["total"], 0);
  EXPECT_EQ(get_json("/api/v1/workspaces?q=w0%00docker")["total"], 0);
}

TEST_F(EndpointsTest, OneOfManyWorkspacesIsFound) {
  auto report = testing::a_report(std::vector<Reason>(9, Reason::InSync));
  show(report);
  for (int i = 0; i < 9; ++i) {
    const std::string name = "w" + std::to_string(i);
    EXPECT_EQ(get_json("/api/v1/workspaces/ALICE/" + name)["name"], name);
  }
  for (const char* none : {"alice/w", "alice/w9", "aaa/w0", "bob/w0", "alice/a"})
    EXPECT_EQ(get(std::string{"/api/v1/workspaces/"} + none).status, 404) << none;
}

TEST_F(EndpointsTest, EachApprovalIsToldWithWhoAndWhat) {
  auto held = testing::a_report({Reason::Held});
  held.verdict.held = true;
  held.verdict.digest = "0123456789abcdef";
  held.verdict.changes = 7;
  show(held);
  send("POST", "/-/approve?digest=0123456789abcdef");
  send("POST", "/-/approve?digest=0123456789abcdef", true, "wrong");
  send("POST", "/-/approve?digest=fedcba9876543210", true, "s3cret");
  send("POST", "/-/approve", true, "s3cret", std::string(5000, 'x'));
  send("POST", "/-/approve?digest=0123456789abcdef", true, "s3cret");
  ASSERT_EQ(told_.size(), 5U);
  using metrics::ApprovalResult;
  EXPECT_EQ(told_[0].result, ApprovalResult::refused);
  EXPECT_EQ(told_[0].why, "no token was given");
  EXPECT_FALSE(told_[0].wrong_token);
  EXPECT_EQ(told_[1].result, ApprovalResult::refused);
  EXPECT_EQ(told_[1].why, "wrong token");
  EXPECT_TRUE(told_[1].wrong_token);
  EXPECT_EQ(told_[2].result, ApprovalResult::mismatched);
  EXPECT_EQ(told_[2].digest, "fedcba9876543210");
  EXPECT_EQ(told_[3].digest.size(), 64U);
  EXPECT_EQ(told_[4].result, ApprovalResult::approved);
  EXPECT_EQ(told_[4].changes, 7U);
  EXPECT_EQ(told_[4].peer, "10.1.2.3");
}

TEST_F(EndpointsTest, AfterFiveRefusalsEachAttemptWaitsASecond) {
  HttpRequest approve, reconcile, read;
  approve.method = reconcile.method = "POST";
  read.method = "GET";
  ASSERT_TRUE(parse_target("/-/approve", approve) && parse_target("/-/reconcile", reconcile) &&
              parse_target("/healthz", read));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(endpoints_.delay(approve), 0s) << i;
    send("POST", "/-/approve", true, "wrong");
  }
  EXPECT_EQ(endpoints_.delay(approve), 1s);
  EXPECT_EQ(endpoints_.delay(reconcile), 1s) << "the same token";
  for (int i = 0; i < 100; ++i) send("POST", "/-/approve", true, "wrong");
  EXPECT_EQ(endpoints_.delay(approve), 1s) << "never longer";
  reconcile.local = true;
  EXPECT_EQ(endpoints_.delay(reconcile), 0s) << "needs no token";
  EXPECT_EQ(endpoints_.delay(read), 0s);
  clock_.advance(60s);
  EXPECT_EQ(endpoints_.delay(approve), 0s) << "when nobody has tried for a minute";
}

TEST_F(EndpointsTest, ReadsNeedTheTokenForReadsWhereThereIsOne) {
  show(testing::a_report({Reason::InSync}));
  std::optional<Secret> for_reads = Secret{"for-reads"};
  parts_.read_token = [&] { return for_reads; };
  const Endpoints guarded(parts_);
  const auto status = [&](const std::string& target, const std::string& bearer) {
    HttpRequest request;
    request.method = "GET";
    request.local = true;
    request.bearer_token = bearer;
    EXPECT_TRUE(parse_target(target, request));
    return guarded.handle(request).status;
  };
  for (const char* target : {"/", "/metrics", "/api/v1/summary", "/api/v1/plan", "/api/v1/forecast",
                             "/api/v1/workspaces", "/api/v1/workspaces/alice/w0", "/api/v1/events",
                             "/api/v1/events/stream", "/activity", "/w/alice/w0"}) {
    EXPECT_EQ(status(target, ""), 401) << target;
    EXPECT_EQ(status(target, "s3cret"), 401) << target << ": the other token opens nothing here";
    EXPECT_EQ(status(target, "for-reads"), 200) << target;
  }
  EXPECT_EQ(status("/healthz", ""), 200);
  EXPECT_EQ(status("/readyz", ""), 200);
  for_reads.reset();
  EXPECT_EQ(status("/metrics", "for-reads"), 401) << "a file that has gone opens nothing";
}

TEST_F(EndpointsTest, EventsComeWithWhatTellsAGapAndARestart) {
  EXPECT_EQ(get_json("/api/v1/events")["newest"], 0) << "before the first cycle, too";
  Event event;
  event.workspace = {"alice", "w0"};
  for (int i = 0; i < 3; ++i) activity_.add(event);
  event.workspace = {"bob", "web"};
  event.kind = EventKind::drift;
  activity_.add(event);
  const json all = get_json("/api/v1/events");
  EXPECT_EQ(all["epoch"], "e1");
  EXPECT_EQ(all["events"].size(), 4U);
  EXPECT_EQ(all["events"][3]["owner"], "bob");
  const json later = get_json("/api/v1/events?since=2&limit=1");
  EXPECT_EQ(later["events"][0]["number"], 3);
  EXPECT_EQ(later["more"], true);
  EXPECT_EQ(later["next"], 3);
  EXPECT_EQ(get_json("/api/v1/events?workspace=Bob/Web&kind=drift,action")["events"].size(), 1U);
  for (const char* query : {"kind=x", "since=x", "limit=1001", "workspace=alice", "nmae=x"})
    EXPECT_EQ(get(std::string{"/api/v1/events?"} + query).status, 400) << query;
}

TEST_F(EndpointsTest, TheStreamOfEventsIsForGetAlone) {
  const HttpResponse response = get("/api/v1/events/stream");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "text/event-stream; charset=utf-8");
  ASSERT_TRUE(response.stream);
  EXPECT_THAT(response.stream->take(), HasSubstr("retry: "));
  for (const char* method : {"HEAD", "POST", "PUT", "ET", "G", ""}) {
    const HttpResponse refused = send(method, "/api/v1/events/stream");
    EXPECT_EQ(refused.status, 405) << method;
    EXPECT_EQ(header(refused, "Allow"), "GET");
    EXPECT_FALSE(refused.stream);
  }
  EXPECT_EQ(get("/api/v1/events/stream?kind=x").status, 400);
}

TEST_F(EndpointsTest, AWorkspaceHasAPageOfItsOwn) {
  EXPECT_EQ(get("/w/alice/w0").status, 503) << "before the specs are read nobody knows what is declared";
  show(testing::a_report({Reason::Missing}));
  const HttpResponse page = get("/w/Alice/W0");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("<title>alice/w0: Missing"));
  EXPECT_THAT(header(page, "Content-Security-Policy"), HasSubstr("default-src 'none'"));
  const HttpResponse none = get("/w/alice/none");
  EXPECT_EQ(none.status, 404);
  EXPECT_EQ(none.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(none.body, HasSubstr("alice/none is not declared"));
}

TEST_F(EndpointsTest, AWorkspaceIsFoundAmongAHundredThousandWithoutALookAtEach) {
  std::vector<specs::SpecPtr> specs;
  auto report = testing::a_report({});
  std::vector<reconcile::Rows::Row> rows;
  for (int i = 0; i < 100'000; ++i) {
    auto row = std::make_shared<reconcile::WorkspaceStatus>();
    row->spec = testing::a_spec("alice", fmt::format("w{:06}", i));
    row->ready.reason = Reason::InSync;
    rows.push_back(std::move(row));
  }
  report.workspaces = reconcile::Rows(std::move(rows));
  show(std::move(report));
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) ASSERT_EQ(get(fmt::format("/w/alice/w{:06}", i * 997)).status, 200);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s)
      << "far above what it takes: other programs run, too";
}

TEST_F(EndpointsTest, ThePageOfActivityIsServed) {
  Event event;
  event.workspace = {"alice", "w0"};
  activity_.add(event);
  const HttpResponse page = get("/activity?workspace=alice/w0");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("id=\"e-1\""));
}

TEST_F(EndpointsTest, RoutesAreAClosedSet) {
  const auto route = [](const std::string& target) {
    HttpRequest request;
    EXPECT_TRUE(parse_target(target, request));
    return std::string{Endpoints::route_of(request)};
  };
  EXPECT_EQ(route("/api/v1/workspaces/alice/w0"), "/api/v1/workspaces/{owner}/{name}");
  EXPECT_EQ(route("/api/v1/plan?limit=1"), "/api/v1/plan");
  EXPECT_EQ(route("/w/alice/w0?x=1"), "/w/{owner}/{name}");
  EXPECT_EQ(route("/w/alice/w0/"), "other") << "relative links would lead astray";
  EXPECT_EQ(route("/w/alice"), "other");
  EXPECT_EQ(route("/api/v1/events/stream?since=1"), "/api/v1/events/stream");
  EXPECT_EQ(route("/activity"), "/activity");
  EXPECT_EQ(route("/wp-login.php"), "other");
  EXPECT_EQ(Endpoints::route_of(HttpRequest{}), "other") << "of what could not be read";
}

TEST_F(EndpointsTest, ThePageIsServedUnderAStrictPolicy) {
  show(testing::a_report({Reason::InSync}));
  const HttpResponse response = get("/");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
  EXPECT_EQ(header(response, "Referrer-Policy"), "no-referrer");
  const std::string policy = header(response, "Content-Security-Policy");
  EXPECT_THAT(policy, HasSubstr("default-src 'none'; style-src 'sha256-"));
  EXPECT_THAT(policy, HasSubstr("; script-src 'sha256-"));
  EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
}

TEST_F(EndpointsTest, ThePageNeverShowsATokenNorWhereItWasTyped) {
  auto held = testing::a_report({Reason::Held});
  held.verdict = {.held = true, .approved = false, .changes = 9, .limit = 1, .digest = "d", .message = "m"};
  show(held);
  EXPECT_THAT(get("/").body, Not(HasSubstr("s3cret")));
}

TEST(SameSecret, ComparesWholeTexts) {
  EXPECT_TRUE(same_secret("abc", "abc"));
  EXPECT_FALSE(same_secret("abc", "abd"));
  EXPECT_FALSE(same_secret("abc", "ab"));
  EXPECT_FALSE(same_secret("", "a"));
}

TEST(ApiToken, IsTrimmedAndReadAgainEachTime) {
  const testing::TempFolder folder;
  const std::string file = folder.write("token", " one \n");
  EXPECT_EQ(api_token_problem(file), "");
  EXPECT_EQ(read_api_token(file)->reveal(), "one");
  folder.write("token", "two\n");
  EXPECT_EQ(read_api_token(file)->reveal(), "two");
}

TEST(ApiToken, OfTheServerHasSixteenCharacters) {
  const testing::TempFolder folder;
  const std::string file = folder.write("token", "123456789012345\n");
  EXPECT_EQ(server_token_problem(file), "the token in " + file +
                                            " has 15 characters and can be guessed; it needs at least 16 "
                                            "(create one with openssl rand -hex 32)");
  EXPECT_FALSE(read_server_token(file)) << "nor when it is replaced by such a one later";
  folder.write("token", "1234567890123456\n");
  EXPECT_EQ(server_token_problem(file), "");
  EXPECT_EQ(read_server_token(file)->reveal(), "1234567890123456");
  EXPECT_EQ(server_token_problem(""), "");
}

TEST(ApiToken, ThatOthersMayReadIsNoticed) {
  const testing::TempFolder folder;
  const std::string file = folder.write("token", "1234567890123456\n");
  for (const auto& [mode, others] : {std::pair{0600U, false}, {0640U, false}, {0644U, true}, {0602U, true}}) {
    ASSERT_EQ(::chmod(file.c_str(), mode), 0);
    EXPECT_EQ(others_may_read(file), others) << std::oct << mode;
  }
  EXPECT_FALSE(others_may_read(""));
  EXPECT_FALSE(others_may_read(folder.path("missing")));
}

TEST(ApiToken, ThatCannotBeUsedIsNone) {
  const testing::TempFolder folder;
  const std::string empty = folder.write("empty", "\n");
  EXPECT_EQ(api_token_problem(empty), empty + " is empty");
  EXPECT_FALSE(read_api_token(empty));
  const std::string large = folder.write("large", std::string(5000, 'x'));
  EXPECT_EQ(api_token_problem(large), large + " is larger than 4 KiB");
  const std::string missing = folder.path("missing");
  EXPECT_EQ(api_token_problem(missing), "cannot read " + missing + ": No such file or directory");
  EXPECT_EQ(api_token_problem(""), "");
}

}  // namespace
}  // namespace cr::daemon
