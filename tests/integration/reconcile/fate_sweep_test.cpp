#include <gmock/gmock.h>

#include <algorithm>
#include <tuple>

#include "ages.h"
#include "specs/text/timestamp.h"

/// The same sweep over what a spec says of time and fate: a rename, a deadline that is kept away, a use, a
/// favourite and a preset, once for each request with that request failing.
namespace cr::testing {
namespace {

using namespace std::chrono_literals;
using reconcile::Reason;
using standin::FaultKind;
using ::testing::IsEmpty;

reconcile::Limits with_retain() {
  reconcile::Limits limits = World::generous();
  limits.allow_retain = true;
  return limits;
}

class FateScene {
 public:
  explicit FateScene(standin::Age age) : world(age, with_retain()) {
    world.server.with_state([&](standin::State& state) {
      state.set_time(world.now());
      state.set_licensed(true);
      state.set_allow_renames(true);
      for (const char* user : {"alice", "bob", "carol", "dave"}) state.add_user(user);
      state.add_template("docker");
      state.edit_template("docker", [](standin::Template& of) { of.time_til_dormant_ms = 864'000'000; });
      state.edit_version(state.find_template("docker")->active_version_id, [](standin::TemplateVersion& v) {
        standin::Preset small;
        small.id = "c8667d6a-486a-41d8-885f-810b73a95fd2";
        small.name = "small";
        v.presets = {small};
      });
      standin::WorkspaceSeed seed;
      seed.template_name = "docker";
      for (const auto& [owner, name] : {std::pair{"alice", "api"},
                                        {"bob", "train"},
                                        {"carol", "leave"},
                                        {"admin", "mine"},
                                        {"zoe", "other"}}) {
        seed.owner = owner;
        seed.name = name;
        state.add_workspace(seed);
      }
      state.edit_workspace("bob", "train",
                           [&](standin::Workspace& live) { live.latest().deadline = world.now() + 40min; });
      state.edit_workspace("carol", "leave",
                           [&](standin::Workspace& live) { live.last_used_at = world.now() - 24h * 6; });
    });
    std::string renamed = a_document("alice", "api-dev");
    const std::string key = "metadata:\n";
    renamed.insert(renamed.find(key) + key.size(), "  previousNames: [api]\n");
    world.declare({renamed,
                   a_document("bob", "train", {"keepAwake: [{until: \"" + in(72h) + "\", reason: run}]"}),
                   a_document("carol", "leave", {"retain: {until: \"" + in(24h * 60) + "\", reason: leave}"}),
                   a_document("admin", "mine", {"favorite: true"}),
                   a_document("dave", "fresh", {age < standin::Age::v2_20 ? "ttl: 4h" : "preset: small"})});
  }

  [[nodiscard]] std::string in(std::chrono::seconds ahead) const {
    return text::format_timestamp(world.now() + ahead);
  }
  void pass(std::chrono::seconds by) {
    world.advance(by);
    world.server.with_state([&](standin::State& state) { state.set_time(world.now()); });
  }
  std::size_t ids() {
    return world.server.with_state([](standin::State& state) { return state.fleet().all().size(); });
  }
  bool is_favorite() {
    return world.server.with_state(
        [](standin::State& state) { return state.find_workspace("admin", "mine")->favorite; });
  }

  World world;
};

using Case = std::tuple<standin::Age, FaultKind>;
class FateSweep : public ::testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(Coder, FateSweep,
                         ::testing::Combine(::testing::ValuesIn(standin::kOldestAndNewest),
                                            ::testing::Values(FaultKind::reset, FaultKind::reset_after_effect,
                                                              FaultKind::throttled, FaultKind::truncated_body,
                                                              FaultKind::html, FaultKind::status)),
                         [](const auto& tested) {
                           std::string name = standin::name_of(std::get<0>(tested.param)) + "_" +
                                              std::string(standin::to_string(std::get<1>(tested.param)));
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST_P(FateSweep, MakesNothingBesideWhatIsToBeRenamedAndHeals) {
  const auto [age, kind] = GetParam();
  FateScene clean(age);
  (void)clean.world.cycle();
  const std::size_t requests = clean.world.server.request_count();
  ASSERT_GE(clean.world.server.writes().size(), 5U);

  for (std::size_t nth = 1; nth <= requests; ++nth) {
    SCOPED_TRACE("request " + std::to_string(nth) + " of " + std::to_string(requests));
    FateScene scene(age);
    standin::FaultRule rule(kind);
    rule.nth = nth;
    rule.status = 500;
    const auto fault = scene.world.server.add_fault(rule);
    (void)scene.world.cycle();
    ASSERT_EQ(scene.world.server.faults_applied(fault), 1U);
    EXPECT_LE(scene.ids(), 6U) << "something was created beside what is there";

    scene.world.server.clear_faults();
    scene.pass(2h);
    EXPECT_EQ(scene.world.converge()->count(Reason::InSync), 5U);
    EXPECT_EQ(scene.ids(), 6U) << "something was created beside what is there";
    EXPECT_TRUE(scene.is_favorite());
    EXPECT_TRUE(scene.world.live("alice", "api-dev"));
    scene.world.server.clear_requests();
    (void)scene.world.cycle();
    EXPECT_THAT(scene.world.server.writes(), IsEmpty());
  }
}

}  // namespace
}  // namespace cr::testing
