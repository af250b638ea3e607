// What Coder does by itself once a minute: starts, stops and deletes that are due.
#include <algorithm>
#include <variant>

#include "tests/standin/cron.h"
#include "tests/standin/parameters.h"
#include "tests/standin/state.h"

namespace cr::standin {

bool State::moves_to_active_version(const Workspace& workspace) const {
  const Template& of = template_of(workspace);
  const bool required = licensed_ && of.require_active_version;
  return (workspace.always_update || required) && workspace.latest().version_id != of.active_version_id;
}

bool State::active_version_takes_parameters(const Workspace& workspace) const {
  const Template& of = template_of(workspace);
  const TemplateVersion* version = version_by_id(of.active_version_id);
  if (version == nullptr) return false;
  return std::holds_alternative<NamedValues>(
      resolve_parameters(*this, of, *version, {}, nullptr, &workspace.latest()));
}

bool State::is_to_be_started(const Workspace& workspace) const {
  const Build& latest = workspace.latest();
  const Template& of = template_of(workspace);
  if (owner_of(workspace).status != UserStatus::active || latest.job == JobStatus::failed) return false;
  if (workspace.dormant_at || latest.transition != Transition::stop || !workspace.autostart_schedule)
    return false;
  if (licensed_ && !of.allow_user_autostart) return false;
  if (workspace.next_start_at && *workspace.next_start_at > now()) return false;
  if (since(Age::v2_29) && !has_provisioner(workspace)) return false;
  const auto verdict = judge_schedule(*workspace.autostart_schedule);
  const auto* schedule = std::get_if<Schedule>(&verdict);
  const auto due = schedule ? next_start(*schedule, latest.created_at, allowed_days(of)) : std::nullopt;
  return due && *due <= now();
}

bool State::is_to_be_stopped(const Workspace& workspace) const {
  const Build& latest = workspace.latest();
  if (latest.job == JobStatus::failed || workspace.dormant_at || latest.transition != Transition::start)
    return false;
  if (owner_of(workspace).status == UserStatus::suspended && since(Age::v2_20)) return true;
  return latest.deadline && *latest.deadline <= now();
}

bool State::failed_too_long_ago(const Workspace& workspace) const {
  const Build& latest = workspace.latest();
  const std::int64_t stays_for = template_of(workspace).failure_ttl_ms;
  return licensed_ && stays_for > 0 && latest.job == JobStatus::failed &&
         latest.transition == Transition::start && latest.completed_at &&
         *latest.completed_at + std::chrono::milliseconds(stays_for) < now();
}

bool State::is_to_sleep(const Workspace& workspace) const {
  const std::int64_t unused_for = template_of(workspace).time_til_dormant_ms;
  return licensed_ && unused_for > 0 && !workspace.dormant_at &&
         workspace.last_used_at + std::chrono::milliseconds(unused_for) <= now();
}

void State::run_lifecycle() {
  for (const auto& row : fleet_.all()) {
    const Workspace& workspace = row->workspace;
    if (workspace.deleted || workspace.builds.empty() || workspace.latest().active()) continue;
    Build build;
    build.version_id = workspace.latest().version_id;
    build.parameters = workspace.latest().parameters;
    build.initiator_id = workspace.owner_id;
    if (is_to_be_started(workspace)) {
      if (moves_to_active_version(workspace)) {
        if (!active_version_takes_parameters(workspace)) continue;
        build.version_id = template_of(workspace).active_version_id;
      }
      build.transition = Transition::start;
      build.reason = "autostart";
    } else if (is_to_be_stopped(workspace) || failed_too_long_ago(workspace)) {
      build.transition = Transition::stop;
      build.reason = "autostop";
    } else if (is_to_sleep(workspace)) {
      put_to_sleep(row->workspace);
      touch(*row);
      if (workspace.latest().transition != Transition::start) continue;
      build.transition = Transition::stop;
      build.reason = "dormancy";
    } else if (workspace.dormant_at && workspace.deleting_at && *workspace.deleting_at <= now()) {
      build.transition = Transition::del;
      build.reason = std::string(kAutodelete);
    } else {
      continue;
    }
    queue_build(*row, std::move(build));
  }
}

}  // namespace cr::standin
