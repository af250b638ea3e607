#include "reconcile/forecast/remarks.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "reconcile/fields/managed_field.h"
#include "specs/exception_limits.h"

namespace cr::reconcile {
namespace {

constexpr auto kDeletionsAhead = std::chrono::days(7);

}  // namespace

std::string moment_text(std::chrono::sys_seconds at) {
  return fmt::format("{:%a %Y-%m-%d %H:%M} UTC", fmt::gmtime(std::chrono::system_clock::to_time_t(at)));
}

bool is_kept_dormant(const specs::WorkspaceSpec& spec) {
  const auto* declared = spec.fields.entry(kDormant.key);
  const bool* dormant = declared ? std::get_if<bool>(&declared->value) : nullptr;
  return dormant && *dormant && declared->mode != specs::FieldMode::initial;
}

std::string why_not(const StartForecast& start) {
  std::string why;
  std::string remedies;
  for (const CauseText& cause : all_causes()) {
    if (!start.blocked.has(cause.cause)) continue;
    why += fmt::format("{}{}", why.empty() ? "" : ", and ", cause.why);
    if (!cause.remedy.empty()) remedies += fmt::format("; {}", cause.remedy);
  }
  if (start.instead) why += fmt::format(" (it starts on {} instead)", moment_text(*start.instead));
  return why + remedies;
}

void add_remarks(const Forecast& forecast, const specs::WorkspaceSpec& spec, std::chrono::sys_seconds now,
                 std::vector<RemarkNote>& remarks) {
  const StartForecast& start = forecast.start;
  if (start.fails() && starts_within(start, now, kLookAhead) && !is_kept_dormant(spec)) {
    remarks.push_back({Remark::WillNotStart,
                       fmt::format("it will not start on {}: {}", moment_text(*start.at), why_not(start))});
  }
  if (start.missed) {
    remarks.push_back(
        {Remark::MissedStart,
         fmt::format("it should have started on {} and did not; look at its builds in Coder, and "
                     "whether a provisioner is there",
                     moment_text(*start.missed))});
  }
  const auto* windows = spec.fields.get<specs::KeepAwake>(kKeepAwake.key);
  const specs::AwakeWindow* open = windows ? specs::open_window(*windows, now) : nullptr;
  if (open && forecast.stop.by == StopBy::template_limit && *forecast.stop.at < open->until) {
    remarks.push_back(
        {Remark::StopsEarlier,
         fmt::format(
             "it is to be kept awake until {}, but its template lets nothing run so long: it stops on {}",
             moment_text(open->until), moment_text(*forecast.stop.at))});
  }
  if (const std::string ended = specs::ended_exceptions(spec, now); !ended.empty())
    remarks.push_back({Remark::ExceptionOver, fmt::format("over: {}; remove it from the spec", ended)});
  if (forecast.deletion && *forecast.deletion <= now + kDeletionsAhead) {
    remarks.push_back({Remark::DeletionAhead, fmt::format("Coder deletes it on {} unless it is woken before",
                                                          moment_text(*forecast.deletion))});
  }
}

}  // namespace cr::reconcile
