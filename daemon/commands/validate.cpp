#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "daemon/ci/baseline.h"
#include "daemon/commands/baseline_file.h"
#include "daemon/commands/ci_reports.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/spec_text.h"
#include "daemon/commands/specs_failure.h"
#include "daemon/diagnostics_json.h"
#include "daemon/json_fields.h"
#include "daemon/selector.h"
#include "daemon/text/counted.h"
#include "daemon/text/start_chart.h"
#include "reconcile/async/clock.h"
#include "reconcile/report/render.h"
#include "specs/exception_limits.h"
#include "specs/field_places.h"
#include "specs/source.h"
#include "specs/start_curve.h"
#include "specs/warnings.h"

namespace cr::daemon {
namespace {

/// Of one kind more are only counted: nobody reads them.
constexpr std::size_t kWarningsOfAKind = 20;
constexpr auto kAhead = std::chrono::hours{24};

/// What validate has to say.
struct Findings {
  const specs::DesiredState& desired;
  std::vector<specs::Warning> warnings;
  specs::StartCurve curve;
  std::optional<ci::Comparison> comparison;  ///< with the baseline
};

std::string summary_text(const Findings& found) {
  const specs::DesiredState& desired = found.desired;
  std::vector<std::string> valid;
  if (!desired.specs.empty() || (desired.sets.empty() && desired.defaults.empty()))
    valid.push_back(counted(desired.specs.size(), "spec"));
  if (!desired.sets.empty()) valid.push_back(counted(desired.sets.size(), "set"));
  if (!desired.defaults.empty())
    valid.push_back(counted(desired.defaults.size(), "document of defaults", "documents of defaults"));
  const bool one = desired.specs.size() + desired.sets.size() + desired.defaults.size() == 1;
  std::string text = fmt::format("{} {} valid", fmt::join(valid, ", "), one ? "is" : "are");
  if (desired.invalid_documents > 0) text += fmt::format(", {} invalid", desired.invalid_documents);
  if (desired.duplicate_documents > 0) {
    text += ", " + counted(desired.duplicate_documents, "duplicate");
  }
  if (!found.warnings.empty()) text += ", " + counted(found.warnings.size(), "warning");
  return text + " (" + counted(desired.files, "file") + ")\n";
}

std::string warnings_text(const std::vector<specs::Warning>& warnings, specs::FieldPlaces& places,
                          bool colour) {
  std::string text;
  std::map<specs::WarningKind, std::size_t> of_kind;
  for (const specs::Warning& warning : warnings) {
    if (++of_kind[warning.kind] > kWarningsOfAKind) continue;
    const auto place = specs::place_of(warning, places);
    text += specs::render(specs::as_diagnostic(warning, place), colour);
  }
  for (const auto& [kind, count] : of_kind) {
    if (count <= kWarningsOfAKind) continue;
    text += fmt::format("… and {} more of the kind {}; --output json has all\n", count - kWarningsOfAKind,
                        specs::to_string(kind));
  }
  return text;
}

std::string text_of(const Findings& found, const Config& config, bool colour) {
  std::string text;
  for (const specs::Diagnostic& diagnostic : found.desired.diagnostics)
    text += specs::render(diagnostic, colour);
  specs::FieldPlaces places(read_spec_text);
  text += warnings_text(found.warnings, places, colour);
  if (config.starts) text += start_chart(found.curve, config.starts_per_5m);
  text += summary_text(found);
  return found.comparison ? text + ci::comparison_text(*found.comparison) : text;
}

std::string timestamp(std::chrono::sys_seconds at) {
  return fmt::format("{:%FT%TZ}", at);
}

nlohmann::json json_of(const Findings& found, bool starts, std::chrono::sys_seconds now) {
  const specs::DesiredState& desired = found.desired;
  nlohmann::json made;
  const Keys<json_parts::kValidate> object(made);
  object["formatVersion"] = reconcile::kFormatVersion;
  object["valid"] = desired.specs.size();
  object["sets"] = desired.sets.size();
  object["defaults"] = desired.defaults.size();
  object["invalid"] = desired.invalid_documents;
  object["duplicates"] = desired.duplicate_documents;
  object["files"] = desired.files;
  object["diagnostics"] = diagnostics_json(desired, desired.diagnostics.size());
  specs::FieldPlaces places(read_spec_text);
  object["warnings"] = warnings_json(found.warnings, places);
  if (!desired.revision.empty()) object["revision"] = desired.revision;
  if (found.comparison) object["baseline"] = ci::comparison_json(*found.comparison);
  if (!starts) return made;
  object["from"] = timestamp(now);
  nlohmann::json& slots = object["slots"] = nlohmann::json::array();
  for (std::size_t i = 0; i < found.curve.slots.size(); ++i) {
    if (found.curve.slots[i] == 0) continue;
    const Keys<json_parts::kSlot> slot(slots.emplace_back());
    slot["begins"] = timestamp(found.curve.slot_begins(i));
    slot["starts"] = found.curve.slots[i];
  }
  return made;
}

/// An invalid document is an error, whenever it became so; a warning that stood before is no news.
ExitCode exit_code(const Findings& found, const Config& config) {
  const bool warned =
      found.comparison ? found.comparison->has_fresh(ci::Item::Kind::warning) : !found.warnings.empty();
  const bool good = found.desired.diagnostics.empty() && !(config.strict && warned);
  return good ? ExitCode::ok : ExitCode::invalid_specs;
}

std::chrono::sys_seconds present() {
  async::SystemClock clock;
  return std::chrono::floor<std::chrono::seconds>(clock.wall());
}

}  // namespace

ExitCode validate(const Config& config, Terminal& terminal) {
  const Baseline baseline = read_baseline(config, "validate", terminal);
  if (!baseline.good) return ExitCode::usage;
  specs::SpecSource source(config.paths);
  auto desired = source.load();
  if (!desired) {
    const ExitCode code = specs_failure(desired.error(), config.output, terminal);
    const auto nothing = [&] { return ci::failed("validate", desired.error().message()); };
    return write_ci_reports(nothing, code, config, terminal);
  }
  const std::chrono::sys_seconds now = present();
  specs::refuse_endless_exceptions(*desired, now);
  const specs::WarningLimits limits{.starts_per_5m = config.starts_per_5m,
                                    .starts_setting = "--starts-per-5m"};
  Findings found{*desired, specs::warnings_on(*desired, now, limits), {}, {}};
  if (config.starts) found.curve = specs::start_curve(*desired, now, kAhead);
  if (baseline.document)
    found.comparison = ci::compare(*baseline.document, json_of(found, config.starts, now));
  terminal.out(config.output == OutputFormat::json
                   ? reconcile::dump(json_of(found, config.starts, now)) + "\n"
                   : text_of(found, config, terminal.out_colour));
  ExitCode code = exit_code(found, config);
  if (tell_missing(*desired, {}, terminal)) code = ExitCode::usage;
  const auto checks = [&] {
    specs::FieldPlaces places(read_spec_text);
    ci::Checks all = ci::checks_of(*desired, found.warnings, places);
    // Where only what stood before is warned of, nothing failed.
    all.strict = config.strict && code != ExitCode::ok;
    if (code == ExitCode::usage)
      all.failure = fmt::format("{}", fmt::join(what_is_missing(*desired, {}), "; "));
    return all;
  };
  return write_ci_reports(checks, code, config, terminal);
}

}  // namespace cr::daemon
