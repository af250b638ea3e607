#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/config/assignment.h"
#include "daemon/config/command.h"

namespace cr::daemon {

/// The arguments taken apart, values not looked at yet.
struct CommandLine {
  std::optional<Command> command;  ///< absent: none was given, so help is
  bool help = false;
  bool version = false;
  std::string config_file;  ///< of --config; empty: not given
  std::vector<std::string>
      arguments;  ///< of schema, version, completion and help; those of others are `paths`
  Source flags;
};

/// `arguments` without the program's name. Flags may stand before and behind the command, whose name is the
/// first word; `--flag=value` and `--flag value` are one, and `--flag=` is an empty value, which is refused
/// since nobody can tell what it meant. Behind `--` there are only arguments. Unknown commands and flags, a
/// second command, and flags of other commands are problems in `flags`, each with a near match or the
/// commands that do take it. Pure.
[[nodiscard]] CommandLine parse_command_line(const std::vector<std::string>& arguments);

}  // namespace cr::daemon
