#pragma once

#include <string>

#include "daemon/activity/activity_log.h"
#include "daemon/http/page/link.h"
#include "daemon/http/page/page_query.h"
#include "daemon/http/page/way_out.h"
#include "daemon/loop/board.h"

namespace cr::daemon {

/// What the status page is made of.
struct PageInput {
  const Board& board;
  Health alive, ready;
  async::SteadyTime steady{};  ///< now
  async::WallTime now{};       ///< the same moment
  PageQuery query;
  CoderLinks coder;
  const WayOut& way_out;
  Happened happened{};  ///< so far, in this process
  SourceLinks sources{};
  bool local = false;  ///< who looks is on the daemon's machine, and needs no token to ask for a cycle
};

/// The page for people: whether it converges, what needs them and what to do, then everything behind it.
///
/// One document without anything loaded from elsewhere. It works without JavaScript: search, filters and
/// pages are links and a form; with it, it follows the daemon in place. All text from specs and from Coder is
/// escaped. Its size is that of one page of rows, whatever the fleet; it takes a look at each workspace.
/// Pure.
[[nodiscard]] std::string status_page(const PageInput& input);

/// The Content-Security-Policy that each page is served with: nothing but its own style sheet, scripts and
/// icon by hash, requests to this program, and nobody may frame it.
[[nodiscard]] std::string status_page_policy();

}  // namespace cr::daemon
