#include "daemon/config/command.h"

#include <algorithm>
#include <vector>

#include "specs/suggestion.h"

namespace cr::daemon {
namespace {

constexpr CommandInfo kCommands[] = {
    {Command::validate, "validate", "[PATH…]", "Check specs offline; needs no Coder",
     "Reads every spec in the given directories and files (or - for standard input) and reports each "
     "error\n"
     "with its file, line and column. Exits with 4 if a document is invalid.\n"
     "Warns of what is valid and yet hardly meant: a start in the hour that a change of clocks skips or "
     "repeats,\n"
     "a TTL that reaches the next start, several starts a day, an exception that ended a week ago or more; "
     "with\n"
     "--starts-per-5m of too many starts at a time. With --strict a warning exits with 4 too. --starts draws "
     "the\n"
     "starts of the next 24 h; without it the output says nothing of the time at which it was made."},
    {Command::plan, "plan", "[PATH…]", "Show what would change; cannot change anything",
     "Compares the specs with Coder and prints the difference. It cannot write: its client has no write "
     "methods."},
    {Command::forecast, "forecast", "[PATH…]", "Show what comes next for each declared workspace",
     "Starts, stops and deletions ahead, and starts that will not come, each with its cause. Reads Coder and "
     "changes\n"
     "nothing."},
    {Command::explain, "explain", "OWNER/NAME [PATH…]", "Show all that is known of one workspace",
     "What its spec declares, and in which line; what Coder has stored; what really acts, and who decides on "
     "it;\n"
     "what comes next; what a plan would do; and its last builds and changes, with who made them (changes "
     "are "
     "read\n"
     "from the audit log, where the token may). A workspace that no spec declares is explained too. Changes\n"
     "nothing."},
    {Command::apply, "apply", "[PATH…]", "Converge, then exit",
     "Runs cycles until nothing is left to do now (including stops that dormancy waits for; with --wait also "
     "the\n"
     "builds that it started), or until --timeout. For a CronJob or a pipeline.\n"
     "If Coder goes away in between, it waits; if Coder never responds, it fails after 30 s."},
    {Command::run, "run", "[PATH…]", "Converge forever (daemon)",
     "Runs a cycle every --interval, and at once when the specs change, on SIGHUP and on POST /-/reconcile.\n"
     "SIGTERM ends it within --shutdown-timeout with exit code 0: writes in flight finish, nothing new "
     "starts."},
    {Command::export_specs, "export", "", "Write specs of the workspaces that there are",
     "Reads the workspaces and writes each as a spec, as it is now: to standard output, or with --output-dir "
     "one\n"
     "file an owner. The specs only report, unless --managed is given; validate and plan of them find "
     "nothing "
     "to say.\n"
     "Prebuilt workspaces and those of AI tasks are left out, and so is the value of every parameter that is "
     "ephemeral\n"
     "or may be a secret. What is written is whole: a read that fails writes nothing.\n"
     "Files that exist are not overwritten. With --merge, fields that they declare are set to the live "
     "values "
     "in place,\n"
     "with comments and order kept, and what none of them declares is added. Changes nothing in Coder."},
    {Command::status, "status", "", "Show how a daemon stands, as its status page does",
     "Asks a running daemon, by default the one on this machine: whether it is ready, how the fleet stands, "
     "what is\n"
     "held, and what needs action. Exits with 0 if it is ready (a cycle has succeeded lately), 3 if it is "
     "not, "
     "6 if it\n"
     "cannot be reached or rejects the token. Needs no Coder, and changes nothing."},
    {Command::schema, "schema", "[NAME]", "Print the JSON Schema of a spec, or of what the program writes",
     "spec (the default) is for editors, which complete and validate specs with it. The others describe "
     "what\n"
     "the program writes: validate, plan, apply, forecast and explain with --output json; summary, "
     "workspaces, "
     "workspace, "
     "events,\n"
     "event, error and accepted in the HTTP API; log with --log-format json."},
    {Command::version, "version", "", "Print the version", ""},
    {Command::completion, "completion", "bash|zsh|fish", "Print a completion script for a shell",
     "For example:  source <(coder-reconciler completion bash)"},
    {Command::help, "help", "[COMMAND]", "Show help for a command",
     "Without a name, lists the commands. Same as `coder-reconciler COMMAND --help`."},
    {Command::reference, "reference", "",
     "Print the reference of flags, exit codes and conditions as Markdown", "", true},
};

}  // namespace

std::span<const CommandInfo> all_commands() {
  return kCommands;
}

const CommandInfo& info_of(Command command) {
  return *std::ranges::find(kCommands, command, &CommandInfo::command);
}

std::string_view to_string(Command command) {
  return info_of(command).name;
}

std::optional<Command> parse_command(std::string_view name) {
  const auto* found = std::ranges::find(kCommands, name, &CommandInfo::name);
  if (found == std::end(kCommands)) return std::nullopt;
  return found->command;
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
  return "unknown command \"" + std::string{word} + "\"; " +
         (hint.empty() ? "available commands: " + list : hint);
}

}  // namespace cr::daemon
