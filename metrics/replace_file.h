#pragma once

#include <string>
#include <string_view>

namespace cr::metrics {

/// Makes the file have this text. A reader sees the old or the new file, never a part: a temporary one in the
/// same directory (whose name begins with a dot and ends in none that a collector reads) is written, brought
/// to the disk, and renamed. It can be read by everybody (0644), whatever the umask is. A device or a
/// pipe (/dev/null, /dev/stdout) is written to. What is wrong, in words; empty if nothing is. Then the old
/// file is untouched.
[[nodiscard]] std::string replace_file(const std::string& path, std::string_view text);

}  // namespace cr::metrics
