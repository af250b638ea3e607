#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "reconcile/plan/planner.h"
#include "reconcile/report/render.h"
#include "tests/support/fields.h"
#include "tests/support/report_rows.h"
#include "tests/support/tests_dir.h"
#include "tests/unit/reconcile/decision_builders.h"

// What people and programs see, byte by byte, in tests/golden/plan/<case>/. CR_UPDATE_GOLDEN=1 rewrites the
// files; their diff is then reviewed like code.
namespace cr::reconcile {
namespace {

using namespace cr::testing;
using std::filesystem::path;

const async::WallTime kSince{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + std::chrono::hours{8}};

/// A report as one cycle would leave it.
class ReportBuilder {
 public:
  ReportBuilder() {
    report_.started = kSince;
    report_.ended = kSince + 1500ms;
    report_.duration = 1500ms;
    report_.revision = "4f2a9c1";
  }
  WorkspaceStatus& row(const std::string& owner, const std::string& name, Reason reason,
                       std::string message = {}) {
    WorkspaceStatus status;
    status.spec = a_spec(owner, name).at("team/" + owner + ".yaml", 3).share();
    status.ready = {reason, std::move(message), kSince};
    report_.workspaces.push_back(std::move(status));
    return testing::editable(report_.workspaces, report_.workspaces.size() - 1);
  }
  void in_sync(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) row("zoe", "w" + std::to_string(100 + i), Reason::InSync);
  }
  void plan(const std::string& owner, const std::string& name, std::vector<Action> actions,
            std::string follow_up = {}) {
    row(owner, name, Reason::Updating, "it will be changed");
    plans_.push_back({{owner, name}, std::move(actions), std::move(follow_up)});
  }
  CycleReport& take(const ChangeLimit& limit = {}, std::string_view approved = {}) {
    report_.plan = assemble_plan(plans_);
    const bool is_approved = approved == digest(report_.plan);
    report_.verdict = judge(report_.plan, report_.workspaces.size(), limit,
                            is_approved ? report_.plan.workspaces.size() : 0);
    report_.result = report_.verdict.held ? CycleResult::held : CycleResult::partial;
    return report_;
  }

 private:
  CycleReport report_;
  std::vector<WorkspacePlan> plans_;
};

const WorkspaceId kId = a_workspace_id(7);

CreateWorkspace a_create(const std::string& owner, const std::string& name) {
  CreateWorkspace create{{owner, name}, {}, "docker"};
  create.request.owner = a_user_id(1);
  create.request.name = name;
  create.request.template_id = an_id<TemplateId>(1);
  return create;
}

ReportBuilder some_changes() {
  ReportBuilder builder;
  CreateWorkspace create = a_create("alice", "api-dev");
  create.sets = {{field::automatic_updates, "", wish_for_updates(true)},
                 {field::autostart, "", wish_for_autostart("CRON_TZ=Europe/Berlin 0 9 * * 1-5")},
                 {field::ttl, "", 480min}};
  create.request.parameters = {{"cpu", "4"}, {"region", "eu"}};
  builder.plan("alice", "api-dev", {create}, "stop and dormant once its first build has ended");
  builder.plan("bob", "web",
               {set_autostart({"bob", "web"}, kId, "0 8 * * *", ""), set_ttl({"bob", "web"}, kId, 4h, 8h)});
  builder.plan("carol", "a-long-workspace-name", {StopWorkspace{{"carol", "a-long-workspace-name"}, kId}},
               "dormant once it has stopped");
  builder.plan("dan", "dev", {RetryFirstBuild{{"dan", "dev"}, kId, 2}});
  builder.in_sync(3);
  return builder;
}

CycleReport changes() {
  return some_changes().take();
}

CycleReport nothing_to_do() {
  ReportBuilder builder;
  builder.in_sync(3);
  CycleReport report = builder.take();
  report.result = CycleResult::in_sync;
  return report;
}

CycleReport troubles() {
  ReportBuilder builder;
  builder.plan(
      "bob", "web",
      {set_dormant({"bob", "web"}, kId, false), set_automatic_updates({"bob", "web"}, kId, false, true)});
  builder.row("eve", "one", Reason::TemplateNotFound,
              "template dokcer not found, or the token cannot see it; correct spec.template");
  builder.row("eve", "two", Reason::TemplateNotFound,
              "template dokcer not found, or the token cannot see it; correct spec.template");
  WorkspaceStatus& forbidden = builder.row("fay", "dev", Reason::PolicyForbids, "ttl is 4h, declared 8h");
  forbidden.id = kId;
  forbidden.drift = {{field::ttl, "4h", "8h"}, {Field::version, "v1", "v2"}};
  forbidden.remarks = {{Remark::VersionDiffers, "its latest build used version v1, declared is v2"}};
  WorkspaceStatus& waiting =
      builder.row("gus", "dev", Reason::BackingOff, "failed once and is tried again later: 500");
  coder::ApiError error(coder::ApiFault::server, "Internal error");
  error.method = "PUT";
  error.path = "/api/v2/workspaces/x/ttl";
  error.status = 500;
  error.detail = "pq: too many clients";
  error.request_id = "00000000-0000-4000-8000-00000000000a";
  error.validations = {{"ttl_ms", "too short"}};
  waiting.last_error = std::make_shared<const coder::ApiError>(error);
  waiting.next_try = kSince + 30s;
  builder.row("hal", "dev", Reason::Suspended, "left alone until 2026-12-24");
  for (int i = 0; i < 12; ++i)
    builder.row("ida", "w" + std::to_string(10 + i), Reason::NotRead, "it could not be read");
  builder.in_sync(2);
  return builder.take();
}

CycleReport held() {
  return some_changes().take({.count = 2});
}

CycleReport approved() {
  const std::string digest_ = digest(changes().plan);
  return some_changes().take({.count = 2}, digest_);
}

CycleReport unreachable() {
  ReportBuilder builder;
  builder.row("alice", "dev", Reason::Unreachable,
              "it could not be read, so nothing is changed: connection refused");
  CycleReport report = builder.take();
  report.result = CycleResult::failed;
  report.failure = coder::ApiError(coder::ApiFault::unreachable, "connection refused");
  return report;
}

sets::SetStatus a_set(const std::string& name, sets::Reason reason, std::string message = {}) {
  sets::SetStatus set;
  set.name = name;
  set.where = {std::make_shared<const std::string>("sets/" + name + ".yaml"), 1, 1};
  set.reason = reason;
  set.message = std::move(message);
  set.members = 14;
  return set;
}

/// Every way in which a set can stand, and a workspace of one in trouble.
CycleReport with_sets() {
  ReportBuilder builder;
  builder.plan("alice", "dev", {set_ttl({"alice", "dev"}, kId, 4h, 8h)});
  WorkspaceStatus& member = builder.row("bob", "dev", Reason::OwnerSuspended, "bob is suspended");
  specs::WorkspaceSpec spec = *member.spec;
  spec.body.edit().set = "infra-dev";
  spec.where = {std::make_shared<const std::string>("sets/infra-dev.yaml"), 1, 1};
  member.spec = std::make_shared<const specs::WorkspaceSpec>(spec);
  sets::SetStatus held =
      a_set("infra-dev", sets::Reason::Held,
            "12 of 14 owners would leave at once, more than the --max-changes of 10, so they "
            "stay. Look at it, then approve it");
  held.held = 12;
  held.digest = "0123456789abcdef";
  sets::SetStatus unread = a_set(
      "payments-dev", sets::Reason::Unreachable,
      "GET /api/v2/organizations/coder/paginated-members: 502; the 14 owners known before stay as they are");
  unread.unread = 14;
  unread.error = coder::ApiError(coder::ApiFault::server, "Bad gateway");
  sets::SetStatus left = a_set("quiet", sets::Reason::Resolved);
  left.left = 2;
  left.on_leave = specs::OnLeave::dormant;
  sets::SetStatus kept = a_set("replaced", sets::Reason::Resolved,
                               "1 of its workspaces is declared by a document of its own, which counts");
  kept.replaced = 1;
  kept.left = 1;
  sets::SetStatus invalid =
      a_set("web", sets::Reason::Invalid, "1 owner cannot have the workspace: too long");
  invalid.diagnostics.resize(1);
  invalid.diagnostics.front().field = "spec.template.metadata.name";
  invalid.diagnostics.front().message = "for owner a-very-long-name: too long";
  invalid.diagnostics.front().remedy = "change the template";
  CycleReport& report = builder.take();
  report.sets = {a_set("fine", sets::Reason::Resolved), held, unread, left, kept, invalid};
  return report;
}

/// Names and messages that try to write to the terminal, to close a fence, to mention people and to inject
/// markup.
CycleReport hostile() {
  ReportBuilder builder;
  CreateWorkspace create = a_create("alice", "dev");
  create.template_name = "\x1b[2J\x1b[31mgone\r";
  create.request.parameters = {{"<script>", "```\n## @everyone [x](http://evil)"},
                               {"bidi",
                                "\xE2\x80\xAE"
                                "elif"}};
  builder.plan("alice", "dev", {create});
  builder.plan("bob", "dev", {set_autostart({"bob", "dev"}, kId, "\x9b 31m\xff", "0 9 * * *")});
  builder.row("eve", "dev", Reason::Rejected, "line one\n````\n| table | @team \x07");
  CycleReport& report = builder.take();
  report.sets = {a_set("\x1b[2J```\n# set", sets::Reason::GroupNotFound, "no group \x1b[31m\n```")};
  return report;
}

const std::map<std::string, std::function<CycleReport()>> kCases{
    {"changes", changes},   {"nothing_to_do", nothing_to_do}, {"troubles", troubles}, {"held", held},
    {"approved", approved}, {"unreachable", unreachable},     {"hostile", hostile},   {"sets", with_sets}};

std::vector<Outcome> some_outcomes() {
  const Action create = a_create("alice", "api-dev");
  const Action ttl = set_ttl({"bob", "web"}, kId, 4h, 8h);
  const Action stop = StopWorkspace{{"carol", "dev"}, kId};
  const coder::ApiError error(coder::ApiFault::rejected, "Time until shutdown must be at least one minute.");
  return {{create, ActionResult::skipped, {}, "no build slot is free", "", {}},
          {ttl, ActionResult::failed, error, "", "req-1", 12ms},
          {stop, ActionResult::skipped, {}, "no build slot is free", "", {}},
          {create, ActionResult::success, {}, "", "req-2", 250ms}};
}

void compare(const path& file, const std::string& text) {
  if (std::getenv("CR_UPDATE_GOLDEN") != nullptr) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return;
  }
  std::ifstream in(file, std::ios::binary);
  ASSERT_TRUE(in) << file << " is missing: run with CR_UPDATE_GOLDEN=1";
  std::ostringstream golden;
  golden << in.rdbuf();
  EXPECT_EQ(text, golden.str()) << file;
}

class Golden : public ::testing::TestWithParam<std::string> {};

TEST_P(Golden, LooksAsReviewed) {
  const path folder = path(cr::testing::tests_dir()) / "golden/plan" / GetParam();
  const CycleReport report = kCases.at(GetParam())();
  compare(folder / "plan.txt", render_plan_text(report, {}));
  compare(folder / "plan.colour.txt", render_plan_text(report, {.colour = true}));
  compare(folder / "plan.md", render_plan_markdown(report));
  compare(folder / "plan.json", dump(plan_json(report)) + "\n");
  compare(folder / "summary.json", dump(summary_json(report)) + "\n");
  compare(folder / "apply.txt", render_apply_text(some_outcomes(), report, {}));
  compare(folder / "apply.json", dump(apply_json(some_outcomes(), report)) + "\n");
}

INSTANTIATE_TEST_SUITE_P(Render, Golden, ::testing::ValuesIn([] {
                           std::vector<std::string> names;
                           for (const auto& [name, make] : kCases) names.push_back(name);
                           return names;
                         }()),
                         [](const auto& test) { return test.param; });

TEST(Golden, HasNoFolderWithoutACase) {
  for (const auto& entry :
       std::filesystem::directory_iterator(path(cr::testing::tests_dir()) / "golden/plan"))
    EXPECT_TRUE(kCases.contains(entry.path().filename().string())) << entry.path();
}

TEST(Render, PassesNoControlCharacterOnWithoutColour) {
  for (const auto& [name, make] : kCases) {
    const CycleReport report = make();
    for (const std::string& text : {render_plan_text(report, {}), render_plan_markdown(report),
                                    render_apply_text(some_outcomes(), report, {})}) {
      for (const char c : text) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20) << name;
    }
  }
}

TEST(Render, MarkdownIsNeverLongerThanAForgeTakes) {
  ReportBuilder builder;
  for (int i = 0; i < 5000; ++i) {
    const std::string name = "w" + std::to_string(i);
    builder.plan("alice", name, {set_ttl({"alice", name}, kId, 4h, std::chrono::minutes{60 + i})});
  }
  const std::string markdown = render_plan_markdown(builder.take({.count = 10000}));
  EXPECT_LT(markdown.size(), 65536U);
  EXPECT_NE(markdown.find("more lines"), std::string::npos);
}

TEST(Render, EqualChangesAreOneLineWithTheirNumber) {
  ReportBuilder builder;
  for (int i = 0; i < 60; ++i) {
    const std::string name = "w" + std::to_string(100 + i);
    builder.plan("alice", name, {set_ttl({"alice", name}, kId, 1h, 8h)});
  }
  builder.plan("bob", "web", {set_ttl({"bob", "web"}, kId, 2h, 8h)});
  const std::string text = render_plan_text(builder.take({.count = 100}), {});
  EXPECT_NE(text.find("~ update 60 ×      ttl: 1h → 8h\n"), std::string::npos) << text;
  EXPECT_NE(text.find("~ update bob/web   ttl: 2h → 8h\n"), std::string::npos) << text;
  EXPECT_NE(text.find("alice/w100, alice/w101"), std::string::npos) << "each is still named";
  EXPECT_NE(text.find("alice/w159\n"), std::string::npos);
  EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 20);
}

TEST(Render, EqualOutcomesOfAnApplyAreOneLineWithTheirNumber) {
  std::vector<Outcome> outcomes;
  const auto add = [&](const std::string& name, std::chrono::milliseconds from, ActionResult result) {
    outcomes.emplace_back();
    outcomes.back().action = set_ttl({"alice", name}, kId, from, 8h);
    outcomes.back().result = result;
  };
  for (int i = 0; i < 60; ++i) add("w" + std::to_string(100 + i), 1h, ActionResult::success);
  for (int i = 0; i < 6; ++i) {
    add("x" + std::to_string(i), 1h, ActionResult::failed);
    outcomes.back().error.emplace(coder::ApiFault::rejected, "not this one");
  }
  add("z", 2h, ActionResult::success);
  const std::string text = render_apply_text(outcomes, ReportBuilder().take(), {});
  EXPECT_NE(text.find("~ updated 60 ×      ttl: 1h → 8h\n"), std::string::npos) << text;
  EXPECT_NE(text.find("! failed  6 ×       ttl: 1h → 8h   not this one\n"), std::string::npos) << text;
  EXPECT_NE(text.find("~ updated alice/z   ttl: 2h → 8h\n"), std::string::npos) << text;
  EXPECT_NE(text.find("alice/w159\n"), std::string::npos) << "each is still named";
  EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 20);
}

TEST(Render, AChangeIsColouredInMarkdown) {
  ReportBuilder builder;
  builder.plan("bob", "web", {set_ttl({"bob", "web"}, kId, 2h, 8h)});
  EXPECT_NE(render_plan_markdown(builder.take()).find("\n! update bob/web"), std::string::npos);
}

TEST(Render, JsonOfBytesThatAreNoUtf8CanBeParsed) {
  const nlohmann::json parsed = nlohmann::json::parse(dump(plan_json(hostile())));
  EXPECT_EQ(parsed["formatVersion"], kFormatVersion);
}

TEST(Render, DescribesAnActionInOneLine) {
  EXPECT_EQ(describe(set_ttl({"bob", "web"}, kId, 4h, 8h)), "~ update bob/web: ttl: 4h → 8h");
  EXPECT_EQ(describe(a_create("alice", "dev")), "+ create alice/dev: template docker");
}

}  // namespace
}  // namespace cr::reconcile
