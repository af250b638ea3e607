#include "daemon/commands/specs_failure.h"

#include <nlohmann/json.hpp>
#include <string>

#include "reconcile/plan/render.h"

namespace cr::daemon {

ExitCode specs_failure(const specs::SourceError& error, OutputFormat output, Terminal& terminal) {
  terminal.err("coder-reconciler: can't read the specs: " + reconcile::visible(error.message()) + "\n");
  if (output == OutputFormat::json) {
    const nlohmann::json json{
        {"formatVersion", reconcile::kFormatVersion}, {"result", "failed"}, {"error", error.message()}};
    terminal.out(reconcile::dump(json) + "\n");
  }
  return ExitCode::failure;
}

}  // namespace cr::daemon
