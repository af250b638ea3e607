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

template <class Pointers>
auto values_of(const Pointers& pointers) {
  std::vector<std::remove_const_t<typename Pointers::value_type::element_type>> values;
  for (const auto& one : pointers) values.push_back(*one);
  return values;
}

/// Whoever has the texts alone loads the same.
inline void expect_same_from_texts(SpecSource& source, const DesiredState& loaded) {
  auto texts = source.texts();
  ASSERT_TRUE(texts) << texts.error().message();
  SpecSource copy(std::move(*texts));
  const DesiredState again = load(copy);
  EXPECT_EQ(values_of(again.specs), values_of(loaded.specs));
  EXPECT_EQ(values_of(again.sets), values_of(loaded.sets));
  EXPECT_EQ(again.rejected_sets, loaded.rejected_sets);
  EXPECT_EQ(again.elsewhere, loaded.elsewhere);
  EXPECT_EQ(again.unknown_documents, loaded.unknown_documents);
  EXPECT_EQ(again.diagnostics, loaded.diagnostics);
  EXPECT_EQ(again.invalid_documents, loaded.invalid_documents);
  EXPECT_EQ(again.duplicate_documents, loaded.duplicate_documents);
  EXPECT_EQ(again.files, loaded.files);
  EXPECT_EQ(again.revision, loaded.revision);
}

/// A load of a source that has read nothing yet.
inline DesiredState first_load(SpecSource& source) {
  DesiredState loaded = load(source);
  expect_same_from_texts(source, loaded);
  return loaded;
}

inline std::vector<std::string> names_below(const std::string& path) {
  SpecSource source({path});
  return names(path == "-" ? load(source) : first_load(source));
}

inline std::string error_for(std::vector<std::string> paths) {
  SpecSource source(std::move(paths));
  const auto state = source.load();
  EXPECT_FALSE(state);
  return state ? std::string{} : state.error().message();
}

}  // namespace cr::specs
