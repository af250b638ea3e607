#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cr::daemon {

enum class Command : std::uint8_t {
  validate,
  plan,
  forecast,
  explain,
  apply,
  run,
  export_specs,
  status,
  schema,
  version,
  completion,
  help,
  reference
};

/// How a command is called and what it is for; the one place that help, completion and the reference read.
struct CommandInfo {
  Command command;
  std::string_view name;
  std::string_view arguments;  ///< as usage shows them, e.g. "[PATH…]"; empty: takes none
  std::string_view summary;    ///< one line
  std::string_view details;    ///< what a person should know before the first use
  bool hidden = false;
};

/// In the order in which help lists them.
[[nodiscard]] std::span<const CommandInfo> all_commands();
[[nodiscard]] const CommandInfo& info_of(Command command);
[[nodiscard]] std::string_view to_string(Command command);
[[nodiscard]] std::optional<Command> parse_command(std::string_view name);

/// What is said of a word that stands where a command does and is none: the nearest, or all there are.
[[nodiscard]] std::string unknown_command(std::string_view word);

/// A set of commands, for saying which of them a flag belongs to.
class Commands {
 public:
  constexpr Commands() = default;
  template <class... Rest>
  constexpr explicit Commands(Command first, Rest... rest) : bits_(bit(first)) {
    ((bits_ |= bit(rest)), ...);
  }
  [[nodiscard]] constexpr bool has(Command command) const { return (bits_ & bit(command)) != 0; }

 private:
  static constexpr std::uint32_t bit(Command command) { return 1U << static_cast<unsigned>(command); }
  std::uint32_t bits_ = 0;
};

}  // namespace cr::daemon
