#include <gmock/gmock.h>

#include "fate.h"

/// What is created from a preset.
namespace cr::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class OfAPreset : public TimeAndFate {};
CR_EVERY_AGE(OfAPreset);

TEST_P(OfAPreset, TheValuesAreGiven) {
  edit([](standin::State& state) {
    const std::string version = state.find_template("docker")->active_version_id;
    state.edit_version(version, [](standin::TemplateVersion& v) {
      standin::TemplateParameter cpu;
      cpu.name = "cpu";
      cpu.required = true;
      v.parameters = {cpu};
      standin::Preset small;
      small.id = "c8667d6a-486a-41d8-885f-810b73a95fd2";
      small.name = "small one";
      small.parameters = {{"cpu", "2"}};
      v.presets = {small};
    });
  });
  world_.declare({a_document("alice", "dev", {"preset: small one"}),
                  a_document("alice", "typo", {"preset: smal one"}),
                  a_document("alice", "torn", {"preset: small one", "parameters: {cpu: \"8\"}"})});
  (void)world_.converge();
  if (GetParam() < standin::Age::v2_20) {  // it knows no presets
    EXPECT_EQ(world_.reason("alice", "dev"), Reason::PresetNotFound);
    EXPECT_THAT(world_.fleet(), IsEmpty());
    return;
  }
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InSync) << message("dev");
  const standin::Workspace dev = row("dev");
  EXPECT_THAT(dev.latest().parameters, ElementsAre(std::pair<std::string, std::string>("cpu", "2")));
  EXPECT_EQ(world_.reason("alice", "typo"), Reason::PresetNotFound);
  EXPECT_THAT(message("typo"), HasSubstr("did you mean \"small one\"?"));
  EXPECT_EQ(world_.reason("alice", "torn"), Reason::ParametersRejected);
  EXPECT_EQ(world_.fleet().size(), 1U);
}

}  // namespace
}  // namespace cr::testing
