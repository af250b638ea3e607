#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "specs/defaults/defaults_tree.h"
#include "specs/defaults/effective_defaults.h"
#include "specs/defaults/overlay.h"
#include "specs/parse.h"
#include "specs/shared_values.h"

namespace cr::specs {

/// For how many documents of a file one of the defaults was looked at.
struct DefaultsUse {
  DefaultsPtr defaults;
  std::size_t selected = 0;  ///< documents that it is for
  std::size_t used = 0;      ///< of those, that have at least one value of it
};

/// What a file declares with its defaults in it.
struct LayeredFile {
  std::vector<SpecPtr> specs;
  std::vector<SetPtr> sets;
  std::vector<Diagnostic> diagnostics;  ///< of what was left out here, beside those of the file itself
  std::vector<Rejected> rejected;       ///< likewise
  std::vector<std::string> rejected_sets;
  std::vector<DefaultsUse> uses;
  std::size_t added_bytes = 0;  ///< by defaults, and not with an earlier file already
};

/// Puts defaults into what files declare. A field is taken from the document itself, else from the nearest
/// rank of defaults that names it; parameters and reconcilePolicy with its fields key by key, all else as a
/// whole. `null` names a field, too: autostart and ttl are to be none then, others are not given.
///
/// A document is left out, with an error at its place, where two defaults of equal rank give what it takes,
/// where it depends on defaults that are invalid, and where it is not whole with them. Its workspace is left
/// as it is, and no other document suffers.
///
/// Equal results are held once: as parsed documents share what they have in common, so do layered ones. What
/// defaults add to documents that have little in common is bounded: beyond `max_bytes` nothing is added any
/// more, and the results are worth nothing (is_exhausted()).
///
/// Pure; lives as long as one pass over all files. `values` must outlive it.
class Layering {
 public:
  explicit Layering(SharedValues& values, std::size_t max_bytes = std::size_t{256} << 20);
  ~Layering();

  /// `chain`: of the file's directory. Both must outlive this object; the same chain for all files of one
  /// directory makes it quick.
  [[nodiscard]] LayeredFile layer(const ParsedFile& file, const DefaultsChain& chain);

  /// What an earlier pass has made of another file, and is kept, counts as what this one makes.
  void keep(const LayeredFile& earlier) { budget_.spend(earlier.added_bytes); }

  [[nodiscard]] bool is_exhausted() const { return budget_.is_exhausted(); }
  /// How often a document of defaults was held against labels: what this costs, for tests.
  [[nodiscard]] std::size_t looked_at() const { return looked_at_; }

 private:
  struct Effective;
  struct Pass;
  enum class Outcome : std::uint8_t { as_it_was, changed, left_out };

  void layer_specs(const ParsedFile& file, const DefaultsChain& chain, LayeredFile& result);
  void layer_sets(const ParsedFile& file, const DefaultsChain& chain, LayeredFile& result);
  void tell_more_of_invalid(const ParsedFile& file, const DefaultsChain& chain, LayeredFile& result);

  Effective& effective_for(const DefaultsChain& chain, const Shared<StringPairs>& labels);
  /// Counts one more document that has it.
  const Overlay& overlay_for(Effective& effective, const WorkspaceSpec& spec, const NamedFields& named);
  /// Puts in what `spec` takes. It is left out after an error, which is in the result then.
  Outcome complete(WorkspaceSpec& spec, const NamedFields& named, const OpenDocument* open, const Pass& pass);

  void flush_uses(const DefaultsChain& chain, LayeredFile& result);

  SharedValues& values_;
  LayeringBudget budget_;
  std::size_t looked_at_ = 0;
  /// By chain and labels, which are held once: few of them are made for many documents.
  std::map<std::pair<const DefaultsChain*, const StringPairs*>, std::unique_ptr<Effective>> effective_;
  std::vector<Effective*> touched_;  ///< by the file that is being layered
};

}  // namespace cr::specs
