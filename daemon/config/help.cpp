#include "daemon/config/help.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/config/option.h"

namespace cr::daemon {
namespace {

constexpr std::size_t kColumn = 32;

std::string flag_text(const Option& option) {
  std::string text = option.letter == '\0' ? "    --" : std::string{'-', option.letter} + ", --";
  text += option.name;
  if (!option.value.empty()) text += ' ' + std::string{option.value};
  return text;
}

std::string sources_text(const Option& option) {
  std::string text = "$" + env_name(option);
  if (!option.alias_env.empty()) text += ", $" + std::string{option.alias_env};
  return text;
}

}  // namespace

std::string help_text() {
  std::string text =
      "coder-reconciler keeps the workspaces of a Coder deployment as declared in YAML.\n\n"
      "Usage: coder-reconciler COMMAND [PATH…] [flags]\n\nCommands:\n";
  for (const CommandInfo& info : all_commands()) {
    if (!info.hidden) text += fmt::format("  {:<12}{}\n", info.name, info.summary);
  }
  text +=
      "\nCoder is named by --coder-url or CODER_URL; its token by --coder-token-file or "
      "CODER_SESSION_TOKEN.\n"
      "`coder-reconciler COMMAND --help` shows the flags of a command, `--version` the version.\n";
  return text;
}

std::string help_text(Command command) {
  const CommandInfo& info = info_of(command);
  std::string text = fmt::format("{}.\n\nUsage: coder-reconciler {}{}{} [flags]\n", info.summary, info.name,
                                 info.arguments.empty() ? "" : " ", info.arguments);
  if (!info.details.empty()) text += fmt::format("\n{}\n", info.details);
  text += "\nFlags:\n";
  for (const Option& option : all_options()) {
    if (option.positional || !option.commands.has(command)) continue;
    const std::string flag = flag_text(option);
    text += "  " + flag;
    // What is longer than its column has a line of its own.
    text += flag.size() < kColumn ? std::string(kColumn - flag.size(), ' ')
                                  : "\n" + std::string(kColumn + 2, ' ');
    text += option.help;
    if (!option.fallback.empty()) text += fmt::format(" (default {})", option.fallback);
    text += '\n';
    if (option.letter == '\0') text += std::string(kColumn + 2, ' ') + sources_text(option) + '\n';
  }
  if (find_option("config")->commands.has(command)) {
    text +=
        "\nPrecedence: flag, environment variable ($…), --config FILE, default.\n"
        "Durations are written as 90s, 5m or 1h30m.\n";
  }
  return text;
}

}  // namespace cr::daemon
