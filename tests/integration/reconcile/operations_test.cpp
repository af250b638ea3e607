#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <regex>
#include <utility>

#include "ages.h"
#include "specs/text/timestamp.h"
#include "tests/support/tests_dir.h"

/// Each operation of Coder's workspaces API, from a spec to what a Coder of each age has afterwards.
namespace cr::testing {
namespace {

using namespace std::chrono_literals;
using reconcile::Reason;
using standin::Age;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

reconcile::Limits with_retain() {
  reconcile::Limits limits = World::generous();
  limits.allow_retain = true;
  return limits;
}

/// A Coder whose clock is ours, with alice, her own token, and a template that lets workspaces go dormant.
class Scene {
 public:
  explicit Scene(Age age) : world(age, with_retain()) {
    edit([&](standin::State& state) {
      state.set_time(world.now());
      state.set_licensed(true);
      state.set_allow_renames(true);
      state.add_user("alice");
      state.add_template("docker");
      state.edit_template("docker", [](standin::Template& of) { of.time_til_dormant_ms = 864'000'000; });
    });
    give_owners_token();
  }
  ~Scene() {
    std::error_code ignored;
    std::filesystem::remove_all(tokens_, ignored);
  }
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

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
  void edit_live(const char* name, const std::function<void(standin::Workspace&)>& change) {
    edit([&](standin::State& state) { state.edit_workspace("alice", name, change); });
  }
  /// Lines of its `spec`, and of its `metadata`.
  void declare(const char* name, const std::vector<std::string>& lines = {},
               const std::string& metadata = {}) {
    std::string text = a_document("alice", name, lines);
    const std::string key = "metadata:\n";
    if (!metadata.empty()) text.insert(text.find(key) + key.size(), "  " + metadata + "\n");
    name_ = name;
    world.declare({text});
  }
  [[nodiscard]] std::string in(std::chrono::seconds ahead) const {
    return text::format_timestamp(world.now() + ahead);
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
  void give_owners_token() {
    std::string pattern = (std::filesystem::temp_directory_path() / "cr-tokens-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no directory for tokens");
    tokens_ = pattern;
    std::string token;
    edit([&](standin::State& state) { token = state.add_token("alice"); });
    const std::filesystem::path file = tokens_ / "alice";
    std::ofstream(file) << token << '\n';
    std::filesystem::permissions(file,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    world.use_owner_tokens(tokens_.string());
    world.restart();
  }

  std::filesystem::path tokens_;
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
      {"Rename", "PATCH", "/workspaces/{workspace}",
       [](Scene& scene) {
         scene.add("api");
         scene.declare("api-dev", {}, "previousNames: [api]");
       },
       [](Scene& scene) { return scene.live().name == "api-dev" && scene.world.fleet().size() == 1; }},
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
      {"Extend", "PUT", "/workspaces/{workspace}/extend",
       [](Scene& scene) {
         scene.add("dev");
         scene.edit_live(
             "dev", [&](standin::Workspace& live) { live.latest().deadline = scene.world.now() + 40min; });
         scene.declare("dev",
                       {fmt::format("keepAwake: [{{until: \"{}\", reason: training}}]", scene.in(72h))});
       },
       [](Scene& scene) { return scene.live().latest().deadline > scene.world.now() + 3h; }},
      {"Favorite", "PUT", "/workspaces/{workspace}/favorite",
       [](Scene& scene) {
         scene.add("dev");
         scene.declare("dev", {"favorite: true"});
       },
       [](Scene& scene) { return scene.live().favorite; }},
      {"NoFavorite", "DELETE", "/workspaces/{workspace}/favorite",
       [](Scene& scene) {
         scene.add("dev");
         scene.edit([](standin::State& state) { state.set_favorite("alice", "dev", true); });
         scene.declare("dev", {"favorite: false"});
       },
       [](Scene& scene) { return !scene.live().favorite; }},
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
      {"Usage", "POST", "/workspaces/{workspace}/usage",
       [](Scene& scene) {
         scene.add("dev");
         scene.edit_live("dev",
                         [&](standin::Workspace& live) { live.last_used_at = scene.world.now() - 24h * 6; });
         scene.declare("dev", {fmt::format("retain: {{until: \"{}\", reason: leave}}", scene.in(24h * 60))});
       },
       [](Scene& scene) { return scene.live().last_used_at >= scene.world.now() - 1h; }},
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
