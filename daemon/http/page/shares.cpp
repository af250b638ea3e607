#include "daemon/http/page/shares.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace cr::daemon {
namespace {

using reconcile::Reason;

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

Share share_of(Reason reason) {
  switch (standing_of(reason)) {
    case Standing::in_sync:
      return Share::in_sync;
    case Standing::on_its_way:
      return Share::on_its_way;
    case Standing::suspended:
      return Share::suspended;
    case Standing::unknown:
      return Share::unknown;
    case Standing::waits_for_person:
      return reason == Reason::Drifted || reason == Reason::Held ? Share::drifted : Share::needs_person;
  }
  return Share::unknown;
}

std::string_view name_of(Share share) {
  switch (share) {
    case Share::in_sync:
      return "in sync";
    case Share::on_its_way:
      return "in progress";
    case Share::suspended:
      return "suspended";
    case Share::drifted:
      return "drifted or held";
    case Share::needs_person:
      return "need a person";
    case Share::unknown:
      return "unknown";
  }
  return "";
}

std::size_t ShareCounts::all() const {
  return std::accumulate(numbers.begin(), numbers.end(), std::size_t{0});
}

ShareCounts shares_of(const FleetCounts& counts) {
  ShareCounts shares;
  const auto reasons = reconcile::all_reasons();
  for (std::size_t i = 0; i < counts.by_reason.size(); ++i) shares.add(reasons[i], counts.by_reason[i]);
  return shares;
}

std::string in_words(const ShareCounts& shares) {
  std::string text;
  for (const Share share : kShares) {
    if (shares.of(share) == 0) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", shares.of(share), name_of(share));
  }
  return text;
}

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
