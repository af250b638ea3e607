#include "tests/bench/list_page_body.h"
#include "tests/support/tests_dir.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace cr::bench {

std::string list_page_body(std::size_t rows) {
  std::ifstream file(cr::testing::tests_dir() + "/bench/data/row.json");
  if (!file) throw std::runtime_error("tests/bench/data/row.json cannot be read");
  // Keys stay in Coder's order.
  auto row = nlohmann::ordered_json::parse(file);
  std::string body = R"({"workspaces":[)";
  for (std::size_t i = 0; i < rows; ++i) {
    row["id"] = fmt::format("9d1c5f4e-0000-4000-8000-{:012x}", i);
    row["name"] = fmt::format("api-dev-{}", i);
    row["owner_name"] = fmt::format("user-{}", i / 10);
    row["owner_id"] = fmt::format("7a3b2c1d-0000-4000-8000-{:012x}", i / 10);
    row["latest_build"]["id"] = fmt::format("5e6f7a8b-0000-4000-8000-{:012x}", i);
    if (i > 0) body += ',';
    body += row.dump();
  }
  body += fmt::format(R"(],"count":{}}})", rows);
  return body;
}

}  // namespace cr::bench
