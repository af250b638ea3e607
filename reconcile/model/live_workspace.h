#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "reconcile/model/ids.h"
#include "reconcile/model/instant.h"

namespace cr::reconcile {

/// `latest_build.status`. New Coders may add values: `unknown` stands for them, and nothing is changed on its
/// account.
enum class BuildStatus : std::uint8_t {
  pending,
  starting,
  running,
  stopping,
  stopped,
  deleting,
  deleted,
  failed,
  canceling,
  canceled,
  unknown,
};
enum class Transition : std::uint8_t { start, stop, del, unknown };
/// `latest_build.reason`, as far as it matters who wanted the build.
enum class BuildReason : std::uint8_t {
  initiator,  ///< a person whose client does not say what it is, or a program: we are one
  client,     ///< a person, by a client that says so (Coder >= 2.25): the dashboard, an IDE
  autostart,
  autostop,
  dormancy,
  autodelete,
  unknown,
};

/// The latest build of a workspace: what the decisions need of it.
struct LiveBuild {
  BuildId id;
  std::uint32_t number = 0;
  Transition transition = Transition::unknown;
  BuildStatus status = BuildStatus::unknown;
  BuildReason reason = BuildReason::unknown;
  UserId initiator;
  VersionId version;
  Instant created;
  Instant completed;         ///< of its job; none while that is active
  Instant deadline;          ///< when Coder stops what runs; none: never
  Instant max_deadline;      ///< beyond which nobody may move the deadline; none: no such limit
  std::string version_name;  ///< empty in the reply to a create
  std::string error;         ///< job's error text; empty if none
  /// Whether a provisioner can take the job: false only when Coder says that none matches (Coder >= 2.19).
  bool has_provisioner = true;
  /// How many could have taken the job when Coder was asked: told while it is pending; else 0.
  std::uint16_t provisioners = 0;

  bool operator==(const LiveBuild&) const = default;

  /// Its job failed or was cancelled, whatever it was to do.
  [[nodiscard]] bool ended_badly() const {
    return status == BuildStatus::failed || status == BuildStatus::canceled;
  }

  /// It is over, however it ended. Of a status that is not known it is not said.
  [[nodiscard]] bool ended() const { return !active() && status != BuildStatus::unknown; }

  /// A job that is pending, running or being cancelled: Coder refuses another build meanwhile.
  [[nodiscard]] bool active() const {
    switch (status) {
      case BuildStatus::pending:
      case BuildStatus::starting:
      case BuildStatus::stopping:
      case BuildStatus::deleting:
      case BuildStatus::canceling:
        return true;
      case BuildStatus::running:
      case BuildStatus::stopped:
      case BuildStatus::deleted:
      case BuildStatus::failed:
      case BuildStatus::canceled:
      case BuildStatus::unknown:
        return false;
    }
    return false;
  }
};

enum class LiveAutomaticUpdates : std::uint8_t { never, always, unknown };

/// One workspace as Coder reported it, reduced to what the decisions need.
struct LiveWorkspace {
  WorkspaceId id;
  UserId owner_id;
  OrganizationId organization_id;
  TemplateId template_id;
  std::string name;
  std::string owner_name;
  std::string template_name;
  std::string autostart_schedule;  ///< verbatim; empty: none
  /// Time to live; absent: none. Coder reports 0 for "none" under some template policies: absent here too.
  /// Not necessarily whole minutes: a template's default may be anything.
  std::optional<std::chrono::milliseconds> ttl;
  LiveAutomaticUpdates automatic_updates = LiveAutomaticUpdates::unknown;
  Instant next_start;  ///< as Coder computes it; none while dormant, and where no day is allowed
  Instant last_used;
  Instant dormant_since;
  Instant deleting;          ///< when Coder deletes it, if it stays dormant
  VersionId active_version;  ///< of its template
  /// Coder says of an autostart that it uses the active version whatever `automatic_updates` is. The
  /// template's own word, in force with a licence only.
  bool requires_active_version = false;
  bool tells_next_start = false;  ///< Coder >= 2.19
  bool outdated = false;          ///< its latest build used another version than the active one
  bool allows_renames = false;
  bool favorite = false;  ///< of its owner; always false for everybody else's token
  bool dormant = false;
  bool prebuild = false;  ///< is_prebuild, or owned by the system user `prebuilds`
  bool task = false;      ///< belongs to an AI task
  LiveBuild build;

  bool operator==(const LiveWorkspace&) const = default;
};

}  // namespace cr::reconcile
