#include "daemon/reference.h"

#include <fmt/format.h>

#include "daemon/config/option.h"
#include "daemon/exit_code.h"
#include "daemon/json_reference.h"
#include "reconcile/model/condition.h"

namespace cr::daemon {
namespace {

/// A bar would end the cell.
std::string cell(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') result += '\\';
    result += c;
  }
  return result;
}

std::string commands_text() {
  std::string text = "| command | what it does |\n| --- | --- |\n";
  for (const CommandInfo& info : all_commands()) {
    if (info.hidden) continue;
    text += fmt::format("| `{}{}{}` | {} |\n", info.name, info.arguments.empty() ? "" : " ",
                        cell(info.arguments), cell(info.summary));
  }
  return text;
}

std::string flags_text() {
  std::string text =
      "| flag | default | commands | meaning | environment |\n| --- | --- | --- | --- | --- |\n";
  for (const Option& option : all_options()) {
    if (option.letter != '\0') continue;
    std::string commands;
    for (const CommandInfo& info : all_commands()) {
      if (info.hidden || !option.commands.has(info.command)) continue;
      commands += commands.empty() ? "" : ", ";
      commands += info.name;
    }
    std::string environment = '`' + env_name(option) + '`';
    if (!option.alias_env.empty()) environment += fmt::format(" `{}`", option.alias_env);
    text += fmt::format("| `{}{}{}{}` | {} | {} | {} | {} |\n", option.positional ? "" : "--",
                        option.positional ? option.value : option.name,
                        option.positional || option.value.empty() ? "" : " ",
                        option.positional ? std::string{"…"} : cell(option.value),
                        option.fallback.empty() ? std::string{} : fmt::format("`{}`", option.fallback),
                        commands, cell(option.help), environment);
  }
  return text;
}

std::string variables_text() {
  std::string text = "| variable | meaning |\n| --- | --- |\n";
  for (const EnvironmentVariable& variable : environment_only()) {
    text += fmt::format("| `{}` | {} |\n", variable.name, variable.help);
  }
  return text;
}

std::string exit_codes_text() {
  std::string text = "| code | meaning |\n| --- | --- |\n";
  for (const ExitCodeInfo& info : all_exit_codes()) {
    text += fmt::format("| {} | {} |\n", static_cast<int>(info.code), info.meaning);
  }
  return text;
}

std::string ready_text(reconcile::Reason reason) {
  const reconcile::Ready ready = reconcile::ready_of(reason);
  std::string text{reconcile::to_string(ready)};
  if (ready == reconcile::Ready::False)
    text += reconcile::waits_for_person(reason) ? ": needs action" : ": in progress";
  return text;
}

std::string reasons_text() {
  std::string text =
      "| reason | Ready | what it means | what to do | when it ends |\n| --- | --- | --- | --- | --- |\n";
  for (const reconcile::Reason reason : reconcile::all_reasons()) {
    const reconcile::Guidance& guidance = reconcile::guidance_of(reason);
    text += fmt::format("| `{}` | {} | {} | {} | {} |\n", reconcile::to_string(reason), ready_text(reason),
                        cell(guidance.meaning), cell(guidance.what_to_do), cell(guidance.ends));
  }
  return text;
}

}  // namespace

std::string reference_markdown() {
  return "### Commands\n\n" + commands_text() + "\n### Flags\n\n" + flags_text() +
         "\nPrecedence: flag, environment variable, the file given with `--config` (YAML; its keys are the "
         "flags' "
         "names), default.\n\n" +
         variables_text() + "\n### Exit codes\n\n" + exit_codes_text() +
         "\nIf several of 3 to 6 apply, the highest wins.\n\n### Conditions\n\n" + reasons_text() +
         "\n### JSON\n\n" + json_fields_markdown();
}

}  // namespace cr::daemon
