// Pages of the list, single workspaces and builds: decoding ends, is the same however the body lies in memory
// and whatever was decoded before, keeps no more than the body holds, and an error names a key without
// repeating the body.

#include <algorithm>
#include <string>

#include "reconcile/coder/list_page.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/require.h"

namespace {

using namespace cr::coder;

constexpr std::size_t kLongestError = 1024;

template <class Decode>
auto twice(std::string_view bytes, Decode decode) {
  static WorkspaceDecoder used;
  WorkspaceDecoder fresh;
  std::string tight(bytes);
  tight.shrink_to_fit();
  std::string roomy(bytes);
  roomy.reserve(bytes.size() + 2 * kBodyPadding);
  auto result = decode(used, tight);
  const auto again = decode(fresh, roomy);
  REQUIRE(tight == bytes && roomy == bytes);
  REQUIRE(result.has_value() == again.has_value());
  if (result) {
    REQUIRE(*result == *again);
  } else {
    REQUIRE(result.error() == again.error());
    REQUIRE(!result.error().message.empty() && result.error().message.size() <= kLongestError);
  }
  return result;
}

void check(const cr::reconcile::LiveBuild& build, std::size_t most) {
  REQUIRE(build.version_name.size() + build.error.size() <= most);
}

void check(const cr::reconcile::LiveWorkspace& row, std::size_t most) {
  REQUIRE(row.name.size() + row.owner_name.size() + row.template_name.size() +
              row.autostart_schedule.size() <=
          most);
  REQUIRE(!row.ttl || row.ttl->count() != 0);
  check(row.build, most);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto page = twice(body, [](auto& decoder, auto& text) { return decoder.page(text); });
  if (page) {
    REQUIRE(page->rows.size() <= size);
    for (const auto& row : page->rows) check(row, size);
  }
  if (const auto one = twice(body, [](auto& decoder, auto& text) { return decoder.workspace(text); }))
    check(*one, size);
  if (const auto build = twice(body, [](auto& decoder, auto& text) { return decoder.build(text); }))
    check(*build, size);
  return 0;
}
