#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "specs/content_hash.h"
#include "specs/defaults/defaults_tree.h"
#include "specs/defaults/layering.h"
#include "specs/parse.h"
#include "specs/regular_file.h"

namespace cr::specs {

/// What is remembered of a file, so that it need not be read or parsed again.
struct CachedFile {
  std::shared_ptr<const std::string>
      shown;  ///< path as in diagnostics; null in an entry that holds nothing yet
  FileSignature signature;
  bool settled = false;  ///< the signature alone proves that nothing changed
  ContentHash content;
  ParsedFile parsed;
  // Of the last time that it could be read; now it may be illegible.
  std::optional<bool> held_defaults;   ///< nothing: it never could be read
  std::vector<std::string> held_sets;  ///< names; of sets that are gone, too, while a document has errors

  /// What `chain` made of it, where that was needed.
  std::optional<LayeredFile> layered;
  std::shared_ptr<const DefaultsChain> chain;  ///< null: none was needed, or the file was parsed anew since
};

/// Files of the last load, in the order in which they were read. As long as the next load reads them in the
/// same order a look-up is one comparison. Files that a complete load did not ask for are forgotten.
class FileCache {
 public:
  /// Begins a load: entries asked for before belong to the last one.
  void begin();
  /// The entry for a path, perhaps an empty one. Valid until the next call.
  [[nodiscard]] CachedFile& entry(const std::string& shown);
  /// Entries that this load has asked for, in that order.
  [[nodiscard]] std::span<CachedFile> files() { return files_; }
  /// Ends a load that read everything.
  void end();

 private:
  CachedFile& take(std::size_t index);

  std::vector<CachedFile> files_;  ///< of this load
  std::vector<CachedFile> last_;   ///< of the last one, but for those that are asked for already
  std::size_t next_ = 0;           ///< where in last_ the next file probably is
  std::unordered_map<std::string_view, std::size_t> index_;  ///< into last_; built when the order differs
};

}  // namespace cr::specs
