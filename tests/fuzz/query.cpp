// A request's target, and what the pages and the API make of its query: it is taken apart the same every
// time, a link to the view leads to the same view, and problems are few and short.

#include <string>

#include "daemon/activity/event_query.h"
#include "daemon/http/message.h"
#include "daemon/http/page/page_query.h"
#include "tests/fuzz/require.h"

namespace {

using namespace cr::daemon;

/// The page that a link of this page leads to.
PageQuery follow(const Link& link) {
  HttpRequest request;
  REQUIRE(parse_target('/' + link.text(), request));
  return parse_page_query(request.query);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view target(reinterpret_cast<const char*>(data), size);
  HttpRequest request;
  if (!parse_target(target, request)) return 0;
  REQUIRE(request.path.starts_with('/') && request.path.size() <= size);
  REQUIRE(request.segments.size() <= size && request.query.size() <= size);

  const EventQuery events =
      parse_event_query(request.query, {"since", "before", "kind", "workspace", "limit"});
  REQUIRE(!events.problem.empty() || (events.limit >= 1 && events.limit <= ActivityLog::kMost));
  const EventPage page = page_of(Happened{}, events);
  REQUIRE(page.events.empty() && !page.more && page.dropped == 0);

  const PageQuery query = parse_page_query(request.query);
  REQUIRE(query.page >= 1 && query.per_page >= 1 && query.per_page <= PageQuery::kMostPerPage);
  const PageQuery there = follow(query.on_page(query.page));
  REQUIRE(there.page == query.page && there.per_page == query.per_page && there.order == query.order);
  REQUIRE(there.filter == query.filter);
  const PageQuery all = follow(query.without_filters());
  REQUIRE(!all.filters() && all.page == 1);
  const Link second = query.on_page(2);
  for (const char c : second.text()) REQUIRE(c > 0x20 && c < 0x7f && c != '"' && c != '<' && c != '\'');
  return 0;
}
