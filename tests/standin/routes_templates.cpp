// Templates, their versions, and what a version asks for.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/standin/audit_note.h"
#include "tests/standin/decode.h"
#include "tests/standin/lookup.h"
#include "tests/standin/parameters.h"
#include "tests/standin/query.h"
#include "tests/standin/template_json.h"

namespace cr::standin {
namespace {

using json = nlohmann::ordered_json;

Reply refuse_query(const std::vector<Validation>& wrong) {
  return Reply::error(400, "Invalid template search query.", {}, wrong);
}

bool is_deprecated(const State& state, const Template& of) {
  return state.licensed() && !of.deprecation_message.empty();
}

bool matches(const Call& call, const Template& of, const std::vector<SearchTerm>& terms) {
  const bool deprecated = is_deprecated(call.state, of);
  bool asked_for_deprecated = false;
  for (const auto& [key, value] : terms) {
    if (key == "exact_name" && lower(of.name) != value) return false;
    if (key == "name" && lower(of.name).find(value) == std::string::npos) return false;
    if (key == "display_name" && lower(of.display_name).find(value) == std::string::npos) return false;
    if (key == "ids") {
      const auto ids = split_commas(value);
      if (std::ranges::find(ids, of.id) == ids.end()) return false;
    }
    if (key == "organization") {
      const Organization* organization = call.state.find_organization(value);
      if (organization == nullptr || organization->id != of.organization_id) return false;
    }
    if (key == "deprecated") {
      asked_for_deprecated = true;
      if (deprecated != (value == "true")) return false;
    }
  }
  // From 2.23 on, deprecated templates come only when they are asked for.
  return !deprecated || asked_for_deprecated || call.state.before(Age::v2_29);
}

Reply templates_reply(const Call& call, std::vector<const Template*> found) {
  std::ranges::sort(found, {}, [](const Template* of) { return lower(of->name); });
  json body = json::array();
  for (const Template* of : found) body.push_back(template_json(call.state, *of));
  return Reply::json(200, body.dump() + "\n");
}

/// Before there was a search: whatever `q` says, and deprecated ones with the others.
Reply list_without_search(Call& call, const std::string& organization_id) {
  const auto wish = call.request.query.find("deprecated");
  std::vector<const Template*> found;
  for (const auto& [id, of] : call.state.templates()) {
    if (of.deleted || !may_read_template(call.caller, of)) continue;
    if (!organization_id.empty() && of.organization_id != organization_id) continue;
    const bool asked = wish != call.request.query.end();
    if (asked && is_deprecated(call.state, of) != (wish->second == "true")) continue;
    found.push_back(&of);
  }
  return templates_reply(call, std::move(found));
}

Reply list_in(Call& call, const std::string& organization_id) {
  if (call.state.before(Age::v2_20)) return list_without_search(call, organization_id);
  const auto q = call.request.query.find("q");
  const auto parsed = parse_search(q == call.request.query.end() ? "" : q->second, call.state.age(),
                                   call.state.before(Age::v2_29) ? "name" : "display_name");
  if (const auto* wrong = std::get_if<std::vector<Validation>>(&parsed)) return refuse_query(*wrong);
  const auto& terms = std::get<std::vector<SearchTerm>>(parsed);
  const auto wrong = check_keys(
      terms,
      {"exact_name", "name", "display_name", "ids", "organization", "deprecated", "author", "has-ai-task"},
      {"ids"});
  if (!wrong.empty()) return refuse_query(wrong);
  for (const auto& [key, value] : terms) {
    if (key != "ids") continue;
    for (const auto& id : split_commas(value)) {
      if (is_uuid(id)) continue;
      const std::vector<Validation> bad = {
          {"ids", fmt::format("Query param \"ids\" has invalid values: {}", uuid_error(id))}};
      return refuse_query(bad);
    }
  }
  std::vector<const Template*> found;
  for (const auto& [id, of] : call.state.templates()) {
    if (of.deleted || (!organization_id.empty() && of.organization_id != organization_id)) continue;
    if (may_read_template(call.caller, of) && matches(call, of, terms)) found.push_back(&of);
  }
  return templates_reply(call, std::move(found));
}

Reply list(Call& call) {
  return list_in(call, {});
}

Reply list_of_organization(Call& call) {
  const auto found = organization_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  return list_in(call, std::get<const Organization*>(found)->id);
}

Reply one(Call& call) {
  const auto found = template_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  return Reply::json(200, template_json(call.state, *std::get<const Template*>(found)).dump() + "\n");
}

std::variant<const Template*, Reply> template_by_name(Call& call) {
  const auto organization = organization_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&organization)) return *wrong;
  const Template* of =
      call.state.find_template(call.params[1], std::get<const Organization*>(organization)->id);
  if (of == nullptr || !may_read_template(call.caller, *of)) return Reply::not_found();
  return of;
}

Reply by_name(Call& call) {
  const auto found = template_by_name(call);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  return Reply::json(200, template_json(call.state, *std::get<const Template*>(found)).dump() + "\n");
}

Reply patch(Call& call) {
  const auto found = template_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  const Template& of = *std::get<const Template*>(found);
  if (!call.caller.is_owner() && !call.caller.user->has(Role::template_admin)) return Reply::not_found();
  Decoder body(call.request.body, "UpdateTemplateMeta");
  const auto ttl = body.integer("default_ttl_ms");
  if (body.error()) return *body.error();
  std::string diff = call.state.change_template(of.name, [&](Template& edited) {
    if (ttl) edited.default_ttl_ms = *ttl;
    edited.updated_at = call.state.now();
  });
  return audited(call, Reply::json(200, template_json(call.state, of).dump() + "\n"), of, std::move(diff));
}

Reply versions(Call& call) {
  const auto found = template_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  std::vector<const TemplateVersion*> of_template;
  for (const auto& [id, version] : call.state.versions()) {
    if (version.template_id == std::get<const Template*>(found)->id) of_template.push_back(&version);
  }
  std::ranges::sort(of_template, {}, [](const TemplateVersion* version) {
    return std::tie(version->created_at, version->name);
  });
  json body = json::array();
  for (const TemplateVersion* version : of_template) body.push_back(version_json(call.state, *version));
  return Reply::json(200, body.dump() + "\n");
}

Reply version_named(Call& call, const Template& of, const std::string& name) {
  const TemplateVersion* version = call.state.find_version(of.id, name);
  if (version == nullptr)
    return Reply::error(404, fmt::format("No template version found by name \"{}\".", name));
  return Reply::json(200, version_json(call.state, *version).dump() + "\n");
}

Reply version_by_name(Call& call) {
  const auto found = template_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  return version_named(call, *std::get<const Template*>(found), call.params[1]);
}

Reply version_by_names(Call& call) {
  const auto found = template_by_name(call);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  return version_named(call, *std::get<const Template*>(found), call.params[2]);
}

Reply version_by_id(Call& call) {
  const auto found = version_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  return Reply::json(200, version_json(call.state, *std::get<const TemplateVersion*>(found)).dump() + "\n");
}

Reply rich_parameters(Call& call) {
  const auto found = version_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  const TemplateVersion& version = *std::get<const TemplateVersion*>(found);
  if (version.import == ImportStatus::running) {
    return Reply::error(call.state.before(Age::v2_29) ? 403 : 425, "Template version job has not finished");
  }
  json body = json::array();
  for (const auto& parameter : version.parameters) {
    if (!parameter.only_if) body.push_back(parameter_json(call.state, parameter));
  }
  return Reply::json(200, body.dump() + "\n");
}

/// Which parameters there are for the values given. Coder >= 2.24.
Reply evaluate_parameters(Call& call) {
  if (call.state.before(Age::v2_29)) return Reply::error(404, "Route not found.");
  const auto found = version_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  const json asked = json::parse(call.request.body, nullptr, false);
  NamedValues values;
  if (asked.is_object() && asked.contains("inputs")) {
    for (const auto& [name, value] : asked["inputs"].items())
      values.emplace_back(name, value.get<std::string>());
  }
  json body{{"id", asked.value("id", 0)}, {"diagnostics", json::array()}, {"parameters", json::array()}};
  for (const auto& parameter : std::get<const TemplateVersion*>(found)->parameters) {
    if (!is_there(parameter, values)) continue;
    json entry = parameter_json(call.state, parameter);
    entry["styling"] = json::object();
    const auto& condition = parameter.masked_if;
    const bool masked_now = condition && std::ranges::find(values, *condition) != values.end();
    if (parameter.masked || masked_now) entry["styling"]["mask_input"] = true;
    body["parameters"].push_back(std::move(entry));
  }
  return Reply::json(200, body.dump() + "\n");
}

Reply presets(Call& call) {
  const auto found = version_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  return Reply::json(200, presets_json(call.state, *std::get<const TemplateVersion*>(found)).dump() + "\n");
}

Reply external_auth(Call& call) {
  const auto found = version_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  return Reply::json(200, "[]\n");
}

}  // namespace

const std::vector<Route>& template_routes() {
  static const std::vector<Route> kRoutes = {
      {"GET", "/api/v2/templates", list},
      {"GET", "/api/v2/templates/{template}", one},
      {"PATCH", "/api/v2/templates/{template}", patch},
      {"GET", "/api/v2/templates/{template}/versions", versions},
      {"GET", "/api/v2/templates/{template}/versions/{version}", version_by_name},
      {"GET", "/api/v2/organizations/{organization}/templates", list_of_organization},
      {"GET", "/api/v2/organizations/{organization}/templates/{template}", by_name},
      {"GET", "/api/v2/organizations/{organization}/templates/{template}/versions/{version}",
       version_by_names},
      {"GET", "/api/v2/templateversions/{version}", version_by_id},
      {"GET", "/api/v2/templateversions/{version}/rich-parameters", rich_parameters},
      {"POST", "/api/v2/templateversions/{version}/dynamic-parameters/evaluate", evaluate_parameters},
      {"GET", "/api/v2/templateversions/{version}/presets", presets, true, Age::v2_20},
      {"GET", "/api/v2/templateversions/{version}/external-auth", external_auth},
  };
  return kRoutes;
}

}  // namespace cr::standin
