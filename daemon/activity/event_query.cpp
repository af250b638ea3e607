#include "daemon/activity/event_query.h"

#include <fmt/format.h>

#include <algorithm>

#include "specs/text/ascii.h"
#include "specs/text/number.h"

namespace cr::daemon {
namespace {

/// "action,drift"
void read_kinds(std::string_view text, EventQuery& query) {
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    const auto kind = parse_event_kind(word);
    if (!kind) {
      std::string known;
      for (const EventKind one : all_event_kinds())
        known += fmt::format("{}{}", known.empty() ? "" : ", ", to_string(one));
      query.problem = fmt::format("unknown kind \"{}\"; available: {}", word, known);
      return;
    }
    query.filter.kinds.push_back(*kind);
  }
}

void read_workspace(std::string_view text, EventQuery& query) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size()) {
    query.problem = "workspace must be OWNER/NAME";
    return;
  }
  query.filter.workspace = {text::lower(text.substr(0, slash)), text::lower(text.substr(slash + 1))};
}

void read_number(std::string_view key, std::string_view value, std::optional<std::uint64_t>& into,
                 EventQuery& query) {
  into = text::parse_number<std::uint64_t>(value);
  if (!into) query.problem = fmt::format("{} must be the number of an event", key);
}

void read(std::string_view key, const std::string& value, EventQuery& query) {
  if (key == "since") return read_number(key, value, query.since, query);
  if (key == "before") return read_number(key, value, query.before, query);
  if (key == "kind") return read_kinds(value, query);
  if (key == "workspace") return read_workspace(value, query);
  if (key == "epoch") {
    query.epoch = value;
    return;
  }
  const auto limit = text::parse_number<std::size_t>(value);
  if (!limit || *limit == 0 || *limit > ActivityLog::kMost)
    query.problem = fmt::format("limit must be a number from 1 to {}", ActivityLog::kMost);
  query.limit = limit.value_or(EventQuery::kByDefault);
}

}  // namespace

bool EventFilter::matches(const Event& event) const {
  if (workspace && event.workspace != *workspace) return false;
  return kinds.empty() || std::ranges::find(kinds, event.kind) != kinds.end();
}

EventQuery parse_event_query(const std::map<std::string, std::string, std::less<>>& parameters,
                             std::initializer_list<std::string_view> allowed) {
  EventQuery query;
  for (const auto& [key, value] : parameters) {
    if (std::ranges::find(allowed, key) == allowed.end()) {
      query.problem = fmt::format("unknown parameter \"{}\"; available: {}", key, fmt::join(allowed, ", "));
    } else if (!value.empty()) {
      read(key, value, query);
    }
    if (!query.problem.empty()) break;
  }
  return query;
}

EventPage page_of(const Happened& happened, const EventQuery& query) {
  const bool ours = query.epoch.empty() || query.epoch == happened.epoch;
  const auto since = ours ? query.since : std::optional<std::uint64_t>();
  EventPage page;
  page.next = happened.newest;
  const auto wanted = [&](const EventPtr& event) {
    return (!since || event->number > *since) && (!query.before || event->number < *query.before) &&
           query.filter.matches(*event);
  };
  if (since) {
    page.dropped = *since < happened.oldest - 1 ? happened.oldest - 1 - *since : 0;
    for (const EventPtr& event : happened.events) {
      if (!wanted(event)) continue;
      if (page.events.size() == query.limit) {
        page.more = true;
        page.next = page.events.back()->number;
        break;
      }
      page.events.push_back(event);
    }
    return page;
  }
  page.dropped = happened.oldest - 1;
  for (auto event = happened.events.rbegin(); event != happened.events.rend(); ++event) {
    if (!wanted(*event)) continue;
    if (page.events.size() == query.limit) {
      page.more = true;
      break;
    }
    page.events.push_back(*event);
  }
  std::ranges::reverse(page.events);
  return page;
}

}  // namespace cr::daemon
