#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "daemon/activity/event_query.h"
#include "daemon/http/page/html_writer.h"
#include "daemon/http/page/page.h"

namespace cr::daemon {

/// The page of all that has happened, the newest first, as far as it is kept: with filters that are in its
/// URL, by pages. Works without scripts; all text is escaped. Pure. `query`: one that can be read.
[[nodiscard]] std::string activity_page(const PageInput& input, const EventQuery& query);

/// The parameters of its URL.
[[nodiscard]] EventQuery parse_activity_query(const QueryParameters& parameters);

/// A list of events, the newest first, each a line with its time, workspace, what happened, who and how it
/// ended. `root`: as seen from the page. `named`: with the workspace's name, which is a link to its page.
void write_events(HtmlWriter& out, std::span<const EventPtr> events, const Root& root, bool named,
                  async::WallTime now);

/// Where scripts hear of what happens after what the page shows.
[[nodiscard]] Link event_stream_of(const Root& root, const Happened& happened);

}  // namespace cr::daemon
