#include "daemon/commands/specs_failure.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "daemon/json_fields.h"
#include "reconcile/report/render.h"

namespace cr::daemon {

ExitCode specs_failure(const specs::SourceError& error, OutputFormat output, Terminal& terminal) {
  say(terminal, "cannot read the specs: " + error.message());
  if (output == OutputFormat::json) {
    nlohmann::json made;
    const Keys<json_parts::kUnreadable> object(made);
    object["formatVersion"] = reconcile::kFormatVersion;
    object["result"] = "failed";
    object["error"] = error.message();
    terminal.out(reconcile::dump(made) + "\n");
  }
  return ExitCode::failure;
}

namespace {

bool tell(const std::vector<std::string>& missing, Terminal& terminal) {
  for (const std::string& one : missing) say(terminal, one);
  return !missing.empty();
}

}  // namespace

bool tell_missing(const specs::DesiredState& loaded, const Selection& selection, Terminal& terminal) {
  return tell(what_is_missing(loaded, selection), terminal);
}

void tell_missing_of_sets(const specs::DesiredState& desired, const Selection& selection,
                          const reconcile::CycleReport& report, Terminal& terminal) {
  tell(what_sets_do_not_have(desired, selection, report), terminal);
}

}  // namespace cr::daemon
