// `validate` as it is called: what its warnings end with, and what it draws.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/integration/daemon/documented.h"
#include "tests/integration/daemon/process.h"
#include "tests/unit/daemon/temp_folder.h"

namespace cr {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

class Validate : public ::testing::Test {
 protected:
  /// One document of a file with many.
  void add(const std::string& name, const std::string& fields) {
    text_ += fmt::format(
        "---\napiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {{name: {}}}\nspec:\n"
        "  owner: alice\n  template: docker\n{}",
        name, fields);
    folder_.write("specs.yaml", text_);
  }
  [[nodiscard]] testing::Ended call(std::vector<std::string> flags) const {
    std::vector<std::string> arguments{"validate", folder_.path("specs.yaml")};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    testing::Ended ended = testing::run_program(CR_PROGRAM, arguments, {{"HOME", "/nonexistent"}});
    testing::expect_documented(arguments, ended.out);
    return ended;
  }

 private:
  testing::TempFolder folder_;
  std::string text_;
};

TEST_F(Validate, NamesTheDatesOfTheNextChangesOfTheClocks) {
  add("night", "  autostart: CRON_TZ=Europe/Berlin 30 2 * * *\n");
  const auto ended = call({});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("warning: spec.autostart: the start at 02:30 "));
  EXPECT_THAT(ended.out, ::testing::ContainsRegex("does not come on 20[0-9-]+"));
  EXPECT_THAT(ended.out, ::testing::ContainsRegex("comes twice on 20[0-9-]+"));
  EXPECT_EQ(call({"--strict"}).code, 4);
}

TEST_F(Validate, EndsWithErrorsWhateverItWarnsOf) {
  add("wrong", "  ttl: 90s\n");
  add("long", "  autostart: 0 9 * * *\n  ttl: 30h\n");
  for (const auto& flags : {std::vector<std::string>{}, {"--strict"}}) {
    const auto ended = call(flags);
    EXPECT_EQ(ended.code, 4);
    EXPECT_THAT(ended.out, HasSubstr("1 spec is valid, 1 invalid, 1 warning (1 file)"));
  }
}

TEST_F(Validate, ShowsSomeOfManyWarningsOfAKindAndCountsTheRest) {
  for (int i = 0; i < 25; ++i)
    add(fmt::format("w{}", i), fmt::format("  autostart: 0 9 * * *\n  ttl: {}h\n", 30 + i));
  const auto text = call({});
  EXPECT_THAT(text.out, HasSubstr("spec.ttl: 49h reaches"));
  EXPECT_THAT(text.out, Not(HasSubstr("50h reaches")));
  EXPECT_THAT(text.out, HasSubstr("… and 5 more of the kind long_ttl; --output json has all\n"));
  EXPECT_THAT(text.out, HasSubstr("25 specs are valid, 25 warnings (1 file)"));
  EXPECT_EQ(json::parse(call({"--output", "json"}).out)["warnings"].size(), 25U);
}

TEST_F(Validate, DrawsTheStartsOfTheSpecsAlone) {
  add("a", "  autostart: 0 9 * * *\n");
  add("b", "  autostart: 2 9 * * *\n");
  add("asleep", "  autostart: 0 9 * * *\n  dormant: true\n");
  const auto quiet = call({"--output", "json"});
  EXPECT_THAT(quiet.out, Not(HasSubstr("slots")));
  EXPECT_THAT(call({}).out, Not(HasSubstr("09:00")));
  const json made = json::parse(call({"--starts", "--output", "json"}).out);
  std::size_t starts = 0;
  for (const json& slot : made["slots"]) {
    EXPECT_THAT(slot["begins"].get<std::string>(), HasSubstr("T09:00:00Z"));
    starts += slot["starts"].get<std::size_t>();
  }
  EXPECT_EQ(starts, 2U);
  EXPECT_THAT(call({"--starts"}).out, HasSubstr("Starts in each five minutes of the next 24 h (UTC):\n"));
}

TEST_F(Validate, TakesNoLimitOfNothing) {
  add("a", "  autostart: 0 9 * * *\n");
  const auto ended = call({"--starts-per-5m", "0"});
  EXPECT_EQ(ended.code, 64);
  EXPECT_THAT(ended.err, HasSubstr("--starts-per-5m"));
}

}  // namespace
}  // namespace cr
