#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What a Coder deployment consists of, as far as its workspace API shows it.
namespace cr::standin {

/// Coder stores times to the microsecond.
using Time = std::chrono::sys_time<std::chrono::microseconds>;

/// Which release the stand-in imitates. Where they differ, see README.md.
enum class Age { v2_13, v2_20, v2_29, v2_35, v2_36 };

/// From the oldest to the newest.
inline constexpr std::array kAges = {Age::v2_13, Age::v2_20, Age::v2_29, Age::v2_35, Age::v2_36};
/// Those whose answers were recorded.
inline constexpr std::array kRecordedAges = {Age::v2_20, Age::v2_29, Age::v2_35, Age::v2_36};
/// For what takes long: whatever differs, one of them is on each side of it.
inline constexpr std::array kOldestAndNewest = {kAges.front(), kAges.back()};

/// "2.35.1"
[[nodiscard]] constexpr std::string_view release_of(Age age) {
  constexpr std::array<std::string_view, kAges.size()> kReleases = {"2.13.0", "2.20.0", "2.29.1", "2.35.1",
                                                                    "2.36.1"};
  return kReleases.at(static_cast<std::size_t>(age));
}

/// As in Age, for the names of tests: "v2_35".
[[nodiscard]] inline std::string name_of(Age age) {
  const std::string_view release = release_of(age);
  return "v2_" + std::string(release.substr(2, 2));
}

struct Organization {
  std::string id;
  std::string name;
  std::string display_name;
  bool is_default = false;
  Time created_at{};
};

/// Site roles, and org_admin, which holds in every organization of the user.
enum class Role { owner, org_admin, template_admin, user_admin, auditor };

enum class UserStatus { active, suspended, dormant };

struct User {
  std::string id;
  std::string username;
  std::string email;
  UserStatus status = UserStatus::active;
  std::set<Role> roles;
  std::vector<std::string> organization_ids;
  Time created_at{};

  [[nodiscard]] bool has(Role role) const { return roles.contains(role); }
};

/// Of a licensed server. Beside these each organization has the group "Everyone", with the organization's id.
struct Group {
  std::string id;
  std::string name;
  std::string organization_id;
  std::vector<std::string> member_ids;
};

struct Token {
  std::string text;  ///< The whole secret, "0123456789-…".
  std::string user_id;
  /// Empty: everything. Otherwise Coder's low-level names such as "workspace:read".
  std::set<std::string> scopes;
  std::optional<Time> expires_at;

  /// The public part, by which users/me/keys/{id} names the key.
  [[nodiscard]] std::string key_id() const { return text.substr(0, text.find('-')); }
};

struct ParameterOption {
  std::string name;
  std::string value;
};

struct TemplateParameter {
  std::string name;
  std::string display_name;
  std::string type = "string";  ///< string, number, bool or list(string).
  bool mutable_value = true;
  bool required = false;
  bool ephemeral = false;
  bool masked = false;  ///< Forms hide what is typed (dynamic flow).
  /// Hidden only while another parameter has this value (dynamic flow).
  std::optional<std::pair<std::string, std::string>> masked_if;
  std::string default_value;
  std::vector<ParameterOption> options;
  std::optional<std::int64_t> minimum;
  std::optional<std::int64_t> maximum;
  /// There only while another parameter has this value (dynamic flow); unknown when the version is imported.
  std::optional<std::pair<std::string, std::string>> only_if;
};

struct Preset {
  std::string id;
  std::string name;
  std::vector<std::pair<std::string, std::string>> parameters;
  bool is_default = false;
};

enum class ImportStatus { succeeded, running, failed };

struct TemplateVersion {
  std::string id;
  std::string template_id;
  std::string name;
  Time created_at{};
  ImportStatus import = ImportStatus::succeeded;
  bool archived = false;
  std::vector<TemplateParameter> parameters;
  std::vector<Preset> presets;
};

struct Template {
  std::string id;
  std::string name;
  std::string display_name;
  std::string organization_id;
  std::string active_version_id;
  Time created_at{};
  Time updated_at{};
  bool deleted = false;
  std::string deprecation_message;  ///< Not empty: deprecated.

  std::int64_t default_ttl_ms = 0;
  /// The two policies shape reads always, and refuse writes only while State::set_licensed(true).
  bool allow_user_autostart = true;
  bool allow_user_autostop = true;
  std::vector<std::string> autostart_days = {"monday", "tuesday",  "wednesday", "thursday",
                                             "friday", "saturday", "sunday"};
  bool require_active_version = false;
  /// So long after a start that failed, a licensed server stops the workspace. 0: never.
  std::int64_t failure_ttl_ms = 0;
  /// Not used for so long: a licensed server makes the workspace dormant. 0: never.
  std::int64_t time_til_dormant_ms = 0;
  std::int64_t time_til_dormant_autodelete_ms = 0;
  /// From 2.29 on: parameters are judged by the older rules and messages.
  bool classic_parameters = false;

  /// Users who may not read it, whatever their role. Its workspaces are left out of their list pages while
  /// still being counted, and are 403 by id.
  std::set<std::string> hidden_from;
  /// Every start build of it fails.
  bool builds_fail = false;
  std::string build_error = "terraform apply: no space left on device";
  /// No provisioner takes its jobs: they stay pending, with matched_provisioners.count 0.
  bool without_provisioners = false;
  /// What a running workspace of it consists of: agents, and apps for each of them.
  unsigned agents = 1;
  unsigned apps = 1;
  std::string agent_name = "maina";  ///< Of the only agent; several are maina, mainb and so on.
  bool furnished = true;             ///< The machine has metadata, and a volume beside it.
  /// External-auth provider that an owner must have linked (2.35 refuses a create without); empty: none.
  std::string external_auth;
};

enum class Transition { start, stop, del };
enum class JobStatus { pending, running, succeeded, failed, canceled };

/// How long one part of a build took: of Terraform, of an agent's script, or of its way to the server.
struct StageTiming {
  std::string stage;  ///< init, plan, graph, apply; start, stop, cron; connect.
  Time started_at{};
  Time ended_at{};
  std::string resource;  ///< Of Terraform's stages.

  [[nodiscard]] bool of_script() const { return stage == "start" || stage == "stop" || stage == "cron"; }
  [[nodiscard]] bool of_connection() const { return stage == "connect"; }
};

/// The reason of a build by which Coder deletes what was dormant for too long.
inline constexpr std::string_view kAutodelete = "autodelete";

struct Build {
  std::string id;
  int number = 1;
  Transition transition = Transition::start;
  JobStatus job = JobStatus::pending;
  std::string error;
  std::string version_id;
  std::string preset_id;
  std::string initiator_id;
  std::string reason = "initiator";
  Time created_at{};
  std::optional<Time> started_at;
  std::optional<Time> completed_at;
  std::optional<Time> deadline;
  std::optional<Time> max_deadline;
  std::vector<std::pair<std::string, std::string>> parameters;
  std::vector<StageTiming> timings;
  /// No provisioner matched when the job was queued.
  bool unmatched = false;

  [[nodiscard]] bool active() const { return job == JobStatus::pending || job == JobStatus::running; }
  [[nodiscard]] bool running() const {
    return transition == Transition::start && job == JobStatus::succeeded;
  }
};

struct Workspace {
  std::string id;
  std::string name;
  std::string owner_id;
  std::string template_id;
  Time created_at{};
  Time updated_at{};
  Time last_used_at{};
  std::optional<std::string> autostart_schedule;
  std::optional<std::int64_t> ttl_ms;
  bool always_update = false;
  std::optional<Time> dormant_at;
  std::optional<Time> deleting_at;
  std::optional<Time> next_start_at;
  bool favorite = false;
  bool deleted = false;
  bool prebuild = false;
  std::string task_id;
  std::vector<Build> builds;  ///< Oldest first; empty only between insertion and its first build.

  [[nodiscard]] const Build& latest() const { return builds.back(); }
  [[nodiscard]] Build& latest() { return builds.back(); }
};

/// Which build a row of the audit log is about.
struct AuditedBuild {
  std::string workspace_id;
  std::string workspace_name;
  int number = 0;
  std::string reason;
};

/// One row of the audit log; its JSON is made when it is asked for.
struct AuditRow {
  std::string id;
  std::string request_id;  ///< As the reply's header had it; of a build the id of its job.
  Time time{};
  std::string user_id;
  std::string user_agent;     ///< Empty: a build's.
  std::string action;         ///< create, write, delete, start, stop.
  std::string resource_type;  ///< workspace, workspace_build, template.
  std::string resource_id;
  std::string resource_target;
  std::string organization_id;
  int status = 0;
  std::string diff = "{}";  ///< JSON text: {"field": {"old": …, "new": …, "secret": false}}.
  std::optional<AuditedBuild> build;
  std::string created_for;  ///< Of a workspace's creation: the owner's name.
};

}  // namespace cr::standin
