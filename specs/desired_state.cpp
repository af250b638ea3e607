#include "specs/desired_state.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "specs/name.h"
#include "specs/text/ascii.h"

namespace cr::specs {
namespace {

/// Total order, so that the result does not depend on the order of the input.
bool before(const SpecPtr& a, const SpecPtr& b) {
  if (const auto order = compare_identities(*a, *b); order != 0) return order < 0;
  const SourcePosition& left = a->where;
  const SourcePosition& right = b->where;
  return std::tuple(left.path(), left.line, left.column) < std::tuple(right.path(), right.line, right.column);
}

/// The first letters of an identity, in its order: equal ones tell nothing of the rest.
using SortKey = std::array<std::uint64_t, 3>;

SortKey sort_key(const WorkspaceSpec& spec) {
  SortKey key{};
  std::size_t at = 0;
  const auto add = [&](char c) {
    if (at == sizeof key) return;
    const std::size_t behind = 7 - at % 8;
    key[at / 8] |= std::uint64_t{static_cast<unsigned char>(c)} << (8 * behind);
    ++at;
  };
  for (const char c : *spec.owner) add(text::lower(c));
  add('\0');  // before every character of a name
  for (const char c : spec.name) add(text::lower(c));
  return key;
}

/// A comparison of two specs goes to five places in memory, and sorting a hundred thousand makes two million
/// of them: all but a few are told by keys that lie side by side.
void sort_by_identity(std::vector<SpecPtr>& documents) {
  if (std::ranges::is_sorted(documents, before)) return;
  struct Entry {
    SortKey key;
    SpecPtr spec;
  };
  std::vector<Entry> entries;
  entries.reserve(documents.size());
  for (SpecPtr& spec : documents) {
    const SortKey key = sort_key(*spec);
    entries.push_back({key, std::move(spec)});
  }
  std::ranges::sort(entries, [](const Entry& a, const Entry& b) {
    return a.key != b.key ? a.key < b.key : before(a.spec, b.spec);
  });
  std::ranges::transform(entries, documents.begin(), [](Entry& entry) { return std::move(entry.spec); });
}

Diagnostic duplicate_of(const WorkspaceSpec& one, const WorkspaceSpec& other, std::size_t declarations) {
  Diagnostic diagnostic;
  diagnostic.kind = DiagnosticKind::duplicate;
  diagnostic.where = one.where;
  diagnostic.document = one.where.line;
  diagnostic.document_column = one.where.column;
  diagnostic.field = "metadata.name";
  diagnostic.message =
      "workspace " + identity_of(one).to_string() + " is also declared at " + other.where.to_string();
  if (declarations > 2) diagnostic.message += " (" + std::to_string(declarations) + " declarations in total)";
  diagnostic.remedy = "none of them is applied; keep only one";
  return diagnostic;
}

/// Specs whose previous names are somebody's: declared by a spec of their own, or claimed by another spec
/// too, be these valid or not.
class PreviousNames {
 public:
  /// Both sorted. Each gets a diagnostic.
  PreviousNames(const std::vector<SpecPtr>& documents, const std::vector<Rejected>& rejected,
                std::vector<Diagnostic>& diagnostics) {
    std::map<Identity, std::vector<Claim>> claims;
    for (const SpecPtr& spec : documents) {
      for (const std::string& name : spec->body->previous_names)
        claims[{text::lower(spec->owner), text::lower(name)}].push_back({spec.get(), &spec->where});
    }
    if (claims.empty()) return;
    for (const Rejected& one : rejected) {
      for (const std::string& name : one.previous_names) {
        const auto claimed = claims.find({one.identity.owner, text::lower(name)});
        if (claimed != claims.end()) claimed->second.push_back({nullptr, &one.where});
      }
    }
    for (const auto& [identity, by] : claims) {
      const SourcePosition* declared = find(documents, rejected, identity);
      if (!declared && by.size() < 2) continue;
      for (const Claim& one : by) {
        if (!one.spec) continue;
        const Claim& other = by.size() > 1 && &one == &by.front() ? by[1] : by.front();
        const SourcePosition& place = declared ? *declared : *other.where;
        diagnostics.push_back(claimed_twice(*one.spec, identity, place, declared != nullptr));
        in_doubt_.insert(one.spec);
      }
    }
  }

  void move_from(std::vector<SpecPtr>& specs, std::vector<Identity>& elsewhere) const {
    if (in_doubt_.empty()) return;
    std::erase_if(specs, [&](const SpecPtr& spec) {
      const bool in_doubt = in_doubt_.contains(spec.get());
      if (in_doubt) elsewhere.push_back(identity_of(*spec));
      return in_doubt;
    });
  }

 private:
  struct Claim {
    const WorkspaceSpec* spec;  ///< null: of a document that is invalid anyway
    const SourcePosition* where;
  };

  static const SourcePosition* find(const std::vector<SpecPtr>& documents,
                                    const std::vector<Rejected>& rejected, const Identity& identity) {
    const auto found = std::ranges::lower_bound(documents, identity, {},
                                                [](const SpecPtr& spec) { return identity_of(*spec); });
    if (found != documents.end() && identity_of(**found) == identity) return &(*found)->where;
    const auto invalid = std::ranges::lower_bound(rejected, identity, {}, &Rejected::identity);
    return invalid != rejected.end() && invalid->identity == identity ? &invalid->where : nullptr;
  }

  static Diagnostic claimed_twice(const WorkspaceSpec& one, const Identity& identity,
                                  const SourcePosition& other, bool declared) {
    Diagnostic diagnostic;
    diagnostic.where = one.where;
    diagnostic.document = one.where.line;
    diagnostic.document_column = one.where.column;
    diagnostic.field = "metadata.previousNames";
    diagnostic.message = "previous name " + identity.to_string() +
                         (declared ? " is declared at " : " is also a previous name at ") + other.to_string();
    diagnostic.remedy = declared ? "remove it here, or remove that spec" : "keep it in one of them";
    return diagnostic;
  }

  std::set<const WorkspaceSpec*> in_doubt_;
};

/// File, line and column of a document.
using DocumentPlace = std::tuple<std::string_view, std::uint32_t, std::uint32_t>;

DocumentPlace document_at(const SourcePosition& where) {
  return {where.path(), where.line, where.column};
}

std::size_t count_unknown(std::set<DocumentPlace> left_out, const std::vector<SpecPtr>& documents,
                          const std::vector<Rejected>& rejected) {
  if (left_out.empty()) return 0;
  for (const Rejected& one : rejected) left_out.erase(document_at(one.where));
  for (const SpecPtr& spec : documents) left_out.erase(document_at(spec->where));
  return left_out.size();
}

auto place_of(const Diagnostic& d) {
  return std::tuple(d.where.path(), d.where.line, d.where.column, std::string_view(d.field),
                    std::string_view(d.message));
}

}  // namespace

Identity identity_of(const WorkspaceSpec& spec) {
  return {text::lower(spec.owner), text::lower(spec.name)};
}

std::strong_ordering compare_identities(const WorkspaceSpec& a, const WorkspaceSpec& b) {
  if (&a == &b) return std::strong_ordering::equal;
  const auto by_owner = compare_lower(a.owner, b.owner);
  return by_owner != 0 ? by_owner : compare_lower(a.name, b.name);
}

const SpecPtr* find_spec(std::span<const SpecPtr> specs, const Identity& workspace) {
  const auto compare = [&](const SpecPtr& spec) {
    const auto by_owner = compare_lower(spec->owner, workspace.owner);
    return by_owner != 0 ? by_owner : compare_lower(spec->name, workspace.name);
  };
  const auto found =
      std::ranges::partition_point(specs, [&](const SpecPtr& spec) { return compare(spec) < 0; });
  return found != specs.end() && compare(*found) == 0 ? &*found : nullptr;
}

namespace {

auto place_of(const SourcePosition& where) {
  return std::tuple(where.path(), where.line, where.column);
}

/// Sorted by name; of one name only one. Those that have to be left out are told and counted.
void add_sets(std::vector<SetPtr> sets, DesiredState& state) {
  std::ranges::sort(sets, {}, [](const SetPtr& set) {
    return std::tuple(text::lower(set->name), std::string(set->where.path()), set->where.line,
                      set->where.column);
  });
  for (auto first = sets.begin(); first != sets.end();) {
    const auto last = std::find_if(first + 1, sets.end(), [&](const SetPtr& set) {
      return compare_lower(set->name, (*first)->name) != 0;
    });
    if (last - first == 1) {
      state.sets.push_back(std::move(*first));
    } else {
      state.duplicate_documents += static_cast<std::size_t>(last - first);
      for (auto one = first; one != last; ++one) {
        const WorkspaceSet& other = one == first ? *first[1] : **first;
        Diagnostic diagnostic;
        diagnostic.kind = DiagnosticKind::duplicate;
        diagnostic.where = (*one)->where;
        diagnostic.document = (*one)->where.line;
        diagnostic.document_column = (*one)->where.column;
        diagnostic.field = "metadata.name";
        diagnostic.message = "set " + (*one)->name + " is also declared at " + other.where.to_string();
        diagnostic.remedy = "neither is applied; give one of them another name";
        state.diagnostics.push_back(std::move(diagnostic));
        state.rejected_sets.push_back((*one)->name);
      }
    }
    first = last;
  }
}

}  // namespace

DesiredState assemble(std::vector<SpecPtr> documents, std::vector<Diagnostic> diagnostics,
                      std::vector<Rejected> rejected) {
  return assemble(Declared{
      .specs = std::move(documents), .diagnostics = std::move(diagnostics), .rejected = std::move(rejected)});
}

DesiredState assemble(Declared declared) {
  std::vector<SpecPtr>& documents = declared.specs;
  std::vector<Diagnostic>& diagnostics = declared.diagnostics;
  std::vector<Rejected>& rejected = declared.rejected;
  DesiredState state;
  state.defaults = std::move(declared.defaults);
  std::ranges::sort(state.defaults, {}, [](const DefaultsInUse& one) { return place_of(one.where); });
  state.rejected_sets = std::move(declared.rejected_sets);
  sort_by_identity(documents);
  std::ranges::sort(rejected, {}, [](const Rejected& one) {
    return std::tuple(std::tie(one.identity.owner, one.identity.name), one.where.path(), one.where.line);
  });
  const PreviousNames previous(documents, rejected, diagnostics);

  std::set<DocumentPlace> left_out;
  for (const Diagnostic& diagnostic : diagnostics)
    left_out.emplace(diagnostic.where.path(), diagnostic.document, diagnostic.document_column);
  state.invalid_documents = left_out.size();
  state.unknown_documents = count_unknown(left_out, documents, rejected);
  for (Rejected& one : rejected) {
    if (!one.identity.name.empty()) state.elsewhere.push_back(std::move(one.identity));
  }
  state.diagnostics = std::move(diagnostics);

  std::vector<SpecPtr> valid;
  valid.reserve(documents.size());
  for (auto first = documents.begin(); first != documents.end();) {
    const auto last = std::find_if(first + 1, documents.end(), [&](const SpecPtr& spec) {
      return compare_identities(*spec, **first) != 0;
    });
    const auto count = static_cast<std::size_t>(last - first);
    if (count == 1) {
      valid.push_back(std::move(*first));
    } else {
      state.duplicate_documents += count;
      state.elsewhere.push_back(identity_of(**first));
      for (auto one = first; one != last; ++one)
        state.diagnostics.push_back(duplicate_of(**one, one == first ? *first[1] : **first, count));
    }
    first = last;
  }
  previous.move_from(valid, state.elsewhere);
  state.specs = std::move(valid);
  add_sets(std::move(declared.sets), state);
  std::ranges::sort(state.rejected_sets);
  state.rejected_sets.erase(std::unique(state.rejected_sets.begin(), state.rejected_sets.end()),
                            state.rejected_sets.end());
  std::ranges::sort(state.elsewhere);
  std::stable_sort(state.diagnostics.begin(), state.diagnostics.end(),
                   [](const Diagnostic& a, const Diagnostic& b) { return place_of(a) < place_of(b); });
  return state;
}

}  // namespace cr::specs
