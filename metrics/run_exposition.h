#pragma once

#include <string>
#include <string_view>

#include "metrics/recorder.h"

/// The metrics of one run of `apply`, for where nothing can scrape: a textfile or a Pushgateway.
///
/// They have the names and types of a scrape, so that rules and dashboards over gauges hold for both.
/// Counters and histograms are those of this run alone. Left out is what would be wrong or in the way:
/// - process_*: of a process that is gone; node_exporter and Pushgateway have metrics of these names
/// themselves;
/// - source_last_change: a single read cannot tell a change;
/// - what this run did not come to learn (a time of success without a success, a gauge of the cycle without a
///   cycle): then what the run before said of it stands.
namespace cr::metrics {

/// The text, without timestamps: neither of the two takes any.
///
/// What stands where nothing replaces it must be said to be over: a token that is known never to expire shows
/// +Inf, specs without a revision an empty one.
[[nodiscard]] std::string run_exposition(const Recorder& recorder);

/// `text`, and behind it the families of `before` that it does not have. A Pushgateway does this by itself; a
/// file is replaced as a whole. Only what is a sample of our catalogue is taken over: `before` was read from
/// a disk.
[[nodiscard]] std::string with_what_stands(std::string text, std::string_view before);

}  // namespace cr::metrics
