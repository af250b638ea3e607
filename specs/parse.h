#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "specs/desired_state.h"
#include "specs/diagnostic.h"
#include "specs/shared_values.h"

namespace cr::specs {

/// Limits of one file; a file beyond them is left out as a whole.
struct ParseLimits {
  std::size_t bytes = std::size_t{1} << 20;
  std::size_t documents = 10'000;  ///< documents and items of lists
};

/// What one file declares.
struct ParsedFile {
  /// Valid ones, in order of appearance. Of one piece: as long as somebody holds one of them all are there.
  std::vector<SpecPtr> specs;
  std::vector<Diagnostic> diagnostics;  ///< of the documents that were left out, in order of appearance
  /// Of those, which tell what workspace they are about; an empty identity: none that there can be.
  std::vector<Rejected> rejected;
};

/// Parses one file's text: documents between `---`, each `kind: Workspace` or `kind: List` of such. A
/// document or item with an error is left out and reported with all its errors; the others are not affected.
/// Empty documents say nothing. Pure; never throws for any input; time and memory are bounded by the limits.
[[nodiscard]] ParsedFile parse(std::string_view text, std::shared_ptr<const std::string> file,
                               const ParseLimits& limits = {});
/// The same; what its specs have in common with others of these `values` is held once.
[[nodiscard]] ParsedFile parse(std::string_view text, std::shared_ptr<const std::string> file,
                               const ParseLimits& limits, SharedValues& values);

/// What parse() says about a file of so many bytes, without anybody having to read them.
[[nodiscard]] Diagnostic too_large(std::shared_ptr<const std::string> file, std::size_t bytes,
                                   const ParseLimits& limits);

}  // namespace cr::specs
