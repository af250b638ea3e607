#include "daemon/config/source_url.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/config/values.h"
#include "daemon/text/escape.h"
#include "reconcile/http/url.h"

namespace cr::daemon {
namespace {

constexpr std::string_view kExample = "https://github.com/acme/specs/blob/{revision}/{path}#L{line}";

ValueError refused(std::string_view text, std::string_view why) {
  return ValueError(
      fmt::format("invalid source URL {}: {}; write a template such as {}", quote(text), why, kExample));
}

/// What a URL may hold as it stands, braces of places aside.
bool is_of_url(char c) {
  return c > ' ' && c < '\x7f' && std::string_view{"\"<>\\^`|"}.find(c) == std::string_view::npos;
}

/// The text from its authority on; nothing if it is no http or https.
std::optional<std::string_view> behind_scheme(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (text.starts_with(scheme)) return text.substr(scheme.size());
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> SourceUrl::fill(std::string_view revision, std::string_view path,
                                           std::uint32_t line) const {
  std::string url;
  for (const Part& part : parts_) {
    if (part.place == Place::line && line == 0) {
      url += std::string_view{part.text}.substr(0, part.text.find('#'));
      break;
    }
    url += part.text;
    switch (part.place) {
      case Place::none:
        break;
      case Place::revision:
        if (revision.empty()) return std::nullopt;
        url += http::percent_encode(revision);
        break;
      case Place::path:
        url += http::percent_encode(path, "/");
        break;
      case Place::line:
        url += std::to_string(line);
        break;
    }
  }
  return url;
}

Value<SourceUrl> parse_source_url(std::string_view text) {
  const auto rest = behind_scheme(text);
  if (!rest) return refused(text, "it is no http or https URL");
  const std::string_view host = rest->substr(0, rest->find_first_of("/?#"));
  if (host.empty() || host.find_first_of("{}@") != std::string_view::npos)
    return refused(text, "its host has to be written out, without a user");
  if (!std::ranges::all_of(text, is_of_url))
    return refused(text, "it has a character that a URL cannot have");
  std::vector<SourceUrl::Part> parts;
  bool has_path = false;
  std::string_view left = text;
  while (!left.empty()) {
    const std::size_t open = left.find_first_of("{}");
    SourceUrl::Part part{.text = std::string{left.substr(0, open)}};
    left = open == std::string_view::npos ? std::string_view{} : left.substr(open);
    if (!left.empty()) {
      const std::size_t close = left.find('}');
      if (left.front() == '}' || close == std::string_view::npos)
        return refused(text, "a brace has no other");
      const std::string_view name = left.substr(1, close - 1);
      if (name == "revision") {
        part.place = SourceUrl::Place::revision;
      } else if (name == "path") {
        part.place = SourceUrl::Place::path;
      } else if (name == "line") {
        part.place = SourceUrl::Place::line;
      } else {
        return refused(
            text,
            fmt::format("unknown placeholder {{{}}}; available: {{revision}}, {{path}}, {{line}}", name));
      }
      has_path = has_path || part.place == SourceUrl::Place::path;
      left.remove_prefix(close + 1);
    }
    parts.push_back(std::move(part));
  }
  if (!has_path) return refused(text, "it has no {path}");
  return SourceUrl(std::move(parts));
}

}  // namespace cr::daemon
