#include "metrics/textfile.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "metrics/replace_file.h"
#include "metrics/run_exposition.h"

namespace cr::metrics {

namespace {

constexpr std::string_view kEnding = ".prom";
constexpr std::size_t kLargest = std::size_t{1} << 20;

/// What a regular file holds; empty if there is none, or none that we wrote.
std::string text_of(const std::string& path) {
  std::error_code failed;
  if (!std::filesystem::is_regular_file(path, failed)) return {};
  std::ifstream file(path, std::ios::binary);
  std::string text(kLargest + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kLargest) text.clear();
  return text;
}

}  // namespace

std::string textfile_path_problem(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  if (!name.ends_with(kEnding)) {
    return fmt::format("\"{}\" must end in {}; node_exporter's textfile collector reads no other files", path,
                       kEnding);
  }
  return name.size() == kEnding.size() ? fmt::format("\"{}\" is not a file name", path) : std::string{};
}

std::string write_textfile(const std::string& path, const std::string& text) {
  return replace_file(path, with_what_stands(text, text_of(path)));
}

}  // namespace cr::metrics
