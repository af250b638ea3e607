#include "reconcile/sets/status.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace cr::reconcile::sets {
namespace {

std::string owners(std::size_t count) {
  return fmt::format("{} {}", count, count == 1 ? "owner" : "owners");
}

struct Verdict {
  Reason reason = Reason::Resolved;
  std::string message{};
};

Verdict judge(const Membership& set, const JoinedSet& joined) {
  if (const auto& problem = set.problem()) {
    const std::size_t kept = set.members().size();
    return {problem->reason,
            problem->message + (kept > 0 ? fmt::format("; the {} known before stay as they are", owners(kept))
                                         : "; nobody is known to be an owner, so nothing is declared")};
  }
  if (set.held() > 0) return {Reason::Held, set.why_held()};
  if (!joined.conflicts.empty())
    return {Reason::Conflict, joined.conflicts.front().message + "; " + joined.conflicts.front().remedy};
  if (!set.diagnostics().empty()) {
    const specs::Diagnostic& first = set.diagnostics().front();
    return {Reason::Invalid, fmt::format("{} cannot have the workspace: {} ({})",
                                         owners(set.diagnostics().size()), first.message, first.remedy)};
  }
  if (set.members().empty())
    return {Reason::NoOwners, "nobody is an owner, so it declares nothing; look at spec.owners"};
  if (joined.replaced > 0)
    return {Reason::Resolved,
            fmt::format("{} of its workspaces {} declared by a document of {} own, which counts (at {})",
                        joined.replaced, joined.replaced == 1 ? "is" : "are",
                        joined.replaced == 1 ? "its" : "their", joined.replaced_by.to_string())};
  return {};
}

}  // namespace

SetStatus status_of(const Membership& membership, const JoinedSet& joined) {
  SetStatus status;
  Verdict verdict = judge(membership, joined);
  status.name = membership.set()->name;
  status.on_leave = membership.set()->on_leave;
  status.where = membership.set()->where;
  status.reason = verdict.reason;
  status.message = std::move(verdict.message);
  status.members = membership.members().size();
  status.left = membership.leavers().size();
  status.unread = membership.problem() ? status.members : 0;
  status.held = membership.held();
  status.digest = membership.digest();
  status.replaced = joined.replaced;
  status.diagnostics = membership.diagnostics();
  status.diagnostics.insert(status.diagnostics.end(), joined.conflicts.begin(), joined.conflicts.end());
  if (const auto& problem = membership.problem()) status.error = problem->error;
  return status;
}

}  // namespace cr::reconcile::sets
