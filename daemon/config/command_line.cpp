#include "daemon/config/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iterator>
#include <map>

#include "specs/suggestion.h"

namespace cr::daemon {
namespace {

std::string commands_that_take(const Option& option) {
  std::string text;
  for (const CommandInfo& info : all_commands()) {
    if (info.hidden || !option.commands.has(info.command)) continue;
    text += text.empty() ? "" : ", ";
    text += info.name;
  }
  return text;
}

std::string unknown_flag(std::string_view text, std::optional<Command> command) {
  const std::string_view flag = text.substr(0, text.find('='));
  std::string_view name = flag;
  while (name.starts_with('-')) name.remove_prefix(1);
  if (const auto remedy = refused_option(name); !remedy.empty()) {
    return std::string{flag} + ": " + std::string{remedy};
  }
  std::vector<std::string_view> candidates;
  for (const Option& option : all_options()) {
    if (!option.positional && (!command || option.commands.has(*command))) candidates.push_back(option.name);
  }
  std::string message = std::string{flag} + " is no flag";
  if (command) message += " of " + std::string{to_string(*command)};
  if (const auto near = specs::closest(name, candidates); !near.empty()) {
    message += "; did you mean --" + std::string{near} + "?";
  }
  return message;
}

std::string unknown_command(std::string_view word) {
  std::vector<std::string_view> names;
  std::string list;
  for (const CommandInfo& info : all_commands()) {
    if (info.hidden) continue;
    names.push_back(info.name);
    list += list.empty() ? "" : ", ";
    list += info.name;
  }
  const std::string hint = specs::did_you_mean(word, names);
  return '"' + std::string{word} + "\" is no command; " + (hint.empty() ? "there are " + list : hint);
}

/// All flags are known to the program as a whole, so that they may stand before and behind the command; which
/// command takes which is checked afterwards, against the table.
std::map<const Option*, CLI::Option*> declare_flags(CLI::App& app) {
  std::map<const Option*, CLI::Option*> declared;
  for (const Option& option : all_options()) {
    if (option.positional) continue;
    const std::string name = (option.name == "help" ? "-h,--" : "--") + std::string{option.name};
    CLI::Option* flag = option.kind == Option::Kind::flag
                            ? app.add_flag(name)
                            : app.add_option(name, std::function<bool(const CLI::results_t&)>(
                                                       [](const CLI::results_t&) { return true; }));
    if (option.kind != Option::Kind::flag) flag->expected(1)->allow_extra_args(false);
    flag->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    declared.emplace(&option, flag);
  }
  return declared;
}

}  // namespace

CommandLine parse_command_line(const std::vector<std::string>& arguments) {
  CommandLine line;
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  const auto declared = declare_flags(app);
  std::map<Command, std::vector<std::string>> positional;
  std::map<Command, CLI::App*> commands;
  for (const CommandInfo& info : all_commands()) {
    CLI::App* command = app.add_subcommand(std::string{info.name});
    command->set_help_flag();
    command->fallthrough();
    command->allow_extras();
    command->add_option("arguments", positional[info.command]);
    commands.emplace(info.command, command);
  }
  app.require_subcommand(0, 1);

  // Behind -- everything is an argument; CLI11 forgets that where a flag may belong to the program as a
  // whole.
  const auto mark = std::ranges::find(arguments, "--");
  // It takes the arguments last first.
  std::vector<std::string> reversed(std::make_reverse_iterator(mark), arguments.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    line.flags.problems.emplace_back(error.what());
    return line;
  }
  for (const auto& [command, parsed] : commands) {
    if (parsed->parsed()) line.command = command;
  }

  std::vector<std::string> leftover = app.remaining(true);
  for (const std::string& extra : leftover) {
    if (extra.size() > 1 && extra.starts_with('-')) {
      line.flags.problems.push_back(unknown_flag(extra, line.command));
    } else if (!line.command) {
      // What follows an unknown command is judged when the command is right.
      if (extra == "help") {
        line.help = true;
      } else if (!line.help || !parse_command(extra)) {
        line.flags.problems.push_back(unknown_command(extra));
      }
      break;
    }
  }
  for (const Option& option : all_options()) {
    if (option.positional) continue;
    const CLI::Option& flag = *declared.at(&option);
    if (flag.count() == 0) continue;
    const std::string origin = "--" + std::string{option.name};
    if (option.name == "help") {
      line.help = true;
    } else if (line.command && !option.commands.has(*line.command)) {
      line.flags.problems.push_back(origin + " is no flag of " + std::string{to_string(*line.command)} +
                                    ", but of " + commands_that_take(option));
    } else if (option.name == "config") {
      line.config_file = flag.results().back();
    } else {
      line.flags.assignments.push_back({&option, flag.results(), origin});
    }
  }
  if (line.command) {
    auto& given = positional[*line.command];
    if (mark != arguments.end()) given.insert(given.end(), std::next(mark), arguments.end());
    const Option& paths = *find_option("paths");
    if (!paths.commands.has(*line.command)) {
      line.arguments = std::move(given);
    } else if (!given.empty()) {
      line.flags.assignments.push_back({&paths, std::move(given), "PATH"});
    }
  }
  return line;
}

}  // namespace cr::daemon
