// Changes made behind a reconciler's back, and the small steps that the routes share with them.
#include <algorithm>
#include <stdexcept>

#include "tests/standin/audit_diff.h"
#include "tests/standin/cron.h"
#include "tests/standin/state.h"

namespace cr::standin {

Fleet::Row& State::row_of(std::string_view owner, std::string_view name) {
  const User* user = find_user(owner);
  Fleet::Row* row = user == nullptr ? nullptr : fleet_.by_name(user->id, name);
  if (row == nullptr) throw std::out_of_range("no workspace " + std::string(owner) + "/" + std::string(name));
  return *row;
}

Template& State::template_named(std::string_view name) {
  const Template* found = find_template(name);
  if (found == nullptr) throw std::out_of_range("no template " + std::string(name));
  return templates_.at(found->id);
}

void State::touch(Fleet::Row& row) {
  fleet_.touch(row, owner_of(row.workspace).username);
}

Fleet::Row& State::insert_workspace(Workspace workspace) {
  const std::string owner = owner_of(workspace).username;
  Fleet::Row& row = fleet_.insert(std::move(workspace), owner);
  for (const Build& build : row.workspace.builds) build_rows_[build.id] = &row;
  return row;
}

void State::edit_user(std::string_view username, const std::function<void(User&)>& edit) {
  const User* found = find_user(username);
  if (found == nullptr) throw std::out_of_range("no user " + std::string(username));
  User& user = users_.at(found->id);
  user_ids_.erase(lower(user.username));
  edit(user);
  user_ids_[lower(user.username)] = user.id;
  ++epoch_;
  for (Fleet::Row* row : fleet_.of_owner(user.id)) touch(*row);
}

void State::edit_version(std::string_view id, const std::function<void(TemplateVersion&)>& edit) {
  TemplateVersion& version = versions_.at(std::string(id));
  edit(version);
  for (Preset& preset : version.presets) {
    if (preset.id.empty()) preset.id = new_id();
  }
  ++epoch_;
}

void State::edit_workspace(std::string_view owner, std::string_view name,
                           const std::function<void(Workspace&)>& edit) {
  Fleet::Row& row = row_of(owner, name);
  edit(row.workspace);
  touch(row);
}

void State::set_autostart(std::string_view owner, std::string_view name,
                          std::optional<std::string> schedule) {
  edit_workspace(owner, name, [&](Workspace& workspace) {
    std::string diff = diff_json("autostart_schedule", audit_schedule(workspace.autostart_schedule),
                                 audit_schedule(schedule));
    workspace.autostart_schedule = std::move(schedule);
    compute_next_start(workspace);
    note_change(workspace, 204, std::move(diff));
  });
}

void State::set_ttl(std::string_view owner, std::string_view name, std::optional<std::int64_t> ttl_ms) {
  edit_workspace(owner, name, [&](Workspace& workspace) {
    std::string diff = diff_json("ttl", audit_duration(workspace.ttl_ms), audit_duration(ttl_ms));
    workspace.ttl_ms = ttl_ms;
    note_change(workspace, 204, std::move(diff));
  });
}

void State::set_always_update(std::string_view owner, std::string_view name, bool always) {
  edit_workspace(owner, name, [&](Workspace& workspace) {
    std::string diff =
        diff_json("automatic_updates", audit_updates(workspace.always_update), audit_updates(always));
    workspace.always_update = always;
    note_change(workspace, 204, std::move(diff));
  });
}

void State::set_dormant(std::string_view owner, std::string_view name, bool dormant) {
  edit_workspace(owner, name, [&](Workspace& workspace) {
    const std::string before = audit_time(workspace.dormant_at);
    if (dormant) {
      put_to_sleep(workspace);
    } else {
      wake(workspace);
    }
    note_change(workspace, 200, diff_json("dormant_at", before, audit_time(workspace.dormant_at)));
  });
}

void State::set_favorite(std::string_view owner, std::string_view name, bool favorite) {
  edit_workspace(owner, name, [&](Workspace& workspace) {
    std::string diff = diff_json("favorite", audit_flag(workspace.favorite), audit_flag(favorite));
    workspace.favorite = favorite;
    note_change(workspace, 204, std::move(diff));
  });
}

void State::set_running(std::string_view owner, std::string_view name, bool running) {
  edit_workspace(owner, name, [&](Workspace& workspace) {
    Build& build = workspace.latest();
    build.transition = running ? Transition::start : Transition::stop;
    build.job = JobStatus::succeeded;
    build.completed_at = now();
    build.initiator_id = person_or(workspace.owner_id).id;
    note_build_end(workspace);
  });
}

void State::delete_workspace(std::string_view owner, std::string_view name, DeletedBy by) {
  Fleet::Row& row = row_of(owner, name);
  const Build& last = row.workspace.latest();
  Build build;
  build.id = new_id();
  build.number = last.number + 1;
  build.transition = Transition::del;
  build.job = JobStatus::succeeded;
  build.version_id = last.version_id;
  build.preset_id = last.preset_id;
  build.parameters = last.parameters;
  const bool by_coder = by == DeletedBy::coder;
  build.initiator_id = by_coder ? row.workspace.owner_id : person_or(row.workspace.owner_id).id;
  if (by_coder) build.reason = std::string(kAutodelete);
  build.created_at = now();
  build.started_at = build.completed_at = now();
  build_rows_[build.id] = &row;
  row.workspace.builds.push_back(std::move(build));
  row.workspace.deleted = true;
  note_build_end(row.workspace);
  touch(row);
}

void State::set_group(std::string_view name, const std::vector<std::string>& usernames,
                      std::string_view organization) {
  const Organization* home = organization.empty() ? &organizations_.front() : find_organization(organization);
  Group group;
  group.name = name;
  group.organization_id = home->id;
  for (const std::string& username : usernames) group.member_ids.push_back(find_user(username)->id);
  const auto known = std::ranges::find_if(groups_, [&](const Group& other) {
    return other.name == group.name && other.organization_id == group.organization_id;
  });
  group.id = known == groups_.end() ? new_id() : known->id;
  if (known == groups_.end()) {
    groups_.push_back(std::move(group));
  } else {
    *known = std::move(group);
  }
}

void State::remove_group(std::string_view name) {
  std::erase_if(groups_, [&](const Group& one) { return one.name == name; });
}

void State::suspend(std::string_view username) {
  edit_user(username, [](User& user) { user.status = UserStatus::suspended; });
}

void State::set_licensed(bool on) {
  licensed_ = on;
  ++epoch_;
}

void State::set_agents_timed_out(bool on) {
  agents_timed_out_ = on;
  ++epoch_;
}

void State::set_allow_renames(bool on) {
  allow_renames_ = on;
  ++epoch_;
}

bool State::take_create_race() {
  if (races_to_lose_ == 0) return false;
  --races_to_lose_;
  return true;
}

void State::page_was_served(Fleet::Row& first_of_page, Fleet::Row* first_after_page) {
  if (!drift_between_pages_ || first_after_page == nullptr) return;
  next_drift_starts_ = !next_drift_starts_;
  // A row behind the page that starts moves in front: what follows is seen twice. A row of the page that
  // stops moves behind: what follows is skipped.
  Fleet::Row& row = next_drift_starts_ && !first_after_page->running ? *first_after_page : first_of_page;
  Build& build = row.workspace.latest();
  build.transition = row.running ? Transition::stop : Transition::start;
  build.job = JobStatus::succeeded;
  build.completed_at = now();
  touch(row);
}

void State::compute_next_start(Workspace& workspace) const {
  workspace.next_start_at.reset();
  if (!workspace.autostart_schedule || workspace.dormant_at) return;
  const auto verdict = judge_schedule(*workspace.autostart_schedule);
  if (const auto* schedule = std::get_if<Schedule>(&verdict)) {
    workspace.next_start_at = next_start(*schedule, now(), allowed_days(template_of(workspace)));
  }
}

void State::use(Fleet::Row& row) {
  uses_.push_back(Use{&row, now() + usage_delay_});
  note_uses();
}

void State::note_uses() {
  std::erase_if(uses_, [this](const Use& use) {
    if (use.due > now()) return false;
    use.row->workspace.last_used_at = use.due;
    touch(*use.row);
    return true;
  });
}

void State::put_to_sleep(Workspace& workspace) const {
  workspace.dormant_at = now();
  workspace.next_start_at.reset();
  const std::int64_t until_deletion = template_of(workspace).time_til_dormant_autodelete_ms;
  if (until_deletion > 0) workspace.deleting_at = now() + std::chrono::milliseconds(until_deletion);
}

void State::wake(Workspace& workspace) const {
  workspace.dormant_at.reset();
  workspace.deleting_at.reset();
  workspace.last_used_at = now();
}

}  // namespace cr::standin
