#include "tests/architecture/source_tree.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

namespace cr::testing {

namespace {

namespace fs = std::filesystem;

enum class State { code, line_comment, block_comment, text, character };

/// The text with comments, and what stands between quotes, replaced by blanks; lines stay where they are.
std::string code_of(std::string_view text) {
  std::string code(text);
  State state = State::code;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    const char next = i + 1 < code.size() ? code[i + 1] : '\0';
    if (c == '\n') {
      if (state != State::block_comment) state = State::code;
      continue;
    }
    switch (state) {
      case State::code:
        if (c == '/' && next == '/')
          state = State::line_comment;
        else if (c == '/' && next == '*')
          state = State::block_comment;
        else if (c == '"')
          state = State::text;
        // 1'000 is a number.
        else if (c == '\'' && (i == 0 || !std::isalnum(static_cast<unsigned char>(code[i - 1]))))
          state = State::character;
        if (state == State::line_comment || state == State::block_comment) code[i] = ' ';
        break;
      case State::line_comment:
        code[i] = ' ';
        break;
      case State::block_comment:
        code[i] = ' ';
        if (c == '*' && next == '/') {
          code[++i] = ' ';
          state = State::code;
        }
        break;
      case State::text:
      case State::character:
        if (c == (state == State::text ? '"' : '\'')) {
          state = State::code;
          break;
        }
        code[i] = ' ';
        if (c == '\\' && next != '\n' && i + 1 < code.size()) code[++i] = ' ';
        break;
    }
  }
  return code;
}

/// The path of an #include line; empty if it is another line.
std::string included_by(std::string_view line) {
  const auto skip_blanks = [&](std::size_t from) {
    return std::min(line.find_first_not_of(" \t", from), line.size());
  };
  std::size_t at = skip_blanks(0);
  if (at == line.size() || line[at] != '#') return {};
  at = skip_blanks(at + 1);
  constexpr std::string_view kWord = "include";
  if (line.substr(at, kWord.size()) != kWord) return {};
  at = skip_blanks(at + kWord.size());
  if (at == line.size()) return {};
  const std::size_t end = line.find(line[at] == '<' ? '>' : '"', at + 1);
  return end == std::string_view::npos ? std::string{} : std::string(line.substr(at + 1, end - at - 1));
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line);) lines.push_back(std::move(line));
  return lines;
}

}  // namespace

SourceFile read_source(std::string path, std::string_view text) {
  SourceFile file{std::move(path), {}, lines_of(code_of(text)), lines_of(text)};
  const std::vector<std::string>& raw = file.raw;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (file.lines[i].find('#') == std::string::npos) continue;  // in a comment
    if (std::string included = included_by(raw[i]); !included.empty()) {
      file.includes.push_back({std::move(included), i + 1});
    }
  }
  return file;
}

std::vector<SourceFile> read_tree(const std::string& root, const std::vector<std::string>& folders) {
  std::vector<SourceFile> files;
  for (const std::string& folder : folders) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(root) / folder)) {
      const fs::path& path = entry.path();
      if (!entry.is_regular_file() || (path.extension() != ".h" && path.extension() != ".cpp")) continue;
      std::ifstream in(path);
      const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
      files.push_back(read_source(fs::relative(path, root).generic_string(), text));
    }
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

}  // namespace cr::testing
