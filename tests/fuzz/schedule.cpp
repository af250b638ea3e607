// What a spec may say is something that Coder may hold; its text means the same; starts lie ahead.

#include "specs/schedule.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto live = cr::specs::parse_live_schedule(text);
  const auto strict = cr::specs::parse_schedule(text);
  if (!strict) return 0;
  if (!live || *live != *strict) std::abort();
  const auto again = cr::specs::parse_schedule(strict->text());
  if (!again || *again != *strict || again->text() != strict->text()) std::abort();
  const std::chrono::sys_seconds now = std::chrono::sys_days{std::chrono::year{2026} / 3 / 28};
  const auto next = strict->next_after(now);
  if (!next || *next <= now) std::abort();
  return 0;
}
