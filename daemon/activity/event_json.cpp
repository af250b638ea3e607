#include "daemon/activity/event_json.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "daemon/json_fields.h"
#include "reconcile/report/render.h"
#include "specs/visible.h"

namespace cr::daemon {

using nlohmann::json;

json event_json(const Event& event) {
  json made;
  const Keys<json_parts::kEvent> object(made);
  object["number"] = event.number;
  object["at"] = fmt::format("{:%FT%T}Z", event.at);
  object["kind"] = std::string(to_string(event.kind));
  if (!event.workspace.name.empty()) {
    object["owner"] = event.workspace.owner;
    object["name"] = event.workspace.name;
  }
  if (!event.set.empty()) object["set"] = event.set;
  if (!event.what.empty()) object["what"] = event.what;
  if (!event.field.empty()) object["field"] = event.field;
  if (!event.from.empty()) object["from"] = event.from;
  if (!event.to.empty()) object["to"] = event.to;
  if (!event.by.empty()) object["by"] = event.by;
  if (!event.result.empty()) object["result"] = event.result;
  if (!event.text.empty()) object["text"] = event.text;
  if (!event.digest.empty()) object["digest"] = event.digest;
  if (!event.request_id.empty()) object["requestId"] = event.request_id;
  if (event.duration) object["durationSeconds"] = std::chrono::duration<double>(*event.duration).count();
  object["count"] = event.count;
  return made;
}

std::string event_line(const Event& event) {
  return specs::visible_json(event_json(event).dump(-1, ' ', false, json::error_handler_t::replace));
}

json events_json(const Happened& happened, const EventQuery& query) {
  const EventPage page = page_of(happened, query);
  json made;
  const Keys<json_parts::kEvents> object(made);
  object["formatVersion"] = reconcile::kFormatVersion;
  object["epoch"] = happened.epoch;
  object["oldest"] = happened.oldest;
  object["newest"] = happened.newest;
  object["dropped"] = page.dropped;
  object["more"] = page.more;
  object["next"] = page.next;
  json& events = object["events"] = json::array();
  for (const EventPtr& event : page.events) events.push_back(event_json(*event));
  return made;
}

}  // namespace cr::daemon
