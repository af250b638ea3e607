#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "reconcile/model/audit_row.h"

namespace cr::reconcile::feed {

/// A row may come so much later than the time that it bears.
inline constexpr std::chrono::seconds kLateness{60};

/// What one look at the log came to.
struct Look {
  enum class Kind : std::uint8_t {
    whole,  ///< `rows` are all that have come since the look before
    first,  ///< there was none before: where the log stands is known now, and what came before it is not told
    gap,    ///< rows in between may be unknown: too many came, or the log is another one (pruned, restored)
  };
  Kind kind = Kind::whole;
  std::vector<AuditRow> rows;  ///< told for the first time, each once, the oldest first
  bool operator==(const Look&) const = default;
};

/// Follows the audit log: one look asks for the newest row, and where that is not the one seen last, for
/// 5, 25, then 100 more at a time, down to the one seen last. Rows can come late: until a minute has passed
/// since the newest one a look goes a minute deeper, and tells only those that it has not told. It does not
/// after a first look or a gap: what came before those is for a whole read to see.
///
/// A look is `begin`, and `take` for each answer; one that is not taken to its end changes nothing, and the
/// next goes over the same rows again. Keeps the ids of about a minute's rows. No I/O, no clock; Coder's time
/// comes with its answers.
class LogWalk {
 public:
  static constexpr std::size_t kFullPage = 100;
  /// So many full pages without the row seen last are a gap.
  static constexpr int kMostPages = 10;

  /// `coder_now`: by Coder's clock as far as it is known; counts for the first look only.
  [[nodiscard]] AuditQuery begin(AuditTime coder_now);
  using Step = std::variant<AuditQuery, Look>;
  /// Answers the query given last. The next one, or the look.
  [[nodiscard]] Step take(const AuditPage& page);
  /// The next look is a first one again.
  void forget();

 private:
  /// The newest row that was there at the last look; nil id: there was none.
  struct Position {
    AuditRowId id;
    AuditTime at;
  };
  struct Progress {
    AuditQuery asked;
    std::optional<AuditTime> asked_at;  ///< of the first page: what comes later belongs to the next look
    Position newest;
    bool found = false;    ///< the row that the look before ended at
    bool covered = false;  ///< down to where late ones may be
    bool beyond = false;   ///< so far below the one seen last that it is not there any more
    int full_pages = 0;
    std::set<AuditRowId> ids;
    std::vector<AuditRow> rows;
  };

  void read(const AuditPage& page);
  [[nodiscard]] Look finish(Look::Kind kind);

  std::optional<Position> position_;
  AuditTime bottom_{};  ///< nothing below this is still to come; not above the position
  Progress progress_;
  std::set<std::pair<AuditTime, AuditRowId>> told_;  ///< those that another look can come across
};

}  // namespace cr::reconcile::feed
