#pragma once

#include <string>

namespace cr::daemon {

/// The reference of the command line as Markdown, generated from the tables that the program itself works
/// with: flags, environment variables, exit codes, conditions, JSON fields.
[[nodiscard]] std::string reference_markdown();

}  // namespace cr::daemon
