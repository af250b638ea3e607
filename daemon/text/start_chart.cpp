#include "daemon/text/start_chart.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace cr::daemon {
namespace {

constexpr std::size_t kMostLines = 24;
constexpr std::size_t kWidth = 40;

struct Line {
  std::chrono::sys_seconds at;
  std::uint32_t starts = 0;
};

std::vector<Line> lines_of(const specs::StartCurve& curve) {
  std::vector<Line> lines;
  for (std::size_t i = 0; i < curve.slots.size(); ++i) {
    if (curve.slots[i] > 0) lines.push_back({curve.slot_begins(i), curve.slots[i]});
  }
  return lines;
}

/// One for each hour, with what most start at a time in it.
std::vector<Line> by_hour(const std::vector<Line>& lines) {
  std::vector<Line> hours;
  for (const Line& line : lines) {
    const auto hour = std::chrono::floor<std::chrono::hours>(line.at);
    if (hours.empty() || hours.back().at != hour) hours.push_back({hour, 0});
    hours.back().starts = std::max(hours.back().starts, line.starts);
  }
  return hours;
}

std::string bar(std::uint32_t starts, std::uint32_t most) {
  const std::size_t length = std::max<std::size_t>(1, std::size_t{starts} * kWidth / most);
  std::string text;
  for (std::size_t i = 0; i < length; ++i) text += "█";
  return text + std::string(kWidth - length, ' ');
}

}  // namespace

std::string start_chart(const specs::StartCurve& curve, std::size_t limit) {
  std::vector<Line> lines = lines_of(curve);
  if (lines.empty()) return "No workspace starts in the next 24 h.\n";
  const bool many = lines.size() > kMostLines;
  if (many) lines = by_hour(lines);
  std::string text = many ? "Starts in the busiest five minutes of each hour, in the next 24 h (UTC):\n"
                          : "Starts in each five minutes of the next 24 h (UTC):\n";
  const std::uint32_t most = std::ranges::max_element(lines, {}, &Line::starts)->starts;
  const std::size_t digits = fmt::formatted_size("{}", most);
  for (const auto& [at, starts] : lines) {
    text += fmt::format("  {:%a %H:%M}  {}  {:>{}}", at, bar(starts, most), starts, digits);
    if (limit > 0 && starts > limit) text += fmt::format("  more than {}", limit);
    text += '\n';
  }
  return text;
}

}  // namespace cr::daemon
