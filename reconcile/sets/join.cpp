#include "reconcile/sets/join.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace cr::reconcile::sets {
namespace {

struct Claim {
  const Declared::Workspace* of;
  std::size_t set;
  [[nodiscard]] const specs::WorkspaceSpec& spec() const { return *of->spec; }
};

bool before(const specs::SpecPtr& a, const specs::SpecPtr& b) {
  return specs::compare_identities(*a, *b) < 0;
}

class Joining {
 public:
  Joining(const specs::DesiredState& documents, std::span<const Declared> sets, const JoinContext& context)
      : documents_(documents), sets_(sets), context_(context) {
    joined_.elsewhere = documents.elsewhere;
    joined_.elsewhere.insert(joined_.elsewhere.end(), context.of_left_out.begin(), context.of_left_out.end());
    doubtful_ = joined_.elsewhere;
    joined_.sets.resize(sets.size());
    const auto by_name = [&](const specs::Identity& by_id) -> std::optional<specs::Identity> {
      const auto found = context.usernames.find(by_id.owner);
      if (found == context.usernames.end()) return std::nullopt;
      return specs::Identity{found->second, by_id.name};
    };
    for (const specs::SpecPtr& spec : documents.specs) {
      if (!specs::is_uuid(spec->owner)) continue;
      specs::Identity identity = specs::identity_of(*spec);
      if (auto named = by_name(identity)) by_other_name_.emplace(std::move(*named), spec.get());
      by_other_name_.emplace(std::move(identity), spec.get());
    }
    for (const specs::Identity& one : documents.elsewhere) {
      if (auto named = by_name(one)) doubtful_.push_back(std::move(*named));
    }
    std::ranges::sort(doubtful_);
  }

  Joined result() {
    std::vector<Claim> claims = all_claims();
    std::vector<specs::SpecPtr> theirs;
    theirs.reserve(claims.size());
    for (auto first = claims.begin(); first != claims.end();) {
      const auto last = std::find_if(first + 1, claims.end(), [&](const Claim& one) {
        return specs::compare_identities(one.spec(), first->spec()) != 0;
      });
      if (is_theirs({first, last})) theirs.push_back(first->of->spec);
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
      for (const Declared::Workspace& one : sets_[set].workspaces) claims.push_back({&one, set});
    }
    const auto in_order = [](const Claim& a, const Claim& b) {
      const auto order = specs::compare_identities(a.spec(), b.spec());
      return order != 0 ? order < 0 : std::pair(a.of->is_left, a.set) < std::pair(b.of->is_left, b.set);
    };
    if (!std::ranges::is_sorted(claims, in_order)) std::ranges::sort(claims, in_order);
    return claims;
  }

  /// Whether the workspace that all of these claim is that of the first one's set.
  bool is_theirs(std::span<const Claim> claims) {
    const specs::WorkspaceSpec* document = document_of(claims);
    if (!document && is_doubtful(claims)) {
      joined_.not_theirs.push_back(specs::identity_of(claims.front().spec()));
      return false;
    }
    // Whoever wants it awake comes before those whom its owner has left: that is what the order is for.
    const auto left = std::ranges::find_if(claims, [](const Claim& one) { return one.of->is_left; });
    const std::span<const Claim> wanting(claims.begin(), left);
    const bool is_wanted = document || !wanting.empty();
    for (const Claim& one : claims.subspan(is_wanted ? wanting.size() : 1))
      joined_.sets[one.set].taken_over.push_back(one.of->spec);
    if (document) {
      for (const Claim& one : wanting) joined_.sets[one.set].replaced.push_back({document, one.of->spec});
    }
    if (!document && (wanting.empty() || is_one_sets(wanting))) return true;
    joined_.not_theirs.push_back(specs::identity_of(claims.front().spec()));
    return false;
  }

  /// The claims are for one workspace; that of which the owner's id is known may be found by it.
  const specs::WorkspaceSpec* document_of(std::span<const Claim> claims) {
    const specs::SpecPtr& claimed = claims.front().of->spec;
    // Both are sorted, so one walk finds all.
    while (next_ < documents_.specs.size() && before(documents_.specs[next_], claimed)) ++next_;
    if (next_ < documents_.specs.size() && !before(claimed, documents_.specs[next_]))
      return documents_.specs[next_].get();
    if (by_other_name_.empty()) return nullptr;
    for (const specs::Identity& one : names_of(claims)) {
      const auto found = by_other_name_.find(one);
      if (found != by_other_name_.end()) return found->second;
    }
    return nullptr;
  }

  /// A document that is invalid may be about it, for all that can be told.
  [[nodiscard]] bool is_doubtful(std::span<const Claim> claims) const {
    if (doubtful_.empty() && documents_.unknown_documents == 0) return false;
    const std::vector<specs::Identity> names = names_of(claims);
    const auto among = [&](std::span<const specs::Identity> list) {
      return std::ranges::any_of(
          names, [&](const specs::Identity& one) { return std::ranges::binary_search(list, one); });
    };
    return among(doubtful_) || (documents_.unknown_documents > 0 && among(context_.not_theirs));
  }

  /// What one workspace can be called: its owner by name, and by UUID.
  static std::vector<specs::Identity> names_of(std::span<const Claim> claims) {
    std::vector<specs::Identity> names;
    names.push_back(specs::identity_of(claims.front().spec()));
    const auto known = std::ranges::find_if(claims, [](const Claim& one) { return !one.of->owner.is_nil(); });
    if (known != claims.end()) names.push_back({known->of->owner.to_string(), names.front().name});
    return names;
  }

  bool is_one_sets(std::span<const Claim> claims) {
    std::set<std::size_t> sets;
    for (const Claim& one : claims) sets.insert(one.set);
    if (sets.size() == 1) return true;
    joined_.elsewhere.push_back(specs::identity_of(claims.front().spec()));
    for (const std::size_t one : sets) {
      for (const std::size_t other : sets) {
        if (one == other) continue;
        Clash& clash = clashes_[{one, other}];
        if (clash.count++ == 0) clash.first = &claims.front().spec();
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
  const JoinContext& context_;
  std::vector<specs::Identity> doubtful_;  ///< what documents that were left out are about, by either name
  /// Documents that give the owner's UUID: by it, and by the name where that is known.
  std::map<specs::Identity, const specs::WorkspaceSpec*> by_other_name_;
  std::size_t next_ = 0;
  std::map<std::pair<std::size_t, std::size_t>, Clash> clashes_;
  Joined joined_;
};

}  // namespace

Joined join(const specs::DesiredState& documents, std::span<const Declared> sets,
            const JoinContext& context) {
  return Joining(documents, sets, context).result();
}

}  // namespace cr::reconcile::sets
