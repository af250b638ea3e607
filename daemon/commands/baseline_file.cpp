#include "daemon/commands/baseline_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <utility>

#include "daemon/ci/baseline.h"
#include "specs/visible.h"

namespace cr::daemon {
namespace {

/// A plan for a hundred thousand workspaces is smaller.
constexpr std::size_t kLargest = std::size_t{256} << 20;

struct Read {
  nlohmann::json document;
  std::string problem;  ///< empty: none
};

Read read(const std::string& path, std::string_view command) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return {{}, fmt::format("cannot be read: {}", std::strerror(errno))};
  const auto size = file.tellg();
  if (size < 0 || static_cast<std::size_t>(size) > kLargest) return {{}, "is too large, or no file"};
  file.seekg(0);
  Read made{nlohmann::json::parse(file, nullptr, false), {}};
  made.problem = ci::baseline_problem(made.document, command);
  return made;
}

}  // namespace

Baseline read_baseline(const Config& config, std::string_view command, Terminal& terminal) {
  if (config.baseline.empty()) return {};
  Read made = read(config.baseline, command);
  if (made.problem.empty()) return {.document = std::move(made.document)};
  terminal.err(
      specs::visible(fmt::format("coder-reconciler: --baseline: {} {}", config.baseline, made.problem)) +
      "\n");
  return {.document = {}, .good = false};
}

}  // namespace cr::daemon
