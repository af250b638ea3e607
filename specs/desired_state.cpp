#include "specs/desired_state.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "specs/name.h"

namespace cr::specs {
namespace {

struct Keyed {
  Identity identity;
  SpecPtr spec;
};

/// Total order, so that the result does not depend on the order of the input.
bool before(const Keyed& a, const Keyed& b) {
  if (const auto order = a.identity <=> b.identity; order != 0) return order < 0;
  const SourcePosition& left = a.spec->where;
  const SourcePosition& right = b.spec->where;
  return std::tuple(left.path(), left.line, left.column) < std::tuple(right.path(), right.line, right.column);
}

Diagnostic duplicate_of(const Keyed& one, const Keyed& other, std::size_t declarations) {
  Diagnostic diagnostic;
  diagnostic.kind = DiagnosticKind::duplicate;
  diagnostic.where = one.spec->where;
  diagnostic.document = one.spec->where.line;
  diagnostic.field = "metadata.name";
  diagnostic.message =
      "workspace " + one.identity.to_string() + " is declared again at " + other.spec->where.to_string();
  if (declarations > 2) diagnostic.message += ", " + std::to_string(declarations) + " times in all";
  diagnostic.remedy = "none of them is applied; keep one";
  return diagnostic;
}

auto place_of(const Diagnostic& d) {
  return std::tuple(d.where.path(), d.where.line, d.where.column, std::string_view(d.field),
                    std::string_view(d.message));
}

}  // namespace

Identity identity_of(const WorkspaceSpec& spec) {
  return {to_lower(spec.owner), to_lower(spec.name)};
}

DesiredState assemble(std::vector<SpecPtr> documents, std::vector<Diagnostic> diagnostics) {
  DesiredState state;
  std::set<std::pair<std::string_view, std::uint32_t>> left_out;
  for (const Diagnostic& diagnostic : diagnostics)
    left_out.emplace(diagnostic.where.path(), diagnostic.document);
  state.invalid_documents = left_out.size();
  state.diagnostics = std::move(diagnostics);

  std::vector<Keyed> keyed;
  keyed.reserve(documents.size());
  for (SpecPtr& spec : documents) {
    Identity identity = identity_of(*spec);
    keyed.push_back({std::move(identity), std::move(spec)});
  }
  // Sorted are pointers: moving an entry with its two names costs more than comparing it.
  std::vector<Keyed*> sorted;
  sorted.reserve(keyed.size());
  for (Keyed& one : keyed) sorted.push_back(&one);
  const auto before_it = [](const Keyed* a, const Keyed* b) { return before(*a, *b); };
  if (!std::is_sorted(sorted.begin(), sorted.end(), before_it))
    std::sort(sorted.begin(), sorted.end(), before_it);

  state.specs.reserve(sorted.size());
  for (auto first = sorted.begin(); first != sorted.end();) {
    const auto last = std::find_if(first + 1, sorted.end(),
                                   [&](const Keyed* k) { return k->identity != (*first)->identity; });
    const auto count = static_cast<std::size_t>(last - first);
    if (count == 1) {
      state.specs.push_back(std::move((*first)->spec));
    } else {
      state.duplicate_documents += count;
      for (auto one = first; one != last; ++one)
        state.diagnostics.push_back(duplicate_of(**one, one == first ? *first[1] : **first, count));
    }
    first = last;
  }
  std::stable_sort(state.diagnostics.begin(), state.diagnostics.end(),
                   [](const Diagnostic& a, const Diagnostic& b) { return place_of(a) < place_of(b); });
  return state;
}

}  // namespace cr::specs
