#include <fmt/chrono.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

#include "daemon/explanation.h"
#include "daemon/json_fields.h"
#include "reconcile/report/render.h"

namespace cr::daemon {
namespace {

using nlohmann::json;

std::string timestamp(reconcile::Instant at) {
  return fmt::format("{:%FT%TZ}", *at);
}

json state_json(const reconcile::LiveWorkspace& live) {
  json made;
  const Keys<json_parts::kState> object(made);
  object["status"] = std::string(status_text(live.build.status));
  object["build"] = live.build.number;
  object["template"] = live.template_name;
  if (!live.build.version_name.empty()) object["version"] = live.build.version_name;
  object["outdated"] = live.outdated;
  object["dormant"] = live.dormant;
  if (live.build.created) object["since"] = timestamp(live.build.created);
  return made;
}

json field_json(const reconcile::FieldStanding& field, const std::optional<specs::SourcePosition>& place,
                bool from_defaults) {
  json made;
  const Keys<json_parts::kStanding> object(made);
  object["field"] = std::string(field.key);
  if (field.declared) {
    object["declared"] = specs::to_text(field.declared->value);
    object["mode"] = std::string(specs::to_string(field.declared->mode));
  }
  if (place) {
    object["file"] = std::string(place->path());
    object["line"] = place->line;
    object["column"] = place->column;
    if (from_defaults) object["fromDefaults"] = true;
  }
  object["stored"] = field.stored;
  object["effective"] = field.effective;
  object["decides"] = field.decides;
  return made;
}

json build_json(const coder::PastBuild& build) {
  json made;
  const Keys<json_parts::kPastBuild> object(made);
  if (build.created) object["created"] = timestamp(build.created);
  object["build"] = build.number;
  object["transition"] = build.transition;
  object["status"] = build.status;
  if (!build.reason.empty()) object["reason"] = build.reason;
  if (!build.initiator.empty()) object["initiator"] = build.initiator;
  if (!build.version.empty()) object["version"] = build.version;
  if (!build.error.empty()) object["error"] = build.error;
  return made;
}

json change_json(const coder::PastChange& change) {
  json made;
  const Keys<json_parts::kPastChange> object(made);
  if (change.at) object["at"] = timestamp(change.at);
  if (!change.user.empty()) object["user"] = change.user;
  if (!change.user_agent.empty()) object["userAgent"] = change.user_agent;
  object["action"] = change.action;
  object["status"] = change.status;
  json& parts = object["changed"] = json::array();
  for (const coder::PastChange::Part& part : change.parts) {
    const Keys<json_parts::kPastValue> one(parts.emplace_back());
    one["field"] = part.field;
    one["before"] = part.before;
    one["now"] = part.now;
  }
  return made;
}

}  // namespace

json explanation_json(const Explanation& explained) {
  json made;
  const Keys<json_parts::kExplain> object(made);
  object["formatVersion"] = reconcile::kFormatVersion;
  object["declared"] = explained.declared;
  if (!explained.failure.empty()) object["failure"] = explained.failure;
  if (explained.row) object["workspace"] = reconcile::status_json(*explained.row);
  if (explained.live) object["state"] = state_json(*explained.live);
  json& fields = object["fields"] = json::array();
  for (std::size_t i = 0; i < explained.fields.size(); ++i)
    fields.push_back(field_json(explained.fields[i], explained.places[i],
                                specs::default_of(*explained.spec, explained.fields[i].key) != nullptr));
  json& actions = object["actions"] = json::array();
  for (const reconcile::Action& action : explained.actions) actions.push_back(reconcile::action_json(action));
  if (!explained.follow_up.empty()) object["followUp"] = explained.follow_up;
  json& builds = object["builds"] = json::array();
  for (const coder::PastBuild& build : explained.builds) builds.push_back(build_json(build));
  if (!explained.builds_unread.empty()) object["buildsUnread"] = explained.builds_unread;
  json& changes = object["changes"] = json::array();
  for (const coder::PastChange& change : explained.changes) changes.push_back(change_json(change));
  if (!explained.changes_unread.empty()) object["changesUnread"] = explained.changes_unread;
  return made;
}

}  // namespace cr::daemon
