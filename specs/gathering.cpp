#include "specs/gathering.h"

#include <utility>

namespace cr::specs {
namespace {

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

void Gathering::know(const ParsedFile& parsed) {
  for (const DefaultsPtr& defaults : parsed.defaults)
    if (defaults->is_legible()) uses_.try_emplace(defaults.get(), DefaultsUse{defaults});
}

void Gathering::add(const ParsedFile& parsed, const LayeredFile* layered) {
  append(declared_.specs, layered ? layered->specs : parsed.specs);
  append(declared_.rejected, parsed.rejected);
  append(declared_.rejected_sets, parsed.rejected_sets);
  for (const Diagnostic& diagnostic : parsed.diagnostics) add(diagnostic);
  if (!layered) return;
  append(declared_.sets, layered->sets);
  append(declared_.rejected, layered->rejected);
  append(declared_.rejected_sets, layered->rejected_sets);
  for (const Diagnostic& diagnostic : layered->diagnostics) add(diagnostic);
  for (const DefaultsUse& use : layered->uses) {
    const auto known = uses_.find(use.defaults.get());
    if (known == uses_.end()) continue;
    known->second.selected += use.selected;
    known->second.used += use.used;
  }
}

void Gathering::add(const Diagnostic& diagnostic) {
  std::vector<Diagnostic>& all = declared_.diagnostics;
  if (all.size() < max_full_diagnostics_) return all.push_back(diagnostic);
  const Diagnostic& last = all.back();
  const bool same_document =
      last.document == diagnostic.document && last.document_column == diagnostic.document_column;
  if (same_document && last.where.file == diagnostic.where.file) return;
  all.push_back(diagnostic);
  all.back().excerpt = {};
}

DesiredState Gathering::assembled() {
  declared_.defaults.reserve(uses_.size());
  for (const auto& [defaults, use] : uses_)
    declared_.defaults.push_back(
        {defaults->where, defaults->name, !defaults->selector.empty(), use.selected, use.used});
  return assemble(std::move(declared_));
}

}  // namespace cr::specs
