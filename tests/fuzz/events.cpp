// A stream of events, cut two ways: both give the same events, none is longer than the bound, and what was
// taken whole is taken in pieces. The input: a byte for the size of the pieces, one for the bound, the
// stream.

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reconcile/http/event_stream.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/require.h"

namespace {

using namespace cr::http;

struct Parsed {
  std::vector<std::pair<std::string, std::string>> events;
  bool whole = true;
  bool operator==(const Parsed&) const = default;
};

Parsed parse(std::string_view bytes, std::size_t piece, std::size_t limit) {
  Parsed parsed;
  EventStreamParser parser(limit);
  const EventStreamParser::OnEvent keep = [&](ServerEvent& event) {
    REQUIRE(!event.type.empty() && event.type.size() <= limit + 7 && event.data.size() <= limit);
    parsed.events.emplace_back(std::move(event.type), std::move(event.data));
  };
  while (!bytes.empty() && parsed.whole) {
    parsed.whole = parser.take(bytes.substr(0, piece), keep);
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  return parsed;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cr::fuzz::Input input(data, size);
  const std::size_t piece = std::size_t{1} + input.byte();
  const std::size_t limit = std::size_t{input.byte()} * 8;
  const std::string_view stream = input.rest();
  REQUIRE(parse(stream, piece, limit) == parse(stream, stream.size() + 1, limit));
  return 0;
}
