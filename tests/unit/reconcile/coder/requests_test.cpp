#include <nlohmann/json.hpp>
#include <string>

#include "reconcile/coder/fault.h"
#include "tests/support/fields.h"
#include "tests/unit/reconcile/coder/client_bench.h"
#include "tests/unit/reconcile/coder/fixtures.h"

/// What each call sends, and what it makes of the answer.
namespace cr::coder {
namespace {

using namespace std::chrono_literals;
using testing::body_of;
using testing::build_info_answer;
using testing::header_of;
using testing::json_answer;
using testing::recorded_body;
using testing::request_line;

const std::string kId = "f7a5e87b-29fc-4554-afc8-484dc892ba0b";
const std::string kOtherId = "bd7633d9-ad48-4b56-b012-ce0ccadd7fcf";
const std::string kNoRows = R"({"workspaces":[],"count":0})";

class Requests : public testing::ClientBench {
 protected:
  Requests() : client(make()) {}

  void answer(int status, const std::string& body) { server.answer_all(json_answer(status, body)); }
  void answer_recorded(const std::string& name, int status = 200) {
    answer(status, recorded_body("coder-2.35.1", name).dump());
  }
  void answer_nothing() { server.answer_all("HTTP/1.1 204 No Content\r\n\r\n"); }

  std::string line() const { return server.requests().empty() ? "" : request_line(server.requests().back()); }
  std::string body() const { return server.requests().empty() ? "" : body_of(server.requests().back()); }

  Client client;
};

TEST_F(Requests, WorkspacesByIds) {
  answer_recorded("list/ids");
  const std::vector<WorkspaceId> ids = {*WorkspaceId::parse(kId), *WorkspaceId::parse(kOtherId)};
  const auto rows = run(client.reader().workspaces_by_ids(ids));
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->rows.size(), 2U);
  EXPECT_EQ(line(), "GET /api/v2/workspaces?q=id:" + kId + "," + kOtherId + "&limit=2 HTTP/1.1");
}

TEST_F(Requests, NoIdsAreNoRequest) {
  const std::vector<WorkspaceId> ids;
  const auto rows = run(client.reader().workspaces_by_ids(ids));
  ASSERT_TRUE(rows);
  EXPECT_TRUE(rows->rows.empty());
  EXPECT_EQ(server.requests().size(), 0U);
}

TEST_F(Requests, ALineThatIsTooLongForAProxyIsARefusalWithItsStatus) {
  server.answer_all(
      "HTTP/1.1 414 URI Too Long\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>");
  const std::vector<WorkspaceId> ids = {*WorkspaceId::parse(kId)};
  const auto rows = run(client.reader().workspaces_by_ids(ids));
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().fault, ApiFault::rejected);
  EXPECT_EQ(rows.error().status, 414);
}

TEST_F(Requests, AWorkspaceById) {
  answer_recorded("read/by-id");
  const auto found = run(client.reader().workspace_by_id(*WorkspaceId::parse(kId)));
  ASSERT_TRUE(found && *found);
  EXPECT_EQ(line(), "GET /api/v2/workspaces/" + kId + " HTTP/1.1");
}

TEST_F(Requests, AnIdThatIsUnknownOrDeletedIsNoWorkspaceAndNoError) {
  for (const int status : {404, 410}) {
    answer(status, R"({"message":"Workspace was deleted"})");
    const auto found = run(client.reader().workspace_by_id(*WorkspaceId::parse(kId)));
    ASSERT_TRUE(found) << status;
    EXPECT_FALSE(*found) << status;
  }
}

TEST_F(Requests, AnIdThatMayNotBeReadIsAnError) {
  answer(403, R"({"message":"Forbidden"})");
  const auto found = run(client.reader().workspace_by_id(*WorkspaceId::parse(kId)));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().fault, ApiFault::forbidden);
}

TEST_F(Requests, WorkspacesOfOwner) {
  answer_recorded("list/owner");
  const auto rows = run(client.reader().workspaces_of_owner("bob"));
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->count, rows->rows.size());
  EXPECT_EQ(line(), "GET /api/v2/workspaces?q=owner:bob&limit=500 HTTP/1.1");
}

TEST_F(Requests, AnOwnerWithMoreThanAPageIsReadInPages) {
  nlohmann::json page = recorded_body("coder-2.35.1", "list/owner");
  const std::size_t rows = page["workspaces"].size();
  const nlohmann::json row = page["workspaces"][0];
  while (page["workspaces"].size() < 500) page["workspaces"].push_back(row);
  page["count"] = 501;
  answer(200, page.dump());
  const auto read = run(client.reader().workspaces_of_owner("bob"));
  ASSERT_TRUE(read);
  // The same rows came twice; the count tells that some are missing.
  EXPECT_EQ(read->rows.size(), rows);
  EXPECT_EQ(read->count, 501U);
  ASSERT_EQ(server.requests().size(), 2U);
  EXPECT_EQ(line(), "GET /api/v2/workspaces?q=owner:bob&limit=500&offset=500 HTTP/1.1");
}

TEST_F(Requests, AnOwnersPagesEndWithTheOneThatIsNotFull) {
  answer(200, R"({"workspaces":[],"count":1000000000})");
  const auto read = run(client.reader().workspaces_of_owner("bob"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->count, 1'000'000'000U);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(Requests, AnOwnersPagesEndWithTheOneThatIsRepeated) {
  nlohmann::json page = recorded_body("coder-2.35.1", "list/owner");
  const nlohmann::json row = page["workspaces"][0];
  page["workspaces"] = nlohmann::json::array();
  for (int i = 0; i < 500; ++i) page["workspaces"].push_back(row);
  page["count"] = 1'000'000;
  answer(200, page.dump());
  ASSERT_TRUE(run(client.reader().workspaces_of_owner("bob")));
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST_F(Requests, MoreRowsThanWereAskedForAreNoAnswerOfCoders) {
  answer_recorded("list/ids");
  const std::vector<WorkspaceId> one = {*WorkspaceId::parse(kId)};
  const auto by_ids = run(client.reader().workspaces_by_ids(one));
  ASSERT_FALSE(by_ids);
  EXPECT_EQ(by_ids.error().fault, ApiFault::contract);
  EXPECT_NE(by_ids.error().message.find("more than the 1 rows that were asked for"), std::string::npos)
      << by_ids.error().message;
  const auto page = run(client.reader().workspaces_page(0, 1));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().fault, ApiFault::contract);
}

TEST_F(Requests, AnAnswerMayBeAsLongAsWhatWasAskedFor) {
  const auto refused_at = [&](auto call) {
    server.answer_all(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n{");
    Client fresh = make();
    const auto result = run(call(fresh.reader()));
    return result ? std::string("taken") : result.error().message;
  };
  const std::vector<WorkspaceId> sixteen(16, *WorkspaceId::parse(kId));
  EXPECT_EQ(refused_at([&](CoderReader& reader) { return reader.workspaces_by_ids(sixteen); }),
            "the response is larger than 2 MiB");
  EXPECT_EQ(refused_at([](CoderReader& reader) { return reader.workspaces_page(0, 32); }),
            "the response is larger than 3 MiB");
  const std::string alice = "alice";
  EXPECT_EQ(refused_at([&](CoderReader& reader) { return reader.workspace_by_name(alice, alice); }),
            "the response is larger than 1 MiB");
  EXPECT_EQ(refused_at([](CoderReader& reader) { return reader.me(); }), "the response is larger than 1 MiB");
}

TEST_F(Requests, NobodyIsAskedForACompressedAnswer) {
  server.answer_all(build_info_answer());
  ASSERT_TRUE(run(client.reader().build_info()));
  EXPECT_EQ(header_of(server.requests().back(), "Accept-Encoding"), "identity");
}

TEST_F(Requests, AFieldOfAnotherTypeIsNamedAndNobodyIsSentToLookForALogin) {
  nlohmann::json page = recorded_body("coder-2.35.1", "list/owner");
  page["workspaces"][0]["latest_build"]["build_number"] = "seven";
  answer(200, page.dump());
  const auto read = run(client.reader().workspaces_page(0, 500));
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("workspaces[0].latest_build.build_number"), std::string::npos);
  EXPECT_FALSE(read.error().request_id.empty());
  EXPECT_EQ(coder::remedy_of(read.error()).find("login"), std::string_view::npos);
  ApiError anonymous = read.error();
  anonymous.request_id.clear();
  EXPECT_NE(coder::remedy_of(anonymous).find("login"), std::string_view::npos);
}

TEST_F(Requests, AnOwnerThatNoSearchCanNameHasNoWorkspaces) {
  const auto rows = run(client.reader().workspaces_of_owner("a\"b"));
  ASSERT_TRUE(rows);
  EXPECT_TRUE(rows->rows.empty());
  EXPECT_EQ(server.requests().size(), 0U);
}

TEST_F(Requests, WorkspacesPage) {
  answer(200, kNoRows);
  ASSERT_TRUE(run(client.reader().workspaces_page(1500, 500)));
  EXPECT_EQ(line(), "GET /api/v2/workspaces?limit=500&offset=1500 HTTP/1.1");
}

TEST_F(Requests, APageWithoutLimitIsNeverAskedFor) {
  ASSERT_FALSE(run(client.reader().workspaces_page(0, 0)));
  EXPECT_EQ(server.requests().size(), 0U);
}

TEST_F(Requests, WorkspaceByName) {
  answer_recorded("read/by-name");
  const auto found = run(client.reader().workspace_by_name("al ice", "d/ev"));
  ASSERT_TRUE(found) << found.error().to_string();
  EXPECT_TRUE(found->live.has_value());
  EXPECT_EQ(line(), "GET /api/v2/users/al%20ice/workspace/d%2Fev?include_deleted=true HTTP/1.1");
}

TEST_F(Requests, AWorkspaceThatIsNotThereIsNothing) {
  answer(404, R"({"message":"Resource not found or you do not have access to this resource"})");
  auto found = run(client.reader().workspace_by_name("alice", "dev"));
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->live.has_value());
  // Coder up to 2.31, for an owner who is not there.
  answer(400, R"({"message":"\"user\" must be an existing uuid or username."})");
  found = run(client.reader().workspace_by_name("nobody", "dev"));
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->live.has_value());
}

TEST_F(Requests, WhatWasDeletedIsToldFromWhatNeverWasAndByWhom) {
  for (const char* age : {"coder-2.20.0", "coder-2.29.1", "coder-2.35.1", "coder-2.36.1"}) {
    const auto look = [&](const std::string& name) {
      answer(200, recorded_body(age, "deleted/" + name, "fate-").dump());
      return run(client.reader().workspace_by_name("ben", "dev")).value();
    };
    const coder::NameLook by_hand = look("by-name-include-deleted");
    EXPECT_FALSE(by_hand.live) << age;
    EXPECT_EQ(by_hand.deleted, coder::Deleted::by_somebody) << age;
    const coder::NameLook by_coder = look("by-coder-include-deleted");
    EXPECT_FALSE(by_coder.live) << age;
    EXPECT_EQ(by_coder.deleted, coder::Deleted::by_coder) << age;
    EXPECT_TRUE(look("live-include-deleted").live) << age;
  }
}

TEST_F(Requests, PresetsAsEachAgeWritesThem) {
  for (const char* age : {"coder-2.20.0", "coder-2.29.1", "coder-2.35.1", "coder-2.36.1"}) {
    answer(200, recorded_body(age, "presets/of-version", "fate-").dump());
    const auto presets = run(client.reader().presets(*VersionId::parse(kId)));
    ASSERT_TRUE(presets) << age;
    ASSERT_EQ(presets->size(), 2U) << age;
    EXPECT_EQ(presets->front().name, "small") << age;
    EXPECT_EQ(presets->front().parameters.front(), (std::pair<std::string, std::string>("cpu", "2"))) << age;
  }
  answer(200, "null");
  EXPECT_TRUE(run(client.reader().presets(*VersionId::parse(kId))).value().empty()) << "Go's empty list";
  answer(404, R"({"message":"Route not found."})");
  EXPECT_TRUE(run(client.reader().presets(*VersionId::parse(kId))).value().empty()) << "Coder before 2.20";
}

TEST_F(Requests, SomebodyElses404IsNoProofOfAbsence) {
  server.answer_all("HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n");
  const auto found = run(client.reader().workspace_by_name("alice", "dev"));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().fault, ApiFault::contract);
}

TEST_F(Requests, Me) {
  answer_recorded("lookup/me");
  ASSERT_TRUE(run(client.reader().me()));
  EXPECT_EQ(line(), "GET /api/v2/users/me HTTP/1.1");
}

TEST_F(Requests, TokenFactsAreAskedForByThePublicPart) {
  answer(200, R"({"expires_at":"2026-12-01T00:00:00Z","scopes":["all"]})");
  ASSERT_TRUE(run(client.reader().token_facts()));
  EXPECT_EQ(line(), "GET /api/v2/users/me/keys/abcdefghij HTTP/1.1");
}

TEST_F(Requests, CheckAccess) {
  answer(200, R"({"0":true,"1":false})");
  AccessQuestion question;
  question.action = Access::create;
  AccessQuestion other;
  other.action = Access::read;
  const std::vector<AccessQuestion> questions = {question, other};
  const auto answers = run(client.reader().check_access(questions));
  ASSERT_TRUE(answers);
  const std::vector<bool> want = {true, false};
  EXPECT_EQ(*answers, want);
  EXPECT_EQ(line(), "POST /api/v2/authcheck HTTP/1.1");
  EXPECT_EQ(header_of(server.requests().back(), "Content-Type"), "application/json");
  EXPECT_EQ(nlohmann::json::parse(body())["checks"].size(), 2U);
}

TEST_F(Requests, UserAndOrganizations) {
  answer_recorded("lookup/user-by-name");
  EXPECT_TRUE(run(client.reader().user("Alice")));
  EXPECT_EQ(line(), "GET /api/v2/users/Alice HTTP/1.1");
  answer_recorded("lookup/organizations");
  EXPECT_TRUE(run(client.reader().organizations()));
  EXPECT_EQ(line(), "GET /api/v2/organizations HTTP/1.1");
}

TEST_F(Requests, TemplatesNamedAsksForDeprecatedOnesToo) {
  answer_recorded("lookup/templates-exact-name");
  const auto templates = run(client.reader().templates_named("PARAMS"));
  ASSERT_TRUE(templates);
  // The same one came twice, as from Coder before 2.23.
  EXPECT_EQ(templates->size(), 1U);
  ASSERT_EQ(server.requests().size(), 2U);
  EXPECT_EQ(request_line(server.requests()[0]), "GET /api/v2/templates?q=exact_name:PARAMS HTTP/1.1");
  EXPECT_EQ(request_line(server.requests()[1]),
            "GET /api/v2/templates?q=exact_name:PARAMS%20deprecated:true HTTP/1.1");
}

TEST_F(Requests, TemplatesOfAnotherNameAreLeftOut) {
  answer_recorded("lookup/templates-exact-name");
  EXPECT_TRUE(run(client.reader().templates_named("param"))->empty());
}

TEST_F(Requests, TemplatesByIdsAreTheseAloneWhateverIsListed) {
  nlohmann::json all = recorded_body("coder-2.35.1", "lookup/templates");
  ASSERT_GT(all.size(), 2U);
  all[1]["id"] = kOtherId;
  answer(200, all.dump());
  const std::vector<TemplateId> ids = {*TemplateId::parse(kId), *TemplateId::parse(kOtherId)};
  const auto found = run(client.reader().templates_by_ids(ids));
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ((*found)[0].id, ids[1]);
  EXPECT_EQ(line(), "GET /api/v2/templates?q=ids:" + kId + "," + kOtherId + " HTTP/1.1");
}

TEST_F(Requests, TemplateAndVersions) {
  answer_recorded("lookup/template-by-id");
  const TemplateId id = *TemplateId::parse(kId);
  EXPECT_TRUE(run(client.reader().template_by_id(id)));
  EXPECT_EQ(line(), "GET /api/v2/templates/" + kId + " HTTP/1.1");
  answer_recorded("lookup/template-version-by-name");
  EXPECT_TRUE(run(client.reader().version_named(id, "v2.0")));
  EXPECT_EQ(line(), "GET /api/v2/templates/" + kId + "/versions/v2.0 HTTP/1.1");
  const VersionId version = *VersionId::parse(kOtherId);
  EXPECT_TRUE(run(client.reader().version_by_id(version)));
  EXPECT_EQ(line(), "GET /api/v2/templateversions/" + kOtherId + " HTTP/1.1");
}

TEST_F(Requests, Parameters) {
  answer_recorded("lookup/rich-parameters");
  const VersionId version = *VersionId::parse(kId);
  EXPECT_TRUE(run(client.reader().rich_parameters(version)));
  EXPECT_EQ(line(), "GET /api/v2/templateversions/" + kId + "/rich-parameters HTTP/1.1");
  answer(200, R"([{"name":"a","value":"1"}])");
  const BuildId build = *BuildId::parse(kId);
  EXPECT_EQ(run(client.reader().build_parameters(build))->size(), 1U);
  EXPECT_EQ(line(), "GET /api/v2/workspacebuilds/" + kId + "/parameters HTTP/1.1");
}

TEST_F(Requests, CreateWorkspace) {
  answer_recorded("create/full", 201);
  CreateRequest request;
  request.owner = *UserId::parse(kId);
  request.name = "dev";
  request.template_id = *TemplateId::parse(kOtherId);
  request.ttl = 8h;
  const auto created = run(client.writer().create_workspace(request));
  ASSERT_TRUE(created) << created.error().to_string();
  EXPECT_EQ(created->request_id, "a-request-id");
  EXPECT_EQ(created->row.build.status, BuildStatus::pending);
  EXPECT_EQ(created->row.build.version_name, "");
  EXPECT_EQ(line(), "POST /api/v2/users/" + kId + "/workspaces HTTP/1.1");
  EXPECT_EQ(body(), R"({"name":"dev","template_id":")" + kOtherId + R"(","ttl_ms":28800000})");
}

TEST_F(Requests, WhatIsNoCoderIsNotTakenForAnOldOne) {
  CreateRequest request;
  request.owner = *UserId::parse(kId);
  request.name = "dev";
  answer(404, R"({"message":"Route not found."})");
  EXPECT_EQ(run(client.writer().create_workspace(request)).error().fault, ApiFault::contract);
  answer_recorded("create/full", 201);
  ASSERT_TRUE(run(client.writer().create_workspace(request)));
  EXPECT_EQ(line(), "POST /api/v2/users/" + kId + "/workspaces HTTP/1.1") << "nothing was learnt from that";
}

TEST_F(Requests, AnUnknownOwnerIsNoUnknownRoute) {
  answer(404, R"({"message":"Resource not found or you do not have access to this resource"})");
  const auto created = run(client.writer().create_workspace(CreateRequest()));
  EXPECT_EQ(created.error().fault, ApiFault::not_found);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(Requests, TheAuditLog) {
  const std::string body = R"({"audit_logs":[],"count":3})";
  const auto dated = [&](const std::string& date) {
    server.answer_all("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + date +
                      "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  };
  dated("Date: Wed, 25 Nov 2026 21:18:00 GMT\r\n");
  const reconcile::AuditQuery newest;
  ASSERT_TRUE(run(client.audit().newest(newest)));
  EXPECT_EQ(line(), "GET /api/v2/audit?limit=1 HTTP/1.1");
  reconcile::AuditQuery back;
  back.since = std::chrono::year{2026} / 1 / 9;
  back.limit = 25;
  back.offset = 50;
  const auto page = run(client.audit().newest(back));
  ASSERT_TRUE(page);
  EXPECT_EQ(line(), "GET /api/v2/audit?q=date_from:2026-01-09&limit=25&offset=50 HTTP/1.1");
  EXPECT_EQ(page->count, 3U);
  const reconcile::AuditTime told = std::chrono::sys_days(std::chrono::year{2026} / 11 / 25) + 21h + 18min;
  EXPECT_LE(page->asked_at, told);
  EXPECT_GT(page->asked_at, told - 20s);
  reconcile::AuditQuery nothing;
  nothing.limit = 0;
  ASSERT_TRUE(run(client.audit().newest(nothing)));
  EXPECT_EQ(line(), "GET /api/v2/audit?limit=1 HTTP/1.1") << "none at all would be all";
  for (const char* date : {"", "Date: yesterday\r\n"}) {
    dated(date);
    EXPECT_EQ(run(client.audit().newest(newest)).error().fault, ApiFault::contract) << date;
  }
}

TEST_F(Requests, AnAuditLogThatTellsTheSameAsBeforeIsReadAgain) {
  const auto answer_row = [&](const char* day, char number) {
    const std::string body = std::string(R"({"audit_logs":[{"id":"10000000-0000-0000-0000-00000000000)") +
                             number +
                             R"(","time":"2026-11-25T21:00:00Z","resource_type":"user"}],"count":3})";
    server.answer_all(std::string("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Wed, ") + day +
                      " Nov 2026 21:18:00 GMT\r\nContent-Length: " + std::to_string(body.size()) +
                      "\r\n\r\n" + body);
  };
  const auto read = [&] {
    const auto page = run(client.audit().newest(reconcile::AuditQuery()));
    return page ? *page : reconcile::AuditPage();
  };
  answer_row("04", '1');
  const reconcile::AuditPage first = read();
  ASSERT_EQ(first.rows.size(), 1U);
  answer_row("11", '1');
  const reconcile::AuditPage same = read();
  EXPECT_EQ(same.rows, first.rows);
  EXPECT_EQ(same.count, first.count);
  EXPECT_GT(same.asked_at, first.asked_at + 6 * 24h) << "what was told then is not what was asked now";
  answer_row("11", '2');
  EXPECT_NE(read().rows, first.rows);
  answer_row("11", '1');
  EXPECT_EQ(read().rows, first.rows);
}

TEST_F(Requests, Settings) {
  answer_nothing();
  const WorkspaceId id = *WorkspaceId::parse(kId);
  EXPECT_TRUE(run(testing::send_autostart(client.writer(), id, "0 9 * * 1-5")));
  EXPECT_EQ(line(), "PUT /api/v2/workspaces/" + kId + "/autostart HTTP/1.1");
  EXPECT_EQ(body(), R"({"schedule":"0 9 * * 1-5"})");
  EXPECT_TRUE(run(testing::send_autostart(client.writer(), id, "")));
  EXPECT_EQ(body(), R"({"schedule":null})");
  EXPECT_TRUE(run(testing::send_ttl(client.writer(), id, std::nullopt)));
  EXPECT_EQ(line(), "PUT /api/v2/workspaces/" + kId + "/ttl HTTP/1.1");
  EXPECT_EQ(body(), R"({"ttl_ms":null})");
  EXPECT_TRUE(run(testing::send_automatic_updates(client.writer(), id, true)));
  EXPECT_EQ(line(), "PUT /api/v2/workspaces/" + kId + "/autoupdates HTTP/1.1");
  EXPECT_EQ(body(), R"({"automatic_updates":"always"})");
  EXPECT_EQ(server.connections(), 1U);
}

TEST_F(Requests, Dormancy) {
  const WorkspaceId id = *WorkspaceId::parse(kId);
  nlohmann::json asleep = recorded_body("coder-2.35.1", "read/by-id");
  asleep["dormant_at"] = "2026-11-24T13:27:00Z";
  answer(200, asleep.dump());
  const auto kept = run(testing::send_dormant(client.writer(), id, true));
  ASSERT_TRUE(kept);
  ASSERT_TRUE(kept->row);
  EXPECT_EQ(kept->request_id, "a-request-id");
  EXPECT_TRUE(kept->row->dormant);
  EXPECT_EQ(line(), "PUT /api/v2/workspaces/" + kId + "/dormant HTTP/1.1");
  EXPECT_EQ(body(), R"({"dormant":true})");
  server.answer_all("HTTP/1.1 304 Not Modified\r\n\r\n");
  const auto same = run(testing::send_dormant(client.writer(), id, true));
  ASSERT_TRUE(same);
  EXPECT_TRUE(same->was_so);
  EXPECT_FALSE(same->row);
}

TEST_F(Requests, Builds) {
  answer_recorded("builds/stop", 201);
  const WorkspaceId id = *WorkspaceId::parse(kId);
  const auto build = run(client.writer().queue_build(id, Transition::stop));
  ASSERT_TRUE(build) << build.error().to_string();
  EXPECT_EQ(build->request_id, "a-request-id");
  EXPECT_EQ(build->build.transition, Transition::stop);
  EXPECT_EQ(line(), "POST /api/v2/workspaces/" + kId + "/builds HTTP/1.1");
  EXPECT_EQ(body(), R"({"transition":"stop"})");
}

TEST_F(Requests, ADeletingBuildIsNeverSent) {
  const WorkspaceId id = *WorkspaceId::parse(kId);
  ASSERT_FALSE(run(client.writer().queue_build(id, Transition::del)));
  ASSERT_FALSE(run(client.writer().queue_build(id, Transition::unknown)));
  EXPECT_EQ(server.requests().size(), 0U);
}

}  // namespace
}  // namespace cr::coder
