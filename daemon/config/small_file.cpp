#include "daemon/config/small_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace cr::daemon {

SmallFile read_small_file(const std::string& path, std::size_t most) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(most + 1, '\0');
  if (!file || !file.read(text.data(), static_cast<std::streamsize>(text.size())).eof()) {
    if (file.gcount() > 0) return {{}, fmt::format("{} is larger than {} KiB", path, most >> 10)};
    return {{}, fmt::format("cannot read {}: {}", path, std::strerror(errno != 0 ? errno : EIO))};
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  return {std::move(text), {}};
}

}  // namespace cr::daemon
