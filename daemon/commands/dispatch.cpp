#include <string>

#include "daemon/commands/commands.h"
#include "daemon/config/completion.h"
#include "daemon/config/help.h"
#include "daemon/json_schema.h"
#include "daemon/reference.h"
#include "daemon/version.h"

namespace cr::daemon {
namespace {

ExitCode print(Terminal& terminal, const std::string& text) {
  terminal.out(text);
  return ExitCode::ok;
}

std::string version_text() {
  std::string text = "coder-reconciler " + std::string{version()};
  if (!revision().empty()) text += " (" + std::string{revision()} + ')';
  return text + '\n';
}

}  // namespace

ExitCode dispatch(const Invocation& invocation, Terminal& terminal) {
  if (invocation.help) {
    return print(terminal, invocation.has_command ? help_text(invocation.command) : help_text());
  }
  if (invocation.version) return print(terminal, version_text());
  switch (invocation.command) {
    case Command::validate:
      return validate(invocation.config, terminal);
    case Command::plan:
      return plan(invocation.config, terminal);
    case Command::forecast:
      return forecast(invocation.config, terminal);
    case Command::explain:
      return explain(invocation.config, terminal);
    case Command::export_specs:
      return export_specs(invocation.config, terminal);
    case Command::status:
      return status(invocation.config, terminal);
    case Command::apply:
      return apply(invocation.config, terminal);
    case Command::run:
      return run(invocation.config, terminal);
    case Command::schema:
      return print(terminal, schema_text(invocation.schema));
    case Command::version:
      return print(terminal, version_text());
    case Command::completion:
      return print(terminal, completion_script(invocation.shell));
    case Command::help:
      return print(terminal, help_text());
    case Command::reference:
      return print(terminal, reference_markdown());
  }
  return ExitCode::failure;
}

}  // namespace cr::daemon
