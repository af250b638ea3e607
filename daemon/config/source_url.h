#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cr::daemon {

/// Where people read the specs: a URL of a forge with places for revision, path and line, such as
/// `https://github.com/acme/specs/blob/{revision}/{path}#L{line}`. Scheme and host are fixed, so that no name
/// of a file leads elsewhere.
class SourceUrl {
 public:
  enum class Place : std::uint8_t { none, revision, path, line };
  struct Part {
    std::string text;  ///< as it stands, before the place
    Place place = Place::none;
    bool operator==(const Part&) const = default;
  };
  /// As parse_source_url (values.h) has taken it apart.
  explicit SourceUrl(std::vector<Part> parts = {}) : parts_(std::move(parts)) {}

  /// Each value percent-encoded in its place; the path keeps its slashes. Nothing where the URL wants a
  /// revision and there is none. A line of 0 means the whole file: from the fragment that has the line on,
  /// nothing is there.
  [[nodiscard]] std::optional<std::string> fill(std::string_view revision, std::string_view path,
                                                std::uint32_t line) const;
  bool operator==(const SourceUrl&) const = default;

 private:
  std::vector<Part> parts_;
};

}  // namespace cr::daemon
