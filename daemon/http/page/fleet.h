#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reconcile/report/report.h"

namespace cr::daemon {

/// What a workspace's condition means for whoever looks, in the order in which that matters.
enum class Standing : std::uint8_t { waits_for_person, unknown, on_its_way, suspended, in_sync };
inline constexpr Standing kStandings[] = {Standing::waits_for_person, Standing::unknown, Standing::on_its_way,
                                          Standing::suspended, Standing::in_sync};
/// As URLs name it: "waits_for_person", …
[[nodiscard]] std::string_view to_string(Standing standing);
[[nodiscard]] std::optional<Standing> parse_standing(std::string_view text);
/// Suspended ones are left alone on purpose: they wait for nobody.
[[nodiscard]] Standing standing_of(reconcile::Reason reason);

/// The fleet in numbers.
struct FleetCounts {
  std::size_t all = 0;
  std::array<std::size_t, std::size(kStandings)> by_standing{};
  std::vector<std::size_t> by_reason;  ///< in the order of all_reasons()
  std::vector<std::size_t> by_remark;  ///< in the order of all_remarks()
  /// Templates that specs name, the most used first, at most kMostNames. Views into the report.
  std::vector<std::pair<std::string_view, std::size_t>> templates;
  /// Sets that have workspaces, likewise.
  std::vector<std::pair<std::string_view, std::size_t>> sets;
  /// Keys of labels that workspaces have, likewise.
  std::vector<std::pair<std::string_view, std::size_t>> label_keys;
  /// What the paths of all spec files begin with, up to a slash: rows are shown without it.
  std::string_view folder;

  [[nodiscard]] std::size_t of(Standing standing) const {
    return by_standing[static_cast<std::size_t>(standing)];
  }
};
inline constexpr std::size_t kMostNames = 100;
[[nodiscard]] FleetCounts count_fleet(const reconcile::CycleReport& report);

/// A part of the sentence that sums the fleet up: "2 wait for you".
struct SummaryPart {
  Standing standing = Standing::in_sync;
  std::string text;
  bool operator==(const SummaryPart&) const = default;
};
/// "412 of 415 in sync", then what is not, by how much it matters; what is not there is not mentioned.
[[nodiscard]] std::vector<SummaryPart> summary_parts(const FleetCounts& counts);
/// The same as a line: "412 of 415 in sync; 2 wait for you; 1 on its way".
[[nodiscard]] std::string summary_line(const FleetCounts& counts);

}  // namespace cr::daemon
