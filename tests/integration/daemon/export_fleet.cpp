#include "tests/integration/daemon/export_fleet.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/standin/seed.h"

namespace cr::testing {

namespace fs = std::filesystem;

std::string read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::map<std::string, std::string> tree(const std::string& directory) {
  std::map<std::string, std::string> files;
  if (!fs::exists(directory)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file())
      files[fs::relative(entry.path(), directory).string()] = read_file(entry.path().string());
  }
  return files;
}

void populate(standin::Server& coder, std::size_t crowd) {
  coder.with_state([=](standin::State& state) {
    standin::add_fleet(state, crowd);
    const std::string version = state.find_template("docker")->active_version_id;
    state.edit_version(version, [](standin::TemplateVersion& edited) {
      const auto add = [&](const char* name) -> standin::TemplateParameter& {
        edited.parameters.emplace_back().name = name;
        return edited.parameters.back();
      };
      for (const char* name : {"region", "cpu", "note", "git_token", "DB Password", "remote", "lunch"})
        add(name);
      add("reset").ephemeral = true;
      add("number").masked = true;
    });
    const auto add = [&](const char* name, auto&& edit) {
      standin::WorkspaceSeed seed;
      seed.owner = "alice";
      seed.name = name;
      seed.template_name = "docker";
      edit(seed);
      state.add_workspace(seed);
    };
    add("plain", [](auto&) {});
    add("dormant", [](auto& seed) {
      seed.dormant = true;
      seed.running = false;
      seed.always_update = true;
    });
    add("short", [](auto& seed) { seed.ttl_ms = 30'000; });
    add("broken-minutes", [](auto& seed) { seed.ttl_ms = 90 * 60'000 + 17; });
    add("Starts", [](auto& seed) { seed.schedule = "CRON_TZ=Europe/Berlin 30 9 * * 1,3,5"; });
    add("parameters", [](auto& seed) {
      seed.parameters = {{"region", "eu: #1"},
                         {"cpu", "4"},
                         {"note", "a\n- \"b\"\n\xE2\x80\xA8---\n\x1b[31m"},
                         {"git_token", "hunter2-a"},
                         {"DB Password", "hunter2-b"},
                         {"remote", "https://alice:hunter2-f@example.com/x.git"},
                         {"lunch", "ghp_hunter2hunter2hunter2"},
                         {"reset", "hunter2-c"},
                         {"unlisted", "hunter2-d"}};
    });
    // Forms mask the number since the release that tells so.
    if (state.since(standin::Age::v2_29)) {
      add("masked", [](auto& seed) { seed.parameters = {{"number", "hunter2-e"}, {"cpu", "2"}}; });
    }
    add("task", [](auto& seed) { seed.task_id = "11111111-1111-4111-8111-111111111111"; });
    return 0;
  });
}

}  // namespace cr::testing
