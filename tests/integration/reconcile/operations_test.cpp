#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <functional>
#include <regex>
#include <utility>

#include "ages.h"
#include "tests/support/tests_dir.h"

/// Each operation of Coder's workspaces API, from a spec to what a Coder of each age has afterwards.
namespace cr::testing {
namespace {

using reconcile::Reason;
using standin::Age;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// When the reconciler's clock begins: Coder's starts are foretold by it.
constexpr standin::Time kToday{std::chrono::sys_days(std::chrono::year(2026) / 11 / 24)};

/// A Coder with alice and a template.
class Scene {
 public:
  explicit Scene(Age age) : world(age) {
    edit([&](standin::State& state) {
      state.set_time(kToday);
      state.add_user("alice");
      state.add_template("docker");
    });
  }
  void edit(const std::function<void(standin::State&)>& change) {
    world.server.with_state([&](standin::State& state) {
      change(state);
      return 0;
    });
  }
  void add(const char* name, standin::WorkspaceSeed seed = {}) {
    seed.owner = "alice";
    seed.name = name;
    seed.template_name = "docker";
    edit([&](standin::State& state) { state.add_workspace(seed); });
  }
  /// Lines of its `spec`.
  void declare(const char* name, const std::vector<std::string>& lines = {}) {
    name_ = name;
    world.declare({a_document("alice", name, lines)});
  }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] standin::Workspace live() {
    standin::Workspace copy;
    edit([&](standin::State& state) {
      if (const auto* found = state.find_workspace("alice", name_)) copy = *found;
    });
    return copy;
  }

  World world;

 private:
  std::string name_;
};

struct Operation {
  const char* name;  ///< of the test
  const char* method;
  /// As Coder's documentation of the API has it, below /api/v2.
  const char* path;
  /// What there is, and what is declared.
  std::function<void(Scene&)> set;
  /// Whether Coder has what the operation was for.
  std::function<bool(Scene&)> took = [](Scene&) { return true; };
  /// Ages that are asked so.
  Age since = Age::v2_13;
  Age until = Age::v2_36;
};

void declare_anew(Scene& scene) {
  scene.declare("dev", {"ttl: 8h"});
}
bool is_there(Scene& scene) {
  return scene.live().latest().running() && scene.live().ttl_ms == 8 * 3'600'000;
}

const std::vector<Operation>& operations() {
  static const std::vector<Operation> kAll = {
      {"CreateByOrganization", "POST", "/organizations/{organization}/members/{user}/workspaces",
       declare_anew, is_there, Age::v2_13, Age::v2_13},
      {"Create", "POST", "/users/{user}/workspaces", declare_anew, is_there, Age::v2_20},
      {"LookByName", "GET", "/users/{user}/workspace/{workspacename}",
       [](Scene& scene) {
         scene.add("dev");
         scene.declare("dev", {"ttl: 3h"});
       },
       [](Scene& scene) { return scene.live().ttl_ms == 3 * 3'600'000; }},
      {"List", "GET", "/workspaces",
       [](Scene& scene) {
         for (const char* name : {"a", "b", "c"}) scene.add(name);
         std::vector<std::string> documents;
         for (const char* name : {"a", "b", "c"}) documents.push_back(a_document("alice", name, {"ttl: 3h"}));
         scene.declare("a");
         scene.world.declare(documents);
       },
       [](Scene& scene) { return scene.live().ttl_ms == 3 * 3'600'000; }},
      {"ReadById", "GET", "/workspaces/{workspace}",
       [](Scene& scene) {
         scene.add("dev");
         scene.declare("dev", {"ttl: 3h"});
       },
       [](Scene& scene) { return scene.live().ttl_ms == 3 * 3'600'000; }},
      {"Autostart", "PUT", "/workspaces/{workspace}/autostart",
       [](Scene& scene) {
         scene.add("dev");
         scene.declare("dev", {"autostart: CRON_TZ=Europe/Berlin 0 9 * * 1-5"});
       },
       [](Scene& scene) { return scene.live().autostart_schedule == "CRON_TZ=Europe/Berlin 0 9 * * 1-5"; }},
      {"AutomaticUpdates", "PUT", "/workspaces/{workspace}/autoupdates",
       [](Scene& scene) {
         scene.add("dev");
         scene.declare("dev", {"automaticUpdates: always"});
       },
       [](Scene& scene) { return scene.live().always_update; }},
      {"Dormant", "PUT", "/workspaces/{workspace}/dormant",
       [](Scene& scene) {
         scene.add("dev");
         scene.declare("dev", {"dormant: true"});
       },
       [](Scene& scene) {
         return scene.live().dormant_at && scene.live().latest().transition == standin::Transition::stop;
       }},
      {"ResolveAutostart", "GET", "/workspaces/{workspace}/resolve-autostart",
       [](Scene& scene) {
         standin::WorkspaceSeed seed;
         seed.running = false;
         seed.schedule = "0 * * * *";
         seed.always_update = true;
         scene.add("dev", seed);
         scene.edit([](standin::State& state) {
           const std::string next = state.add_version("docker", "next").id;
           state.edit_template("docker", [&](standin::Template& of) { of.active_version_id = next; });
         });
         scene.declare("dev", {"autostart: 0 * * * *", "automaticUpdates: always"});
       }},
      {"Ttl", "PUT", "/workspaces/{workspace}/ttl",
       [](Scene& scene) {
         scene.add("dev");
         scene.declare("dev", {"ttl: 3h"});
       },
       [](Scene& scene) { return scene.live().ttl_ms == 3 * 3'600'000; }},
  };
  return kAll;
}

/// The requests that were of that operation and that Coder took.
std::size_t sent(const World& world, const Operation& operation) {
  static const std::regex kValue(R"(\{[a-z]+\})");
  const std::regex path("/api/v2" + std::regex_replace(operation.path, kValue, "[^/?]+") + R"((\?.*)?)");
  const auto requests = world.server.requests();
  return static_cast<std::size_t>(std::ranges::count_if(requests, [&](const standin::RequestRecord& request) {
    return request.method == operation.method && std::regex_match(request.target, path) &&
           request.status < 300;
  }));
}

using Case = std::pair<Age, const Operation*>;
class Operations : public ::testing::TestWithParam<Case> {};

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const Age age : standin::kAges) {
    for (const Operation& operation : operations()) {
      if (age >= operation.since && age <= operation.until) all.emplace_back(age, &operation);
    }
  }
  return all;
}
INSTANTIATE_TEST_SUITE_P(Coder, Operations, ::testing::ValuesIn(cases()), [](const auto& tested) {
  return standin::name_of(tested.param.first) + "_" + tested.param.second->name;
});

TEST_P(Operations, IsSentAndTakenOnceAndThenThereIsRest) {
  const Operation& operation = *GetParam().second;
  Scene scene(GetParam().first);
  operation.set(scene);
  (void)scene.world.converge();
  EXPECT_GE(sent(scene.world, operation), 1U);
  if (std::string_view(operation.method) != "GET") {
    EXPECT_EQ(sent(scene.world, operation), 1U) << "once is enough";
  }
  EXPECT_TRUE(operation.took(scene));
  EXPECT_EQ(scene.world.reason("alice", scene.name()), Reason::InSync)
      << scene.world.status("alice", scene.name()).ready.message;

  scene.world.server.clear_requests();
  (void)scene.world.cycle();
  EXPECT_THAT(scene.world.server.writes(), IsEmpty()) << "the next cycle has nothing to do";
  scene.world.restart();
  (void)scene.world.converge();
  EXPECT_THAT(scene.world.server.writes(), IsEmpty()) << "nor has a process that has just started";
}

TEST(OperationsTable, OfTheDocumentationHasThemAll) {
  std::ifstream file(tests_dir() + "/../deploy/docs/coder-api.md");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  for (const Operation& operation : operations()) {
    EXPECT_THAT(text, HasSubstr(fmt::format("`{} {}`", operation.method, operation.path)));
  }
}

}  // namespace
}  // namespace cr::testing
