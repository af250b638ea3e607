#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reconcile/coder/types.h"
#include "reconcile/fields/field.h"
#include "reconcile/fields/managed_field.h"
#include "reconcile/model/condition.h"
#include "reconcile/model/live_workspace.h"
#include "specs/workspace_spec.h"

namespace cr::reconcile {

/// Why nothing may be done to a workspace, whatever has drifted.
struct Blocked {
  Reason reason = Reason::NotManageable;
  std::string message;
  bool operator==(const Blocked&) const = default;
};

/// One declared workspace against its live state.
struct WorkspaceDiff {
  /// In the order of managed_fields(), then what is informational; forbidden ones included.
  std::vector<Change> drift;
  FieldSet wanted{};      ///< drifted, and may be written
  FieldSet reported{};    ///< drifted, and the spec says that it is only shown
  FieldSet forbidden{};   ///< drifted, and the template's policy refuses the write
  FieldSet unreadable{};  ///< Coder reports a value that we do not know: no verdict and no write
  std::vector<RemarkNote> remarks;
  std::optional<Blocked> blocked;  ///< set: drift is not looked at and nothing is written
  std::string forbidden_message;   ///< if something is forbidden: which policy of which template
  bool operator==(const WorkspaceDiff&) const = default;

  /// Every declared field that can be written reads as declared.
  [[nodiscard]] bool in_sync() const;
  /// What differs in a field; null where it does not.
  [[nodiscard]] const Change* find(Field field) const;
};

/// Parameters of the latest build, where they have been looked up.
using BuildParameters = std::vector<std::pair<std::string, std::string>>;

/// What a diff needs beside spec and live state; each may be missing and then the fields that depend on it
/// are not judged (parameters), or taken to be allowed (policy).
struct DiffContext {
  const coder::Template* policy = nullptr;
  const BuildParameters* parameters = nullptr;
  std::optional<UserId> me{};
  bool just_created = false;  ///< by us in this cycle: what is given at creation is compared, too
  /// Written lately, and Coder's word for it is enough although reads may not show it yet.
  FieldSet taken{};
  FieldContext fields{};  ///< without the policy
};

/// Compares what the spec declares, and nothing else:
/// - schedules by meaning; a live one that cannot be parsed differs from every declared one;
/// - TTLs in whole minutes, as Coder keeps them;
/// - template by name without regard to case or by id, version by exact name or by id (informational);
/// - parameters that the spec names (informational).
/// A policy of the template matters only where a write would be needed. Pure.
[[nodiscard]] WorkspaceDiff diff(const specs::WorkspaceSpec& spec, const LiveWorkspace& live,
                                 const DiffContext& context);

/// The diff of a declared workspace that does not exist: `missing`, wanted if the spec allows the create.
[[nodiscard]] WorkspaceDiff diff_absent(const specs::WorkspaceSpec& spec);

}  // namespace cr::reconcile
