#include <chrono>
#include <limits>
#include <nlohmann/json.hpp>

#include "daemon/commands/commands.h"
#include "daemon/commands/read_only.h"
#include "reconcile/report/forecast_view.h"

namespace cr::daemon {

ExitCode forecast(const Config& config, Terminal& terminal) {
  const auto within = std::chrono::floor<std::chrono::seconds>(config.within);
  const bool colour = terminal.out_colour;
  const auto render = [&](const reconcile::CycleReport& report) {
    if (config.output != OutputFormat::json)
      return reconcile::render_forecast_text(report, within, {.colour = colour});
    const reconcile::RowRange all{.offset = 0, .limit = std::numeric_limits<std::size_t>::max()};
    return reconcile::dump(reconcile::forecast_json(report, within, all)) + '\n';
  };
  const auto show = [&](const reconcile::CycleReport& report, const specs::DesiredState& desired) {
    return Shown{render(report), exit_code_of_forecast(report, desired)};
  };
  return run_read_only(config, terminal, {.show = show});
}

}  // namespace cr::daemon
