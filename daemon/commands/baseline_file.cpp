#include "daemon/commands/baseline_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "daemon/ci/baseline.h"

namespace cr::daemon {
namespace {

/// A plan for a hundred thousand workspaces is smaller.
constexpr std::size_t kLargest = std::size_t{256} << 20;

struct Read {
  nlohmann::json document;
  std::string problem;  ///< empty: none
};

/// Of a pipe, too: `--baseline <(git show …)`.
Read read(const std::string& path, std::string_view command) {
  std::error_code none;
  if (std::filesystem::is_directory(path, none)) return {{}, "is a directory"};
  std::ifstream file(path, std::ios::binary);
  if (!file) return {{}, fmt::format("cannot be read: {}", std::strerror(errno))};
  std::string text;
  std::vector<char> block(std::size_t{1} << 20);
  while (file.read(block.data(), static_cast<std::streamsize>(block.size())) || file.gcount() > 0) {
    text.append(block.data(), static_cast<std::size_t>(file.gcount()));
    if (text.size() > kLargest) return {{}, fmt::format("has more than {} MiB", kLargest >> 20)};
  }
  if (file.bad()) return {{}, "cannot be read to its end"};
  if (text.empty()) return {{}, "is empty"};
  Read made{nlohmann::json::parse(text, nullptr, false), {}};
  made.problem = ci::baseline_problem(made.document, command);
  return made;
}

}  // namespace

Baseline read_baseline(const Config& config, std::string_view command, Terminal& terminal) {
  if (config.baseline.empty()) return {};
  Read made = read(config.baseline, command);
  if (made.problem.empty()) return {.document = std::move(made.document)};
  say(terminal, fmt::format("--baseline: {} {}", config.baseline, made.problem));
  return {.document = {}, .good = false};
}

}  // namespace cr::daemon
