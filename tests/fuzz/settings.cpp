// Values of settings. A header that is taken cannot end the line that it is written to, nor begin another;
// its value is in no error. What is taken is within its bounds.

#include <algorithm>
#include <string>

#include "daemon/config/values.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cr::daemon;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto header = parse_header(text);
  if (header) {
    const auto& [name, value] = *header;
    REQUIRE(!name.empty() && name.find_first_of(" \t\r\n:()<>@,;\\\"/[]?={}") == std::string::npos);
    REQUIRE(std::ranges::none_of(value.reveal(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; }));
    REQUIRE(text.starts_with(name));
  } else if (const auto equal = text.find('='); equal != std::string_view::npos) {
    std::string other(text);
    std::replace_if(
        other.begin() + static_cast<std::ptrdiff_t>(equal) + 1, other.end(),
        [](char c) { return c >= ' ' && c != 0x7F; }, 'x');
    const auto refused = parse_header(other);
    REQUIRE(!refused && refused.error().message() == header.error().message());
  }
  if (const auto url = parse_url(text)) {
    const auto again = parse_url(*url);
    REQUIRE(again && *again == *url && !url->ends_with('/'));
  }
  if (const auto count = parse_count(text, 1, 1000)) REQUIRE(*count >= 1 && *count <= 1000);
  if (const auto time = parse_time(text, std::chrono::seconds{1}, std::chrono::hours{24})) {
    REQUIRE(*time >= std::chrono::seconds{1} && *time <= std::chrono::hours{24});
  }
  if (const auto items = parse_csv(text)) REQUIRE(items->size() <= size + 1);
  if (const auto digest = parse_digest(text)) REQUIRE(digest->size() == 16);
  (void)parse_bool(text);
  (void)parse_listen(text);
  return 0;
}
