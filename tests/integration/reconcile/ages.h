#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "world.h"

namespace cr::testing {

/// A test that runs against several ages of Coder, with alice and a template "docker".
class WithAge : public ::testing::TestWithParam<standin::Age> {
 protected:
  explicit WithAge(reconcile::Limits limits = World::generous()) : world_(GetParam(), limits) {
    edit([](standin::State& state) {
      state.add_user("alice");
      state.add_template("docker");
    });
  }

  template <class Fn>
  void edit(Fn&& change) {
    world_.server.with_state([&](standin::State& state) {
      change(state);
      return 0;
    });
  }
  /// Adds a workspace of alice.
  void add(std::string name, standin::WorkspaceSeed seed = {}) {
    seed.owner = "alice";
    seed.name = std::move(name);
    if (seed.template_name.empty()) seed.template_name = "docker";
    edit([&](standin::State& state) { state.add_workspace(seed); });
  }
  [[nodiscard]] std::size_t writes() const { return world_.server.writes().size(); }
  [[nodiscard]] const std::string& message(std::string_view name) const {
    return world_.status("alice", name).ready.message;
  }

  World world_;
};

inline std::string age_name(const ::testing::TestParamInfo<standin::Age>& age) {
  return standin::name_of(age.param);
}

#define CR_EVERY_AGE(Suite) \
  INSTANTIATE_TEST_SUITE_P(Coder, Suite, ::testing::ValuesIn(standin::kAges), age_name)
/// For what takes long.
#define CR_OLDEST_AND_NEWEST(Suite) \
  INSTANTIATE_TEST_SUITE_P(Coder, Suite, ::testing::ValuesIn(standin::kOldestAndNewest), age_name)

}  // namespace cr::testing
