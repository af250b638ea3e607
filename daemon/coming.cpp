#include "daemon/coming.h"

#include <fmt/format.h>

#include "reconcile/forecast/remarks.h"
#include "reconcile/report/forecast_view.h"

namespace cr::daemon {
namespace {

using reconcile::Instant;
using reconcile::moment_text;

std::string start_text(const reconcile::StartForecast& start, bool kept_dormant) {
  if (!start.at) return "none by itself";
  if (kept_dormant) return "none: its spec keeps it dormant";
  const Instant next = start.next();
  if (!next) return fmt::format("not on {}: {}", moment_text(*start.at), why_not(start));
  if (next == start.at) return moment_text(*next);
  reconcile::StartForecast before = start;
  before.instead = {};
  return fmt::format("{}; not on {}: {}", moment_text(*next), moment_text(*start.at), why_not(before));
}

}  // namespace

std::vector<Coming> coming(const reconcile::Forecast& forecast, bool kept_dormant) {
  const auto& [start, stop, deletion] = forecast;
  std::vector<Coming> all{{"start", start_text(start, kept_dormant)}};
  if (start.missed)
    all.push_back({"missed", fmt::format("it should have started on {}", moment_text(*start.missed))});
  all.push_back({"stop", stop.at
                             ? fmt::format("{}, by {}", moment_text(*stop.at), reconcile::words_of(stop.by))
                             : "none by itself"});
  if (deletion)
    all.push_back({"deletion", fmt::format("{}, unless it is woken before", moment_text(*deletion))});
  return all;
}

}  // namespace cr::daemon
