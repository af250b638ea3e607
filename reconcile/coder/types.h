#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reconcile/model/ids.h"
#include "reconcile/model/live_workspace.h"

namespace cr::coder {

using namespace cr::reconcile;  // NOLINT: the ids and live types are the vocabulary of this interface

enum class UserStatus : std::uint8_t { active, suspended, dormant, unknown };

struct User {
  UserId id;
  std::string username;
  UserStatus status = UserStatus::unknown;
  bool operator==(const User&) const = default;
};

/// `users/me`: whose token it is.
struct Me {
  User user;
  std::vector<std::string> roles;  ///< names of site roles
  std::vector<OrganizationId> organizations;
  bool operator==(const Me&) const = default;
};

/// The token's own key (`users/me/keys/{id}`).
struct TokenFacts {
  std::optional<std::chrono::sys_seconds> expires_at;
  std::vector<std::string> scopes;  ///< empty on Coders before 2.27; "all" for an unscoped one
  bool operator==(const TokenFacts&) const = default;
};

struct BuildInfo {
  std::string version;           ///< "v2.35.1+abc1234"
  bool workspace_proxy = false;  ///< the URL is a workspace proxy, not the API: refuse to run
  std::string dashboard_url;     ///< of the primary; empty where it does not say
  bool operator==(const BuildInfo&) const = default;
};

struct Organization {
  OrganizationId id;
  std::string name;
  bool is_default = false;
  bool operator==(const Organization&) const = default;
};

struct Template {
  TemplateId id;
  OrganizationId organization_id;
  std::string name;
  std::string organization_name;
  VersionId active_version;
  bool deprecated = false;
  std::string deprecation_message;
  std::chrono::milliseconds default_ttl{0};  ///< 0: none
  bool allow_user_autostart = true;
  bool allow_user_autostop = true;
  bool require_active_version = false;
  std::chrono::milliseconds failure_ttl{0};  ///< after so long, what failed to start is stopped; 0: never
  std::chrono::milliseconds time_til_dormant{0};  ///< unused for so long, it becomes dormant; 0: never
  std::uint8_t autostart_days = 0x7F;             ///< bit 0 = Sunday; 0: never autostarts
  /// False: which parameters there are may depend on the values of others and on the owner, so the list that
  /// a version has from its import may lack some. Coder before 2.23 knows none such.
  bool classic_parameters = true;
  bool operator==(const Template&) const = default;
};

struct TemplateVersion {
  VersionId id;
  TemplateId template_id;
  std::string name;
  bool archived = false;
  bool operator==(const TemplateVersion&) const = default;
};

struct RichParameter {
  std::string name;
  bool required = false;
  bool ephemeral = false;
  /// Its template has forms hide what is typed. Told where the parameters are asked for anew, and not by the
  /// list of the version's import.
  bool masked = false;
  bool operator==(const RichParameter&) const = default;
};

/// Values for parameters that a template's author has put together under a name.
struct Preset {
  PresetId id;
  std::string name;
  std::vector<std::pair<std::string, std::string>> parameters;
  bool operator==(const Preset&) const = default;
};

/// The latest workspace of that name that is no more.
enum class Deleted : std::uint8_t {
  never,  ///< there was none, or there is one now
  by_somebody,
  by_coder,  ///< because nobody used it for too long
};
/// What a look at a name finds.
struct NameLook {
  std::optional<LiveWorkspace> live;
  Deleted deleted = Deleted::never;
  bool operator==(const NameLook&) const = default;
};

enum class Access : std::uint8_t { create, read, update };
/// One question of `authcheck`: may the token do this to a workspace of that owner in that organization?
struct AccessQuestion {
  Access action = Access::read;
  OrganizationId organization;
  UserId owner;
  auto operator<=>(const AccessQuestion&) const = default;
};

/// Rows of one list reply.
struct WorkspaceRows {
  std::vector<LiveWorkspace> rows;
  std::uint64_t count =
      0;  ///< all that match, whatever the page; also counts rows that are withheld from weak tokens
  bool operator==(const WorkspaceRows&) const = default;
};

/// The body of a create. What is empty or absent is not sent.
struct CreateRequest {
  UserId owner;
  std::string name;
  TemplateId template_id;  ///< used with its active version, unless `version` is set
  std::optional<VersionId> version;
  std::optional<PresetId> preset;  ///< its values go before `parameters`
  std::string autostart_schedule;
  std::optional<std::chrono::minutes> ttl;
  std::optional<bool> automatic_updates_always;
  std::vector<std::pair<std::string, std::string>> parameters;
  std::string made_for{};  ///< told by the audit log's user agent: "set payments-dev"; empty: nothing is
  bool operator==(const CreateRequest&) const = default;
};

}  // namespace cr::coder
