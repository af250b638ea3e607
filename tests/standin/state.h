#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tests/standin/audit_log.h"
#include "tests/standin/fleet.h"
#include "tests/standin/model.h"
#include "tests/standin/rate_limit.h"
#include "tests/standin/uuid.h"

namespace cr::standin {

/// How a workspace to be added looks. Names refer to what was added before; an unknown owner or template is
/// added on the fly.
struct WorkspaceSeed {
  std::string owner;
  std::string name;
  std::string template_name;
  std::optional<std::string> schedule;
  std::optional<std::int64_t> ttl_ms;
  bool always_update = false;
  bool dormant = false;
  bool running = true;       ///< False: its latest build is a stop that succeeded.
  bool failed = false;       ///< Its latest start build failed.
  std::string version_name;  ///< Empty: the template's active version.
  std::vector<std::pair<std::string, std::string>> parameters;
  std::string task_id;
};

/// A workspace as a test compares it: what a reconciler can declare, and whether it exists.
struct WorkspaceSnapshot {
  std::string owner;
  std::string name;
  std::string id;
  std::string template_name;
  std::optional<std::string> schedule;
  std::optional<std::int64_t> ttl_ms;
  bool always_update = false;
  bool dormant = false;
  bool favorite = false;
  Transition transition = Transition::start;
  JobStatus job = JobStatus::succeeded;

  bool operator==(const WorkspaceSnapshot&) const = default;
};

enum class DeletedBy { person, coder };

/// Whose changes those behind a reconciler's back are, for the audit log.
struct Person {
  std::string username;  ///< Empty: the owner of what is changed; of a template the site owner.
  std::string user_agent = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0";
};

/// What answers cost a real server: rows that it had to build, or to count, whatever is kept here.
struct ReadCost {
  std::size_t workspace_rows = 0;
  std::size_t audit_rows = 0;
  /// Before 2.29 all that match a search are counted each time, later 2001 at most.
  std::size_t audit_rows_counted = 0;
  std::uint64_t bytes = 0;  ///< of the API's answers
};

/// How long builds take. Nothing sleeps: they move on when a request arrives, when an open stream looks, or
/// when a test says so.
struct BuildPace {
  enum class Kind {
    after_requests,  ///< Done when `requests` further requests have arrived. 0: before the next one is
                     ///< answered.
    by_hand,         ///< Only start_builds() and finish_builds() move them.
    after_time,      ///< Done `time` later by the state's clock.
  };
  Kind kind = Kind::after_requests;
  std::size_t requests = 0;
  std::chrono::microseconds time{0};
};

/// Everything that a Coder deployment remembers, without any socket.
///
/// A new one has the organization "coder" and the site owner "admin" with admin_token(). Not thread-safe: a
/// running server's state is reached through Server::with_state. Usernames, workspace and template names
/// compare without case. Pointers stay valid until the state dies; what they point to is changed only through
/// the edit_… and set_… members, since rendered rows are kept until then.
class State {
 public:
  static constexpr std::string_view kAdminToken = "adminadmin-0123456789abcdefABCDEF";
  static constexpr std::string_view kPrebuildsUserId = "c42fdf75-3097-471c-8c33-fb52454d81c0";

  explicit State(Age age, std::uint64_t seed = 1);

  [[nodiscard]] Age age() const { return age_; }
  [[nodiscard]] bool since(Age age) const { return age_ >= age; }
  [[nodiscard]] bool before(Age age) const { return age_ < age; }
  /// "v2.35.1", as headers and buildinfo say it. Settable, to see what a client makes of other versions.
  [[nodiscard]] const std::string& version() const { return version_; }
  void set_version(std::string version) { version_ = std::move(version); }
  void set_workspace_proxy(bool on) { workspace_proxy_ = on; }
  [[nodiscard]] bool workspace_proxy() const { return workspace_proxy_; }
  [[nodiscard]] std::string admin_token() const { return std::string(kAdminToken); }

  // Time. The system's clock until a test takes it over.
  [[nodiscard]] Time now() const;
  void set_time(Time now) { time_ = now; }
  void advance(std::chrono::microseconds by) { time_ = now() + by; }

  // Who and what there is.
  const User& add_user(std::string_view username, std::set<Role> roles = {});
  /// A token for the user, which must exist; each user may have several. No scopes: all that the user may do.
  std::string add_token(std::string_view username, std::set<std::string> scopes = {},
                        std::optional<Time> expires_at = std::nullopt);
  /// A token of this user with this text, which must have Coder's form to be let in.
  void add_token_text(std::string_view username, std::string_view text);
  void revoke_token(std::string_view token);
  const Organization& add_organization(std::string_view name);
  /// In the default organization unless named; with one imported version.
  const Template& add_template(std::string_view name, std::string_view organization = {});
  /// Adds a version that is not active yet.
  const TemplateVersion& add_version(std::string_view template_name, std::string_view version_name);
  const Workspace& add_workspace(const WorkspaceSeed& seed);
  /// An idle prebuilt workspace that a create with this preset claims (2.35).
  const Workspace& add_prebuild(std::string_view template_name, std::string_view preset_name);

  [[nodiscard]] const User* find_user(std::string_view name_or_id) const;
  [[nodiscard]] const Organization* find_organization(std::string_view name_or_id_or_default) const;
  [[nodiscard]] const Template* find_template(std::string_view name,
                                              std::string_view organization_id = {}) const;
  [[nodiscard]] const Template* template_by_id(std::string_view id) const;
  [[nodiscard]] const TemplateVersion* version_by_id(std::string_view id) const;
  [[nodiscard]] const TemplateVersion* find_version(std::string_view template_id,
                                                    std::string_view name) const;
  [[nodiscard]] const Token* find_token(std::string_view text) const;
  /// Not the deleted ones.
  [[nodiscard]] const Workspace* find_workspace(std::string_view owner, std::string_view name) const;
  [[nodiscard]] const Workspace* workspace_by_id(std::string_view id) const;

  // Behind a reconciler's back. Each throws std::out_of_range for what does not exist.
  //
  // What Coder does by itself, or what no audit log tells: no rows.
  void edit_user(std::string_view username, const std::function<void(User&)>& edit);
  void edit_version(std::string_view id, const std::function<void(TemplateVersion&)>& edit);
  void edit_workspace(std::string_view owner, std::string_view name,
                      const std::function<void(Workspace&)>& edit);

  // What a person does: with the row that the API call for it leaves in the audit log, of this person.
  void set_person(Person person) { person_ = std::move(person); }
  const Template& create_template(std::string_view name, std::string_view organization = {});
  /// A row if it changes the active version, the name, or a policy.
  void edit_template(std::string_view name, const std::function<void(Template&)>& edit);
  void set_autostart(std::string_view owner, std::string_view name, std::optional<std::string> schedule);
  void set_ttl(std::string_view owner, std::string_view name, std::optional<std::int64_t> ttl_ms);
  void set_always_update(std::string_view owner, std::string_view name, bool always);
  void set_dormant(std::string_view owner, std::string_view name, bool dormant);
  void set_favorite(std::string_view owner, std::string_view name, bool favorite);
  /// Its latest build becomes a start, or a stop, that has succeeded.
  void set_running(std::string_view owner, std::string_view name, bool running);
  /// Deleted by a person, or by Coder when its time as a dormant workspace was over, which leaves no row.
  void delete_workspace(std::string_view owner, std::string_view name, DeletedBy by = DeletedBy::person);
  void suspend(std::string_view username);

  /// In the default organization unless named; one of that name has these members from now on.
  void set_group(std::string_view name, const std::vector<std::string>& usernames,
                 std::string_view organization = {});
  void remove_group(std::string_view name);

  // Policies and switches.
  /// With it, the policies of templates are in force, as on a licensed server.
  void set_licensed(bool on);
  [[nodiscard]] bool licensed() const { return licensed_; }
  /// Off at first, as Coder ships.
  void set_allow_renames(bool on);
  [[nodiscard]] bool allow_renames() const { return allow_renames_; }
  /// What each build that ends from now on shows in its timings: stage and length, one after the other from
  /// the job's start. Builds show none until this is called.
  void set_build_stages(std::vector<std::pair<std::string, std::chrono::microseconds>> stages) {
    build_stages_ = std::move(stages);
  }
  /// Coder notes uses in batches: `last_used_at` follows that much later by the state's clock. 0: at once.
  void set_usage_delay(std::chrono::microseconds delay) { usage_delay_ = delay; }
  /// Agents never connect: at first they are connecting, and with this on they have timed out.
  void set_provisioners(int number) { provisioners_ = number; }
  [[nodiscard]] int provisioners() const { return provisioners_; }
  void set_agents_timed_out(bool on);
  [[nodiscard]] bool agents_timed_out() const { return agents_timed_out_; }
  /// No provisioner takes any job until this is switched off.
  void set_without_provisioners(bool on) { without_provisioners_ = on; }
  [[nodiscard]] bool without_provisioners() const { return without_provisioners_; }
  /// The next creates find the name free and then lose against an insert that came between: 500 with
  /// `workspaces_owner_id_lower_idx`, and the workspace (of the same body, unless there was one) exists.
  void lose_next_create_races(std::size_t count) { races_to_lose_ = count; }
  [[nodiscard]] bool take_create_race();
  /// After each list page that is not the last, one row starts or stops, in turn, so that offsets shift.
  void set_drift_between_pages(bool on) { drift_between_pages_ = on; }
  void page_was_served(Fleet::Row& first_of_page, Fleet::Row* first_after_page);

  // Builds.
  void set_build_pace(BuildPace pace) { pace_ = pace; }
  void fail_next_builds(std::size_t count) { builds_to_fail_ = count; }
  /// Pending ones get a provisioner, where there is one.
  void start_builds();
  /// All that have a provisioner end, well or badly.
  void finish_builds();
  /// A request has arrived: builds whose time has come end.
  void on_request();
  /// Those that take time, alone: who watches sends no request.
  void end_builds_in_time();
  [[nodiscard]] std::size_t active_builds() const { return active_.size(); }
  /// What Coder's scheduler does once a minute: queues the starts, stops and deletes that are due now.
  void run_lifecycle();

  /// All workspaces that are not deleted, by owner and name.
  [[nodiscard]] std::vector<WorkspaceSnapshot> snapshot() const;
  [[nodiscard]] std::size_t workspace_count() const;

  // Audit log.
  [[nodiscard]] const std::deque<AuditRow>& audit() const { return audit_.rows(); }
  /// To let something befall it.
  [[nodiscard]] AuditLog& audit_log() { return audit_; }
  /// Rows of that action and type ("" = any).
  [[nodiscard]] std::size_t audit_count(std::string_view action = {},
                                        std::string_view resource_type = {}) const;
  void add_audit(AuditRow row) { audit_.add(std::move(row), now()); }
  /// What answers have cost since the start or the last reset.
  /// Off: each row is built anew for each answer, as Coder builds it. On, as at first, is for speed.
  void keep_rendered_rows(bool on) { keeps_rows_ = on; }
  [[nodiscard]] bool keeps_rendered_rows() const { return keeps_rows_; }
  [[nodiscard]] ReadCost& read_cost() { return read_cost_; }

  [[nodiscard]] RateLimit& rate_limit() { return rate_limit_; }

  // For the routes.
  [[nodiscard]] std::string new_id() { return ids_.next(); }
  [[nodiscard]] Fleet& fleet() { return fleet_; }
  [[nodiscard]] const std::map<std::string, User>& users() const { return users_; }
  [[nodiscard]] const std::map<std::string, Template>& templates() const { return templates_; }
  [[nodiscard]] const std::map<std::string, TemplateVersion>& versions() const { return versions_; }
  [[nodiscard]] const std::vector<Organization>& organizations() const { return organizations_; }
  [[nodiscard]] const std::vector<Group>& groups() const { return groups_; }
  [[nodiscard]] const std::string& deployment_id() const { return deployment_id_; }
  /// Grows with each change that touches rows of many workspaces: templates, users, switches.
  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
  [[nodiscard]] const User& owner_of(const Workspace& workspace) const {
    return users_.at(workspace.owner_id);
  }
  [[nodiscard]] const Template& template_of(const Workspace& workspace) const {
    return templates_.at(workspace.template_id);
  }
  /// The days on which the template lets workspaces start; all of them without a licence.
  [[nodiscard]] const std::vector<std::string>& allowed_days(const Template& of) const;
  void touch(Fleet::Row& row);
  /// As edit_template, but whoever calls it writes the row: comes back as its diff.
  [[nodiscard]] std::string change_template(std::string_view name,
                                            const std::function<void(Template&)>& edit);
  Fleet::Row& insert_workspace(Workspace workspace);
  /// Queues a build: sets id, number, times, and pending.
  Build& queue_build(Fleet::Row& row, Build build);
  void cancel_build(Fleet::Row& row);
  void compute_next_start(Workspace& workspace) const;
  /// Whether its next autostart uses another version than its latest build.
  [[nodiscard]] bool moves_to_active_version(const Workspace& workspace) const;
  /// Whether the active version can be started with what the latest build had.
  [[nodiscard]] bool active_version_takes_parameters(const Workspace& workspace) const;
  /// Marks the workspace as used, now or when the batch is written.
  void use(Fleet::Row& row);
  void put_to_sleep(Workspace& workspace) const;
  void wake(Workspace& workspace) const;
  /// Where build `id` is, or null and 0.
  [[nodiscard]] std::pair<Fleet::Row*, std::size_t> find_build(std::string_view id);

 private:
  struct ActiveBuild {
    Fleet::Row* row;
    std::size_t requests_left;
    Time due;
  };

  [[nodiscard]] Fleet::Row& row_of(std::string_view owner, std::string_view name);
  [[nodiscard]] Template& template_named(std::string_view name);
  void note_uses();
  void start(Fleet::Row& row);
  void finish(Fleet::Row& row);
  /// Of those that have a provisioner.
  template <class IsDue>
  void finish_where(IsDue is_due) {
    std::erase_if(active_, [&](ActiveBuild& active) {
      if (active.row->workspace.latest().job != JobStatus::running || !is_due(active)) return false;
      finish(*active.row);
      return true;
    });
  }
  /// Who edits, or `fallback` (a name or an id) where nobody was named.
  [[nodiscard]] const User& person_or(std::string_view fallback) const;
  [[nodiscard]] AuditRow row_of_person(std::string_view fallback, int status);
  void note_change(const Workspace& workspace, int status, std::string diff);
  void note_template(const Template& of, std::string_view action, int status, std::string diff);
  /// Of the latest build, which has ended. Coder's own deletions are not in the log.
  void note_build_end(const Workspace& workspace);
  [[nodiscard]] bool has_provisioner(const Workspace& workspace) const;
  [[nodiscard]] bool failed_too_long_ago(const Workspace& workspace) const;
  [[nodiscard]] bool is_to_be_started(const Workspace& workspace) const;
  [[nodiscard]] bool is_to_be_stopped(const Workspace& workspace) const;
  [[nodiscard]] bool is_to_sleep(const Workspace& workspace) const;

  Age age_;
  std::string version_;
  bool workspace_proxy_ = false;
  UuidSource ids_;
  std::string deployment_id_;
  std::optional<Time> time_;
  std::uint64_t epoch_ = 1;

  std::vector<Organization> organizations_;
  std::vector<Group> groups_;
  std::map<std::string, User> users_;
  std::unordered_map<std::string, std::string> user_ids_;  ///< Lower-case name → id.
  std::unordered_map<std::string, Token> tokens_;
  std::map<std::string, Template> templates_;
  std::map<std::string, TemplateVersion> versions_;
  std::unordered_map<std::string, Fleet::Row*> build_rows_;
  Fleet fleet_;
  AuditLog audit_;
  Person person_;
  ReadCost read_cost_;
  RateLimit rate_limit_;

  struct Use {
    Fleet::Row* row;
    Time due;
  };

  bool licensed_ = false;
  std::chrono::microseconds usage_delay_{0};
  std::vector<Use> uses_;
  bool allow_renames_ = false;
  int provisioners_ = 2;
  bool agents_timed_out_ = false;
  bool without_provisioners_ = false;
  std::size_t races_to_lose_ = 0;
  bool drift_between_pages_ = false;
  bool next_drift_starts_ = false;

  BuildPace pace_;
  bool keeps_rows_ = true;
  std::vector<std::pair<std::string, std::chrono::microseconds>> build_stages_;
  std::size_t builds_to_fail_ = 0;
  std::vector<ActiveBuild> active_;
};

}  // namespace cr::standin
