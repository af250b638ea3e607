#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "daemon/commands/commands.h"
#include "daemon/commands/specs_failure.h"
#include "daemon/diagnostics_json.h"
#include "daemon/json_fields.h"
#include "reconcile/async/clock.h"
#include "reconcile/report/render.h"
#include "specs/remarks.h"
#include "specs/source.h"

namespace cr::daemon {
namespace {

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string summary_text(const specs::DesiredState& desired) {
  std::string text = counted(desired.specs.size(), "spec is valid", "specs are valid");
  if (desired.invalid_documents > 0) text += fmt::format(", {} invalid", desired.invalid_documents);
  if (desired.duplicate_documents > 0) {
    text += ", " + counted(desired.duplicate_documents, "duplicate", "duplicates");
  }
  return text + " (" + counted(desired.files, "file", "files") + ")\n";
}

nlohmann::json validate_json(const specs::DesiredState& desired) {
  nlohmann::json made;
  const Keys<json_parts::kValidate> object(made);
  object["formatVersion"] = reconcile::kFormatVersion;
  object["valid"] = desired.specs.size();
  object["invalid"] = desired.invalid_documents;
  object["duplicates"] = desired.duplicate_documents;
  object["files"] = desired.files;
  object["diagnostics"] = diagnostics_json(desired, desired.diagnostics.size());
  if (!desired.revision.empty()) object["revision"] = desired.revision;
  return made;
}

std::chrono::sys_seconds now() {
  async::SystemClock clock;
  return std::chrono::floor<std::chrono::seconds>(clock.wall());
}

}  // namespace

ExitCode validate(const Config& config, Terminal& terminal) {
  specs::SpecSource source(config.paths);
  const auto desired = source.load();
  if (!desired) return specs_failure(desired.error(), config.output, terminal);
  if (config.output == OutputFormat::json) {
    terminal.out(reconcile::dump(validate_json(*desired)) + "\n");
  } else {
    for (const specs::Diagnostic& diagnostic : desired->diagnostics) {
      terminal.out(specs::render(diagnostic, terminal.out_colour));
    }
    terminal.out(summary_text(*desired));
  }
  for (const specs::Diagnostic& remark : specs::remarks_on(*desired, now()))
    terminal.err(specs::render(remark));
  if (tell_missing(*desired, {}, terminal)) return ExitCode::usage;
  return desired->diagnostics.empty() ? ExitCode::ok : ExitCode::invalid_specs;
}

}  // namespace cr::daemon
