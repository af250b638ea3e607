#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "reconcile/coder/types.h"
#include "reconcile/fields/field.h"
#include "specs/desired_state.h"

namespace cr::reconcile {

using specs::Identity;

// One action is one API call. Each carries old and new value, so that showing it needs nothing else.

struct CreateWorkspace {
  Identity workspace;
  coder::CreateRequest request;
  std::string template_name;      ///< for people
  std::vector<Change> sets = {};  ///< what the request sets of managed fields, in their order
  std::string preset = {};        ///< for people; empty: none
  specs::Recreate recreate = specs::Recreate::unless_expired;
  specs::Shared<specs::DefaultedFields> defaulted{};  ///< where its values are from, if not from its document
  bool operator==(const CreateWorkspace&) const = default;
};

/// The first build of a workspace that we created has failed: queue it once more. Counts as a create.
struct RetryFirstBuild {
  Identity workspace;
  WorkspaceId id;
  std::uint32_t attempt = 1;  ///< 1 for the first retry
  bool operator==(const RetryFirstBuild&) const = default;
};

/// What must have stopped before a field may be written is stopped first.
struct StopWorkspace {
  Identity workspace;
  WorkspaceId id;
  bool operator==(const StopWorkspace&) const = default;
};

/// Writes one managed field.
struct WriteField {
  Identity workspace;
  WorkspaceId id;
  Change change;
  bool operator==(const WriteField&) const = default;
};

/// Whether a workspace that was deleted so is created anew.
[[nodiscard]] bool is_recreated(specs::Recreate recreate, coder::Deleted deleted);

using Action = std::variant<CreateWorkspace, RetryFirstBuild, StopWorkspace, WriteField>;

/// What metrics, JSON and logs count an action as: creating, stopping, or writing one of managed_fields().
class ActionKind {
 public:
  static const ActionKind create;
  static const ActionKind stop;
  constexpr ActionKind() = default;
  /// Writing this managed field.
  constexpr explicit ActionKind(Field field) : place_(field.place()) {}
  [[nodiscard]] constexpr bool is_write() const { return place_ >= Field::kFirstManaged; }
  /// Of a write.
  [[nodiscard]] constexpr Field field() const { return Field(place_); }
  /// Its place in all_action_kinds().
  [[nodiscard]] constexpr std::size_t index() const {
    return is_write() ? std::size_t{place_} - Field::kFirstManaged + 2 : place_;
  }
  constexpr auto operator<=>(const ActionKind&) const = default;

 private:
  struct OfAll {};
  constexpr ActionKind(OfAll, std::uint8_t place) : place_(place) {}
  std::uint8_t place_ = 0;
};
inline constexpr ActionKind ActionKind::create{OfAll{}, 0};
inline constexpr ActionKind ActionKind::stop{OfAll{}, 1};

/// All that there are, in order.
[[nodiscard]] std::vector<ActionKind> all_action_kinds();
/// "create", "stop", "set_ttl", …
[[nodiscard]] std::string_view to_string(ActionKind kind);
[[nodiscard]] ActionKind kind_of(const Action& action);
[[nodiscard]] const Identity& workspace_of(const Action& action);
/// Null for what queues a build, creates included.
[[nodiscard]] inline const WriteField* field_write_of(const Action& action) {
  return std::get_if<WriteField>(&action);
}

}  // namespace cr::reconcile
