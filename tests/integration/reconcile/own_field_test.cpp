#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "daemon/http/page/declared_fields.h"
#include "daemon/log/change.h"
#include "metrics/exposition.h"
#include "metrics/recorder.h"
#include "reconcile/fields/managed_field.h"
#include "reconcile/report/render.h"
#include "specs/schema.h"
#include "specs/spec_fields.h"
#include "world.h"

// A managed field that exists in this program alone: `naps`, which says whether the workspace is dormant.
// This file is all that there is of it, and it goes the whole way from YAML to the PUT.

namespace cr::specs {

std::span<const Field> spec_fields() {
  static constexpr auto kFields = [] {
    std::array<Field, kSpecFields.size() + 1> fields{};
    std::ranges::copy(kSpecFields, fields.begin());
    fields.back() = {FieldId::managed, "naps", ValueType::boolean, false, "Whether the workspace naps."};
    return fields;
  }();
  return kFields;
}

}  // namespace cr::specs

namespace cr::reconcile {
namespace {

bool wants_a_nap(const specs::FieldValue& declared) {
  return declared == specs::FieldValue(true);
}

Match compare(const specs::FieldValue& declared, const LiveWorkspace& live, const FieldContext&) {
  if (live.name == "cursed") throw std::logic_error("a spell");
  return wants_a_nap(declared) == live.dormant ? Match::same : Match::differs;
}

std::string live_text(const LiveWorkspace& live, const FieldContext&) {
  return live.dormant ? "true" : "false";
}

std::string refused_by(const coder::Template& policy, const specs::FieldValue&) {
  return policy.name == "sleepless" ? "lets nobody nap" : "";
}

constexpr coder::Route kNap{.method = "PUT",
                            .pattern = "/api/v2/workspaces/{workspace}/dormant",
                            .answer = coder::Answer::json_or_same};
coder::Setting write(const specs::FieldValue& declared) {
  return {&kNap, nlohmann::json{{"dormant", wants_a_nap(declared)}}.dump()};
}

constexpr ManagedField kNaps{.key = "naps",
                             .name = "naps",
                             .action = "set_naps",
                             .compare = compare,
                             .live_text = live_text,
                             .refused_by = refused_by,
                             .ineffective_under = never,
                             .at_creation = not_at_creation,
                             .after_creation = never,
                             .needs_stop = needs_no_stop,
                             .write = write};

}  // namespace

std::span<const ManagedField* const> managed_fields() {
  static constexpr const ManagedField* kFields[] = {
      &kName, &kAutomaticUpdates, &kAutostart, &kTtl, &kFavorite, &kKeepAwake, &kRetain, &kDormant, &kNaps};
  return kFields;
}

}  // namespace cr::reconcile

namespace cr::testing {
namespace {

using nlohmann::json;
using reconcile::Reason;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class OwnField : public ::testing::Test {
 protected:
  OwnField() : world_(standin::Age::v2_35) {
    world_.server.with_state([](standin::State& state) {
      state.add_user("alice");
      state.add_template("docker");
      state.add_template("sleepless");
    });
  }
  void add(std::string name, std::string template_name) {
    standin::WorkspaceSeed seed;
    seed.owner = "alice";
    seed.name = std::move(name);
    seed.template_name = std::move(template_name);
    world_.server.with_state([&](standin::State& state) { state.add_workspace(seed); });
  }

  World world_;
};

TEST_F(OwnField, GoesFromTheSpecToThePut) {
  add("dev", "docker");
  world_.declare({a_document("alice", "dev", {"naps: true"})});
  (void)world_.cycle();
  EXPECT_THAT(world_.server.writes(), SizeIs(1));
  EXPECT_TRUE(world_.live("alice", "dev")->dormant);
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InSync);

  world_.server.clear_requests();
  (void)world_.cycle();
  EXPECT_THAT(world_.server.writes(), IsEmpty()) << "the next cycle finds it as declared";
}

TEST_F(OwnField, IsCreatedFirstAndWrittenAfterwards) {
  world_.declare({a_document("alice", "dev", {"naps: true", "ttl: 8h"})});
  (void)world_.converge();
  EXPECT_TRUE(world_.live("alice", "dev")->dormant);
  EXPECT_EQ(world_.live("alice", "dev")->ttl_ms, 8 * 3'600'000);
}

TEST_F(OwnField, IsRefusedByAPolicyBeforeItIsTried) {
  add("dev", "sleepless");
  world_.declare({a_document("alice", "dev", {"naps: true"}, "sleepless")});
  (void)world_.cycle();
  EXPECT_THAT(world_.server.writes(), IsEmpty());
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::PolicyForbids);
  EXPECT_THAT(world_.status("alice", "dev").ready.message, HasSubstr("template sleepless lets nobody nap"));
}

TEST_F(OwnField, IsContestedByWhoeverKeepsSettingItBack) {
  add("dev", "docker");
  world_.declare({a_document("alice", "dev", {"naps: true"})});
  for (int i = 0; i < 3; ++i) {
    (void)world_.cycle();
    world_.server.with_state([](standin::State& state) { state.set_dormant("alice", "dev", false); });
  }
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::Contested);
}

TEST_F(OwnField, ThatThrowsHarmsNoOtherWorkspace) {
  add("cursed", "docker");
  add("dev", "docker");
  world_.declare({a_document("alice", "cursed", {"naps: true"}), a_document("alice", "dev", {"naps: true"})});
  const reconcile::ReportPtr report = world_.cycle();
  EXPECT_TRUE(report->internal_error.empty());
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InSync);
  EXPECT_EQ(world_.reason("alice", "cursed"), Reason::NotRead);
  EXPECT_THAT(world_.status("alice", "cursed").ready.message, HasSubstr("a spell; please report it"));
  EXPECT_FALSE(world_.live("alice", "cursed")->dormant);
}

TEST_F(OwnField, IsToldLikeAnyOther) {
  add("dev", "docker");
  world_.declare({a_document("alice", "dev", {"naps: true"})});
  const reconcile::ReportPtr planned = world_.plan_beside();
  EXPECT_THAT(render_plan_text(*planned, {}), HasSubstr("naps: false → true"));
  const json plan = plan_json(*planned);
  const json wanted = {{"action", "set_naps"}, {"from", "false"}, {"to", "true"}};
  EXPECT_EQ(plan["workspaces"][0]["actions"][0], wanted);
  EXPECT_EQ(summary_json(*planned)["drift"]["naps"], 1);
  const json drift = {{"field", "naps"}, {"live", "false"}, {"desired", "true"}, {"informational", false}};
  EXPECT_EQ(status_json(planned->workspaces[0])["drift"][0], drift);

  EXPECT_THAT(daemon::declared_fields(planned->workspaces[0]),
              Contains(daemon::FieldLine{"naps", "true", "false", daemon::FieldMatch::differs}));
  const daemon::LoggedChange logged = daemon::logged_change(planned->plan.workspaces[0].actions[0]);
  EXPECT_EQ(logged.field, "naps");
  EXPECT_EQ(logged.to, "true");

  metrics::Recorder recorder;
  recorder.on_cycle(*planned);
  EXPECT_THAT(metrics::exposition(recorder, {}),
              AllOf(HasSubstr("coder_reconciler_drifted_fields{field=\"naps\"} 1\n"),
                    HasSubstr("coder_reconciler_plan_actions{action=\"set_naps\"} 1\n")));
  EXPECT_THAT(specs::schema_json(), HasSubstr("\"naps\""));
}

TEST_F(OwnField, IsApprovedWithThePlanThatShowedIt) {
  reconcile::Limits limits = World::generous();
  limits.max_changes = reconcile::ChangeLimit{.count = 0};
  World world(standin::Age::v2_35, limits);
  world.server.with_state([](standin::State& state) {
    state.add_user("alice");
    state.add_template("docker");
    standin::WorkspaceSeed seed;
    seed.owner = "alice";
    seed.name = "dev";
    seed.template_name = "docker";
    state.add_workspace(seed);
  });
  world.declare({a_document("alice", "dev", {"naps: true"})});
  const reconcile::ReportPtr held = world.cycle();
  ASSERT_TRUE(held->verdict.held);
  EXPECT_TRUE(world.reconciler().approve(held->verdict.digest));
  (void)world.cycle();
  EXPECT_TRUE(world.live("alice", "dev")->dormant);
}

}  // namespace
}  // namespace cr::testing
