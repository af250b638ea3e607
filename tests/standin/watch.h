#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/standin/api.h"
#include "tests/standin/message.h"
#include "tests/standin/state.h"

namespace cr::standin {

/// What event streams do instead of what Coder's do.
struct WatchBehaviour {
  enum class Kind {
    as_coder,
    silent,     ///< Not a byte comes, as behind a proxy that holds answers back.
    head_only,  ///< No event comes.
    closes,     ///< Ends right after the first ping.
    says,       ///< `bytes` in place of events.
    floods,     ///< `bytes` again and again, until the client has gone.
  };
  Kind kind = Kind::as_coder;
  std::string bytes{};
  std::string content_type = "text/event-stream";
  /// `watch-ws` is as Coder's whatever events do, as behind a proxy that holds them back; else it is not
  /// there.
  bool sockets = true;
};

/// A workspace as a stream shows it.
struct WatchedState {
  std::string stamp;  ///< Another one where there is something to tell.
  std::string json;
};

/// Empty where it is gone.
[[nodiscard]] std::optional<WatchedState> watched_state(State& state, std::string_view workspace_id,
                                                        const std::string& reader_id);

/// Whose state follows the head, as whom sees it.
struct Watched {
  std::string workspace_id;
  std::string reader_id;
  bool by_socket = false;
};
/// What a reply's stream is about; nothing where it has none. Its body is not for the client.
[[nodiscard]] std::optional<Watched> watched_by(const Reply& reply);

[[nodiscard]] const std::vector<Route>& watch_routes();

/// "event: ping", and an event with a workspace.
[[nodiscard]] std::string ping_event();
[[nodiscard]] std::string data_event(const WatchedState& state);
/// The same as messages of a WebSocket.
[[nodiscard]] std::string ping_message();
[[nodiscard]] std::string data_message(const WatchedState& state);

}  // namespace cr::standin
