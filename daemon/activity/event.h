#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "reconcile/async/clock.h"
#include "specs/desired_state.h"

namespace cr::daemon {

/// What can happen that somebody asks about later: a closed set.
enum class EventKind : std::uint8_t {
  action,      ///< a write, or one that was passed over
  build,       ///< a build of ours has ended
  transition,  ///< the condition of a workspace, or of a set, has another reason
  drift,       ///< somebody has changed what is declared
  held,        ///< the guard holds a plan, or owners of a set
  approval,    ///< somebody has let it go
  refusal,     ///< somebody tried to and was refused
  cycle,       ///< cycles begin to fail, or succeed again
  specs,       ///< they have changed, cannot be read, or can again
};
[[nodiscard]] std::span<const EventKind> all_event_kinds();
[[nodiscard]] std::string_view to_string(EventKind kind);
[[nodiscard]] std::optional<EventKind> parse_event_kind(std::string_view text);

/// One thing that happened, or several alike. Texts are raw, as specs, Coder and people gave them; never a
/// parameter's value. Empty: it has none.
struct Event {
  /// From 1 up without a gap, in the order in which they were added. Of this process: see Happened::epoch.
  std::uint64_t number = 0;
  async::WallTime at{};
  EventKind kind = EventKind::action;
  specs::Identity workspace{};  ///< in lower case; empty: it is about the whole, a set, or several
  std::string set{};            ///< name of the WorkspaceSet that it is about
  std::string what{};           ///< of an action: "set_ttl"; of a build: "start"
  std::string field{};          ///< "ttl"
  std::string from{};           ///< value or reason before; of drift: the declared value
  std::string to{};             ///< value or reason now; of drift: the live value; of specs: the revision
  std::string by{};             ///< who set what is live, or who asks: "alice (dashboard)", "10.1.2.3"
  std::string result{};         ///< how it ended: success, failed, recovered, changed, …
  std::string text{};           ///< why, or what there is to do
  std::string digest{};         ///< of what is held, or of what somebody approves
  std::string request_id{};     ///< finds the call in Coder's logs
  std::optional<std::chrono::nanoseconds> duration{};
  /// How many it stands for. Of several alike it has what all of them have.
  std::size_t count = 1;
  bool operator==(const Event&) const = default;
};
using EventPtr = std::shared_ptr<const Event>;

/// In memory, with its texts.
[[nodiscard]] std::size_t size_of(const Event& event);

/// What it is about and what happened, in one line for people: "ttl: 4h → 8h", "condition: InSync → Drifted".
[[nodiscard]] std::string in_words(const Event& event);

}  // namespace cr::daemon
