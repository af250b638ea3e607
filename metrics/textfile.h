#pragma once

#include <string>
#include <string_view>

namespace cr::metrics {

/// What node_exporter's textfile collector would pass over: why, or nothing. It reads files whose names end
/// in .prom.
[[nodiscard]] std::string textfile_path_problem(std::string_view path);

/// Replaces the file by `text`, and by the families of the file that was there which `text` has no word of.
///
/// As replace_file(): a reader sees the old or the new file. What is wrong, in words; empty if nothing is.
[[nodiscard]] std::string write_textfile(const std::string& path, const std::string& text);

}  // namespace cr::metrics
