#include "reconcile/coder/access_url.h"

#include <fmt/format.h>

namespace cr::coder {
namespace {

http::SetupError bad_url(std::string_view text, std::string_view why) {
  return http::SetupError(fmt::format(
      "Coder's URL \"{}\": {} (write a URL such as https://coder.example.com)", http::shown_url(text), why));
}

}  // namespace

http::SetupResult<http::BaseUrl> parse_access_url(std::string_view text) {
  // Wherever it stands: what is before it may be a password with any character in it.
  if (text.find('@') != std::string_view::npos) {
    return bad_url(text, "a user or password is not allowed; remove it");
  }
  http::SetupResult<http::Url> url = http::parse_url(text);
  if (!url) return bad_url(text, url.error().message);
  std::string_view prefix = url->base.prefix;
  constexpr std::string_view kApi = "/api/v2";
  if (prefix.ends_with(kApi)) prefix.remove_suffix(kApi.size());
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  url->base.prefix.resize(prefix.size());
  return std::move(url->base);
}

}  // namespace cr::coder
