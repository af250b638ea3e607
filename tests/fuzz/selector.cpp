// A selector that is taken has one spelling, which reads as the same selector.

#include "specs/selector.h"

#include <string>

#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cr::specs;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto selector = parse_selector(text);
  if (!selector) {
    REQUIRE(!selector.error().message().empty());
    return 0;
  }
  const std::string canonical = selector->text();
  const auto again = parse_selector(canonical);
  REQUIRE(again && *again == *selector && again->text() == canonical);
  for (const cr::specs::StringPairs& labels :
       {cr::specs::StringPairs{}, {{"env", "prod"}}, {{"env", "dev"}, {"team", "payments"}}}) {
    REQUIRE(again->selects(labels) == selector->selects(labels));
  }
  if (selector->empty()) REQUIRE(selector->selects({}));
  return 0;
}
