#include "specs/yaml_document.h"

#include <fmt/format.h>
#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <istream>
#include <streambuf>
#include <unordered_map>
#include <utility>

#include "specs/plain_yaml.h"
#include "specs/source_text.h"

namespace cr::specs {
namespace {

/// Thrown out of the parser's callbacks to stop it.
struct Stop {
  YamlProblem problem;
};

[[noreturn]] void stop_at(const YAML::Mark& mark, bool limit, std::string message, std::string remedy) {
  YamlProblem problem;
  problem.limit = limit;
  problem.line = static_cast<std::uint32_t>(std::max(mark.line, 0));
  problem.byte = static_cast<std::uint32_t>(std::max(mark.column, 0));
  problem.message = std::move(message);
  problem.remedy = std::move(remedy);
  throw Stop{std::move(problem)};
}

class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    // The stream only reads; the interface is older than const.
    char* begin = const_cast<char*>(text.data());
    setg(begin, begin, begin + text.size());
  }
};

bool is_marker(std::string_view line, std::string_view marker) {
  line = without_byte_order_mark(line);  // where files were joined
  if (!line.starts_with(marker)) return false;
  return line.size() == marker.size() || line[3] == ' ' || line[3] == '\t' || line[3] == '\r';
}

/// Blank, comment or directive: says nothing by itself.
bool is_silent(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  return first == std::string_view::npos || line[first] == '#' || line[0] == '%';
}

/// The scanner keeps tokens until it knows whether `[` or `{` begins a key, which can be the whole document:
/// a bound on them is what bounds its memory (about 200 bytes a token).
std::optional<YamlProblem> find_excess_of_flow(std::string_view text) {
  std::size_t marks = 0;
  std::size_t line_start = 0;
  std::uint32_t line = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    switch (text[at]) {
      case '\n':
        ++line;
        line_start = at + 1;
        break;
      case '[':
      case ']':
      case '{':
      case '}':
      case ',':
        if (++marks > kMaxFlowMarks) {
          YamlProblem problem;
          problem.limit = true;
          problem.line = line;
          problem.byte = static_cast<std::uint32_t>(at - line_start);
          problem.message =
              fmt::format("the document has more than {} brackets, braces and commas", kMaxFlowMarks);
          problem.remedy = "split it into several documents, or write one item per line without braces";
          return problem;
        }
        break;
      default:
        break;
    }
  }
  return std::nullopt;
}

/// The parser's terse messages, as something that a person can act on.
std::string in_words(const std::string& message) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kWords{{
      {"end of sequence flow not found", "unclosed \"[\""},
      {"end of map flow not found", "unclosed \"{\""},
      {"end of map not found", "this does not continue the mapping above it; check the indentation"},
      {"end of sequence not found", "this does not continue the list above it; check the indentation"},
      {"illegal map value", "a value cannot begin here; quote text that contains \": \""},
      {"illegal EOF in scalar", "unclosed quote"},
  }};
  for (const auto& [terse, words] : kWords)
    if (message == terse) return std::string(words);
  return message;
}

/// An error at the very end belongs to the last line that says something.
void move_to_content(std::string_view text, YamlProblem& problem) {
  const std::size_t end = text.find_last_not_of(" \t\r\n");
  if (end == std::string_view::npos) return;
  const auto last = static_cast<std::uint32_t>(std::count(text.begin(), text.begin() + end, '\n'));
  if (problem.line <= last) return;
  problem.line = last;
  const std::size_t line_break = text.rfind('\n', end);
  problem.byte =
      static_cast<std::uint32_t>(end - (line_break == std::string_view::npos ? 0 : line_break + 1));
}

/// JSON writes what is beyond U+FFFF as two halves, which YAML's escapes do not have.
std::optional<YamlProblem> surrogate_problem(std::string_view text, const YAML::Exception& error) {
  constexpr std::string_view kTerse = "invalid unicode: ";
  std::uint32_t code = 0;
  if (!std::string_view{error.msg}.starts_with(kTerse)) return std::nullopt;
  const std::string_view number = std::string_view{error.msg}.substr(kTerse.size());
  std::from_chars(number.data(), number.data() + number.size(), code);
  if (code < 0xD800 || code > 0xDFFF) return std::nullopt;
  YamlProblem problem;
  problem.message =
      fmt::format("\\u{:04x} is half of a surrogate pair, as in JSON; YAML does not support these", code);
  problem.remedy = "write the character itself, or \\U and its eight hex digits";
  // The parser tells the line, and of that the end.
  const auto half_at = [&](std::size_t at) {
    std::uint32_t found = 0;
    if (at + 6 > text.size()) return found;
    std::from_chars(text.data() + at + 2, text.data() + at + 6, found, 16);
    return found;
  };
  for (std::size_t at = text.find("\\u"); at != std::string_view::npos; at = text.find("\\u", at + 1)) {
    if (half_at(at) != code) continue;
    const std::uint32_t low = text.substr(at + 6).starts_with("\\u") ? half_at(at + 6) : 0;
    if (code < 0xDC00 && low >= 0xDC00 && low <= 0xDFFF)
      problem.remedy = fmt::format("write the character itself, or \\U{:08x}",
                                   0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00));
    const std::size_t line = text.rfind('\n', at);
    problem.line = static_cast<std::uint32_t>(
        std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
    problem.byte = static_cast<std::uint32_t>(line == std::string_view::npos ? at : at - line - 1);
    return problem;
  }
  return problem;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool all_of(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

}  // namespace

/// Turns the parser's events into nodes, within the limits.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(YamlDocument& document, std::string_view text) : document_(document), text_(text) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (document_.root_ != nullptr)
      stop_at(mark, false, "unexpected content after the end of the document", "");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(make(mark, YamlNode::Kind::null), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    // An anchor is complete only when its node is: an alias to a node within itself would be endless.
    if (found == anchors_.end()) stop_at(mark, false, "the alias refers to a node that contains it", "");
    count(mark, found->second->expanded);
    alias_bytes_ += found->second->text_bytes;
    if (alias_bytes_ > kMaxAliasGrowth * text_.size() + kFreeAliasBytes)
      stop_at(
          mark, true,
          fmt::format("the document's aliases stand for more than {} times its own text", kMaxAliasGrowth),
          "repeat less of it, or split it into several documents");
    attach(found->second);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode& node = make(mark, YamlNode::Kind::scalar);
    node.plain = tag == "?";
    node.foreign_tag = !node.plain && tag != "!" && tag != "tag:yaml.org,2002:str";
    node.text = value;
    node.text_bytes = static_cast<std::uint32_t>(value.size());
    if (!node.plain) check_closed(mark);
    add(node, anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, YamlNode::Kind::sequence, tag, "tag:yaml.org,2002:seq", anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, YamlNode::Kind::mapping, tag, "tag:yaml.org,2002:map", anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    YamlNode* node;
    YAML::anchor_t anchor;
  };

  void count(const YAML::Mark& mark, std::size_t nodes) {
    total_ += nodes;
    if (total_ > kMaxNodes)
      stop_at(mark, true,
              fmt::format("the document has more than {} keys and values, aliases expanded", kMaxNodes),
              "split it into several documents");
  }

  YamlNode& make(const YAML::Mark& mark, YamlNode::Kind kind) {
    count(mark, 1);
    YamlNode& node = document_.nodes_.emplace_back();
    node.kind = kind;
    node.line = static_cast<std::uint32_t>(std::max(mark.line, 0));
    node.byte = static_cast<std::uint32_t>(std::max(mark.column, 0));
    return node;
  }

  void attach(const YamlNode* node) {
    if (open_.empty()) {
      document_.root_ = node;
      return;
    }
    open_.back().node->children.push_back(node);
    open_.back().node->expanded += node->expanded;
    open_.back().node->text_bytes += node->text_bytes;
  }

  void add(const YamlNode& node, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) anchors_[anchor] = &node;
    attach(&node);
  }

  void open(const YAML::Mark& mark, YamlNode::Kind kind, const std::string& tag, std::string_view own_tag,
            YAML::anchor_t anchor) {
    if (open_.size() == kMaxDepth)
      stop_at(mark, true, fmt::format("the document is nested deeper than {} levels", kMaxDepth), "");
    YamlNode& node = make(mark, kind);
    node.foreign_tag = tag != "?" && tag != "!" && !tag.empty() && tag != own_tag;
    open_.push_back({&node, anchor});
  }

  void close() {
    const Open done = open_.back();
    open_.pop_back();
    add(*done.node, done.anchor);
  }

  /// The parser takes the end of the text for the quote that is missing, and everything before it for the
  /// value.
  void check_closed(const YAML::Mark& mark) const {
    if (mark.pos < 0 || static_cast<std::size_t>(mark.pos) >= text_.size()) return;
    const std::string_view rest = text_.substr(static_cast<std::size_t>(mark.pos));
    const char quote = rest[0];
    if (quote != '"' && quote != '\'') return;
    for (std::size_t i = 1; i < rest.size(); ++i) {
      const bool doubled = quote == '\'' && rest.substr(i).starts_with("''");
      const bool escaped = quote == '"' && rest[i] == '\\';
      if (doubled || escaped) {
        ++i;
      } else if (rest[i] == quote) {
        return;
      }
    }
    stop_at(mark, false, "invalid YAML: unclosed quote", "");
  }

  YamlDocument& document_;
  std::string_view text_;
  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, const YamlNode*> anchors_;
  std::size_t total_ = 0;
  std::size_t alias_bytes_ = 0;
};

PlainType plain_type(std::string_view text) {
  for (const std::string_view word : {"true", "True", "TRUE", "false", "False", "FALSE"})
    if (text == word) return PlainType::boolean;
  for (const std::string_view word : {".nan", ".NaN", ".NAN"})
    if (text == word) return PlainType::number;
  if (text.starts_with("0x"))
    return all_of(text.substr(2), "0123456789abcdefABCDEF") ? PlainType::number : PlainType::text;
  if (text.starts_with("0o")) return all_of(text.substr(2), "01234567") ? PlainType::number : PlainType::text;

  std::string_view rest = text;
  if (rest.starts_with('-') || rest.starts_with('+')) rest.remove_prefix(1);
  for (const std::string_view word : {".inf", ".Inf", ".INF"})
    if (rest == word) return PlainType::number;
  const auto take_digits = [&rest] {
    std::size_t n = 0;
    while (n < rest.size() && is_digit(rest[n])) ++n;
    rest.remove_prefix(n);
    return n;
  };
  std::size_t digits = take_digits();
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    digits += take_digits();
  }
  if (digits == 0) return PlainType::text;
  if (rest.starts_with('e') || rest.starts_with('E')) {
    rest.remove_prefix(1);
    if (rest.starts_with('-') || rest.starts_with('+')) rest.remove_prefix(1);
    if (take_digits() == 0) return PlainType::text;
  }
  return rest.empty() ? PlainType::number : PlainType::text;
}

std::vector<DocumentText> split_documents(std::string_view file) {
  std::vector<DocumentText> documents;
  std::size_t start = 0;
  bool content = false;  // since `start`
  const auto cut = [&](std::size_t end) {
    if (content) documents.push_back({file.substr(start, end - start), start});
    start = end;
    content = false;
  };
  for (std::size_t at = 0; at < file.size();) {
    const std::size_t break_at = file.find('\n', at);
    const std::size_t next = break_at == std::string_view::npos ? file.size() : break_at + 1;
    const std::string_view line =
        file.substr(at, (break_at == std::string_view::npos ? file.size() : break_at) - at);
    if (is_marker(line, "---")) {
      if (content) cut(at);
      content = true;
    } else if (is_marker(line, "...")) {
      content = content || at > start;
      cut(next);
    } else if (!line.empty() && !is_silent(line)) {
      content = true;
    }
    at = next;
  }
  cut(file.size());
  return documents;
}

std::vector<Conflict> find_conflicts(std::string_view file) {
  std::vector<Conflict> conflicts;
  bool open = false;
  for (std::size_t at = 0; at < file.size();) {
    const std::size_t break_at = file.find('\n', at);
    const std::size_t next = break_at == std::string_view::npos ? file.size() : break_at + 1;
    const std::string_view line = file.substr(at, next - at);
    const auto is = [&](std::string_view marker) {
      return line.starts_with(marker) && (line.size() == marker.size() || line[marker.size()] == ' ' ||
                                          line[marker.size()] == '\r' || line[marker.size()] == '\n');
    };
    if (is("<<<<<<<") || (!open && (is("=======") || is("|||||||") || is(">>>>>>>")))) {
      open = is("<<<<<<<");
      conflicts.push_back({at, open ? file.size() : next});
    } else if (open && is(">>>>>>>")) {
      open = false;
      conflicts.back().end = next;
    }
    at = next;
  }
  return conflicts;
}

YamlResult parse_yaml(std::string_view document) {
  if (auto plain = read_plain_yaml(document)) return {std::move(*plain), std::nullopt};
  return parse_yaml_in_full(document);
}

YamlResult parse_yaml_in_full(std::string_view document) {
  YamlResult result;
  if (auto excess = find_excess_of_flow(document)) {
    result.problem = std::move(excess);
    return result;
  }
  try {
    ViewBuffer buffer(document);
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    TreeBuilder builder(result.document, document);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop& stop) {
    result.problem = stop.problem;
  } catch (const YAML::DeepRecursion& deep) {
    YamlProblem problem;
    problem.limit = true;
    problem.line = static_cast<std::uint32_t>(std::max(deep.mark.line, 0));
    problem.message = fmt::format("the document is nested deeper than {} levels", kMaxDepth);
    result.problem = std::move(problem);
  } catch (const YAML::Exception& error) {
    YamlProblem problem;
    problem.line = static_cast<std::uint32_t>(std::max(error.mark.line, 0));
    problem.byte = static_cast<std::uint32_t>(std::max(error.mark.column, 0));
    problem.message = "invalid YAML: " + in_words(error.msg);
    if (auto surrogate = surrogate_problem(document, error)) problem = std::move(*surrogate);
    result.problem = std::move(problem);
  }
  if (result.problem) {
    move_to_content(document, *result.problem);
    result.document = YamlDocument{};
  }
  return result;
}

}  // namespace cr::specs
