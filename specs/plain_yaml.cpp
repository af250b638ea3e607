#include "specs/plain_yaml.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace cr::specs {
namespace {

// Far below the limits of a document, so that none of them needs to be counted here.
constexpr std::size_t kLongestDocument = std::size_t{64} << 10;
constexpr std::size_t kLongestKey = 256;
constexpr std::size_t kDeepest = 8;

enum : std::uint8_t {
  kLetter = 1,      ///< may begin a key
  kKey = 2,         ///< may stand in a key
  kFirst = 4,       ///< may begin a plain value
  kBlockValue = 8,  ///< may stand in a plain value
  kFlowValue = 16,  ///< and in one within braces
};

constexpr auto kClasses = [] {
  std::array<std::uint8_t, 256> classes{};
  const auto add = [&classes](std::string_view characters, unsigned bits) {
    for (const char c : characters)
      classes[static_cast<unsigned char>(c)] =
          static_cast<std::uint8_t>(classes[static_cast<unsigned char>(c)] | bits);
  };
  add("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
      kLetter | kKey | kFirst | kBlockValue | kFlowValue);
  add("0123456789", kKey | kFirst | kBlockValue | kFlowValue);
  add("/", kKey | kFirst | kBlockValue | kFlowValue);
  add("_.-", kKey | kBlockValue | kFlowValue);
  add(" @%+=*()", kBlockValue | kFlowValue);
  add(",:", kBlockValue);
  return classes;
}();

bool is(char c, unsigned bits) {
  return (kClasses[static_cast<unsigned char>(c)] & bits) != 0;
}

}  // namespace

/// One pass over the text. Every step returns false where the text is none of its business.
class PlainReader {
 public:
  explicit PlainReader(std::string_view text) : text_(text) {}

  std::optional<YamlDocument> run() {
    if (text_.size() > kLongestDocument) return std::nullopt;
    for (std::size_t at = 0; at < text_.size(); ++line_) {
      const std::size_t found = text_.find('\n', at);
      const std::size_t end = found == std::string_view::npos ? text_.size() : found;
      if (!take_line(text_.substr(at, end - at))) return std::nullopt;
      at = end + 1;
    }
    if (expects_children_ || open_.empty()) return std::nullopt;
    while (!open_.empty()) close();
    return std::move(document_);
  }

 private:
  struct Open {
    YamlNode* mapping;
    std::size_t indent;
  };

  bool take_line(std::string_view line) {
    const std::size_t indent = line.find_first_not_of(' ');
    if (indent == std::string_view::npos) return true;
    if (line[indent] == '#') return is_comment(line);
    if (line.starts_with("---")) return take_marker(line);
    return take_level(indent) && take_entry(line, indent);
  }

  /// Its text says nothing, but has to be text.
  static bool is_comment(std::string_view line) {
    for (const char c : line)
      if (c < 0x20 || c > 0x7E) return false;
    return true;
  }

  /// At the beginning of the document, and alone on its line.
  bool take_marker(std::string_view line) {
    if (marked_ || !open_.empty()) return false;
    marked_ = true;
    return line.find_first_not_of(' ', 3) == std::string_view::npos;
  }

  /// Makes the mapping whose keys stand at `indent` the innermost open one.
  bool take_level(std::size_t indent) {
    if (open_.empty() || expects_children_) {
      if (open_.empty() ? indent != 0 : indent <= open_.back().indent) return false;
      if (open_.size() == kDeepest) return false;
      expects_children_ = false;
      open_.push_back({&make(YamlNode::Kind::mapping, indent), indent});
      return true;
    }
    while (open_.back().indent > indent) {
      close();
      if (open_.empty()) return false;
    }
    return open_.back().indent == indent;
  }

  bool take_entry(std::string_view line, std::size_t at) {
    if (!take_key(line, at, *open_.back().mapping)) return false;
    if (at == line.size()) {
      expects_children_ = true;
      return true;
    }
    if (line[at] == '{') {
      if (!take_flow_mapping(line, at)) return false;
    } else if (!take_value(line, at, *open_.back().mapping, kBlockValue)) {
      return false;
    }
    return line.find_first_not_of(' ', at) == std::string_view::npos;
  }

  /// A key with its colon; `at` is then where its value begins, or the end of the line.
  bool take_key(std::string_view line, std::size_t& at, YamlNode& mapping) {
    const std::size_t start = at;
    if (at == line.size() || !is(line[at], kLetter)) return false;
    while (at < line.size() && is(line[at], kKey)) ++at;
    if (at == line.size() || line[at] != ':' || at - start > kLongestKey) return false;
    add_scalar(mapping, line.substr(start, at - start), start, true);
    ++at;
    if (at < line.size() && line[at] != ' ') return false;
    skip_blanks(line, at);
    return true;
  }

  bool take_value(std::string_view line, std::size_t& at, YamlNode& mapping, unsigned allowed) {
    const std::size_t start = at;
    if (line[at] == '"' || line[at] == '\'') return take_quoted(line, at, mapping);
    if (!is(line[at], kFirst)) return false;
    while (at < line.size() && is(line[at], allowed)) {
      // A colon that ends a word would make a key of what stands before it.
      if (line[at] == ':' && (at + 1 == line.size() || line[at + 1] == ' ')) return false;
      ++at;
    }
    std::string_view text = line.substr(start, at - start);
    text = text.substr(0, text.find_last_not_of(' ') + 1);
    add_scalar(mapping, text, start, true);
    return true;
  }

  bool take_quoted(std::string_view line, std::size_t& at, YamlNode& mapping) {
    const std::size_t start = at;
    const char quote = line[at];
    for (++at; at < line.size() && line[at] != quote; ++at)
      if (line[at] < 0x20 || line[at] > 0x7E || line[at] == '\\') return false;
    if (at == line.size()) return false;
    ++at;
    if (at < line.size() && line[at] == quote) return false;  // a quote within
    add_scalar(mapping, line.substr(start + 1, at - start - 2), start, false);
    return true;
  }

  bool take_flow_mapping(std::string_view line, std::size_t& at) {
    YamlNode& mapping = make(YamlNode::Kind::mapping, at);
    const auto next_is = [&](char c) { return at < line.size() && line[at] == c; };
    ++at;
    skip_blanks(line, at);
    if (!next_is('}')) {
      while (true) {
        if (!take_key(line, at, mapping) || at == line.size()) return false;
        if (!take_value(line, at, mapping, kFlowValue)) return false;
        skip_blanks(line, at);
        if (next_is('}')) break;
        if (!next_is(',')) return false;
        ++at;
        skip_blanks(line, at);
      }
    }
    ++at;
    attach(*open_.back().mapping, mapping);
    return true;
  }

  static void skip_blanks(std::string_view line, std::size_t& at) {
    while (at < line.size() && line[at] == ' ') ++at;
  }

  YamlNode& make(YamlNode::Kind kind, std::size_t byte) {
    YamlNode& node = document_.nodes_.emplace_back();
    node.kind = kind;
    node.line = line_;
    node.byte = static_cast<std::uint32_t>(byte);
    return node;
  }

  static void attach(YamlNode& mapping, const YamlNode& node) {
    mapping.children.push_back(&node);
    mapping.expanded += node.expanded;
  }

  void add_scalar(YamlNode& mapping, std::string_view text, std::size_t byte, bool plain) {
    const bool null = plain && (text == "null" || text == "Null" || text == "NULL");
    YamlNode& node = make(null ? YamlNode::Kind::null : YamlNode::Kind::scalar, byte);
    if (!null) {
      node.plain = plain;
      node.text = text;
    }
    attach(mapping, node);
  }

  void close() {
    const YamlNode& done = *open_.back().mapping;
    open_.pop_back();
    if (open_.empty()) {
      document_.root_ = &done;
    } else {
      attach(*open_.back().mapping, done);
    }
  }

  std::string_view text_;
  YamlDocument document_;
  std::vector<Open> open_;  ///< mappings that the present line is part of
  std::uint32_t line_ = 0;
  bool marked_ = false;            ///< a `---` was seen
  bool expects_children_ = false;  ///< the last key has its value below it
};

std::optional<YamlDocument> read_plain_yaml(std::string_view document) {
  return PlainReader(document).run();
}

}  // namespace cr::specs
