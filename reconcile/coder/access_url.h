#pragma once

#include <string_view>

#include "reconcile/http/url.h"

namespace cr::coder {

/// Reads the URL that users give for Coder. A trailing "/api/v2" does not count. Errors are whole sentences
/// that say what to write instead; they do not repeat passwords.
[[nodiscard]] http::SetupResult<http::BaseUrl> parse_access_url(std::string_view text);

}  // namespace cr::coder
