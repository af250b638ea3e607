#pragma once

#include <string>
#include <vector>

namespace cr::testing {

/// Fails the test if what a command wrote with `--output json` is not as its schema says, which is asked of
/// the program itself. Says nothing of other commands, and of those that wrote nothing (wrong usage).
void expect_documented(const std::vector<std::string>& arguments, const std::string& out);

/// The same for a good answer of the HTTP API.
void expect_documented_answer(const std::string& target, const std::string& body);

}  // namespace cr::testing
