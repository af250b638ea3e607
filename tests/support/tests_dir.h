#pragma once

#include <string>

namespace cr::testing {

/// The folder of the tests' data (golden files, recorded exchanges) in the checkout that this was built from.
[[nodiscard]] std::string tests_dir();

}  // namespace cr::testing
