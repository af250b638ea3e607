#include "specs/file_contents.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "specs/decode/document_kind.h"
#include "specs/text/ascii.h"

namespace cr::specs {
namespace {

ParsedFile illegible(Diagnostic reason) {
  ParsedFile left_out;
  left_out.illegible = true;
  left_out.diagnostics.push_back(std::move(reason));
  return left_out;
}

Diagnostic emptied(const std::shared_ptr<const std::string>& file) {
  Diagnostic diagnostic;
  diagnostic.kind = DiagnosticKind::unreadable;
  diagnostic.where.file = file;
  diagnostic.message = "is empty, and held WorkspaceDefaults when it was read last";
  diagnostic.remedy = "write them again, or remove the file if they are no longer wanted";
  return diagnostic;
}

ParsedFile defaults_in(std::string_view text, const std::shared_ptr<const std::string>& file,
                       const ParseLimits& limits, SharedValues& values) {
  ParsedFile all = parse(text, file, limits, values);
  ParsedFile kept;
  std::set<std::uint32_t> holding;  // lines of documents
  for (const DefaultsPtr& one : all.defaults)
    if (!one->is_legible()) holding.insert(one->where.line);
  for (Diagnostic& diagnostic : all.diagnostics) {
    if (diagnostic.document == 0 || holding.contains(diagnostic.document))
      kept.diagnostics.push_back(std::move(diagnostic));
  }
  for (Rejected& one : all.rejected)
    if (holding.contains(one.where.line)) kept.rejected.push_back(std::move(one));
  kept.defaults = std::move(all.defaults);
  return kept;
}

/// Of a document with errors not even the name may be known: it may be a set that was there before.
void remember(CachedFile& file) {
  ParsedFile& parsed = file.parsed;
  if (!parsed.illegible) file.held_defaults = !parsed.defaults.empty();
  std::set<std::string> names(parsed.rejected_sets.begin(), parsed.rejected_sets.end());
  for (const ParsedSet& one : parsed.sets) names.insert(one.set->name);
  if (!parsed.diagnostics.empty()) {
    for (const std::string& name : file.held_sets)
      if (names.insert(name).second) parsed.rejected_sets.push_back(name);
  }
  file.held_sets.assign(names.begin(), names.end());
}

const SetPtr& set_of(const SetPtr& set) {
  return set;
}
const SetPtr& set_of(const ParsedSet& parsed) {
  return parsed.set;
}
SetPtr& set_of(SetPtr& set) {
  return set;
}
SetPtr& set_of(ParsedSet& parsed) {
  return parsed.set;
}

/// Both of one file and in order of appearance.
template <class Sets>
void keep_unchanged(const Sets& before, Sets& now) {
  const auto place = [](const auto& one) {
    const SourcePosition& where = set_of(one)->where;
    return std::tuple(where.line, where.column);
  };
  for (auto& one : now) {
    const auto same = std::ranges::lower_bound(before, place(one), {}, place);
    if (same != before.end() && *set_of(*same) == *set_of(one)) set_of(one) = set_of(*same);
  }
}

}  // namespace

void take_text(CachedFile& file, std::string_view text, Kept kept, const ParseLimits& limits,
               SharedValues& values) {
  if (file.held_defaults.value_or(false) && text::trim(text).empty())
    return take_failure(file, emptied(file.shown));
  ParsedFile parsed;
  if (kept == Kept::all) {
    parsed = parse(text, file.shown, limits, values);
  } else if (file.held_defaults.value_or(false) || speaks_of_defaults(text)) {
    parsed = defaults_in(text, file.shown, limits, values);
  }
  keep_unchanged(file.parsed.sets, parsed.sets);
  file.parsed = std::move(parsed);
  remember(file);
  file.chain.reset();
}

void take_failure(CachedFile& file, Diagnostic reason) {
  file.parsed = illegible(std::move(reason));
  remember(file);
  file.chain.reset();
}

LayeredFile relayered(const std::optional<LayeredFile>& before, LayeredFile now) {
  if (!before) return now;
  const auto same = [](const SpecPtr& a, const SpecPtr& b) { return *a == *b; };
  if (std::ranges::equal(before->specs, now.specs, same)) now.specs = before->specs;
  keep_unchanged(before->sets, now.sets);
  return now;
}

}  // namespace cr::specs
