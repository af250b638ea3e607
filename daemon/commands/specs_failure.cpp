#include "daemon/commands/specs_failure.h"

#include <nlohmann/json.hpp>
#include <string>

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

bool tell_missing(const specs::DesiredState& loaded, const Selection& selection, Terminal& terminal) {
  const std::vector<std::string> missing = what_is_missing(loaded, selection);
  for (const std::string& one : missing) terminal.err("coder-reconciler: " + specs::visible(one) + "\n");
  return !missing.empty();
}

}  // namespace cr::daemon
