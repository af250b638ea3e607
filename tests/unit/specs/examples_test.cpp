// The example folder is the first thing that people copy: it has to be valid, and to show what the format can
// do.

#include <gtest/gtest.h>

#include <algorithm>

#include "schema_judge.h"
#include "specs/source.h"

namespace cr::specs {
namespace {

TEST(Examples, AreValidAndShowEveryWish) {
  SpecSource source({CR_EXAMPLES_DIR});
  const auto state = source.load();
  ASSERT_TRUE(state);
  for (const Diagnostic& d : state->diagnostics) ADD_FAILURE() << render(d);
  EXPECT_GE(state->specs.size(), 5U);
  EXPECT_LE(state->specs.size(), 8U);
  EXPECT_GE(state->files, 3U);
  ASSERT_EQ(state->sets.size(), 1U);
  const WorkspaceSet& set = *state->sets.front();
  EXPECT_FALSE(set.owners.organization.empty());
  ASSERT_EQ(state->defaults.size(), 1U);
  EXPECT_EQ(state->defaults.front().used, 1U);
  EXPECT_NE(set.workspace.fields.get<Schedule>("autostart"), nullptr) << "from the defaults beside it";
  const auto any = [&](auto predicate) {
    return std::any_of(state->specs.begin(), state->specs.end(),
                       [&](const SpecPtr& spec) { return predicate(*spec); });
  };
  EXPECT_TRUE(any([](const WorkspaceSpec& s) { return s.fields.get<Cleared>("ttl") != nullptr; }));
  EXPECT_TRUE(any([](const WorkspaceSpec& s) {
    return s.fields.get<bool>("dormant") && *s.fields.get<bool>("dormant");
  }));
  EXPECT_TRUE(any([](const WorkspaceSpec& s) { return s.body->suspension.has_value(); }));
  EXPECT_TRUE(any([](const WorkspaceSpec& s) { return !s.body->labels.empty(); }));
  EXPECT_TRUE(any([](const WorkspaceSpec& s) { return s.fields.get<Schedule>("autostart") != nullptr; }));
  EXPECT_TRUE(any([](const WorkspaceSpec& s) { return !s.body->parameters.empty(); }));
}

}  // namespace
}  // namespace cr::specs
