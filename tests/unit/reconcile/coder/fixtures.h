#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "tests/support/tests_dir.h"

namespace cr::testing {

inline const char* const kAges[] = {"coder-2.20.0", "coder-2.35.1"};

/// The body that a running Coder of that age answered in the recorded exchange, e.g. "list/page-1".
inline nlohmann::json recorded_body(const std::string& age, const std::string& name) {
  const std::string path =
      cr::testing::tests_dir() + "/fixtures/" + age + "/" + name.substr(0, name.find('/')) + ".json";
  std::ifstream file(path);
  for (nlohmann::json& exchange : nlohmann::json::parse(file)) {
    if (exchange["name"] == name) return exchange["response"]["body"];
  }
  throw std::runtime_error("no recorded exchange " + name + " in " + path);
}

}  // namespace cr::testing
