#pragma once

#include <gtest/gtest.h>

#include <cctype>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "tests/support/tests_dir.h"

namespace cr::testing {

inline const char* const kAges[] = {"coder-2.20.0", "coder-2.29.1", "coder-2.35.1", "coder-2.36.1"};

/// For the name of a test.
inline std::string age_name(const ::testing::TestParamInfo<const char*>& age) {
  std::string name = age.param;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

/// The body that a running Coder of that age answered in the recorded exchange, e.g. "list/page-1".
inline nlohmann::json recorded_body(const std::string& age, const std::string& name,
                                    const std::string& round = {}) {
  const std::string path =
      cr::testing::tests_dir() + "/fixtures/" + age + "/" + round + name.substr(0, name.find('/')) + ".json";
  std::ifstream file(path);
  for (nlohmann::json& exchange : nlohmann::json::parse(file)) {
    if (exchange["name"] == name) return exchange["response"]["body"];
  }
  throw std::runtime_error("no recorded exchange " + name + " in " + path);
}

}  // namespace cr::testing
