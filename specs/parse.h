#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "specs/decode/open_place.h"
#include "specs/defaults/workspace_defaults.h"
#include "specs/desired_state.h"
#include "specs/diagnostic.h"
#include "specs/named_fields.h"
#include "specs/shared_values.h"

namespace cr::specs {

/// Limits of one file; a file beyond them is left out as a whole.
struct ParseLimits {
  std::size_t bytes = std::size_t{1} << 20;
  std::size_t documents = 10'000;  ///< documents and items of lists
};

/// A set as it stands in its document.
struct ParsedSet {
  SetPtr set;
  NamedFields named;  ///< of its template's spec
};

/// A document with something in it that is an error or none by what defaults give.
struct OpenDocument {
  enum class Of : std::uint8_t { spec, set, invalid };
  Of of = Of::spec;
  std::size_t index = 0;       ///< in ParsedFile::specs or sets; of an invalid document: nothing
  SourcePosition where;        ///< of the document
  Shared<StringPairs> labels;  ///< of an invalid document, as far as they could be read
  std::vector<OpenPlace> places;
};

/// What one file declares, document by document: without what defaults add, which is layer()'s.
struct ParsedFile {
  /// Valid ones, in order of appearance. Of one piece: as long as somebody holds one of them all are there.
  std::vector<SpecPtr> specs;
  std::vector<NamedFields> named;  ///< of each of them
  std::vector<ParsedSet> sets;     ///< valid ones
  /// Of documents that look like defaults, be they valid or not.
  std::vector<DefaultsPtr> defaults;
  std::vector<OpenDocument> open;       ///< in order of appearance
  std::vector<Diagnostic> diagnostics;  ///< of the documents that were left out, in order of appearance
  /// Of those, which tell what workspace they are about; an empty identity: none that there can be.
  std::vector<Rejected> rejected;
  std::vector<std::string> rejected_sets;  ///< names of sets that were left out
  bool illegible = false;                  ///< nothing of the file could be read, whatever it holds

  /// Valid documents.
  [[nodiscard]] std::size_t documents() const { return specs.size() + sets.size() + defaults.size(); }
};

/// Parses one file's text: documents between `---`, each of one of the three kinds, or a `kind: List` of
/// such. A document or item with an error is left out and reported with all its errors; the others are not
/// affected. Empty documents say nothing. Pure; never throws for any input; time and memory are bounded by
/// the limits.
[[nodiscard]] ParsedFile parse(std::string_view text, std::shared_ptr<const std::string> file,
                               const ParseLimits& limits = {});
/// The same; what its specs have in common with others of these `values` is held once.
[[nodiscard]] ParsedFile parse(std::string_view text, std::shared_ptr<const std::string> file,
                               const ParseLimits& limits, SharedValues& values);

/// What parse() says about a file of so many bytes, without anybody having to read them.
[[nodiscard]] Diagnostic too_large(std::shared_ptr<const std::string> file, std::size_t bytes,
                                   const ParseLimits& limits);

}  // namespace cr::specs
