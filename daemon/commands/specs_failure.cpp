#include "daemon/commands/specs_failure.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "daemon/json_fields.h"
#include "reconcile/report/render.h"
#include "specs/visible.h"

namespace cr::daemon {

ExitCode specs_failure(const specs::SourceError& error, OutputFormat output, Terminal& terminal) {
  terminal.err("coder-reconciler: cannot read the specs: " + reconcile::visible(error.message()) + "\n");
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
  for (const std::string& one : missing) terminal.err("coder-reconciler: " + specs::visible(one) + "\n");
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
