#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reconcile/coder/types.h"
#include "reconcile/model/live_workspace.h"
#include "specs/write/new_document.h"

/// Live workspaces as specs. Pure.
namespace cr::daemon {

/// All that an export has read.
struct FleetFacts {
  std::vector<coder::LiveWorkspace> rows;                   ///< whole
  std::map<coder::BuildId, specs::StringPairs> parameters;  ///< of each latest build
  /// Of each version in use, as far as Coder tells them.
  std::map<coder::VersionId, std::vector<coder::RichParameter>> versions;
  /// Builds of which Coder would not tell what their values make of the parameters.
  std::set<coder::BuildId> untold;
  std::map<coder::OrganizationId, std::string> organizations;  ///< those that the token may read
};

/// Why there is no spec of a workspace.
enum class NotExported : std::uint8_t {
  prebuild,
  task,     ///< belongs to an AI task
  no_name,  ///< its name is none that a spec may have
  being_deleted,
};
[[nodiscard]] std::optional<NotExported> why_not_exported(const coder::LiveWorkspace& row);

// What a spec says of it: names where a spec may have them, else ids.
[[nodiscard]] std::string owner_of(const coder::LiveWorkspace& row);
[[nodiscard]] std::string template_of(const coder::LiveWorkspace& row);
[[nodiscard]] std::string organization_of(const coder::LiveWorkspace& row, const FleetFacts& facts);

/// A field's live value; or why a spec cannot say it.
struct LiveValue {
  std::optional<specs::FieldValue> value;
  std::string why;  ///< for people: "it has 30000 ms, less than the minute that a spec can say"
};
/// Of a key of specs::spec_fields(); nothing for those that no row tells.
[[nodiscard]] std::optional<LiveValue> value_of(std::string_view key, const coder::LiveWorkspace& row);

/// One parameter of its latest build.
struct LiveParameter {
  std::string name;
  std::optional<std::string> value;  ///< absent: it is not to be written
  std::string why;                   ///< likewise, for people
};
/// By name. No value is given of what is ephemeral, of what may be a secret (by its name, its value, or since
/// forms mask it), of what Coder does not list for the workspace, so that nobody can tell, and of what no
/// spec can say.
[[nodiscard]] std::vector<LiveParameter> parameters_of(const coder::LiveWorkspace& row,
                                                       const FleetFacts& facts);

enum class Policy : std::uint8_t { report_only, managed };
/// The spec of a workspace that why_not_exported() lets pass, as it is now.
///
/// Schedule, TTL and automatic updates are always said, `null` where there is none: what the spec does not
/// name would be unmanaged, and defaults would fill it in. Dormancy is said where it is. The version is not
/// pinned; favorites are their owners' own.
[[nodiscard]] specs::NewDocument document_of(const coder::LiveWorkspace& row, const FleetFacts& facts,
                                             Policy policy);

}  // namespace cr::daemon
