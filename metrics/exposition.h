#pragma once

#include <string>

#include "metrics/process.h"
#include "metrics/recorder.h"

namespace cr::metrics {

/// The Content-Type that goes with `exposition`.
inline constexpr char kExpositionContentType[] = "text/plain; version=0.0.4; charset=utf-8";

/// The answer to a scrape of /metrics, in Prometheus' text format. Same figures, same bytes.
[[nodiscard]] std::string exposition(const Recorder& recorder, const ProcessFigures& process);

}  // namespace cr::metrics
