#include "daemon/http/page/trend.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "daemon/http/page/times.h"

namespace cr::daemon {
namespace {

// Of the drawing, in its own units: one to the right for each stretch.
constexpr std::size_t kWidth = SyncTrend::kMost;
constexpr std::size_t kHeight = 40;
constexpr std::size_t kMostGaps = 3;

using Points = std::vector<SyncPoint>;

/// Those of the last 24 hours.
Points recent(const SyncTrend& trend, async::WallTime now) {
  Points points = trend.points();
  std::erase_if(points, [&](const SyncPoint& point) { return point.begun <= now - SyncTrend::kSpan; });
  return points;
}

std::string clock_of(async::WallTime at) {
  return clock_time(at, at).substr(0, 5);
}

/// "Last 24 hours", or since when this program has run.
std::string beginning_in_words(async::WallTime begun, async::WallTime now) {
  if (now - begun > SyncTrend::kSpan - 2 * SyncTrend::kStretch) return "Last 24 hours";
  const std::string at = clock_time(begun, now);
  return "Since " + at.substr(0, at.size() - std::string_view{":00"}.size());
}

/// "not read from 12:00 to 12:20, …": where no cycle could read, up to the next that could.
std::string gaps_in_words(const Points& points) {
  std::string text;
  std::size_t gaps = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i].read || (i > 0 && !points[i - 1].read)) continue;
    if (++gaps > kMostGaps) continue;
    const auto end = std::find_if(points.begin() + static_cast<std::ptrdiff_t>(i), points.end(),
                                  [](const SyncPoint& point) { return point.read; });
    text += gaps == 1 ? "; not read " : ", ";
    text += end == points.end()
                ? fmt::format("since {}", clock_of(points[i].begun))
                : fmt::format("from {} to {}", clock_of(points[i].begun), clock_of(end->begun));
  }
  if (gaps > kMostGaps) text += fmt::format(" and {} times more", gaps - kMostGaps);
  return text;
}

/// One line of the drawing: the points that are joined.
std::vector<std::string> lines_of(const Points& points, async::WallTime now, std::chrono::nanoseconds apart,
                                  std::size_t top, std::uint32_t SyncPoint::*value) {
  std::vector<std::string> lines;
  const SyncPoint* before = nullptr;
  const auto newest = std::chrono::floor<SyncTrend::Stretch>(now);
  for (const SyncPoint& point : points) {
    const SyncPoint* joined = before;
    before = point.read ? &point : nullptr;
    if (!point.read) continue;
    const auto age = std::chrono::floor<SyncTrend::Stretch>(newest - point.begun).count();
    const std::size_t x = kWidth - 1 - static_cast<std::size_t>(std::clamp<std::int64_t>(age, 0, kWidth - 1));
    const std::size_t y = kHeight - point.*value * kHeight / top;
    const std::string place = fmt::format("{},{}", x, y);
    if (!joined || point.begun - joined->begun > apart) {
      // A line of no length is not drawn, a lone point is.
      lines.push_back(fmt::format("{} {},{}", place, x + 1, y));
    } else {
      lines.back() += ' ' + place;
    }
  }
  return lines;
}

}  // namespace

std::string trend_in_words(const SyncTrend& trend, async::WallTime now) {
  const Points points = recent(trend, now);
  if (points.size() < 2) return {};
  const SyncPoint* least = nullptr;
  const SyncPoint* worst = nullptr;
  std::uint32_t most = 0, all = 0;
  for (const SyncPoint& point : points) {
    if (!point.read) continue;
    if (!least || point.in_sync_least < least->in_sync_least) least = &point;
    if (!worst || point.drift_most > worst->drift_most) worst = &point;
    most = std::max(most, point.in_sync_least);
    all = std::max(all, point.all);
  }
  if (all == 0 && least) return {};
  const std::string since = beginning_in_words(points.front().begun, now);
  if (!least) return fmt::format("{}: Coder could not be read.", since);
  std::string text = least->in_sync_least == most
                         ? fmt::format("{}: {} of {} in sync", since, most, all)
                         : fmt::format("{}: {} to {} of {} in sync", since, least->in_sync_least, most, all);
  if (worst->drift_most > 0)
    text += fmt::format("; at most {} not as declared, at {}", worst->drift_most, clock_of(worst->begun));
  return text + gaps_in_words(points) + '.';
}

void write_trend(HtmlWriter& out, const SyncTrend& trend, async::WallTime now,
                 std::chrono::nanoseconds apart) {
  const std::string words = trend_in_words(trend, now);
  if (words.empty()) return;
  const Points points = recent(trend, now);
  const std::size_t top =
      std::max<std::size_t>(1, std::ranges::max_element(points, {}, &SyncPoint::all)->all);
  const auto box = out.element("div", {{"class", "trend"}, {"id", "trend"}});
  {
    const auto drawing = out.element("svg", {{"viewbox", fmt::format("0 -2 {} {}", kWidth, kHeight + 4)},
                                             {"preserveaspectratio", "none"},
                                             {"role", "img"},
                                             {"aria-label", words}});
    for (const std::string& line : lines_of(points, now, apart, top, &SyncPoint::drift_most))
      out.leaf("polyline", {{"class", "drift"}, {"points", line}}, "");
    for (const std::string& line : lines_of(points, now, apart, top, &SyncPoint::in_sync_least))
      out.leaf("polyline", {{"class", "good"}, {"points", line}}, "");
  }
  out.leaf("p", {{"class", "more"}}, words);
}

}  // namespace cr::daemon
