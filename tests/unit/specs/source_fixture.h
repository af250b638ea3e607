#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "specs/source.h"
#include "temp_tree.h"

/// What the tests of loading share.
namespace cr::specs {

using cr::testing::TempTree;
using namespace std::chrono_literals;  // NOLINT: as in the tests themselves
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

inline std::string document(std::string_view name, std::string_view ttl = "8h") {
  return "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: " + std::string(name) +
         "}\nspec: {owner: a, template: t, ttl: " + std::string(ttl) + "}\n";
}

inline std::vector<std::string> names(const DesiredState& state) {
  std::vector<std::string> result;
  for (const SpecPtr& spec : state.specs) result.push_back(spec->name);
  return result;
}

inline DesiredState load(SpecSource& source) {
  auto state = source.load();
  if (!state) {
    ADD_FAILURE() << state.error().message();
    return {};
  }
  return std::move(*state);
}

inline std::vector<std::string> names_below(const std::string& path) {
  SpecSource source({path});
  return names(load(source));
}

inline std::string error_for(std::vector<std::string> paths) {
  SpecSource source(std::move(paths));
  const auto state = source.load();
  EXPECT_FALSE(state);
  return state ? std::string{} : state.error().message();
}

}  // namespace cr::specs
