#include <cerrno>
#include <csignal>
#include <exception>
#include <string>
#include <system_error>
#include <vector>

#include "daemon/commands/commands.h"
#include "daemon/commands/process.h"
#include "daemon/config/settings.h"

namespace {

using namespace cr::daemon;

/// Wrong usage: every problem on a line of its own, then where to read on.
ExitCode explain(const UsageError& error, const std::vector<std::string>& arguments, Terminal& terminal) {
  for (const std::string& problem : error.problems()) {
    say(terminal, problem);
  }
  const bool has_command = !arguments.empty() && parse_command(arguments.front());
  terminal.err("Run 'coder-reconciler " + (has_command ? arguments.front() + ' ' : std::string{}) +
               "--help' for usage.\n");
  return ExitCode::usage;
}

/// What was to be printed is part of what a command does. Only a reader that has gone away, as head(1) does,
/// has had enough.
ExitCode with_output(ExitCode code, const Terminal& terminal) {
  const int error = *terminal.out_error;
  if (error == 0 || error == EPIPE) return code;
  terminal.err(
      "coder-reconciler: cannot write to standard output: " + std::generic_category().message(error) + "\n");
  return code == ExitCode::ok || code == ExitCode::changes ? ExitCode::failure : code;
}

}  // namespace

int main(int argc, char** argv) {
  keep_memory_private();
  // A reader of our output or log that goes away must not end a daemon.
  std::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  // A daemon that is told to look again before it can is about to look anyway.
  if (!arguments.empty() && parse_command(arguments.front()) == Command::run) std::signal(SIGHUP, SIG_IGN);
  const Environment environment = Environment::of_process();
  Terminal terminal = Terminal::of_process(environment);
  try {
    const auto invocation = read_settings(arguments, environment, read_config_file);
    const ExitCode code =
        invocation ? dispatch(*invocation, terminal) : explain(invocation.error(), arguments, terminal);
    return static_cast<int>(with_output(code, terminal));
  } catch (const std::exception& error) {
    say(terminal, std::string("unexpected failure: ") + error.what());
    return static_cast<int>(ExitCode::failure);
  }
}
