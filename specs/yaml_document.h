#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cr::specs {

/// Limits of one document. What they bound together: time and memory of parsing, whatever somebody writes.
inline constexpr std::size_t kMaxDepth = 32;       ///< mappings and lists within each other
inline constexpr std::size_t kMaxNodes = 200'000;  ///< keys, values and containers, aliases expanded
inline constexpr std::size_t kMaxFlowMarks =
    60'000;  ///< `[ ] { } ,`: the parser holds such a construct as a whole
/// Text that aliases stand for: so many times what the document has itself, and a little for small ones.
inline constexpr std::size_t kMaxAliasGrowth = 8;
inline constexpr std::size_t kFreeAliasBytes = 4096;

/// One node of a YAML document. Nodes that an alias names are shared, not copied.
struct YamlNode {
  enum class Kind : std::uint8_t { null, scalar, sequence, mapping };
  Kind kind = Kind::null;
  bool plain = false;                     ///< scalar without quotes: may be a number or a boolean
  bool foreign_tag = false;               ///< carries a tag other than `!!str` on a scalar, `!!seq`, `!!map`
  std::uint32_t line = 0;                 ///< within the document's text, from 0
  std::uint32_t byte = 0;                 ///< within the line, from 0
  std::uint32_t expanded = 1;             ///< nodes in this subtree, aliases expanded
  std::uint32_t text_bytes = 0;           ///< of all scalars in it, likewise
  std::string text;                       ///< of a scalar; of a foreign tag's node: unchanged
  std::vector<const YamlNode*> children;  ///< items, or key, value, key, value, …
};

/// What plain text means in YAML 1.2's core schema.
enum class PlainType { text, boolean, number };
[[nodiscard]] PlainType plain_type(std::string_view text);

struct YamlProblem {
  bool limit = false;      ///< refused by a limit, else no YAML
  std::uint32_t line = 0;  ///< as in YamlNode
  std::uint32_t byte = 0;
  std::string message;
  std::string remedy;
};

/// One parsed document; owns its nodes.
class YamlDocument {
 public:
  /// Null where the document is empty (nothing but comments).
  [[nodiscard]] const YamlNode* root() const { return root_; }

 private:
  friend class TreeBuilder;
  friend class PlainReader;
  std::deque<YamlNode> nodes_;
  const YamlNode* root_ = nullptr;
};

/// Part of a file between document markers, the markers' line included.
struct DocumentText {
  std::string_view text;
  std::size_t offset = 0;  ///< of its first byte in the file
};

/// Splits a file at its document markers (`---`, `...` at the beginning of a line: YAML allows them nowhere
/// else), so that an error in one document can't swallow the next. Directives and comments stay with the
/// document they precede.
[[nodiscard]] std::vector<DocumentText> split_documents(std::string_view file);

/// A part of a file that a merge left for a person to decide on.
struct Conflict {
  std::size_t begin = 0;  ///< of its first marker
  std::size_t end = 0;    ///< behind its last one; where that is missing the end of the file
};
/// Git's conflicts, by the markers at the beginning of a line; a marker that stands alone is one too.
[[nodiscard]] std::vector<Conflict> find_conflicts(std::string_view file);

/// Parses one document. Either a document or a problem; never throws for any input.
struct YamlResult {
  YamlDocument document;
  std::optional<YamlProblem> problem;
};
[[nodiscard]] YamlResult parse_yaml(std::string_view document);
/// The same by way of the YAML library, however simple the document is.
[[nodiscard]] YamlResult parse_yaml_in_full(std::string_view document);

}  // namespace cr::specs
