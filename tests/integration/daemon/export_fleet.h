#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "tests/standin/server.h"

/// What the tests of `export` share.
namespace cr::testing {

[[nodiscard]] std::string read_file(const std::string& path);

/// What a directory holds, by path below it; empty where it is not there.
[[nodiscard]] std::map<std::string, std::string> tree(const std::string& directory);

/// A fleet with something of everything, of `crowd` workspaces beside alice's. What no spec may show has
/// "hunter2" in it.
void populate(standin::Server& coder, std::size_t crowd = 1'100);

}  // namespace cr::testing
