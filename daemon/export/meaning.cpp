#include "daemon/export/meaning.h"

#include <fmt/format.h>

#include <algorithm>

namespace cr::daemon {
namespace {

specs::WorkspaceSpec without_places(specs::WorkspaceSpec spec) {
  spec.where = {};
  spec.body.edit().defaulted = {};
  return spec;
}

std::string why_not_read(const Meant& meant, const specs::DesiredState& read) {
  const auto found = std::ranges::find_if(
      read.diagnostics, [&](const specs::Diagnostic& one) { return one.where.path() == meant.file; });
  if (found == read.diagnostics.end()) return fmt::format("{} does not declare it", meant.file);
  const std::string_view field = found->field;
  return fmt::format("{}{}{}", field, field.empty() ? "" : ": ", found->message);
}

}  // namespace

bool mean_the_same(const specs::WorkspaceSpec& a, const specs::WorkspaceSpec& b) {
  return without_places(a) == without_places(b);
}

std::vector<Deviation> deviations(std::span<const Meant> all, const specs::DesiredState& read,
                                  std::string_view own) {
  std::vector<Deviation> found;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const specs::SpecPtr* spec = specs::find_spec(read.specs, specs::identity_of(all[i].spec));
    if (spec && mean_the_same(**spec, all[i].spec)) continue;
    Deviation& deviation = found.emplace_back();
    deviation.meant = i;
    if (!spec) {
      deviation.why = why_not_read(all[i], read);
      continue;
    }
    for (const specs::DefaultedField& one : (*spec)->body->defaulted) {
      if (one.where.path() == own) continue;
      deviation.filled_in.push_back(one.field);
      if (deviation.why.empty()) deviation.why = fmt::format("{} comes from {}", one.field, one.shown);
    }
    if (deviation.why.empty()) deviation.why = "it would not be read as it is meant";
  }
  return found;
}

}  // namespace cr::daemon
