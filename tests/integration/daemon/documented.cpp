#include "tests/integration/daemon/documented.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/integration/daemon/process.h"
#include "tests/support/json_schema_judge.h"

namespace cr::testing {
namespace {

const std::string& schema_named(const std::string& name) {
  static std::map<std::string, std::string> known;
  std::string& text = known[name];
  if (text.empty()) text = run_program(CR_PROGRAM, {"schema", name}, {}).out;
  return text;
}

void expect_as_in_schema(const std::string& name, const std::string& text) {
  const auto document = nlohmann::json::parse(text, nullptr, false);
  ASSERT_FALSE(document.is_discarded()) << text;
  EXPECT_EQ(strict_complaints(schema_named(name), document), "") << "by `schema " << name << "`:\n" << text;
}

}  // namespace

void expect_documented(const std::vector<std::string>& arguments, const std::string& out) {
  const auto output = std::ranges::find(arguments, "--output");
  const bool json = output != arguments.end() && output + 1 != arguments.end() && *(output + 1) == "json";
  if (json && !out.empty()) expect_as_in_schema(arguments.front(), out);
}

void expect_documented_answer(const std::string& target, int status, const std::string& body) {
  const std::string kApi = "/api/v1/";
  if (status == 202) return expect_as_in_schema("accepted", body);
  if (!target.starts_with(kApi)) return;
  if (status >= 400) return expect_as_in_schema("error", body);
  const std::string rest = target.substr(kApi.size());
  expect_as_in_schema(rest.starts_with("workspaces/") ? "workspace" : rest.substr(0, rest.find('?')), body);
}

void expect_documented_log(const std::string& lines) {
  std::istringstream all(lines);
  for (std::string line; std::getline(all, line);) expect_as_in_schema("log", line);
}

}  // namespace cr::testing
