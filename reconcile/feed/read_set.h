#pragma once

#include <cstdint>
#include <string_view>

#include "reconcile/model/ids.h"

namespace cr::reconcile::feed {

/// Why a declared workspace is read again in this cycle. The first that holds counts.
enum class Why : std::uint8_t {
  rests,        ///< it is not: what was read last still holds
  whole,        ///< the feed is not trusted, or could not be read in this cycle
  never_read,   ///< or its id is not known
  new_spec,     ///< or a changed one
  written,      ///< by us, and not read since
  not_in_sync,  ///< whatever the reason
  held,         ///< it has changes that wait for approval
  backing_off,  ///< it waits for its next try
  build,        ///< one is under way
  time,         ///< moves it: a window opens or ends, a start, stop or deletion is due
  named,        ///< by a row, of itself or of a build
  template_,    ///< a row names its template
  uncovered,    ///< its last read is older than what the feed tells of
  sweep,        ///< its turn
};
/// For logs: "not in sync".
[[nodiscard]] std::string_view to_string(Why why);

/// What the caller knows of a declared workspace before it reads. Bits, since each cycle makes one for each
/// of a hundred thousand.
struct Declared {
  WorkspaceId id;  ///< nil: not known
  bool new_spec : 1 = false;
  bool not_in_sync : 1 = false;
  bool held : 1 = false;
  bool backing_off : 1 = false;
  bool build_in_flight : 1 = false;
  bool time_due : 1 = false;
};

/// What the feed knows of it.
struct Told {
  bool read = false;     ///< at least once
  bool written = false;  ///< by us, and not read since
  bool named = false;    ///< by a row, and not read since
  bool template_named = false;
  bool covered = false;  ///< everything since its last read was told
};

/// Pure; never `whole` or `sweep`, which are not about one workspace alone.
[[nodiscard]] Why reason_to_read(const Declared& declared, const Told& told);

}  // namespace cr::reconcile::feed
