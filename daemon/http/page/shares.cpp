#include "daemon/http/page/shares.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace cr::daemon {
namespace {

// Of the drawing, in its own units.
constexpr std::size_t kWidth = 1000;
constexpr std::size_t kHeight = 10;
constexpr std::size_t kLeast = 6;  ///< of what is there at all

std::string_view class_of(Share share) {
  switch (share) {
    case Share::in_sync:
      return "good";
    case Share::on_its_way:
      return "busy";
    case Share::suspended:
      return "quiet";
    case Share::drifted:
      return "drift";
    case Share::needs_person:
      return "warn";
    case Share::unknown:
      return "bad";
  }
  return "quiet";
}

/// Widths that fill the drawing. What the small ones get too much, the largest gives.
std::array<std::size_t, std::size(kShares)> widths_of(const ShareCounts& shares) {
  std::array<std::size_t, std::size(kShares)> widths{};
  const std::size_t all = shares.all();
  std::ranges::transform(shares.numbers, widths.begin(), [all](std::size_t number) {
    return number == 0 ? 0 : std::max(kLeast, number * kWidth / all);
  });
  const std::size_t sum = std::accumulate(widths.begin(), widths.end(), std::size_t{0});
  auto largest = std::ranges::max_element(widths);
  *largest = *largest + kWidth - sum;
  return widths;
}

}  // namespace

void write_shares(HtmlWriter& out, const ShareCounts& shares) {
  if (shares.all() == 0) return;
  const auto widths = widths_of(shares);
  const auto drawing = out.element("svg", {{"class", "shares"},
                                           {"viewbox", fmt::format("0 0 {} {}", kWidth, kHeight)},
                                           {"preserveaspectratio", "none"},
                                           {"role", "img"},
                                           {"aria-label", in_words(shares)}});
  std::size_t begin = 0;
  for (const Share share : kShares) {
    const std::size_t width = widths[static_cast<std::size_t>(share)];
    if (width == 0) continue;
    const auto part = out.element("rect", {{"class", class_of(share)},
                                           {"x", std::to_string(begin)},
                                           {"width", std::to_string(width)},
                                           {"height", std::to_string(kHeight)}});
    out.leaf("title", fmt::format("{} {}", shares.of(share), name_of(share)));
    begin += width;
  }
}

}  // namespace cr::daemon
