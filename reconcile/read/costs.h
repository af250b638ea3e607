#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace cr::reconcile {

/// The four ways to find workspaces in Coder's API.
enum class ReadKind : std::uint8_t { ids, owner, name, page };

/// What reads cost Coder and what they may ask for, as far as this process knows. A value that outlives
/// cycles and can be lost: the defaults are measurements of Coder 2.20 and 2.35 on two cores.
///
/// A batch of ids costs the same in any fleet. A page has a fixed price that grows with the whole fleet,
/// since Coder counts and sorts everything for each of them; that is what makes paging dear for a few and
/// cheap for most.
struct ReadCosts {
  using Cost = std::chrono::duration<double, std::milli>;

  Cost ids_fixed{25}, ids_row{0.5};
  Cost name_fixed{15};
  Cost owner_fixed{20}, owner_row{3};
  Cost page_fixed{30}, page_fleet_row{0.03}, page_row{1};

  /// How much dearer (or cheaper) than the defaults this Coder turned out to be, by kind.
  double ids_factor = 1, owner_factor = 1, name_factor = 1, page_factor = 1;

  /// Workspaces of an owner for each of his that is declared and unknown.
  double rows_per_declared = 1.5;

  /// Workspaces in all, if a page has ever told.
  std::optional<std::uint64_t> fleet;

  /// Ids in one request: 150 make a request line of 5.6 kB. Halved when something on the way refuses it as
  /// too long.
  std::size_t ids_per_request = 150;
  /// Rows of a page: from about 500 on Coder's price for a row grows with the page.
  std::uint32_t rows_per_page = 500;

  bool operator==(const ReadCosts&) const = default;

  /// What one request that returns `rows` rows will cost in a fleet of `fleet_size`.
  [[nodiscard]] Cost of(ReadKind kind, double rows, std::uint64_t fleet_size) const;
};

/// One read as it went.
struct ReadSample {
  ReadKind kind = ReadKind::ids;
  std::size_t rows = 0;
  std::uint64_t fleet = 0;  ///< for pages: `count` of the reply
  std::chrono::nanoseconds took{0};
};

/// The costs after one more measurement. Moves slowly and never by more than ten times at once, so that one
/// stalled request does not turn the next choice.
[[nodiscard]] ReadCosts learn(ReadCosts costs, const ReadSample& sample);

/// How live workspaces were read.
struct LiveReadCounts {
  std::size_t ids = 0, owner = 0, name = 0, page = 0;
  bool operator==(const LiveReadCounts&) const = default;
};

}  // namespace cr::reconcile
