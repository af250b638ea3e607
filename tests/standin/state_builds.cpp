// How builds move on: queued by a request, driven by further requests, by hand, or by the clock.
#include <algorithm>

#include "tests/standin/state.h"

namespace cr::standin {

bool State::has_provisioner(const Workspace& workspace) const {
  return !without_provisioners_ && !template_of(workspace).without_provisioners;
}

Build& State::queue_build(Fleet::Row& row, Build build) {
  Workspace& workspace = row.workspace;
  build.id = new_id();
  build.number = workspace.builds.empty() ? 1 : workspace.latest().number + 1;
  build.job = JobStatus::pending;
  build.created_at = now();
  build.started_at.reset();
  build.completed_at.reset();
  build.unmatched = !has_provisioner(workspace);
  workspace.builds.push_back(std::move(build));
  build_rows_[workspace.latest().id] = &row;
  active_.push_back(ActiveBuild{&row, pace_.requests, now() + pace_.time});
  touch(row);
  return workspace.latest();
}

void State::start(Fleet::Row& row) {
  Build& build = row.workspace.latest();
  if (build.job != JobStatus::pending || !has_provisioner(row.workspace)) return;
  build.job = JobStatus::running;
  build.unmatched = false;
  build.started_at = now();
  touch(row);
}

void State::finish(Fleet::Row& row) {
  Workspace& workspace = row.workspace;
  Build& build = workspace.latest();
  build.completed_at = now();
  Time from = *build.started_at;
  for (const auto& [stage, length] : build_stages_) {
    build.timings.push_back({stage, from, from + length, "docker_container.workspace"});
    from += length;
  }
  const bool start_of_broken = build.transition == Transition::start && template_of(workspace).builds_fail;
  if (start_of_broken || builds_to_fail_ > 0) {
    if (!start_of_broken) --builds_to_fail_;
    build.job = JobStatus::failed;
    build.error = template_of(workspace).build_error;
    note_build_end(workspace);
    touch(row);
    return;
  }
  build.job = JobStatus::succeeded;
  if (build.transition == Transition::del) {
    workspace.deleted = true;
  } else {
    if (workspace.ttl_ms && *workspace.ttl_ms > 0) {
      build.deadline = *build.completed_at + std::chrono::milliseconds(*workspace.ttl_ms);
    }
    compute_next_start(workspace);
  }
  note_build_end(workspace);
  touch(row);
}

void State::cancel_build(Fleet::Row& row) {
  Build& build = row.workspace.latest();
  // A job that nobody had taken ends with nobody to tell of it.
  const bool was_taken = build.job == JobStatus::running;
  build.job = JobStatus::canceled;
  build.completed_at = now();
  if (was_taken) note_build_end(row.workspace);
  std::erase_if(active_, [&](const ActiveBuild& active) { return active.row == &row; });
  touch(row);
}

void State::start_builds() {
  for (const ActiveBuild& active : active_) start(*active.row);
}

void State::finish_builds() {
  start_builds();
  finish_where([](const ActiveBuild&) { return true; });
}

void State::on_request() {
  note_uses();
  audit_.publish(now());
  end_builds_in_time();
  if (active_.empty() || pace_.kind != BuildPace::Kind::after_requests) return;
  start_builds();
  finish_where([](ActiveBuild& active) {
    if (active.requests_left == 0) return true;
    --active.requests_left;
    return false;
  });
}

void State::end_builds_in_time() {
  if (active_.empty() || pace_.kind != BuildPace::Kind::after_time) return;
  start_builds();
  finish_where([at = now()](const ActiveBuild& active) { return active.due <= at; });
}

std::pair<Fleet::Row*, std::size_t> State::find_build(std::string_view id) {
  const auto found = build_rows_.find(lower(id));
  if (found == build_rows_.end()) return {nullptr, 0};
  const auto& builds = found->second->workspace.builds;
  const auto at = std::ranges::find(builds, found->first, &Build::id);
  return {found->second, static_cast<std::size_t>(at - builds.begin())};
}

}  // namespace cr::standin
