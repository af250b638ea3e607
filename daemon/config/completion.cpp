#include "daemon/config/completion.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/config/option.h"
#include "daemon/json_schema.h"

namespace cr::daemon {
namespace {

bool completes_files(const Option& option) {
  return option.choices == "FILE" || option.choices == "DIR";
}

std::string words(std::string_view choices) {
  std::string text{choices};
  std::ranges::replace(text, '|', ' ');
  return text;
}

std::string flags_of(Command command) {
  std::string text;
  for (const Option& option : all_options()) {
    if (option.positional || !option.commands.has(command)) continue;
    text += text.empty() ? "--" : " --";
    text += option.name;
  }
  return text;
}

std::string command_names(std::string_view separator) {
  std::string text;
  for (const CommandInfo& info : all_commands()) {
    if (info.hidden) continue;
    if (!text.empty()) text += separator;
    text += info.name;
  }
  return text;
}

std::string bash() {
  std::string text =
      "# bash completion for coder-reconciler\n"
      "_coder_reconciler() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command= word\n"
      "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n";
  text += fmt::format("    case $word in {}) command=$word; break ;; esac\n  done\n", command_names("|"));
  text += "  case $previous in\n";
  for (const Option& option : all_options()) {
    if (option.positional || option.kind == Option::Kind::flag) continue;
    if (completes_files(option)) {
      text += fmt::format("    --{}) COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n", option.name);
    } else {
      text += fmt::format("    --{}) COMPREPLY=($(compgen -W \"{}\" -- \"$current\")); return ;;\n",
                          option.name, words(option.choices));
    }
  }
  text += "  esac\n  local flags=\n  case $command in\n";
  for (const CommandInfo& info : all_commands()) {
    if (!info.hidden) text += fmt::format("    {}) flags=\"{}\" ;;\n", info.name, flags_of(info.command));
  }
  text += fmt::format(
      "    *) COMPREPLY=($(compgen -W \"{} --help --version\" -- \"$current\")); return ;;\n  esac\n",
      command_names(" "));
  text +=
      "  if [[ $current == -* ]]; then\n"
      "    COMPREPLY=($(compgen -W \"$flags\" -- \"$current\"))\n"
      "  elif [[ $command == completion ]]; then\n"
      "    COMPREPLY=($(compgen -W \"bash zsh fish\" -- \"$current\"))\n"
      "  elif [[ $command == schema ]]; then\n";
  text += fmt::format("    COMPREPLY=($(compgen -W \"{}\" -- \"$current\"))\n", schema_names_text(" "));
  text += "  elif [[ $command == help ]]; then\n";
  text += fmt::format("    COMPREPLY=($(compgen -W \"{}\" -- \"$current\"))\n", command_names(" "));
  text +=
      "  else\n"
      "    COMPREPLY=($(compgen -f -- \"$current\"))\n"
      "  fi\n"
      "}\n"
      "complete -o filenames -F _coder_reconciler coder-reconciler\n";
  return text;
}

/// Inside single quotes, and between the brackets of _arguments.
std::string zsh_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\'') {
      result += "'\\''";
    } else if (c == '[' || c == ']' || c == ':' || c == '\\') {
      result += '\\';
      result += c;
    } else {
      result += c;
    }
  }
  return result;
}

std::string zsh() {
  std::string text = "#compdef coder-reconciler\n_coder_reconciler() {\n  local -a commands\n  commands=(\n";
  for (const CommandInfo& info : all_commands()) {
    if (!info.hidden) text += fmt::format("    '{}:{}'\n", info.name, zsh_text(info.summary));
  }
  text +=
      "  )\n"
      "  if (( CURRENT == 2 )); then\n"
      "    _describe command commands\n"
      "    return\n"
      "  fi\n"
      "  local command=$words[2]\n"
      "  shift words\n"
      "  (( CURRENT-- ))\n"
      "  case $command in\n";
  for (const CommandInfo& info : all_commands()) {
    if (info.hidden) continue;
    text += fmt::format("    {})\n      _arguments", info.name);
    for (const Option& option : all_options()) {
      if (option.positional || !option.commands.has(info.command)) continue;
      text += fmt::format(" \\\n        '{}--{}[{}]", option.kind == Option::Kind::list ? "*" : "",
                          option.name, zsh_text(option.help));
      if (option.kind != Option::Kind::flag) {
        text += fmt::format(":{}:{}", zsh_text(option.value),
                            completes_files(option) ? "_files" : "(" + words(option.choices) + ")");
      }
      text += "'";
    }
    if (info.command == Command::completion) {
      text += " \\\n        ':shell:(bash zsh fish)'";
    } else if (info.command == Command::schema) {
      text += fmt::format(" \\\n        ':schema:({})'", schema_names_text(" "));
    } else if (info.command == Command::help) {
      text += fmt::format(" \\\n        ':command:({})'", command_names(" "));
    } else if (!info.arguments.empty()) {
      text += " \\\n        '*:path:_files'";
    }
    text += "\n      ;;\n";
  }
  text += "  esac\n}\ncompdef _coder_reconciler coder-reconciler\n";
  return text;
}

/// Inside single quotes of fish, where only the quote and the backslash are special.
std::string fish_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\'' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

std::string fish() {
  std::string text = "# fish completion for coder-reconciler\n";
  const std::string names = command_names(" ");
  for (const CommandInfo& info : all_commands()) {
    if (info.hidden) continue;
    text +=
        fmt::format("complete -c coder-reconciler -f -n 'not __fish_seen_subcommand_from {}' -a {} -d '{}'\n",
                    names, info.name, fish_text(info.summary));
  }
  for (const CommandInfo& info : all_commands()) {
    if (info.hidden) continue;
    for (const Option& option : all_options()) {
      if (option.positional || !option.commands.has(info.command)) continue;
      text += fmt::format("complete -c coder-reconciler -n '__fish_seen_subcommand_from {}' -l {} -d '{}'",
                          info.name, option.name, fish_text(option.help));
      if (option.kind != Option::Kind::flag) {
        text += completes_files(option) ? std::string{" -r -F"}
                                        : fmt::format(" -x -a '{}'", words(option.choices));
      }
      text += '\n';
    }
    if (info.command == Command::completion) {
      text +=
          "complete -c coder-reconciler -f -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'\n";
    } else if (info.command == Command::schema) {
      text += fmt::format("complete -c coder-reconciler -f -n '__fish_seen_subcommand_from schema' -a '{}'\n",
                          schema_names_text(" "));
    } else if (info.command == Command::help) {
      text += fmt::format("complete -c coder-reconciler -f -n '__fish_seen_subcommand_from help' -a '{}'\n",
                          names);
    }
  }
  return text;
}

}  // namespace

std::string completion_script(std::string_view shell) {
  if (shell == "zsh") return zsh();
  if (shell == "fish") return fish();
  return bash();
}

}  // namespace cr::daemon
