#pragma once

#include <string>
#include <string_view>

#include "daemon/config/assignment.h"

namespace cr::daemon {

/// Reads a configuration file: one YAML mapping whose keys are the names of the flags, and whose values are
/// scalars or, for options that can be given more than once, lists. Every problem is reported, as
/// `file:line:column: …`. Files and paths that are not absolute
/// are taken relative to the file's directory. Pure.
[[nodiscard]] Source parse_config_file(std::string_view text, const std::string& file_name);

}  // namespace cr::daemon
