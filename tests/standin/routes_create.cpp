// Creating a workspace: by the owner's path, and by the older one through an organization.
#include <fmt/format.h>

#include <algorithm>

#include "tests/standin/audit_diff.h"
#include "tests/standin/audit_note.h"
#include "tests/standin/cron.h"
#include "tests/standin/decode.h"
#include "tests/standin/lookup.h"
#include "tests/standin/name.h"
#include "tests/standin/parameters.h"
#include "tests/standin/ttl.h"
#include "tests/standin/workspace_json.h"

namespace cr::standin {
namespace {

/// The body, decoded, before anything is looked up.
struct Wish {
  std::string name;
  std::string template_id;
  std::string version_id;
  std::string preset_id;
  std::string schedule;
  std::optional<std::int64_t> ttl_ms;
  std::string automatic_updates;
  NamedValues parameters;
};

Reply invalid(std::string_view message, std::string field, std::string detail) {
  const std::vector<Validation> wrong = {{std::move(field), std::move(detail)}};
  return Reply::error(400, message, {}, wrong);
}

std::variant<Wish, Reply> decode(const Call& call) {
  Decoder body(call.request.body, "CreateWorkspaceRequest");
  Wish wish;
  wish.name = body.text("name");
  wish.template_id = body.uuid("template_id");
  wish.version_id = body.uuid("template_version_id");
  wish.schedule = body.text("autostart_schedule");
  wish.ttl_ms = body.integer("ttl_ms");
  wish.automatic_updates = body.text("automatic_updates");
  wish.parameters = body.named_values("rich_parameter_values");
  if (call.state.since(Age::v2_29)) wish.preset_id = body.uuid("template_version_preset_id");
  if (body.error()) return *body.error();

  std::vector<Validation> wrong;
  const auto complain = [&wrong](const char* field, const char* tag, std::string_view value) {
    wrong.push_back({field, fmt::format("Validation failed for tag \"{}\" with value: \"{}\"", tag, value)});
  };
  if (wish.template_id.empty() == wish.version_id.empty()) {
    const bool neither = wish.template_id.empty();
    const char* tag = neither ? "required_without" : "excluded_with";
    complain("template_id", tag, neither ? kNilUuid : std::string_view(wish.template_id));
    complain("template_version_id", tag, neither ? kNilUuid : std::string_view(wish.version_id));
  }
  if (!is_workspace_name(wish.name)) complain("name", "workspace_name", wish.name);
  if (!wrong.empty()) return Reply::error(400, "Validation failed.", {}, wrong);
  return wish;
}

struct Target {
  const Template* of = nullptr;
  const TemplateVersion* version = nullptr;
};

std::variant<Target, Reply> find_target(const Call& call, const Wish& wish) {
  const State& state = call.state;
  Target target;
  if (wish.version_id.empty()) {
    target.of = state.template_by_id(wish.template_id);
    if (target.of == nullptr || !may_read_template(call.caller, *target.of)) {
      return invalid(fmt::format("Template \"{}\" doesn't exist.", wish.template_id), "template_id",
                     "template not found");
    }
    target.version = state.version_by_id(target.of->active_version_id);
  } else {
    target.version = state.version_by_id(wish.version_id);
    if (target.version != nullptr) target.of = state.template_by_id(target.version->template_id);
    if (target.of == nullptr || !may_read_template(call.caller, *target.of)) {
      // 2.20 names the nil UUID here, whatever was asked for.
      const std::string_view named = state.before(Age::v2_29) ? kNilUuid : std::string_view(wish.version_id);
      return invalid(fmt::format("Template version \"{}\" doesn't exist.", named), "template_version_id",
                     "template not found");
    }
    if (target.version->archived) {
      const std::vector<Validation> wrong = {{"template_version_id", "template version archived"}};
      return Reply::error(500, "Archived template versions cannot be used to make a workspace.", {}, wrong);
    }
  }
  if (target.of->deleted)
    return Reply::error(404, fmt::format("Template \"{}\" has been deleted!", target.of->name));
  return target;
}

std::optional<Reply> refuse_caller(const Call& call, const User& owner, const Template& of) {
  if (!may_create_workspace(call.caller, owner, of.organization_id) && call.state.before(Age::v2_20)) {
    return Reply::not_found();
  }
  if (!may_create_workspace(call.caller, owner, of.organization_id)) {
    return Reply::error(
        403, "Unauthorized to create workspace.",
        "You are unable to create a workspace in this organization. It is possible to have access to "
        "the template, but not be able to create a workspace. Please contact an administrator about "
        "your permissions if you feel this is an error.");
  }
  if (!may_use_template(call.caller, of)) {
    return Reply::error(
        403, fmt::format("Unauthorized access to use the template \"{}\".", of.name),
        "Although you are able to view the template, you are unable to create a workspace using it. "
        "Please contact an administrator about your permissions if you feel this is an error.");
  }
  if (call.state.licensed() && !of.deprecation_message.empty()) {
    return Reply::error(
        400,
        fmt::format("Template \"{}\" has been deprecated, and cannot be used to create a new workspace.",
                    of.name),
        of.deprecation_message);
  }
  if (call.state.since(Age::v2_35) && !of.external_auth.empty()) {
    const std::vector<Validation> wrong = {{"external_auth", of.external_auth}};
    return Reply::error(403, "External authentication is required to create a workspace with this template.",
                        {}, wrong);
  }
  return std::nullopt;
}

/// Schedule, TTL and automatic updates: grammar only. Template policy is not looked at when creating.
std::optional<Reply> apply_settings(const Wish& wish, const Template& of, Workspace& workspace) {
  if (!wish.schedule.empty()) {
    const auto verdict = judge_schedule(wish.schedule);
    if (std::holds_alternative<ScheduleCrash>(verdict)) {
      return Reply::error(500, "An internal server error occurred.");
    }
    if (const auto* error = std::get_if<ScheduleError>(&verdict)) {
      return invalid("Invalid Autostart Schedule.", "schedule", error->detail);
    }
    workspace.autostart_schedule = wish.schedule;
  }
  if (wish.ttl_ms.value_or(0) != 0) {
    const auto verdict = judge_ttl(*wish.ttl_ms);
    if (const auto* detail = std::get_if<std::string>(&verdict)) {
      return invalid("Invalid Workspace Time to Shutdown.", "ttl_ms", *detail);
    }
    workspace.ttl_ms = std::get<std::int64_t>(verdict);
  } else if (of.default_ttl_ms > 0) {
    workspace.ttl_ms = of.default_ttl_ms;
  }
  if (!wish.automatic_updates.empty() && wish.automatic_updates != "always" &&
      wish.automatic_updates != "never") {
    return invalid("Invalid Workspace Automatic Updates setting.", "automatic_updates",
                   "Automatic updates must be always or never");
  }
  workspace.always_update = wish.automatic_updates == "always";
  return std::nullopt;
}

std::optional<Reply> refuse_version(const Call& call, const Template& of, const TemplateVersion& version) {
  if (!call.caller.in_scope("workspace:start")) {
    return Reply::error(403, "Unauthorized to start workspace.");
  }
  if (version.import == ImportStatus::running) {
    return Reply::error(406, "The provided template version is running. Wait for it to complete importing!");
  }
  if (version.import == ImportStatus::failed) {
    return Reply::error(
        400, fmt::format("The provided template version \"{}\" has failed to import. You cannot create "
                         "workspaces with it!",
                         version.name));
  }
  const bool stale = version.id != of.active_version_id;
  const bool excused = call.caller.is_owner() || call.caller.user->has(Role::template_admin);
  if (call.state.licensed() && of.require_active_version && stale && !excused) {
    return Reply::error(403, "Template requires the active version.");
  }
  return std::nullopt;
}

/// The preset that was asked for; without one, 2.29 and later take the first whose values are all those that
/// were given or are defaults.
const Preset* find_preset(const State& state, const TemplateVersion& version, const Wish& wish) {
  const auto is_value = [&](const NamedValues::value_type& wanted) {
    const auto given = std::ranges::find(wish.parameters, wanted.first, &NamedValues::value_type::first);
    if (given != wish.parameters.end()) return given->second == wanted.second;
    const auto declared = std::ranges::find(version.parameters, wanted.first, &TemplateParameter::name);
    return declared != version.parameters.end() && declared->default_value == wanted.second;
  };
  const auto all_given = [&](const Preset& preset) {
    return std::ranges::all_of(preset.parameters, is_value);
  };
  const auto found = wish.preset_id.empty() && state.since(Age::v2_29)
                         ? std::ranges::find_if(version.presets, all_given)
                         : std::ranges::find(version.presets, wish.preset_id, &Preset::id);
  return found == version.presets.end() ? nullptr : &*found;
}

/// An idle prebuilt workspace of that preset, if there is one.
Fleet::Row* find_prebuild(State& state, const std::string& preset_id) {
  if (preset_id.empty()) return nullptr;
  for (Fleet::Row* row : state.fleet().of_owner(std::string(State::kPrebuildsUserId))) {
    if (row->workspace.prebuild && row->workspace.latest().preset_id == preset_id) return row;
  }
  return nullptr;
}

Reply lost_race(const Call& call) {
  return Reply::error(
      500, call.state.before(Age::v2_29) ? "Internal error creating workspace." : "Internal server error",
      "execute transaction: insert workspace: pq: duplicate key value violates unique constraint "
      "\"workspaces_owner_id_lower_idx\"");
}

/// With an organization, the template must be in that one; otherwise the workspace goes where the template
/// is.
Reply create_for(Call& call, const User& owner, const std::string& organization_id = {}) {
  State& state = call.state;
  const auto decoded = decode(call);
  if (const auto* wrong = std::get_if<Reply>(&decoded)) return *wrong;
  const Wish& wish = std::get<Wish>(decoded);
  const auto target = find_target(call, wish);
  if (const auto* wrong = std::get_if<Reply>(&target)) return *wrong;
  const auto [of, version] = std::get<Target>(target);
  if (!organization_id.empty() && of->organization_id != organization_id) {
    return Reply::error(403, "Template is not in the organization of the path.");
  }
  if (auto refused = refuse_caller(call, owner, *of)) return *refused;

  Workspace workspace;
  if (auto refused = apply_settings(wish, *of, workspace)) return *refused;
  const bool race_lost = state.take_create_race();
  const bool exists = state.fleet().by_name(owner.id, wish.name) != nullptr;
  // The winner of a race may have got in before this request or only now; either way its check saw no such
  // name.
  if (race_lost && exists) return lost_race(call);
  if (exists) {
    const std::vector<Validation> wrong = {{"name", "This value is already in use and should be unique."}};
    return Reply::error(409, fmt::format("Workspace \"{}\" already exists.", wish.name), {}, wrong);
  }
  if (auto refused = refuse_version(call, *of, *version)) return *refused;
  const Preset* preset = find_preset(state, *version, wish);
  if (preset == nullptr && !wish.preset_id.empty()) {
    return Reply::error(500, "failed to fetch preset parameter values",
                        "failed to get preset parameters: sql: no rows in result set");
  }
  const auto parameters = resolve_parameters(state, *of, *version, wish.parameters, preset, nullptr);
  if (const auto* wrong = std::get_if<Reply>(&parameters)) return *wrong;

  Build build;
  build.transition = Transition::start;
  build.version_id = version->id;
  if (preset != nullptr) build.preset_id = preset->id;
  build.initiator_id = call.caller.id();
  build.parameters = std::get<NamedValues>(parameters);

  Fleet::Row* row = race_lost ? nullptr : find_prebuild(state, build.preset_id);
  const bool claims = row != nullptr;
  if (claims) {
    // A claim changes owner and name and keeps what is older: the id, created_at, and automatic_updates.
    row->workspace.owner_id = owner.id;
    row->workspace.name = wish.name;
    row->workspace.prebuild = false;
    row->workspace.autostart_schedule = workspace.autostart_schedule;
    row->workspace.ttl_ms = workspace.ttl_ms;
    row->workspace.updated_at = row->workspace.last_used_at = state.now();
    state.compute_next_start(row->workspace);
    state.touch(*row);
  } else {
    workspace.id = state.new_id();
    workspace.name = wish.name;
    workspace.owner_id = owner.id;
    workspace.template_id = of->id;
    workspace.created_at = workspace.updated_at = workspace.last_used_at = state.now();
    state.compute_next_start(workspace);
    row = &state.insert_workspace(std::move(workspace));
  }
  state.queue_build(*row, std::move(build));
  if (race_lost) return lost_race(call);
  Reply reply = Reply::json(201, workspace_json(state, *row, call.caller.id(), Moment::just_queued) + "\n");
  // A claim is nobody's creation. Refused creates leave no row either: there is nothing that it could name.
  if (claims) return reply;
  return audited(call, std::move(reply), "create", row->workspace,
                 diff_of_creation(state.age(), row->workspace));
}

Reply create(Call& call) {
  const auto owner = owner_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&owner)) return *wrong;
  return create_for(call, *std::get<const User*>(owner));
}

Reply create_through_organization(Call& call) {
  const auto organization = organization_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&organization)) return *wrong;
  const auto owner = owner_in_path(call, call.params[1]);
  if (const auto* wrong = std::get_if<Reply>(&owner)) return *wrong;
  const User& user = *std::get<const User*>(owner);
  const std::string& id = std::get<const Organization*>(organization)->id;
  if (std::ranges::find(user.organization_ids, id) == user.organization_ids.end()) return Reply::not_found();
  return create_for(call, user, call.state.before(Age::v2_20) ? id : std::string());
}

}  // namespace

const std::vector<Route>& create_routes() {
  static const std::vector<Route> kRoutes = {
      {"POST", "/api/v2/users/{user}/workspaces", create, true, Age::v2_20},
      {"POST", "/api/v2/organizations/{organization}/members/{user}/workspaces", create_through_organization},
  };
  return kRoutes;
}

}  // namespace cr::standin
