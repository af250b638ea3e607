// Bytes in place of Coder's answer, in pieces: the exchange ends, takes no more than was expected, and what
// fails says why. The input: a byte for the size of the pieces, one for the limit of the body, then the bytes
// until the peer closes.

#include <algorithm>
#include <boost/asio/error.hpp>
#include <cstring>
#include <string>

#include "reconcile/http/message.h"
#include "reconcile/http/stream.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/require.h"
#include "tests/support/run_coroutine.h"

namespace {

using namespace cr::http;
namespace asio = boost::asio;

/// Never waits: what it has comes at once, then the end.
class Recorded : public Stream {
 public:
  Recorded(std::string_view bytes, std::size_t piece) : left_(bytes), piece_(piece) {}

  awaitable<boost::system::result<std::size_t>> read_some(asio::mutable_buffer into) override {
    if (left_.empty()) co_return boost::system::error_code(asio::error::eof);
    const std::size_t size = std::min({into.size(), piece_, left_.size()});
    REQUIRE(size > 0);
    std::memcpy(into.data(), left_.data(), size);
    left_.remove_prefix(size);
    co_return size;
  }
  awaitable<boost::system::result<std::size_t>> write(asio::const_buffer from) override {
    co_return from.size();
  }
  bool looks_dead() override { return false; }
  std::string describe(const boost::system::error_code& failed) override { return failed.message(); }

 private:
  std::string_view left_;
  std::size_t piece_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cr::fuzz::Input input(data, size);
  const std::size_t piece = std::size_t{1} + input.byte() * std::size_t{16};
  Expected expected;
  expected.body_limit = std::size_t{input.byte()} * 64;
  expected.head_only = expected.body_limit == 0;
  Progress progress;
  Recorded stream(input.rest(), piece);
  const auto answer =
      cr::testing::run_coroutine(exchange(stream, "GET / HTTP/1.1\r\n\r\n", expected, progress));
  REQUIRE(progress.sent);
  if (answer) {
    REQUIRE(answer->status >= 200 || answer->status == 101);
    REQUIRE(answer->body.size() <= expected.body_limit);
  } else {
    REQUIRE(!answer.error().message.empty() && answer.error().message.size() < 1024);
    REQUIRE(!answer.error().unsent);
  }
  return 0;
}
