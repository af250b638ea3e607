#pragma once

#include <string>
#include <vector>

#include "tests/integration/daemon/documented.h"
#include "tests/integration/daemon/process.h"
#include "tests/standin/server.h"
#include "tests/unit/daemon/temp_folder.h"

namespace cr::testing {

/// A Coder with alice and her workspace `dev` (TTL 4 h, running), a folder for specs, and what the program
/// needs to know of both.
class Deployment {
 public:
  Deployment() : Deployment(standin::Age::v2_35) {}
  explicit Deployment(standin::Age age) : coder(age) {
    coder.with_state([](standin::State& state) {
      state.add_user("alice");
      state.add_template("docker");
      standin::WorkspaceSeed seed;
      seed.owner = "alice";
      seed.name = "dev";
      seed.template_name = "docker";
      seed.ttl_ms = 4 * 3'600'000;
      state.add_workspace(seed);
      return 0;
    });
  }

  /// A spec of alice's; `fields` are lines of its `spec`, indented by two.
  void declare(const std::string& file, const std::string& name, const std::string& fields) const {
    folder.write(file, spec(name, fields));
  }
  [[nodiscard]] static std::string spec(const std::string& name, const std::string& fields) {
    return "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata:\n  name: " + name +
           "\nspec:\n  owner: alice\n  template: docker\n" + fields;
  }
  [[nodiscard]] Variables environment() const {
    return {
        {"CODER_URL", coder.url()}, {"CODER_SESSION_TOKEN", coder.admin_token()}, {"HOME", "/nonexistent"}};
  }
  [[nodiscard]] Ended call(const std::vector<std::string>& arguments) const {
    Ended ended = run_program(CR_PROGRAM, arguments, environment());
    expect_documented(arguments, ended.out);
    return ended;
  }
  [[nodiscard]] std::string specs() const { return folder.path("specs"); }

  [[nodiscard]] std::int64_t ttl_of(const std::string& name) {
    return coder.with_state([&](standin::State& state) {
      for (const auto& row : state.snapshot()) {
        if (row.name == name) return row.ttl_ms.value_or(0);
      }
      return std::int64_t{-1};
    });
  }

  standin::Server coder;
  TempFolder folder;
};

}  // namespace cr::testing
