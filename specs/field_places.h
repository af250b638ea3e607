#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "specs/diagnostic.h"

namespace cr::specs {

/// The way from a document to one of its fields: keys, and items of lists as "[2]".
using FieldPath = std::vector<std::string>;
/// As diagnostics show it: `spec.ttl`, `metadata.annotations."coder-reconciler/suspend"`.
[[nodiscard]] std::string to_text(const FieldPath& path);

/// Where a field's value stands.
struct FieldPlace {
  SourcePosition where;
  std::string excerpt;  ///< as Diagnostic::excerpt
};

/// Looks up afterwards where fields stand: a spec itself only knows where its document begins, since a
/// hundred thousand of them are held. Each file is asked for once. Not thread-safe.
class FieldPlaces {
 public:
  /// The text of a file by the path that diagnostics show, or nothing.
  using ReadText = std::function<std::optional<std::string>(const std::string& path)>;
  explicit FieldPlaces(ReadText read);
  ~FieldPlaces();
  FieldPlaces(const FieldPlaces&) = delete;
  FieldPlaces& operator=(const FieldPlaces&) = delete;

  /// Of a field of the document (or list item) that begins there. Nothing where the file cannot be read again
  /// (standard input) or no longer has it.
  [[nodiscard]] std::optional<FieldPlace> find(const SourcePosition& document, const FieldPath& path);

 private:
  class File;
  ReadText read_;
  std::map<std::string, std::unique_ptr<File>, std::less<>> files_;
};

}  // namespace cr::specs
