#include "reconcile/sets/join.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "specs/text/ascii.h"

namespace cr::reconcile::sets {
namespace {

struct Claim {
  const specs::SpecPtr* workspace;
  std::size_t set;
  UserId id;
};

bool before(const specs::SpecPtr& a, const specs::SpecPtr& b) {
  return specs::compare_identities(*a, *b) < 0;
}

class Joining {
 public:
  Joining(const specs::DesiredState& documents, std::span<const Declared> sets,
          std::span<const specs::Identity> before)
      : documents_(documents), sets_(sets), before_(before) {
    joined_.elsewhere = documents.elsewhere;
    joined_.sets.resize(sets.size());
    for (const specs::SpecPtr& spec : documents.specs) {
      if (specs::is_uuid(spec->owner)) by_id_.emplace(specs::identity_of(*spec), spec.get());
    }
  }

  Joined result() {
    std::vector<Claim> claims = all_claims();
    std::vector<specs::SpecPtr> theirs;
    theirs.reserve(claims.size());
    for (auto first = claims.begin(); first != claims.end();) {
      const auto last = std::find_if(first + 1, claims.end(), [&](const Claim& one) {
        return specs::compare_identities(**one.workspace, **first->workspace) != 0;
      });
      if (is_theirs({first, last})) theirs.push_back(*first->workspace);
      first = last;
    }
    tell_conflicts();
    joined_.specs.reserve(documents_.specs.size() + theirs.size());
    std::ranges::merge(documents_.specs, theirs, std::back_inserter(joined_.specs), sets::before);
    std::ranges::sort(joined_.elsewhere);
    std::ranges::sort(joined_.not_theirs);
    return std::move(joined_);
  }

 private:
  [[nodiscard]] std::vector<Claim> all_claims() const {
    std::size_t count = 0;
    for (const Declared& one : sets_) count += one.workspaces.size();
    std::vector<Claim> claims;
    claims.reserve(count);
    for (std::size_t set = 0; set < sets_.size(); ++set) {
      for (std::size_t i = 0; i < sets_[set].workspaces.size(); ++i)
        claims.push_back({&sets_[set].workspaces[i], set, sets_[set].ids[i]});
    }
    const auto in_order = [](const Claim& a, const Claim& b) {
      const auto order = specs::compare_identities(**a.workspace, **b.workspace);
      return order != 0 ? order < 0 : a.set < b.set;
    };
    if (!std::ranges::is_sorted(claims, in_order)) std::ranges::sort(claims, in_order);
    return claims;
  }

  /// Whether the workspace that all of these claim is a set's.
  bool is_theirs(std::span<const Claim> claims) {
    const specs::WorkspaceSpec* document = document_of(claims.front());
    if (!document && !is_doubtful(claims.front()) && is_one_sets(claims)) return true;
    joined_.not_theirs.push_back(specs::identity_of(**claims.front().workspace));
    if (document) {
      for (const Claim& one : claims) {
        JoinedSet& set = joined_.sets[one.set];
        if (set.replaced++ == 0) set.replaced_by = document->where;
      }
    }
    return false;
  }

  const specs::WorkspaceSpec* document_of(const Claim& claim) {
    // Both are sorted, so one walk finds all.
    while (next_ < documents_.specs.size() && before(documents_.specs[next_], *claim.workspace)) ++next_;
    if (next_ < documents_.specs.size() && !before(*claim.workspace, documents_.specs[next_]))
      return documents_.specs[next_].get();
    if (by_id_.empty() || claim.id.is_nil()) return nullptr;
    const auto found = by_id_.find({claim.id.to_string(), text::lower((*claim.workspace)->name)});
    return found == by_id_.end() ? nullptr : found->second;
  }

  /// A document that is invalid may be about it, for all that can be told.
  [[nodiscard]] bool is_doubtful(const Claim& claim) const {
    if (documents_.elsewhere.empty() && documents_.unknown_documents == 0) return false;
    const specs::Identity identity = specs::identity_of(**claim.workspace);
    if (std::ranges::binary_search(documents_.elsewhere, identity)) return true;
    if (!claim.id.is_nil() && std::ranges::binary_search(
                                  documents_.elsewhere, specs::Identity{claim.id.to_string(), identity.name}))
      return true;
    return documents_.unknown_documents > 0 && std::ranges::binary_search(before_, identity);
  }

  bool is_one_sets(std::span<const Claim> claims) {
    std::set<std::size_t> sets;
    for (const Claim& one : claims) sets.insert(one.set);
    if (sets.size() == 1) return true;
    joined_.elsewhere.push_back(specs::identity_of(**claims.front().workspace));
    for (const std::size_t one : sets) {
      for (const std::size_t other : sets) {
        if (one == other) continue;
        Clash& clash = clashes_[{one, other}];
        if (clash.count++ == 0) clash.first = claims.front().workspace->get();
      }
    }
    return false;
  }

  void tell_conflicts() {
    for (const auto& [between, clash] : clashes_) {
      const specs::WorkspaceSet& one = *sets_[between.first].set;
      const specs::WorkspaceSet& other = *sets_[between.second].set;
      specs::Diagnostic diagnostic;
      diagnostic.kind = specs::DiagnosticKind::duplicate;
      diagnostic.where = one.where;
      diagnostic.document = one.where.line;
      diagnostic.document_column = one.where.column;
      diagnostic.field = "spec.template.metadata.name";
      diagnostic.message = fmt::format("workspace {}", specs::identity_of(*clash.first).to_string());
      if (clash.count > 1) diagnostic.message += fmt::format(" and {} more", clash.count - 1);
      diagnostic.message += fmt::format(" {} also declared by set {} at {}", clash.count > 1 ? "are" : "is",
                                        other.name, other.where.to_string());
      diagnostic.remedy =
          "neither set has them; give one of the two templates another name, or leave these "
          "owners out by spec.owners.except";
      joined_.sets[between.first].conflicts.push_back(std::move(diagnostic));
    }
  }

  struct Clash {
    const specs::WorkspaceSpec* first = nullptr;
    std::size_t count = 0;
  };

  const specs::DesiredState& documents_;
  std::span<const Declared> sets_;
  std::span<const specs::Identity> before_;
  /// Documents that give the owner's UUID.
  std::map<specs::Identity, const specs::WorkspaceSpec*> by_id_;
  std::size_t next_ = 0;
  std::map<std::pair<std::size_t, std::size_t>, Clash> clashes_;
  Joined joined_;
};

}  // namespace

Joined join(const specs::DesiredState& documents, std::span<const Declared> sets,
            std::span<const specs::Identity> before) {
  return Joining(documents, sets, before).result();
}

}  // namespace cr::reconcile::sets
