#pragma once

#include <cstdint>
#include <string_view>

#include "reconcile/fields/field.h"
#include "reconcile/memory/facts.h"
#include "reconcile/model/live_workspace.h"
#include "specs/workspace_spec.h"

namespace cr::reconcile {

/// 64 bits that change when what is declared changes; where it stands in its file does not matter.
[[nodiscard]] std::uint64_t spec_fingerprint(const specs::WorkspaceSpec& spec);
/// Whether both declare the same, so that their fingerprints are equal too; costs little where they hold the
/// same objects. Unlike specs::says_the_same() it counts how a schedule is spelled, since that is what is
/// sent, and not which set a workspace is of.
[[nodiscard]] bool declare_the_same(const specs::WorkspaceSpec& a, const specs::WorkspaceSpec& b);
/// 64 bits that change when what we compare or wait for changes. Null: absent.
[[nodiscard]] std::uint64_t live_fingerprint(const LiveWorkspace* live);
/// Of the declared value of one field alone.
[[nodiscard]] std::uint64_t wish_fingerprint(const specs::WorkspaceSpec& spec, Field field);

/// Of a field's live value as people read it.
[[nodiscard]] std::uint64_t value_fingerprint(std::string_view live);

/// Spec and live state under which something failed.
struct Fingerprints {
  std::uint64_t spec = 0;
  std::uint64_t live = 0;
  bool operator==(const Fingerprints&) const = default;
};
[[nodiscard]] Fingerprints fingerprints_of(const WorkspaceFacts& read);

}  // namespace cr::reconcile
