#include "specs/write/field_edit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "specs/decode/mapping_reader.h"
#include "specs/source_text.h"
#include "specs/yaml_document.h"

namespace cr::specs {
namespace {

constexpr std::string_view kShared = "an alias shares it with another place";
constexpr std::string_view kSeveralLines = "its value stands on several lines";
constexpr std::string_view kOddSyntax = "it is written in a way that cannot be edited in place";
constexpr std::string_view kNotFound = "it is not found in the file any more";
constexpr std::string_view kBlanks = " \t";

/// A part of the text and what stands there afterwards.
struct Splice {
  std::size_t offset = 0;
  std::size_t length = 0;
  std::string text;
};

/// What the tree has afterwards that it did not have.
struct Change {
  const YamlNode* replaced = nullptr;  ///< the value; or
  const YamlNode* widened = nullptr;   ///< the mapping that has one more entry,
  std::string key;                     ///< this one
  Scalar value;
};

struct Planned {
  std::size_t edit = 0;
  std::size_t document = 0;
  Splice splice;
  Change change;
};

bool means(const YamlNode& node, const Scalar& value) {
  if (node.foreign_tag) return false;
  if (value.kind == Scalar::Kind::literal) {
    if (value.text == "null") return node.kind == YamlNode::Kind::null;
    return node.kind == YamlNode::Kind::scalar && node.plain && node.text == value.text;
  }
  if (node.kind != YamlNode::Kind::scalar || node.text != value.text) return false;
  return value.kind == Scalar::Kind::text || !node.plain || plain_type(node.text) == PlainType::text;
}

/// Whether a tree is another but for the changes.
class Comparison {
 public:
  explicit Comparison(std::span<const Planned* const> changes) {
    for (const Planned* one : changes) {
      if (one->change.replaced) {
        replaced_[one->change.replaced] = &one->change.value;
      } else {
        widened_[one->change.widened][one->change.key] = &one->change.value;
      }
    }
  }

  [[nodiscard]] bool holds(const YamlNode& before, const YamlNode& after) const {
    if (const auto found = replaced_.find(&before); found != replaced_.end())
      return means(after, *found->second);
    if (before.kind != after.kind || before.foreign_tag != after.foreign_tag || before.plain != after.plain ||
        before.text != after.text)
      return false;
    const auto wider = widened_.find(&before);
    if (wider != widened_.end()) return holds_wider(before, after, wider->second);
    return std::ranges::equal(before.children, after.children,
                              [&](const YamlNode* a, const YamlNode* b) { return holds(*a, *b); });
  }

 private:
  using Entries = std::map<std::string, const Scalar*, std::less<>>;

  [[nodiscard]] bool holds_wider(const YamlNode& before, const YamlNode& after,
                                 const Entries& entries) const {
    std::size_t at = 0;
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i + 1 < after.children.size(); i += 2) {
      const YamlNode& key = *after.children[i];
      const auto added = entries.find(key.text);
      if (added != entries.end()) {
        if (!means(*after.children[i + 1], *added->second) || !seen.insert(key.text).second) return false;
        continue;
      }
      if (at + 1 >= before.children.size() || !holds(*before.children[at], key) ||
          !holds(*before.children[at + 1], *after.children[i + 1]))
        return false;
      at += 2;
    }
    return at == before.children.size() && seen.size() == entries.size();
  }

  std::unordered_map<const YamlNode*, const Scalar*> replaced_;
  std::unordered_map<const YamlNode*, Entries> widened_;
};

/// Where a scalar ends that begins at `at` in quotes; nothing where that is not on the same line.
std::optional<std::size_t> end_of_quoted(std::string_view text, std::size_t at) {
  const char quote = text[at];
  for (std::size_t i = at + 1; i < text.size() && text[i] != '\n'; ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      if (quote == '"' || i + 1 == text.size() || text[i + 1] != quote) return i + 1;
      ++i;
    }
  }
  return std::nullopt;
}

/// In the style of what stood there.
std::string in_style_of(std::string_view old, const YamlNode& node, const Scalar& value) {
  if (value.kind == Scalar::Kind::literal) return value.text;
  if (old.starts_with('"')) return yaml_quoted(value.text);
  if (old.starts_with('\'') && yaml_quoted(value.text).find('\\') == std::string::npos) {
    std::string text = "'";
    for (const char c : value.text) text += c == '\'' ? "''" : std::string(1, c);
    return text + '\'';
  }
  const bool numbers = value.kind == Scalar::Kind::text && node.plain &&
                       plain_type(node.text) == PlainType::number &&
                       plain_type(value.text) == PlainType::number;
  return numbers ? value.text : to_yaml(value);
}

/// One document of a file.
class Document {
 public:
  Document(std::string_view file, const LineIndex& lines, const DocumentText& text)
      : file_(file),
        lines_(lines),
        begin_(text.offset),
        first_line_(lines.line_of(text.offset)),
        yaml_(parse_yaml(text.text)) {
    if (root()) count_holders(*root());
  }

  [[nodiscard]] const YamlNode* root() const { return yaml_.problem ? nullptr : yaml_.document.root(); }

  /// Either the way to make this edit, or why there is none.
  std::string plan(const FieldEdit& edit, Planned& into) const {
    const YamlNode* mapping = spec_at(edit.document);
    if (mapping == nullptr) return std::string(kNotFound);
    for (std::size_t i = 0; i + 1 < edit.path.size(); ++i) {
      mapping = mapping->kind == YamlNode::Kind::mapping ? find_value(*mapping, edit.path[i]) : nullptr;
      if (mapping == nullptr) return std::string(kNotFound);
    }
    if (mapping->kind != YamlNode::Kind::mapping || edit.path.empty()) return std::string(kNotFound);
    if (is_shared(*mapping)) return std::string(kShared);
    into.change.value = edit.value;
    for (std::size_t i = 0; i + 1 < mapping->children.size(); i += 2) {
      const YamlNode& key = *mapping->children[i];
      if (key.kind != YamlNode::Kind::scalar || key.text != edit.path.back()) continue;
      into.change.replaced = mapping->children[i + 1];
      return plan_replacement(key, *mapping->children[i + 1], edit.value, into.splice);
    }
    into.change.widened = mapping;
    into.change.key = edit.path.back();
    return plan_insertion(*mapping, edit.path.back(), edit.value, into.splice);
  }

 private:
  /// Each node is counted once for every place that it stands in.
  void count_holders(const YamlNode& node) {
    if (++holders_[&node] > 1) return;
    for (const YamlNode* child : node.children) count_holders(*child);
  }

  /// Whether it, or something that it is part of, stands in several places.
  [[nodiscard]] bool is_shared(const YamlNode& node) const {
    if (shared_.empty()) find_shared(*root(), false);
    return shared_.at(&node);
  }
  void find_shared(const YamlNode& node, bool within) const {
    const bool shared = within || holders_.at(&node) > 1;
    if (!shared_.emplace(&node, shared).second) return;
    for (const YamlNode* child : node.children) find_shared(*child, shared);
  }

  [[nodiscard]] std::size_t offset_of(const YamlNode& node) const {
    // The first line of a document is where its text begins.
    const std::size_t line = node.line == 0 ? begin_ : lines_.start_of(first_line_ + node.line);
    return std::min(line + node.byte, file_.size());
  }

  [[nodiscard]] bool begins_at(const YamlNode& node, const SourcePosition& where) const {
    const YamlNode& first = node.children.empty() ? node : *node.children.front();
    const std::uint32_t line = first_line_ + first.line;
    return line == where.line && lines_.column_of(line, first.byte) == where.column;
  }

  [[nodiscard]] const YamlNode* spec_at(const SourcePosition& where) const {
    if (!root() || root()->kind != YamlNode::Kind::mapping) return nullptr;
    const YamlNode* items = find_value(*root(), "items");
    if (items == nullptr) return begins_at(*root(), where) ? root() : nullptr;
    const auto item =
        std::ranges::find_if(items->children, [&](const YamlNode* one) { return begins_at(*one, where); });
    return item == items->children.end() ? nullptr : *item;
  }

  /// Behind a key and its colon; nothing where the key is no simple one.
  [[nodiscard]] std::optional<std::size_t> behind_key(const YamlNode& key) const {
    std::size_t at = offset_of(key);
    if (at >= file_.size()) return std::nullopt;
    if (file_[at] == '"' || file_[at] == '\'') {
      const auto end = end_of_quoted(file_, at);
      if (!end) return std::nullopt;
      at = *end;
    } else {
      if (!file_.substr(at).starts_with(key.text)) return std::nullopt;
      at += key.text.size();
    }
    at = std::min(file_.find_first_not_of(kBlanks, at), file_.size());
    if (at == file_.size() || file_[at] != ':') return std::nullopt;
    return at + 1;
  }

  struct Extent {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool empty = false;  ///< `key:` and nothing
  };

  /// Of the value behind a key; or why it is not touched.
  [[nodiscard]] std::string find_extent(const YamlNode& key, const YamlNode& value, Extent& extent) const {
    const auto behind = behind_key(key);
    if (!behind) return std::string(kOddSyntax);
    std::size_t at = std::min(file_.find_first_not_of(kBlanks, *behind), file_.size());
    const auto next_is = [&](std::string_view any) {
      return at == file_.size() || any.find(file_[at]) != std::string_view::npos;
    };
    if (next_is("*")) return std::string(kShared);
    if (next_is("&")) {
      at = std::min(file_.find_first_of(" \t\r\n,}]", at), file_.size());
      at = std::min(file_.find_first_not_of(kBlanks, at), file_.size());
      if (next_is("\r\n#,}]")) return std::string(kOddSyntax);
    }
    if (next_is("\r\n#,}]")) {
      if (value.kind == YamlNode::Kind::null) {
        extent = {*behind, *behind, true};
        return {};
      }
      at = offset_of(value);
      if (value.line == key.line || next_is("")) return std::string(kOddSyntax);
    }
    if (next_is("!&*")) return std::string(kOddSyntax);
    if (next_is("|>")) return std::string(kSeveralLines);
    if (value.kind != YamlNode::Kind::null && value.kind != YamlNode::Kind::scalar)
      return "its value is no single one";
    if (next_is("\"'")) {
      const auto end = end_of_quoted(file_, at);
      if (!end) return std::string(kSeveralLines);
      extent = {at, *end};
      return {};
    }
    if (value.kind == YamlNode::Kind::scalar) {
      if (!file_.substr(at).starts_with(value.text)) return std::string(kSeveralLines);
      extent = {at, at + value.text.size()};
      return {};
    }
    for (const std::string_view word : {"null", "Null", "NULL", "~"}) {
      if (!file_.substr(at).starts_with(word)) continue;
      extent = {at, at + word.size()};
      return {};
    }
    return std::string(kOddSyntax);
  }

  std::string plan_replacement(const YamlNode& key, const YamlNode& value, const Scalar& wanted,
                               Splice& splice) const {
    if (is_shared(value)) return std::string(kShared);
    Extent extent;
    if (std::string why = find_extent(key, value, extent); !why.empty()) return why;
    const std::string_view old = file_.substr(extent.begin, extent.end - extent.begin);
    splice = {extent.begin, old.size(), (extent.empty ? " " : "") + in_style_of(old, value, wanted)};
    return {};
  }

  std::string plan_insertion(const YamlNode& mapping, const std::string& key, const Scalar& value,
                             Splice& splice) const {
    if (mapping.children.empty()) return std::string(kOddSyntax);
    const std::string entry = yaml_string(key) + ": " + to_yaml(value);
    if (file_[offset_of(mapping)] == '{') {
      splice = {offset_of(*mapping.children.front()), 0, entry + ", "};
      return {};
    }
    for (std::size_t i = mapping.children.size(); i >= 2; i -= 2) {
      const YamlNode& sibling = *mapping.children[i - 2];
      const YamlNode& its_value = *mapping.children[i - 1];
      Extent extent;
      const bool single = its_value.kind == YamlNode::Kind::scalar || its_value.kind == YamlNode::Kind::null;
      if (!single || !find_extent(sibling, its_value, extent).empty()) continue;
      const std::size_t line_end = file_.find('\n', extent.end);
      const std::string indent(mapping.children.front()->byte, ' ');
      const std::size_t first_end = file_.find('\n');
      const bool carriage =
          first_end != std::string_view::npos && first_end > 0 && file_[first_end - 1] == '\r';
      const std::string line_break = carriage ? "\r\n" : "\n";
      if (line_end == std::string_view::npos) {
        splice = {file_.size(), 0, line_break + indent + entry};
      } else {
        splice = {line_end + 1, 0, indent + entry + line_break};
      }
      return {};
    }
    return std::string(kOddSyntax);
  }

  std::string_view file_;
  const LineIndex& lines_;
  std::size_t begin_;
  std::uint32_t first_line_;
  YamlResult yaml_;
  std::unordered_map<const YamlNode*, std::size_t> holders_;
  mutable std::unordered_map<const YamlNode*, bool> shared_;
};

std::string spliced(std::string_view text, std::span<const Planned* const> planned) {
  std::vector<const Splice*> splices;
  splices.reserve(planned.size());
  for (const Planned* one : planned) splices.push_back(&one->splice);
  std::ranges::stable_sort(splices, {}, &Splice::offset);
  std::string out;
  std::size_t at = 0;
  for (const Splice* splice : splices) {
    out += text.substr(at, splice->offset - at);
    out += splice->text;
    at = splice->offset + splice->length;
  }
  out += text.substr(at);
  return out;
}

/// One file, and the documents of it that edits are of.
class File {
 public:
  explicit File(std::string_view text) : text_(text), lines_(text), documents_(split_documents(text)) {}

  std::string plan(const FieldEdit& edit, Planned& into) {
    const auto behind = std::ranges::partition_point(documents_, [&](const DocumentText& one) {
      return lines_.line_of(one.offset) <= edit.document.line;
    });
    if (behind == documents_.begin()) return std::string(kNotFound);
    into.document = static_cast<std::size_t>(behind - documents_.begin()) - 1;
    const auto [opened, fresh] = opened_.try_emplace(into.document, nullptr);
    if (fresh) opened->second = std::make_unique<Document>(text_, lines_, documents_[into.document]);
    return opened->second->plan(edit, into);
  }

  /// Whether these edits together make of the file what they are to make of it.
  [[nodiscard]] bool proven(std::span<const Planned* const> planned) const {
    const std::string edited = spliced(text_, planned);
    const std::vector<DocumentText> after = split_documents(edited);
    if (after.size() != documents_.size()) return false;
    const Comparison comparison(planned);
    for (std::size_t i = 0; i < after.size(); ++i) {
      const bool touched =
          std::ranges::any_of(planned, [&](const Planned* one) { return one->document == i; });
      if (!touched) {
        if (after[i].text != documents_[i].text) return false;
        continue;
      }
      const YamlResult yaml = parse_yaml(after[i].text);
      if (yaml.problem || !yaml.document.root()) return false;
      if (!comparison.holds(*opened_.at(i)->root(), *yaml.document.root())) return false;
    }
    return true;
  }

 private:
  std::string_view text_;
  LineIndex lines_;
  std::vector<DocumentText> documents_;
  std::map<std::size_t, std::unique_ptr<Document>> opened_;
};

std::vector<const Planned*> pointers_to(const std::vector<Planned>& planned) {
  std::vector<const Planned*> all;
  all.reserve(planned.size());
  for (const Planned& one : planned) all.push_back(&one);
  return all;
}

}  // namespace

EditedFile edit_fields(std::string_view file, std::span<const FieldEdit> edits) {
  EditedFile edited;
  const std::string_view text = without_byte_order_mark(file);
  File parsed(text);
  std::vector<Planned> planned;
  planned.reserve(edits.size());
  for (std::size_t i = 0; i < edits.size(); ++i) {
    Planned one;
    one.edit = i;
    if (std::string why = parsed.plan(edits[i], one); !why.empty()) {
      edited.refused.push_back({i, std::move(why)});
    } else {
      planned.push_back(std::move(one));
    }
  }
  std::vector<const Planned*> made = pointers_to(planned);
  if (!parsed.proven(made)) {
    std::erase_if(made, [&](const Planned* one) {
      if (parsed.proven({&one, 1})) return false;
      edited.refused.push_back({one->edit, std::string(kOddSyntax)});
      return true;
    });
    if (!parsed.proven(made)) {
      for (const Planned* one : made) edited.refused.push_back({one->edit, std::string(kOddSyntax)});
      made.clear();
    }
  }
  std::ranges::sort(edited.refused, {}, &RefusedEdit::edit);
  edited.text = std::string(file.substr(0, file.size() - text.size())) + spliced(text, made);
  return edited;
}

}  // namespace cr::specs
