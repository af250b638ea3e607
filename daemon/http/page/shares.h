#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/http/page/fleet.h"
#include "daemon/http/page/html_writer.h"

namespace cr::daemon {

/// The parts that a fleet is shown in, in the order in which they are drawn. Each workspace is in one.
enum class Share : std::uint8_t {
  in_sync,
  on_its_way,
  suspended,
  drifted,       ///< differs from its spec, and waits for a yes or for a change of mind: Drifted, Held
  needs_person,  ///< waits for a person for another reason
  unknown,
};
inline constexpr Share kShares[] = {Share::in_sync, Share::on_its_way,   Share::suspended,
                                    Share::drifted, Share::needs_person, Share::unknown};
[[nodiscard]] Share share_of(reconcile::Reason reason);
/// "in sync", "in progress", …
[[nodiscard]] std::string_view name_of(Share share);

/// How many workspaces are in each.
struct ShareCounts {
  std::array<std::size_t, std::size(kShares)> numbers{};

  void add(reconcile::Reason reason, std::size_t number = 1) { of(share_of(reason)) += number; }
  [[nodiscard]] std::size_t& of(Share share) { return numbers[static_cast<std::size_t>(share)]; }
  [[nodiscard]] std::size_t of(Share share) const { return numbers[static_cast<std::size_t>(share)]; }
  [[nodiscard]] std::size_t all() const;
  bool operator==(const ShareCounts&) const = default;
};
[[nodiscard]] ShareCounts shares_of(const FleetCounts& counts);

/// "97 in sync, 2 drifted or held, 1 unknown": what is not there is not mentioned.
[[nodiscard]] std::string in_words(const ShareCounts& shares);

/// A bar of the shares: each as long as it is large, but what is there can be seen however small it is.
/// Nothing where there are no workspaces.
void write_shares(HtmlWriter& out, const ShareCounts& shares);

}  // namespace cr::daemon
