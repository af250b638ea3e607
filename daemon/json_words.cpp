#include <string>
#include <vector>

#include "daemon/activity/event.h"
#include "daemon/json_reference.h"
#include "daemon/log/log_line.h"
#include "reconcile/coder/api_error.h"
#include "reconcile/coder/fault.h"
#include "reconcile/fields/field.h"
#include "reconcile/model/condition.h"
#include "reconcile/plan/action.h"
#include "reconcile/report/forecast_view.h"
#include "reconcile/report/report.h"
#include "reconcile/sets/reason.h"
#include "specs/diagnostic.h"
#include "specs/warnings.h"

namespace cr::daemon {
namespace {

using reconcile::ActionResult;
using reconcile::CycleResult;
using reconcile::Ready;

template <class Values>
std::vector<std::string> names_of(const Values& values) {
  std::vector<std::string> names;
  names.reserve(std::size(values));
  for (const auto& value : values) names.emplace_back(to_string(value));
  return names;
}

std::vector<std::string> all_faults() {
  std::vector<std::string> names;
  for (const coder::FaultTraits& fault : coder::all_faults()) names.emplace_back(fault.name);
  return names;
}

}  // namespace

std::vector<std::string> words_of(JsonWords words) {
  switch (words) {
    case JsonWords::trust:
      return names_of(std::vector{reconcile::feed::Trust::off, reconcile::feed::Trust::on_probation,
                                  reconcile::feed::Trust::trusted});
    case JsonWords::none:
      return {};
    case JsonWords::cycle_results:
      return names_of(std::vector{CycleResult::in_sync, CycleResult::converged, CycleResult::partial,
                                  CycleResult::held, CycleResult::failed});
    case JsonWords::plan_results: {
      std::vector<std::string> names = words_of(JsonWords::cycle_results);
      names.emplace_back("changes");
      return names;
    }
    case JsonWords::action_results:
      return names_of(std::vector{ActionResult::success, ActionResult::failed, ActionResult::skipped});
    case JsonWords::failed:
      return names_of(std::vector{CycleResult::failed});
    case JsonWords::ready:
      return names_of(std::vector{Ready::True, Ready::False, Ready::Unknown});
    case JsonWords::reasons:
      return names_of(reconcile::all_reasons());
    case JsonWords::set_reasons:
      return names_of(reconcile::sets::all_reasons());
    case JsonWords::fields:
      return names_of(reconcile::all_fields());
    case JsonWords::drifting_fields:
      return names_of(reconcile::fields_that_drift());
    case JsonWords::actions:
      return names_of(reconcile::all_action_kinds());
    case JsonWords::remarks:
      return names_of(reconcile::all_remarks());
    case JsonWords::causes:
      return names_of(reconcile::all_causes());
    case JsonWords::spans:
      return {reconcile::FleetForecast::kSpanNames.begin(), reconcile::FleetForecast::kSpanNames.end()};
    case JsonWords::stop_by:
      return names_of(std::vector{reconcile::StopBy::ttl, reconcile::StopBy::activity,
                                  reconcile::StopBy::keep_awake, reconcile::StopBy::template_limit,
                                  reconcile::StopBy::deadline, reconcile::StopBy::failure,
                                  reconcile::StopBy::suspension});
    case JsonWords::faults:
      return all_faults();
    case JsonWords::diagnostic_kinds:
      return names_of(std::vector{specs::DiagnosticKind::unreadable, specs::DiagnosticKind::limit,
                                  specs::DiagnosticKind::syntax, specs::DiagnosticKind::schema,
                                  specs::DiagnosticKind::duplicate});
    case JsonWords::warning_kinds:
      return names_of(specs::all_warning_kinds());
    case JsonWords::log_levels:
      return names_of(std::vector{LogLevel::debug, LogLevel::info, LogLevel::warn, LogLevel::error});
    case JsonWords::event_kinds:
      return names_of(all_event_kinds());
  }
  return {};
}

}  // namespace cr::daemon
