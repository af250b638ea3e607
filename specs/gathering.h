#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "specs/defaults/layering.h"
#include "specs/desired_state.h"
#include "specs/parse.h"

namespace cr::specs {

/// Gathers what files declare, one after the other, for assemble(). Pure.
class Gathering {
 public:
  /// Errors beyond `max_full_diagnostics` are kept one a document, without the source line.
  explicit Gathering(std::size_t max_full_diagnostics) : max_full_diagnostics_(max_full_diagnostics) {}

  /// Of the defaults of this file it is told what uses them, of others not: those above a path may be for
  /// what is not read. All files before the first is added.
  void know(const ParsedFile& parsed);
  /// `layered`: null where what the file declares is all that there is.
  void add(const ParsedFile& parsed, const LayeredFile* layered);
  void add(const Diagnostic& diagnostic);
  /// The end of it.
  [[nodiscard]] DesiredState assembled();

 private:
  std::size_t max_full_diagnostics_;
  Declared declared_;
  std::unordered_map<const WorkspaceDefaults*, DefaultsUse> uses_;
};

}  // namespace cr::specs
