#pragma once

#include <chrono>
#include <string>

#include "daemon/http/page/html_writer.h"
#include "daemon/loop/sync_trend.h"

namespace cr::daemon {

/// The last 24 hours as a sentence: "Last 24 hours: 97 to 100 of 100 in sync; at most 3 not as declared, at
/// 14:05; not read from 12:00 to 12:20." Empty where there are fewer than two points.
[[nodiscard]] std::string trend_in_words(const SyncTrend& trend, async::WallTime now);

/// The same as a drawing of two lines, with the sentence beside it; nothing where that is empty. Points
/// further apart than `apart` are not joined, nor those between which no cycle could read.
void write_trend(HtmlWriter& out, const SyncTrend& trend, async::WallTime now,
                 std::chrono::nanoseconds apart);

}  // namespace cr::daemon
