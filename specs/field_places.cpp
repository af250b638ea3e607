#include "specs/field_places.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "specs/decode/workspace_document.h"
#include "specs/source_text.h"
#include "specs/yaml_document.h"

namespace cr::specs {
namespace {

bool is_item(std::string_view step) {
  return step.size() > 2 && step.front() == '[' && step.back() == ']';
}

bool is_simple(std::string_view key) {
  return std::ranges::all_of(key, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

const YamlNode* item_of(const YamlNode& sequence, std::string_view step) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(step.data() + 1, step.data() + step.size() - 1, index);
  const bool whole = error == std::errc() && end == step.data() + step.size() - 1;
  return whole && index < sequence.children.size() ? sequence.children[index] : nullptr;
}

const YamlNode* descend(const YamlNode* node, const FieldPath& path) {
  for (const std::string& step : path) {
    if (node == nullptr) return nullptr;
    if (node->kind == YamlNode::Kind::mapping) {
      node = find_value(*node, step);
    } else if (node->kind == YamlNode::Kind::sequence && is_item(step)) {
      node = item_of(*node, step);
    } else {
      return nullptr;
    }
  }
  return node;
}

}  // namespace

std::string to_text(const FieldPath& path) {
  std::string text;
  for (const std::string& step : path) {
    if (!text.empty() && !is_item(step)) text += '.';
    text += is_item(step) || is_simple(step) ? step : in_quotes(step);
  }
  return text;
}

/// A file's text, and the document of it that was looked at last.
class FieldPlaces::File {
 public:
  explicit File(std::string bytes)
      : bytes_(std::move(bytes)),
        text_(without_byte_order_mark(bytes_)),
        lines_(text_),
        documents_(split_documents(text_)) {}

  std::optional<FieldPlace> find(const SourcePosition& document, const FieldPath& path) {
    open(document.line);
    const YamlNode* field = descend(root_of(document), path);
    if (field == nullptr) return std::nullopt;
    FieldPlace place;
    place.where = position_of(*field);
    place.where.file = document.file;
    place.excerpt = make_excerpt(lines_.line(place.where.line), place.where.column);
    return place;
  }

 private:
  void open(std::uint32_t line) {
    const auto behind = std::ranges::partition_point(
        documents_, [&](const DocumentText& one) { return lines_.line_of(one.offset) <= line; });
    if (behind == documents_.begin()) return;
    const auto index = static_cast<std::size_t>(behind - documents_.begin()) - 1;
    if (yaml_ && index == opened_) return;
    opened_ = index;
    yaml_ = parse_yaml(documents_[index].text);
    first_line_ = lines_.line_of(documents_[index].offset);
  }

  [[nodiscard]] SourcePosition position_of(const YamlNode& node) const {
    const std::uint32_t line = first_line_ + node.line;
    return {nullptr, line, lines_.column_of(line, node.byte)};
  }

  /// Whether a workspace begins where its spec says.
  [[nodiscard]] bool begins_at(const YamlNode& node, const SourcePosition& document) const {
    const YamlNode& first = node.children.empty() ? node : *node.children.front();
    const SourcePosition at = position_of(first);
    return at.line == document.line && at.column == document.column;
  }

  [[nodiscard]] const YamlNode* root_of(const SourcePosition& document) const {
    const YamlNode* root = yaml_ && !yaml_->problem ? yaml_->document.root() : nullptr;
    if (root == nullptr || root->kind != YamlNode::Kind::mapping) return nullptr;
    const YamlNode* items = find_value(*root, "items");
    if (items == nullptr) return begins_at(*root, document) ? root : nullptr;
    const auto item =
        std::ranges::find_if(items->children, [&](const YamlNode* one) { return begins_at(*one, document); });
    return item == items->children.end() ? nullptr : *item;
  }

  std::string bytes_;
  std::string_view text_;
  LineIndex lines_;
  std::vector<DocumentText> documents_;
  std::optional<YamlResult> yaml_;
  std::size_t opened_ = 0;
  std::uint32_t first_line_ = 1;
};

FieldPlaces::FieldPlaces(ReadText read) : read_(std::move(read)) {}
FieldPlaces::~FieldPlaces() = default;

std::optional<FieldPlace> FieldPlaces::find(const SourcePosition& document, const FieldPath& path) {
  const auto [known, fresh] = files_.try_emplace(std::string(document.path()));
  if (fresh) {
    if (auto text = read_(known->first)) known->second = std::make_unique<File>(std::move(*text));
  }
  return known->second ? known->second->find(document, path) : std::nullopt;
}

}  // namespace cr::specs
