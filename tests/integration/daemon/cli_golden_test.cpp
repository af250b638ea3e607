// Each folder of tests/golden/cli is a case: `cmd` is run by the shell in that folder, and what it writes and
// ends with is compared with `stdout`, `stderr` and `exit`. With a `seed.json` there is a Coder that it
// describes, named by CODER_URL. CR_UPDATE_GOLDEN=1 writes the files instead.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "tests/integration/daemon/documented.h"
#include "tests/integration/daemon/process.h"
#include "tests/standin/seed.h"
#include "tests/standin/server.h"
#include "tests/support/tests_dir.h"
#include "tests/unit/daemon/temp_folder.h"

namespace cr {
namespace {

namespace fs = std::filesystem;

fs::path cases_folder() {
  return fs::path(cr::testing::tests_dir()) / "golden/cli";
}

std::vector<std::string> all_cases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(cases_folder())) {
    if (fs::exists(entry.path() / "cmd")) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); !from.empty() && at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
  return text;
}

class CliGolden : public ::testing::TestWithParam<std::string> {
 protected:
  void compare(const std::string& name, const std::string& actual) {
    const fs::path file = cases_folder() / GetParam() / name;
    if (std::getenv("CR_UPDATE_GOLDEN") != nullptr) {
      if (actual.empty()) {
        fs::remove(file);
      } else {
        std::ofstream(file, std::ios::binary) << actual;
      }
      return;
    }
    EXPECT_EQ(read(file), actual) << "CR_UPDATE_GOLDEN=1 rewrites " << file;
  }
};

TEST_P(CliGolden, WritesWhatIsExpected) {
  // Away from this checkout, whose commit would be taken for the specs' revision.
  const testing::TempFolder scratch;
  const fs::path folder = scratch.path("case");
  fs::copy(cases_folder() / GetParam(), folder, fs::copy_options::recursive);
  std::optional<standin::Server> coder;
  testing::Variables environment{{"PATH", fs::path(CR_PROGRAM).parent_path().string() + ":/usr/bin:/bin"},
                                 {"HOME", "/nonexistent"}};
  if (fs::exists(folder / "seed.json")) {
    coder.emplace(standin::Age::v2_35);
    coder->with_state([&](standin::State& state) {
      standin::apply_seed(state, nlohmann::json::parse(read(folder / "seed.json")));
      return 0;
    });
    environment["CODER_URL"] = coder->url();
    environment["CODER_SESSION_TOKEN"] = coder->admin_token();
  }
  const std::string command = "cd '" + folder.string() + "' && " + read(folder / "cmd");
  const auto ended = testing::run_program("/bin/sh", {"-c", command}, environment);
  const auto normal = [&](const std::string& text) {
    return coder ? replaced(text, coder->url(), "http://coder.example.com") : text;
  };
  compare("stdout", normal(ended.out));
  std::istringstream words(read(folder / "cmd"));
  const std::vector<std::string> arguments(std::istream_iterator<std::string>(words), {});
  if (arguments.size() > 1) testing::expect_documented({arguments.begin() + 1, arguments.end()}, ended.out);
  compare("stderr", normal(ended.err));
  compare("exit", std::to_string(ended.code) + "\n");
}

INSTANTIATE_TEST_SUITE_P(Cases, CliGolden, ::testing::ValuesIn(all_cases()), [](const auto& tested) {
  std::string name = tested.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace cr
