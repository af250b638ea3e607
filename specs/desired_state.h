#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "specs/diagnostic.h"
#include "specs/spec_list.h"
#include "specs/workspace_set.h"
#include "specs/workspace_spec.h"

namespace cr::specs {

/// (owner, name) in lower case: how Coder compares them. Owner is what the spec says, a username or a UUID;
/// that the two can be one person is known only after resolution (reconcile/resolve).
struct Identity {
  std::string owner;
  std::string name;
  auto operator<=>(const Identity&) const = default;
  bool operator==(const Identity&) const = default;
  /// "alice/api-dev"
  [[nodiscard]] std::string to_string() const { return owner + '/' + name; }
};
[[nodiscard]] Identity identity_of(const WorkspaceSpec& spec);

/// The order of two specs' identities, without making them. The same object is equal to itself at no cost,
/// which is what most are when a read is compared with the one before.
[[nodiscard]] std::strong_ordering compare_identities(const WorkspaceSpec& a, const WorkspaceSpec& b);

/// The workspace that an invalid document is about: its own still, and nobody else's. Without an identity it
/// is about none that there can be.
struct Rejected {
  Identity identity;
  SourcePosition where;
  std::vector<std::string> previous_names{};  ///< as far as they can be read
};

/// Of specs sorted by identity; null where it is not among them.
[[nodiscard]] const SpecPtr* find_spec(std::span<const SpecPtr> specs, const Identity& workspace);

/// One document of defaults, and what came of it.
struct DefaultsInUse {
  SourcePosition where;
  std::string name;
  bool has_selector = false;
  std::size_t selected = 0;  ///< documents that it is for
  std::size_t used = 0;      ///< of those, that have at least one value of it
};

/// Everything that one read of the sources declares.
struct DesiredState {
  SpecList specs;              ///< valid ones, sorted by identity, identities unique
  std::vector<SetPtr> sets{};  ///< valid ones, sorted by name; whose workspaces are not among `specs` yet
  /// Names of sets that documents which were left out declare: their workspaces stay as they are. Sorted,
  /// unique. One that was left out for an error, and not for another set of its name, is among the unknown
  /// documents, too: nobody can tell whose workspaces it declares.
  std::vector<std::string> rejected_sets{};
  std::vector<DefaultsInUse> defaults{};  ///< valid ones, in order of file and line
  /// Which of the sets' workspaces are selected; empty: all of them.
  std::function<bool(const WorkspaceSpec&)> selects{};
  /// What is declared too and is none of `specs`: by documents that were left out, as far as they tell it,
  /// and by what a selection has left out. Sorted.
  std::vector<Identity> elsewhere;
  std::size_t unknown_documents = 0;    ///< of the invalid ones: nobody can tell what they are about
  std::vector<Diagnostic> diagnostics;  ///< of all documents that were left out, in order of file and line
  std::size_t invalid_documents = 0;    ///< left out for an error of their own
  std::size_t duplicate_documents = 0;  ///< left out because another document has the same identity
  std::size_t files = 0;
  std::string look_alike;  ///< one of the files that are not read for their name alone (`a.YAML`); else empty
  std::string revision;    ///< commit of the checkout or git-sync link; empty where there is none
};

/// What files declare, with defaults in it, before any rule across documents.
struct Declared {
  std::vector<SpecPtr> specs;
  std::vector<SetPtr> sets{};
  std::vector<Diagnostic> diagnostics{};
  std::vector<Rejected> rejected{};  ///< documents with errors of their own
  std::vector<std::string> rejected_sets{};
  std::vector<DefaultsInUse> defaults{};
};

/// Rules across documents: duplicates (both sides invalid, each naming the other's file and line), order;
/// likewise for two sets of one name, whatever its case. Pure. All lists in any order; the result does not
/// depend on it.
[[nodiscard]] DesiredState assemble(Declared declared);
/// The same, of workspaces alone.
[[nodiscard]] DesiredState assemble(std::vector<SpecPtr> documents, std::vector<Diagnostic> diagnostics,
                                    std::vector<Rejected> rejected = {});

}  // namespace cr::specs
