#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "reconcile/coder/types.h"
#include "reconcile/diff/drift.h"
#include "specs/desired_state.h"

namespace cr::reconcile {

using specs::Identity;

// One action is one API call. Each carries old and new value, so that showing it needs nothing else.

struct CreateWorkspace {
  Identity workspace;
  coder::CreateRequest request;
  std::string template_name;  ///< for people
  bool operator==(const CreateWorkspace&) const = default;
};

/// The first build of a workspace that we created has failed: queue it once more. Counts as a create.
struct RetryFirstBuild {
  Identity workspace;
  WorkspaceId id;
  std::uint32_t attempt = 1;  ///< 1 for the first retry
  bool operator==(const RetryFirstBuild&) const = default;
};

struct SetAutomaticUpdates {
  Identity workspace;
  WorkspaceId id;
  bool from_always = false;
  bool to_always = false;
  bool operator==(const SetAutomaticUpdates&) const = default;
};

struct SetAutostart {
  Identity workspace;
  WorkspaceId id;
  std::string from, to;  ///< schedule text; empty: none
  bool operator==(const SetAutostart&) const = default;
};

struct SetTtl {
  Identity workspace;
  WorkspaceId id;
  std::optional<std::chrono::milliseconds> from;
  std::optional<std::chrono::minutes> to;
  bool operator==(const SetTtl&) const = default;
};

/// Dormancy switches the autostop off and leaves a running workspace running: it is stopped first.
struct StopWorkspace {
  Identity workspace;
  WorkspaceId id;
  bool operator==(const StopWorkspace&) const = default;
};

struct SetDormant {
  Identity workspace;
  WorkspaceId id;
  bool to = false;
  bool operator==(const SetDormant&) const = default;
};

using Action = std::variant<CreateWorkspace, RetryFirstBuild, SetAutomaticUpdates, SetAutostart, SetTtl,
                            StopWorkspace, SetDormant>;

/// The closed set that metrics, JSON and logs name.
enum class ActionKind : std::uint8_t {
  create,
  stop,
  set_autostart,
  set_ttl,
  set_automatic_updates,
  set_dormant
};
inline constexpr ActionKind kActionKinds[] = {ActionKind::create,
                                              ActionKind::stop,
                                              ActionKind::set_autostart,
                                              ActionKind::set_ttl,
                                              ActionKind::set_automatic_updates,
                                              ActionKind::set_dormant};
[[nodiscard]] std::string_view to_string(ActionKind kind);
[[nodiscard]] ActionKind kind_of(const Action& action);
[[nodiscard]] const Identity& workspace_of(const Action& action);

/// The field that an action writes, and of which workspace.
struct FieldWrite {
  Field field;
  WorkspaceId id;
};
/// Nothing for what queues a build, creates included.
[[nodiscard]] std::optional<FieldWrite> field_write_of(const Action& action);

}  // namespace cr::reconcile
