#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/activity/event_query.h"
#include "daemon/activity/shared_activity.h"
#include "daemon/http/message.h"

namespace cr::daemon {

/// Events as server-sent ones: each with its id, "EPOCH-NUMBER", and its JSON as data. Beside them, under
/// names of their own: `reload`, where the client goes on from another process or from a number that there
/// never was, so that it has to look anew, and `gap`, with how many were dropped before they could be sent.
///
/// Takes what it sends from the log at each call, so that a slow client costs no memory. Belongs to one
/// thread; the log outlives it.
class EventStream final : public ResponseStream {
 public:
  /// The most events of one piece; fewer where they are long.
  static constexpr std::size_t kAtOnce = 50;
  /// A piece has at most one event more than this holds.
  static constexpr std::size_t kLongestPiece = 32 * 1024;

  /// From `query.since` on; without one from now on. `last_event_id`: as the client gives it after a break;
  /// empty: none, and where there is one it counts.
  EventStream(const SharedActivity& activity, EventQuery query, std::string_view last_event_id);
  [[nodiscard]] std::string take() override;
  [[nodiscard]] std::string_view heartbeat() const override { return ":\n\n"; }

 private:
  const SharedActivity& activity_;
  EventFilter filter_;
  std::uint64_t sent_ = 0;  ///< all up to this one are done with
  std::string greeting_;    ///< of the first piece
};

}  // namespace cr::daemon
