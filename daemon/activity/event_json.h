#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "daemon/activity/event_query.h"

namespace cr::daemon {

/// {number, at, kind, owner?, name?, …} as the reference has it. Pure.
[[nodiscard]] nlohmann::json event_json(const Event& event);

/// On one line, without what is hidden: for a stream.
[[nodiscard]] std::string event_line(const Event& event);

/// {formatVersion, epoch, oldest, newest, dropped, more, next, events}: the page of what has happened that
/// is asked for. Pure.
[[nodiscard]] nlohmann::json events_json(const Happened& happened, const EventQuery& query);

}  // namespace cr::daemon
