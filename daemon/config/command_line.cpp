#include "daemon/config/command_line.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <string_view>

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

std::string unknown_flag(std::string_view flag, std::optional<Command> command) {
  std::string_view name = flag;
  while (name.starts_with('-')) name.remove_prefix(1);
  if (const auto remedy = refused_option(name); !remedy.empty()) {
    return std::string{flag} + ": " + std::string{remedy};
  }
  std::vector<std::string_view> candidates;
  for (const Option& option : all_options()) {
    if (!option.positional && (!command || option.commands.has(*command))) candidates.push_back(option.name);
  }
  std::string message = "unknown flag";
  if (command) message += " for " + std::string{to_string(*command)};
  message += ": " + std::string{flag};
  if (const auto near = specs::closest(name, candidates); !near.empty()) {
    message += "; did you mean --" + std::string{near} + "?";
  }
  return message;
}

/// A flag that was given, with everything that was said about it in the order of the command line.
struct Given {
  const Option* option;
  std::vector<std::string> values;
};

class Parser {
 public:
  explicit Parser(std::span<const std::string> arguments) : arguments_(arguments) {}

  CommandLine run() {
    while (at_ < arguments_.size()) {
      const std::string& argument = arguments_[at_++];
      if (argument == "--") {
        words_behind_the_mark();
        break;
      }
      if (argument.size() > 1 && argument.starts_with('-')) {
        take_flag(argument);
      } else if (line_.command) {
        words_.push_back(argument);
      } else if (const auto command = parse_command(argument)) {
        line_.command = command;
      } else {
        line_.flags.problems.push_back(unknown_command(argument));
        // What follows an unknown command is judged when the command is right.
        return std::move(line_);
      }
    }
    for (const std::string& flag : unknown_) {
      line_.flags.problems.push_back(unknown_flag(flag, line_.command));
    }
    settle_flags();
    settle_words();
    return std::move(line_);
  }

 private:
  void words_behind_the_mark() {
    literal_from_ = words_.size();
    words_.insert(words_.end(), arguments_.begin() + static_cast<std::ptrdiff_t>(at_), arguments_.end());
    if (!line_.command && !words_.empty()) {
      line_.flags.problems.push_back("unexpected argument \"" + words_.front() +
                                     "\" after --; put the command before --");
    }
  }

  static const Option* find_flag(std::string_view flag) {
    if (flag.starts_with("--")) {
      const Option* option = find_option(flag.substr(2));
      return option != nullptr && option->positional ? nullptr : option;
    }
    const auto options = all_options();
    const auto found = std::ranges::find_if(options, [&](const Option& option) {
      return option.letter != '\0' && flag.size() == 2 && flag[1] == option.letter;
    });
    return found == options.end() ? nullptr : &*found;
  }

  void problem(const Option& option, std::string_view text) {
    line_.flags.problems.push_back("--" + std::string{option.name} + ' ' + std::string{text});
  }

  void take_flag(std::string_view argument) {
    const std::size_t equal = argument.find('=');
    const std::string_view flag = argument.substr(0, equal);
    const Option* option = find_flag(flag);
    if (option == nullptr) {
      unknown_.emplace_back(flag);
      return;
    }
    if (equal != std::string_view::npos) {
      const std::string_view value = argument.substr(equal + 1);
      if (option->letter != '\0') return problem(*option, "takes no value");
      return take_value(*option, std::string{value});
    }
    if (option->kind == Option::Kind::flag) return add(*option, "true");
    if (at_ == arguments_.size()) return problem(*option, "needs a value: " + wanted_value(*option));
    const std::string& next = arguments_[at_];
    const std::string_view next_flag = std::string_view{next}.substr(0, next.find('='));
    if (next == "--" || (next.starts_with('-') && find_flag(next_flag) != nullptr)) {
      return problem(*option, "needs a value: " + wanted_value(*option) + "; found " + next);
    }
    ++at_;
    take_value(*option, next);
  }

  void take_value(const Option& option, std::string value) {
    if (!value.empty()) return add(option, std::move(value));
    problem(option, "has an empty value; use " + wanted_value(option) + ", or omit the flag");
    // Seen all the same: that a command does not take it is worth saying too.
    add(option, {});
  }

  void add(const Option& option, std::string value) {
    auto given = std::ranges::find(given_, &option, &Given::option);
    if (given == given_.end()) given = given_.insert(given_.end(), Given{&option, {}});
    if (!value.empty()) given->values.push_back(std::move(value));
  }

  void settle_flags() {
    // In the order of the table, which is that of help.
    for (const Option& option : all_options()) {
      const auto given = std::ranges::find(given_, &option, &Given::option);
      if (given == given_.end()) continue;
      const std::string origin = "--" + std::string{option.name};
      if (option.name == "help") {
        line_.help = true;
      } else if (option.name == "version") {
        line_.version = true;
      } else if (line_.command && !option.commands.has(*line_.command)) {
        const std::string others = commands_that_take(option);
        line_.flags.problems.push_back("unknown flag for " + std::string{to_string(*line_.command)} + ": " +
                                       origin + " (a flag of " + others + ")");
      } else if (given->values.empty()) {
        continue;
      } else if (option.name == "config") {
        line_.config_file = given->values.back();
      } else {
        line_.flags.assignments.push_back({&option, std::move(given->values), origin});
      }
    }
  }

  void settle_words() {
    if (!line_.command) return;
    const Option& paths = *find_option("paths");
    if (!paths.commands.has(*line_.command)) {
      line_.arguments = std::move(words_);
      return;
    }
    if (line_.command == Command::explain && !words_.empty()) {
      line_.arguments.push_back(std::move(words_.front()));
      words_.erase(words_.begin());
      if (literal_from_ > 0) --literal_from_;
    }
    if (!words_.empty() && literal_from_ > 0 && parse_command(words_.front())) {
      const std::string& word = words_.front();
      line_.flags.problems.push_back("two commands given: " + std::string{to_string(*line_.command)} +
                                     " and " + word + "; for a path of that name use ./" + word);
    }
    if (!words_.empty()) line_.flags.assignments.push_back({&paths, std::move(words_), "PATH"});
  }

  std::span<const std::string> arguments_;
  std::size_t at_ = 0;
  CommandLine line_;
  std::vector<std::string> words_;                           ///< behind the command
  std::size_t literal_from_ = static_cast<std::size_t>(-1);  ///< words from here on stood behind --
  std::vector<std::string> unknown_;
  std::vector<Given> given_;
};

}  // namespace

CommandLine parse_command_line(const std::vector<std::string>& arguments) {
  return Parser(arguments).run();
}

}  // namespace cr::daemon
