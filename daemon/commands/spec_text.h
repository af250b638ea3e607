#pragma once

#include <optional>
#include <string>

namespace cr::daemon {

/// The text of a spec file by the path that diagnostics show, links followed; nothing where that is no file
/// that can be read (standard input). For specs::FieldPlaces.
[[nodiscard]] std::optional<std::string> read_spec_text(const std::string& path);

}  // namespace cr::daemon
