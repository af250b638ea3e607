#pragma once

#include <string>
#include <vector>

namespace cr::testing {

/// Fails the test if what a command wrote with `--output json` is not as its schema says, which is asked of
/// the program itself. Says nothing of other commands, and of those that wrote nothing (wrong usage).
void expect_documented(const std::vector<std::string>& arguments, const std::string& out);

/// The same for an answer of the HTTP API. Says nothing of what is no JSON (metrics, health, the page).
void expect_documented_answer(const std::string& target, int status, const std::string& body);

/// The same for what was logged with `--log-format json`: each line.
void expect_documented_log(const std::string& lines);

}  // namespace cr::testing
