#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/commit/rollout.h"
#include "tests/unit/daemon/reports.h"

/// Specs, in short, of which a rollout is told.
namespace cr::daemon {

using namespace std::chrono_literals;
using reconcile::CycleReport;
using reconcile::CycleResult;
using reconcile::Reason;
using specs::SpecPtr;
using SetReason = reconcile::sets::Reason;

/// "w1" → what its spec says; changing the text changes the spec.
using Documents = std::map<std::string, std::string>;
/// "w1" → how it stands; all others are in sync.
using Reasons = std::map<std::string, Reason>;

inline SpecPtr a_workspace(const std::string& name, const std::string& says, const std::string& set = "",
                           std::uint32_t line = 1) {
  auto spec = std::make_shared<specs::WorkspaceSpec>(*testing::a_spec("alice", name, {{"says", says}}));
  if (!set.empty()) spec->body.edit().set = set;
  spec->where.line = line;
  return spec;
}

inline specs::SetPtr a_set_spec(const std::string& name, const std::string& says) {
  auto set = std::make_shared<specs::WorkspaceSet>();
  set->name = name;
  set->workspace = *a_workspace("{owner}", says);
  return set;
}

inline std::shared_ptr<const specs::DesiredState> a_state(const std::string& revision,
                                                          const Documents& documents,
                                                          std::uint32_t line = 1) {
  std::vector<SpecPtr> specs;
  for (const auto& [name, says] : documents) specs.push_back(a_workspace(name, says, "", line));
  auto desired = std::make_shared<specs::DesiredState>(testing::a_desired_state(std::move(specs)));
  desired->revision = revision;
  return desired;
}

inline std::string shown(const std::optional<CommitStatus>& status) {
  if (!status) return "";
  const char* state = status->state == CommitState::pending   ? "pending"
                      : status->state == CommitState::success ? "success"
                                                              : "failure";
  return fmt::format("{} {}: {}", status->revision, state, status->text);
}

}  // namespace cr::daemon
