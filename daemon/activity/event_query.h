#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/activity/activity_log.h"

namespace cr::daemon {

/// Which events somebody wants to see.
struct EventFilter {
  std::optional<specs::Identity> workspace{};  ///< in lower case; absent: of all, and of none
  std::vector<EventKind> kinds{};              ///< none: all
  [[nodiscard]] bool matches(const Event& event) const;
  [[nodiscard]] bool empty() const { return !workspace && kinds.empty(); }
};

/// What the query of a request for events asks for.
struct EventQuery {
  EventFilter filter;
  std::optional<std::uint64_t> since{};   ///< those with a higher number, the oldest of them first
  std::optional<std::uint64_t> before{};  ///< those with a lower number, the newest of them first
  std::string epoch{};                    ///< whose numbers these are; empty: of this process
  std::size_t limit = kByDefault;
  std::string problem{};  ///< why it cannot be read, with what is allowed; empty: it can

  static constexpr std::size_t kByDefault = 100;
};

/// `allowed`: the parameters that the request may have, of since, before, epoch, workspace, kind, limit.
/// Pure.
[[nodiscard]] EventQuery parse_event_query(const std::map<std::string, std::string, std::less<>>& parameters,
                                           std::initializer_list<std::string_view> allowed);

/// A part of what has happened that is asked for.
struct EventPage {
  std::vector<EventPtr> events{};  ///< by number, the newest last
  std::uint64_t dropped = 0;       ///< events after `since` that are not kept any more
  bool more = false;               ///< there are further ones: newer with `since`, else older
  std::uint64_t next = 0;          ///< as `since`, it goes on where this page ends
};
/// With `since` the first ones after it, else the last ones. Where `since` is a number of another process it
/// does not count. Pure.
[[nodiscard]] EventPage page_of(const Happened& happened, const EventQuery& query);

}  // namespace cr::daemon
