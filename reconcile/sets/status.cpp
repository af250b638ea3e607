#include "reconcile/sets/status.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace cr::reconcile::sets {
namespace {

std::string owners(std::size_t count) {
  return fmt::format("{} {}", count, count == 1 ? "owner" : "owners");
}

std::string first_of(const std::vector<std::string>& sentences) {
  return sentences.front() +
         (sentences.size() > 1 ? fmt::format("; and {} more like it", sentences.size() - 1) : std::string());
}

/// What a person should know of a set with which all is well.
std::string remarks(const Membership& set, const JoinedSet& joined) {
  std::vector<std::string> all;
  if (const std::size_t replaced = joined.replaced.size(); replaced > 0)
    all.push_back(
        fmt::format("{} of its workspaces {} declared by a document of {} own, which counts (at {})",
                    replaced, replaced == 1 ? "is" : "are", replaced == 1 ? "its" : "their",
                    joined.replaced.front().document->where.to_string()));
  if (!set.odd_exceptions().empty()) all.push_back(first_of(set.odd_exceptions()));
  all.insert(all.end(), set.former_remarks().begin(), set.former_remarks().end());
  return fmt::format("{}", fmt::join(all, "; "));
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
  if (!set.unknown_owners().empty()) return {Reason::UserNotFound, first_of(set.unknown_owners())};
  if (set.members().empty())
    return {Reason::NoOwners, "nobody is an owner, so it declares nothing; look at spec.owners"};
  return {Reason::Resolved, remarks(set, joined)};
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
  status.replaced = joined.replaced.size();
  status.diagnostics = membership.diagnostics();
  status.diagnostics.insert(status.diagnostics.end(), joined.conflicts.begin(), joined.conflicts.end());
  if (const auto& problem = membership.problem()) status.error = problem->error;
  return status;
}

}  // namespace cr::reconcile::sets
