#include <fmt/format.h>

#include <numeric>

#include "daemon/http/page/shares.h"

namespace cr::daemon {

using reconcile::Reason;

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

}  // namespace cr::daemon
