// The rows of the audit log that no request writes: of builds that end, and of people whose requests a test
// does not send.
#include <algorithm>
#include <stdexcept>
#include <utility>

#include "tests/standin/audit_diff.h"
#include "tests/standin/state.h"
#include "tests/standin/workspace_json.h"

namespace cr::standin {

const User& State::person_or(std::string_view fallback) const {
  const User* person = find_user(person_.username.empty() ? fallback : std::string_view(person_.username));
  if (person == nullptr) throw std::out_of_range("no user " + person_.username);
  return *person;
}

AuditRow State::row_of_person(std::string_view fallback, int status) {
  AuditRow row;
  row.id = new_id();
  row.request_id = new_id();
  row.time = now();
  row.user_id = person_or(fallback).id;
  row.user_agent = person_.user_agent;
  row.status = status;
  return row;
}

void State::note_change(const Workspace& workspace, int status, std::string diff) {
  AuditRow row = row_of_person(workspace.owner_id, status);
  row.action = "write";
  row.resource_type = "workspace";
  row.resource_id = workspace.id;
  row.resource_target = workspace.name;
  row.organization_id = template_of(workspace).organization_id;
  row.diff = std::move(diff);
  add_audit(std::move(row));
}

void State::note_template(const Template& of, std::string_view action, int status, std::string diff) {
  AuditRow row = row_of_person("admin", status);
  row.action = std::string(action);
  row.resource_type = "template";
  row.resource_id = of.id;
  row.resource_target = of.name;
  row.organization_id = of.organization_id;
  row.diff = std::move(diff);
  add_audit(std::move(row));
}

void State::note_build_end(const Workspace& workspace) {
  const Build& build = workspace.latest();
  if (build.reason == kAutodelete) return;
  AuditRow row;
  row.id = new_id();
  row.request_id = job_id(build);
  row.time = now();
  row.user_id = build.initiator_id;
  row.action = std::string(to_string(build.transition));
  row.resource_type = "workspace_build";
  row.resource_id = build.id;
  row.organization_id = template_of(workspace).organization_id;
  row.status = build.job == JobStatus::succeeded ? 200 : 500;
  const auto& builds = workspace.builds;
  const std::string before = builds.size() > 1 ? builds[builds.size() - 2].version_id : std::string();
  row.diff = diff_json("template_version_id", audit_text(before), audit_text(build.version_id));
  row.build = AuditedBuild{workspace.id, workspace.name, build.number, build.reason};
  add_audit(std::move(row));
}

const Template& State::create_template(std::string_view name, std::string_view organization) {
  const Template& of = add_template(name, organization);
  note_template(of, "create", 201, diff_of_creation(age_, of, person_or("admin").id));
  return of;
}

std::string State::change_template(std::string_view name, const std::function<void(Template&)>& edit) {
  Template& of = template_named(name);
  const Template before = of;
  edit(of);
  ++epoch_;
  return diff_of(before, of);
}

void State::edit_template(std::string_view name, const std::function<void(Template&)>& edit) {
  const std::string id = template_named(name).id;
  std::string diff = change_template(name, edit);
  if (diff != "{}") note_template(templates_.at(id), "write", 200, std::move(diff));
}

std::size_t State::audit_count(std::string_view action, std::string_view resource_type) const {
  return static_cast<std::size_t>(std::ranges::count_if(audit_.rows(), [&](const AuditRow& row) {
    return (action.empty() || row.action == action) &&
           (resource_type.empty() || row.resource_type == resource_type);
  }));
}

}  // namespace cr::standin
