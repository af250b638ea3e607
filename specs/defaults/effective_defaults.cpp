#include "specs/defaults/effective_defaults.h"

#include <algorithm>
#include <map>

#include "specs/field_table.h"

namespace cr::specs {
namespace {

/// Of one rank after the other, nearest first.
class Claims {
 public:
  explicit Claims(EffectiveDefaults& effective) : effective_(effective) {}

  void add_rank(const DefaultsRank& rank, std::size_t number, const StringPairs& labels) {
    rank_ = number;
    for (const DefaultsPtr& one : rank)
      if (one->selector.selects(labels)) add(*one);
    mark_rivals(parameters_, whole_parameters_);
    mark_rivals(modes_, whole_modes_);
  }

  void finish() {
    effective_.parameters.reserve(parameters_.size());
    for (const auto& [key, giver] : parameters_) effective_.parameters.push_back({key, giver});
    effective_.modes.reserve(modes_.size());
    for (const auto& [key, giver] : modes_) effective_.modes.push_back({key, giver});
  }

 private:
  using Keys = std::map<std::string_view, Giver>;

  void add(const WorkspaceDefaults& defaults) {
    effective_.selected.push_back(&defaults);
    if (!defaults.is_legible() && !effective_.illegible) effective_.illegible = &defaults;
    for (std::size_t row = 0; row < spec_fields().size(); ++row) {
      if (defaults.named.field(row)) claim(effective_.fields[row], defaults);
    }
    for (const auto& [key, value] : defaults.values.body->parameters)
      claim_key(parameters_, key, whole_parameters_, defaults);
    for (const std::string& key : defaults.named.cleared_parameters)
      claim_key(parameters_, key, whole_parameters_, defaults);
    if (is_decided(whole_policy_)) return;
    for (std::size_t row = 0; row < policy_fields().size(); ++row) {
      if (!defaults.named.policy_key(row)) continue;
      Giver& giver = effective_.policy[row];
      // That two say there is no policy at all is no clash; of modes it is told who said so.
      const bool both_none =
          giver.from && giver.from->named.field(policy_row_) && defaults.named.field(policy_row_);
      if (!both_none || row == modes_row_) claim(giver, defaults);
    }
    for (const NamedMode& mode : defaults.named.modes) claim_key(modes_, mode.key, whole_modes_, defaults);
  }

  /// Whether somebody of a nearer rank has named it.
  [[nodiscard]] bool is_decided(const Giver& giver) const { return giver.from && giver.rank != rank_; }

  void claim(Giver& giver, const WorkspaceDefaults& by) const {
    if (is_decided(giver)) return;
    if (!giver.from) {
      giver.from = &by;
      giver.rank = rank_;
    } else if (!giver.rival && giver.from != &by) {
      giver.rival = &by;
    }
  }

  /// One key of a mapping: unless a nearer rank has said that there is none of it all.
  void claim_key(Keys& keys, std::string_view key, const Giver& whole, const WorkspaceDefaults& by) const {
    if (!is_decided(whole)) claim(keys[key], by);
  }

  /// A mapping that is null in one document of the rank, and not in another.
  void mark_rivals(Keys& keys, const Giver& whole) const {
    if (!whole.from || is_decided(whole)) return;
    for (auto& [key, giver] : keys) {
      if (!is_decided(giver) && !giver.rival && giver.from != whole.from) giver.rival = whole.from;
    }
  }

  EffectiveDefaults& effective_;
  const std::size_t policy_row_ = row_of(spec_fields(), "reconcilePolicy");
  const std::size_t modes_row_ = row_of(policy_fields(), "fields");
  const Giver& whole_parameters_ = effective_.fields[row_of(spec_fields(), "parameters")];
  const Giver& whole_policy_ = effective_.fields[policy_row_];
  const Giver& whole_modes_ = effective_.policy[modes_row_];
  std::size_t rank_ = 0;
  Keys parameters_;
  Keys modes_;
};

}  // namespace

EffectiveDefaults effective_defaults(const DefaultsChain& chain, const StringPairs& labels) {
  EffectiveDefaults effective;
  Claims claims(effective);
  for (std::size_t i = 0; i < chain.size(); ++i) claims.add_rank(chain[i], i, labels);
  claims.finish();
  return effective;
}

}  // namespace cr::specs
