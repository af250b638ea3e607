#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "specs/defaults/effective_defaults.h"
#include "specs/diagnostic.h"
#include "specs/field_table.h"
#include "specs/named_fields.h"
#include "specs/shared_values.h"
#include "specs/workspace_spec.h"

namespace cr::specs {

/// "berlin/defaults.yaml:7": the line is what a person looks for.
[[nodiscard]] std::string line_text(const SourcePosition& where);

/// How the path of a field's mode begins, below spec.

/// A field that two documents of equal rank give.
struct Clash {
  std::string field;
  SourcePosition one;
  SourcePosition other;
};

/// What a document with certain values takes from its defaults, and the values that it has with them. What it
/// names in `texts` and `used` are the defaults' own, which outlive it.
struct Overlay {
  DeclaredFields fields;
  Shared<StringPairs> parameters;
  ReconcilePolicy policy;
  std::vector<std::pair<FieldId, const SharedText*>> texts;
  Shared<DefaultedFields> defaulted;
  std::vector<Clash> clashes;    ///< the first of them
  std::size_t more_clashes = 0;  ///< beyond those
  std::vector<const WorkspaceDefaults*> used;
};

/// How many bytes defaults may still add to documents. Where none are left, what is made is worth nothing.
class LayeringBudget {
 public:
  explicit LayeringBudget(std::size_t bytes) : left_(bytes) {}
  void spend(std::size_t bytes) { left_ -= std::min(bytes, left_); }
  [[nodiscard]] std::size_t left() const { return left_; }
  [[nodiscard]] bool is_exhausted() const { return left_ == 0; }

 private:
  std::size_t left_;
};

/// `spec` and `named`: what the document gives itself. Equal values are held once, by `values`. Pure.
[[nodiscard]] Overlay make_overlay(const EffectiveDefaults& effective, const WorkspaceSpec& spec,
                                   const NamedFields& named, SharedValues& values, LayeringBudget& budget);

/// Puts it into such a document.
void apply(const Overlay& overlay, WorkspaceSpec& spec);

}  // namespace cr::specs
