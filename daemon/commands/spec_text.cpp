#include "daemon/commands/spec_text.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "specs/parse.h"
#include "specs/regular_file.h"

namespace cr::daemon {

std::optional<std::string> read_spec_text(const std::string& path) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(path, error);
  if (error) return std::nullopt;
  specs::FileBytes content = specs::read_regular_file(real.string(), specs::ParseLimits{}.bytes);
  if (content.outcome != specs::FileBytes::Outcome::read) return std::nullopt;
  return std::move(content.bytes);
}

}  // namespace cr::daemon
