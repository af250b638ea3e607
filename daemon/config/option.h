#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/command.h"
#include "daemon/config/config.h"

namespace cr::daemon {

/// One setting under all its names. Command line, environment, file, help, completion and reference are
/// generated from the table of these, so that they cannot disagree.
struct Option {
  enum class Kind { value, list, flag };
  /// Sets the option from all values of one source, in order. Returns what is wrong, naming the value and
  /// what is allowed, or an empty text. Only lists are ever given more than one.
  using Set = std::string (*)(Config&, const std::vector<std::string>&);

  std::string_view name = {};   ///< flag without its dashes, and key in the configuration file
  std::string_view value = {};  ///< what help shows as its value: "FILE"; empty for a switch
  std::string_view alias_env =
      {};                      ///< a variable of Coder's own command line that means the same; empty: none
  std::string_view help = {};  ///< one sentence without a full stop
  std::string_view fallback = {};  ///< the default as help shows it; empty: none
  std::string_view choices = {};   ///< "text|json" for completion; "FILE" or "DIR" complete paths
  Kind kind = Kind::value;
  Commands commands = {};   ///< that take it as a flag
  Set set = nullptr;        ///< absent only for --config, --help and --version, which are no settings
  bool secret = false;      ///< its value is never repeated in an error
  bool positional = false;  ///< given as arguments and not as a flag
  char letter = '\0';       ///< the short flag of what only informs (-h, -V), and takes no value
};

[[nodiscard]] std::span<const Option> all_options();
/// By flag or key; null if there is none.
[[nodiscard]] const Option* find_option(std::string_view name);
/// CODER_RECONCILER_ and the name in upper case.
[[nodiscard]] std::string env_name(const Option& option);

/// What may be given to it, for a sentence: "text, json or markdown", "true or false", or as help shows it.
[[nodiscard]] std::string wanted_value(const Option& option);

/// Variables that have no flag: secrets, and what every program reads.
struct EnvironmentVariable {
  std::string_view name;
  std::string_view help;
};
[[nodiscard]] std::span<const EnvironmentVariable> environment_only();

/// A secret was given where others can read it (process list, shell history, a file in Git): what to do
/// instead. Empty for every other name.
[[nodiscard]] std::string_view refused_option(std::string_view name);

}  // namespace cr::daemon
