// Whatever Coder says of its limit: a call is never put into the past, nor so far off that it would never be
// made, and what is remembered is bounded by what is near its limit. The input: lines of three numbers
// (limit, remaining, reset).

#include "reconcile/coder/rate_limit.h"

#include <charconv>
#include <string>

#include "tests/fuzz/input.h"
#include "tests/fuzz/require.h"

namespace {

std::optional<std::int64_t> number(std::string_view& line) {
  const auto start = line.find_first_not_of(' ');
  line.remove_prefix(start == std::string_view::npos ? line.size() : start);
  std::int64_t value = 0;
  const auto [end, failed] = std::from_chars(line.data(), line.data() + line.size(), value);
  const auto length = static_cast<std::size_t>(end - line.data());
  line.remove_prefix(length == 0 && !line.empty() ? 1 : length);
  return failed == std::errc{} ? std::optional{value} : std::nullopt;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cr::coder;
  cr::fuzz::Input input(data, size);
  RateLimiter limiter;
  SteadyTime now{std::chrono::hours{1000}};
  const std::chrono::sys_seconds wall{std::chrono::seconds{1'764'000'000}};
  const std::string paths[] = {"/a", "/b", "/c"};
  for (int i = 0; !input.rest().empty() && i < 200; ++i) {
    std::string_view line = input.line();
    RateHeaders headers;
    headers.limit = number(line);
    headers.remaining = number(line);
    headers.reset = number(line);
    const std::string& path = paths[i % 3];
    limiter.observe(path, headers, now, wall);
    const SteadyTime start = limiter.reserve(path, now);
    REQUIRE(start >= now);
    REQUIRE(start <= now + std::chrono::hours{25});
    now += std::chrono::milliseconds{100};
  }
  REQUIRE(limiter.remembered() <= 3);
  return 0;
}
