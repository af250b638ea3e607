#include "specs/defaults/effective_defaults.h"

#include <algorithm>

#include "specs/field_table.h"

namespace cr::specs {
namespace {

std::size_t row_of(std::span<const Field> table, FieldId id) {
  return static_cast<std::size_t>(std::ranges::find(table, id, &Field::id) - table.begin());
}

/// Whether somebody of a nearer rank has named it.
bool is_decided(const Giver& giver, const DefaultsRank& rank) {
  return giver.from &&
         std::ranges::none_of(rank, [&](const DefaultsPtr& one) { return one.get() == giver.from; });
}

void claim(Giver& giver, const WorkspaceDefaults& by, const DefaultsRank& rank) {
  if (is_decided(giver, rank)) return;
  if (!giver.from) {
    giver.from = &by;
  } else if (!giver.rival && giver.from != &by) {
    giver.rival = &by;
  }
}

/// One key of a mapping: unless a nearer rank has said that there is none of it all.
void claim_key(std::vector<KeyGiver>& keys, std::string_view key, const Giver& whole,
               const WorkspaceDefaults& by, const DefaultsRank& rank) {
  if (is_decided(whole, rank)) return;
  auto found = std::ranges::lower_bound(keys, key, {}, &KeyGiver::key);
  if (found == keys.end() || found->key != key) found = keys.insert(found, {key, {}});
  claim(found->giver, by, rank);
}

/// A mapping that is null in one document of the rank, and not in another.
void mark_rivals(std::vector<KeyGiver>& keys, const Giver& whole, const DefaultsRank& rank) {
  if (!whole.from || is_decided(whole, rank)) return;
  for (KeyGiver& one : keys) {
    if (!is_decided(one.giver, rank) && !one.giver.rival && one.giver.from != whole.from)
      one.giver.rival = whole.from;
  }
}

void add_rank(EffectiveDefaults& effective, const DefaultsRank& rank, const StringPairs& labels) {
  static const std::size_t kParameters = row_of(spec_fields(), FieldId::parameters);
  static const std::size_t kPolicy = row_of(spec_fields(), FieldId::policy);
  static const std::size_t kModes = row_of(policy_fields(), FieldId::modes);
  for (const DefaultsPtr& one : rank) {
    const WorkspaceDefaults& defaults = *one;
    if (!defaults.selector.selects(labels)) continue;
    effective.selected.push_back(&defaults);
    if (!defaults.legible && !effective.illegible) effective.illegible = &defaults;
    for (std::size_t row = 0; row < spec_fields().size(); ++row) {
      if (defaults.named.field(row)) claim(effective.fields[row], defaults, rank);
    }
    const bool has_policy = !is_decided(effective.fields[kPolicy], rank);
    for (std::size_t row = 0; row < policy_fields().size(); ++row) {
      if (has_policy && defaults.named.policy_key(row)) claim(effective.policy[row], defaults, rank);
    }
    for (const auto& [key, value] : defaults.values.parameters)
      claim_key(effective.parameters, key, effective.fields[kParameters], defaults, rank);
    for (const std::string& key : defaults.named.cleared_parameters)
      claim_key(effective.parameters, key, effective.fields[kParameters], defaults, rank);
    if (!has_policy) continue;
    for (const NamedMode& mode : defaults.named.modes)
      claim_key(effective.modes, mode.key, effective.policy[kModes], defaults, rank);
  }
  mark_rivals(effective.parameters, effective.fields[kParameters], rank);
  mark_rivals(effective.modes, effective.policy[kModes], rank);
}

}  // namespace

EffectiveDefaults effective_defaults(const DefaultsChain& chain, const StringPairs& labels) {
  EffectiveDefaults effective;
  for (const DefaultsRank& rank : chain) add_rank(effective, rank, labels);
  return effective;
}

}  // namespace cr::specs
