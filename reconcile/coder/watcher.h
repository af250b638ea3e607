#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <string>

#include "reconcile/coder/routes.h"
#include "reconcile/coder/types.h"

namespace cr::coder {

using boost::asio::awaitable;

namespace routes {

/// An answer that goes on.
inline constexpr Route kWatch{
    .method = "GET", .pattern = "/api/v2/workspaces/{workspace}/watch", .reads_workspaces = true};

// Coder >= 2.22.
inline constexpr Route kWatchSocket{
    .method = "GET", .pattern = "/api/v2/workspaces/{workspace}/watch-ws", .reads_workspaces = true};

}  // namespace routes

/// How Coder tells of a workspace as it changes.
enum class WatchWay : std::uint8_t {
  events,  ///< server-sent events
  socket,  ///< a WebSocket; Coder >= 2.22
};

/// Why a stream is over.
struct WatchEnd {
  enum class How : std::uint8_t {
    satisfied,    ///< whoever listens had enough
    closed,       ///< by the server, or the connection broke
    refused,      ///< the answer is no such stream
    silent,       ///< nothing came for too long
    unreachable,  ///< there was no answer at all
    nonsense,     ///< what came is not what Coder sends, or too much
  };
  How how = How::closed;
  int status = 0;     ///< of the answer; 0: there was none
  std::string why{};  ///< for a log
  bool told = false;  ///< at least one state of the workspace has come
};

/// Tells of one workspace as it changes: at once after connecting, and then whenever its build or its agents
/// do. Coder tells nothing of autostart, TTL, automatic updates, dormancy and favorites. One attempt, never
/// repeated. Whatever comes, what a stream holds and takes is bounded. Cancelling throws operation_aborted.
/// One thread.
class WorkspaceWatcher {
 public:
  virtual ~WorkspaceWatcher() = default;

  /// Told each state; false: it is enough.
  using OnState = std::function<bool(const LiveWorkspace&)>;
  /// `on_state` outlives the stream.
  [[nodiscard]] virtual awaitable<WatchEnd> watch(const WorkspaceId& id, WatchWay way,
                                                  const OnState& on_state) = 0;
};

}  // namespace cr::coder
