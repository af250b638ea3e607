#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "specs/copy_on_write.h"
#include "specs/declared_fields.h"
#include "specs/diagnostic.h"
#include "specs/shared.h"
#include "specs/shared_optional.h"

namespace cr::specs {

/// Whether a workspace that there was once is created anew.
enum class Recreate : std::uint8_t {
  always,
  unless_expired,  ///< not where Coder itself deleted it
  never,
};
inline constexpr std::array kRecreate = {Recreate::always, Recreate::unless_expired, Recreate::never};
/// As specs write it: "unlessExpired"
[[nodiscard]] std::string_view to_string(Recreate recreate);

struct ReconcilePolicy {
  bool create = true;  ///< may the workspace be created?
  bool update = true;  ///< may an existing one be changed? If not, drift is only reported.
  Recreate recreate = Recreate::unless_expired;
  bool operator==(const ReconcilePolicy&) const = default;
};

/// `coder-reconciler/suspend`: leave this workspace alone.
struct Suspension {
  std::optional<std::chrono::sys_days>
      until;  ///< suspended before the start (UTC) of this day; absent: until removed
  std::string reason;
  bool operator==(const Suspension&) const = default;
};
/// Whether the suspension holds at `now`.
[[nodiscard]] bool in_force(const Suspension& suspension, std::chrono::sys_seconds now);

/// Sorted by key, keys unique. A vector and not a map: most specs have none or a few.
using StringPairs = std::vector<std::pair<std::string, std::string>>;

/// A field whose value comes from defaults, and where it stands in them.
struct DefaultedField {
  std::string field;  ///< below `spec`: "ttl", "parameters.region", "reconcilePolicy.fields.ttl"
  SourcePosition where;
  SharedText shown{};  ///< "berlin/defaults.yaml:7", as people read it
  bool operator==(const DefaultedField&) const = default;
};
/// Sorted by field.
using DefaultedFields = std::vector<DefaultedField>;

/// What a document says of a workspace beside its name, its owner and the fields that are kept as declared.
/// Many documents say the same here, and so do all workspaces of a set.
struct SpecBody {
  Shared<std::vector<std::string>> previous_names;  ///< as written; found under one of them it is renamed
  SharedText organization;                          ///< name or UUID; empty: not given
  SharedText template_ref;                          ///< name or UUID
  SharedText template_version;                      ///< name or UUID; empty: the active version
  SharedText preset;                                ///< the template's preset, by name; empty: none
  Shared<StringPairs> parameters;                   ///< rich parameters, applied at creation only
  ReconcilePolicy policy;
  Shared<StringPairs> labels;
  Shared<StringPairs> annotations;
  SharedOptional<Suspension> suspension;
  Shared<DefaultedFields> defaulted;  ///< which values of the spec the document itself does not give
  SharedText set;  ///< name of the WorkspaceSet that it is one of; empty: a document of its own
  bool operator==(const SpecBody&) const = default;
};

/// What one document declares, validated offline. Immutable once loaded and shared between the file cache and
/// desired state. 100 000 of them must fit a sidecar: what many specs have in common is held once.
struct WorkspaceSpec {
  std::string name;            ///< as written; compared without regard to case
  SharedText owner;            ///< username or UUID, as written
  DeclaredFields fields;       ///< what is kept as declared
  SourcePosition where;        ///< of the document's first key; of a set's workspace: of the set's
  CopyOnWrite<SpecBody> body;  ///< all else, held once by those that say the same

  /// By value, position included.
  friend bool operator==(const WorkspaceSpec&, const WorkspaceSpec&) = default;
};

/// Whether both declare the same, wherever they stand and wherever their values are from.
[[nodiscard]] bool says_the_same(const WorkspaceSpec& a, const WorkspaceSpec& b);

/// Null where it is not among them.
[[nodiscard]] const DefaultedField* find_default(const DefaultedFields& defaulted, std::string_view field);
/// Where a field's value comes from, by its key below `spec`; null: from the document itself, or from
/// nowhere.
[[nodiscard]] const DefaultedField* default_of(const WorkspaceSpec& spec, std::string_view field);
/// The same, as people read it; empty: from the document itself, or from nowhere.
[[nodiscard]] SharedText default_text(const WorkspaceSpec& spec, std::string_view field);
[[nodiscard]] SharedText default_text(const DefaultedFields& defaulted, std::string_view field);

/// Whether the text is a UUID (8-4-4-4-12 hex digits, any case) and not a name.
[[nodiscard]] bool is_uuid(std::string_view text);

/// Whether a reference of a spec, by name or UUID, means what has this name and id.
[[nodiscard]] bool refers_to(std::string_view reference, std::string_view name, std::string_view id);

}  // namespace cr::specs
