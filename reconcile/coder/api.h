#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "reconcile/coder/api_error.h"
#include "reconcile/coder/routes.h"
#include "reconcile/coder/types.h"
#include "reconcile/model/build_stage.h"

/// Coder's REST API in domain types. Reader and writer are two types: a command that was given the reader
/// alone cannot change anything.
///
/// All calls: one attempt or several (transient faults of calls that are safe to repeat are retried inside,
/// with jittered backoff, under the process's retry budget and the call's deadline); the result is the last
/// one. References must stay good until the call has been awaited. Cancelling throws operation_aborted. One
/// thread.
namespace cr::coder {

using boost::asio::awaitable;

class CoderReader {
 public:
  virtual ~CoderReader() = default;

  // The list. All four share one rate-limit bucket at Coder; callers keep at most two of them in flight.
  /// The workspaces with these ids, whatever their order; unknown or deleted ones are just not there. A 414
  /// comes back as `rejected` with status 414: ask for fewer.
  [[nodiscard]] virtual awaitable<ApiResult<WorkspaceRows>> workspaces_by_ids(
      const std::vector<WorkspaceId>& ids) = 0;
  /// All workspaces of one user, by username (no UUID). An unknown user is an empty result.
  [[nodiscard]] virtual awaitable<ApiResult<WorkspaceRows>> workspaces_of_owner(
      const std::string& username) = 0;
  /// One page; rows move between pages while workspaces start and stop.
  [[nodiscard]] virtual awaitable<ApiResult<WorkspaceRows>> workspaces_page(std::uint64_t offset,
                                                                            std::uint32_t limit) = 0;

  /// One look by owner (username or UUID) and name; neither of both on 404 (none ever, or not ours to see).
  [[nodiscard]] virtual awaitable<ApiResult<NameLook>> workspace_by_name(const std::string& owner,
                                                                         const std::string& name) = 0;

  /// One look by id: half of what a list of one costs Coder. Nothing on 404 (unknown, or not ours to see) and
  /// on 410 (deleted).
  [[nodiscard]] virtual awaitable<ApiResult<std::optional<LiveWorkspace>>> workspace_by_id(
      const WorkspaceId& id) = 0;

  /// By how much Coder's clock is ahead of ours, as its latest answer told; absent: none has told it.
  [[nodiscard]] virtual std::optional<std::chrono::seconds> clock_ahead() const { return std::nullopt; }

  [[nodiscard]] virtual awaitable<ApiResult<BuildInfo>> build_info() = 0;
  [[nodiscard]] virtual awaitable<ApiResult<Me>> me() = 0;
  [[nodiscard]] virtual awaitable<ApiResult<TokenFacts>> token_facts() = 0;
  /// Answers in the order of the questions. A POST that changes nothing.
  [[nodiscard]] virtual awaitable<ApiResult<std::vector<bool>>> check_access(
      const std::vector<AccessQuestion>& questions) = 0;
  /// By username or UUID; `not_found` if unknown or unreadable.
  [[nodiscard]] virtual awaitable<ApiResult<User>> user(const std::string& name_or_id) = 0;
  /// All that the token may read.
  [[nodiscard]] virtual awaitable<ApiResult<std::vector<Organization>>> organizations() = 0;
  /// Templates of that name in every readable organization, deprecated ones included (Coder >= 2.23 hides
  /// them unless asked, so this is two requests).
  [[nodiscard]] virtual awaitable<ApiResult<std::vector<Template>>> templates_named(
      const std::string& name) = 0;
  [[nodiscard]] virtual awaitable<ApiResult<Template>> template_by_id(const TemplateId& id) = 0;
  /// Those of the given ids that Coder lists, in one request. Deprecated ones may be missing.
  [[nodiscard]] virtual awaitable<ApiResult<std::vector<Template>>> templates_by_ids(
      const std::vector<TemplateId>& ids) = 0;
  /// Version names are case-sensitive.
  [[nodiscard]] virtual awaitable<ApiResult<TemplateVersion>> version_named(const TemplateId& id,
                                                                            const std::string& name) = 0;
  [[nodiscard]] virtual awaitable<ApiResult<TemplateVersion>> version_by_id(const VersionId& id) = 0;
  [[nodiscard]] virtual awaitable<ApiResult<std::vector<RichParameter>>> rich_parameters(
      const VersionId& id) = 0;
  /// The parameters that a version of a template with dynamic parameters has for this owner and with these
  /// values. Coder >= 2.24; the one before has no such route. A POST that changes nothing.
  [[nodiscard]] virtual awaitable<ApiResult<std::vector<RichParameter>>> parameters_for(
      const VersionId& id, const UserId& owner,
      const std::vector<std::pair<std::string, std::string>>& values) = 0;
  /// The presets of a version; a Coder before 2.20 has none.
  [[nodiscard]] virtual awaitable<ApiResult<std::vector<Preset>>> presets(const VersionId& id) = 0;
  /// Parameters that a build used; immutable, cacheable by build.
  [[nodiscard]] virtual awaitable<ApiResult<std::vector<std::pair<std::string, std::string>>>>
  build_parameters(const BuildId& id) = 0;
  /// Whether an autostart of this workspace would fail because the version that it moves to does not accept
  /// its parameters. False where it moves to none.
  [[nodiscard]] virtual awaitable<ApiResult<bool>> autostart_mismatch(const WorkspaceId& id) = 0;
  /// What took how long in its latest build, as far as Coder knows by now. A Coder before 2.16 knows nothing.
  [[nodiscard]] virtual awaitable<ApiResult<std::vector<TimedSpan>>> timings(const WorkspaceId& id) = 0;
  /// All users that the token may see whose workspaces Coder does not start by itself: suspended ones, and
  /// dormant ones, who were not seen for long.
  [[nodiscard]] virtual awaitable<ApiResult<std::vector<User>>> inactive_users() = 0;
};

// What Coder says of what it took. `request_id` finds the call in its logs, and its row in the audit log.

/// A setting.
struct Kept {
  std::optional<LiveWorkspace> row;  ///< the workspace as it keeps it now, where the reply shows it
  bool was_so = false;               ///< 304: it was so already
  std::string request_id = {};
};
struct Created {
  LiveWorkspace row;  ///< what Coder kept
  std::string request_id;
};
/// The audit log has no row of the call itself: a build's row comes when it ends, and names the build.
struct Queued {
  LiveBuild build;
  std::string request_id;
};

class CoderWriter {
 public:
  virtual ~CoderWriter() = default;

  /// Never repeated inside, whatever the fault, unless it is sure that Coder did not see it (no connection,
  /// 429): after a lost answer look by name first.
  [[nodiscard]] virtual awaitable<ApiResult<Created>> create_workspace(const CreateRequest& request) = 0;
  /// Sets one thing of a workspace.
  [[nodiscard]] virtual awaitable<ApiResult<Kept>> set(const WorkspaceId& id, const Setting& setting) = 0;
  /// Queues a build with the last build's version. `conflict` if one is active. Not repeated inside, as
  /// create.
  [[nodiscard]] virtual awaitable<ApiResult<Queued>> queue_build(const WorkspaceId& id,
                                                                 Transition transition) = 0;
};

// Coder with the tokens of workspaces' owners. Again two types: whoever was given the readers alone cannot
// change anything with any token.

/// For what Coder shows to a workspace's owner alone.
class OwnersReader {
 public:
  virtual ~OwnersReader() = default;
  /// Null where no token of this user (a username) is at hand. Good until the next call.
  [[nodiscard]] virtual CoderReader* reader_of(const std::string& username) = 0;
  /// Why there is none, for people; empty: there is.
  [[nodiscard]] virtual std::string problem_of(const std::string& username) = 0;
};

/// For what Coder takes from a workspace's owner alone.
class OwnersWriter {
 public:
  virtual ~OwnersWriter() = default;
  /// As OwnersReader::reader_of.
  [[nodiscard]] virtual CoderWriter* writer_of(const std::string& username) = 0;
};

class AuditReader;
class DirectoryReader;

/// All that Coder is read by. `owners` null: no directory of their tokens was given. `audit` null: the audit
/// log is not followed. `people` null: nobody can be asked whom sets have workspaces for.
struct Readers {
  CoderReader& all;
  OwnersReader* owners = nullptr;
  AuditReader* audit = nullptr;
  DirectoryReader* people = nullptr;
};
/// All that Coder is changed by; likewise. `all` null: nothing is changed.
struct Writers {
  CoderWriter* all = nullptr;
  OwnersWriter* owners = nullptr;
};

}  // namespace cr::coder
