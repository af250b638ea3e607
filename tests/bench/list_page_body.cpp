#include "tests/bench/list_page_body.h"
#include "tests/support/tests_dir.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>

namespace cr::bench {
namespace {

// What only foretelling needs.
constexpr std::string_view kForetelling[] = {"next_start_at",
                                             "deadline",
                                             "max_deadline",
                                             "reason",
                                             "created_at",
                                             "completed_at",
                                             "deleting_at",
                                             "last_used_at",
                                             "outdated",
                                             "template_active_version_id",
                                             "favorite",
                                             "allow_renames",
                                             "template_require_active_version"};

}  // namespace

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
    row["latest_build"]["deadline"] = fmt::format("2026-11-24T21:{:02}:00.715709Z", i % 60);
    row["next_start_at"] = fmt::format("2026-11-25T08:{:02}:00Z", i % 60);
    if (i > 0) body += ',';
    body += row.dump();
  }
  body += fmt::format(R"(],"count":{}}})", rows);
  return body;
}

std::string list_page_body_of_strange_keys(std::size_t rows) {
  std::string body = list_page_body(rows);
  for (const std::string_view key : kForetelling) {
    const std::string wanted = fmt::format(R"("{}":)", key);
    for (std::size_t at = 0; (at = body.find(wanted, at)) != std::string::npos; at += wanted.size())
      body[at + 1] = '_';
  }
  return body;
}

}  // namespace cr::bench
