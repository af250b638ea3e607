// Bytes on a connection to our server: each request that reaches the handler is whole and plain, every answer
// is HTTP, none is larger than its cause, and the connection ends when its client is gone.

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <exception>
#include <string>

#include "daemon/http/lanes.h"
#include "daemon/http/session.h"
#include "reconcile/async/clock.h"
#include "tests/fuzz/require.h"

namespace {

using namespace cr::daemon;
namespace asio = boost::asio;

std::string read_to_end(int descriptor) {
  std::string text;
  std::array<char, 4096> part{};
  for (ssize_t got; (got = ::read(descriptor, part.data(), part.size())) > 0;)
    text.append(part.data(), static_cast<std::size_t>(got));
  return text;
}

void check_answers(std::string_view text) {
  REQUIRE(text.empty() || text.starts_with("HTTP/1.1 ") || text.starts_with("HTTP/1.0 "));
}

HttpResponse handle(const HttpRequest& request, std::size_t size) {
  REQUIRE(!request.method.empty() && request.path.starts_with('/'));
  REQUIRE(request.body.size() <= size && request.forwarded.size() <= 200 &&
          request.bearer_token.size() <= size && request.last_event_id.size() <= 100);
  REQUIRE(request.bearer_token.find_first_of("\r\n") == std::string::npos);
  // The other end of this connection is no address of this machine.
  REQUIRE(!request.local);
  return {.status = 200, .body = "{}\n", .headers = {}};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A socket's buffer holds more; libFuzzer's inputs are shorter still.
  if (size > 32 * 1024) return 0;
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  REQUIRE(::write(ends[0], data, size) == static_cast<ssize_t>(size));
  ::shutdown(ends[0], SHUT_WR);

  asio::io_context io(1);
  asio::ip::tcp::socket socket(io);
  socket.assign(asio::ip::tcp::v4(), ends[1]);
  static cr::async::SystemClock clock;
  ServerLimits limits;
  ServerParts parts;
  parts.handler = [size](const HttpRequest& request) { return handle(request, size); };
  ServerShared shared{.lanes = Lanes(8)};
  SessionActivity activity;
  asio::co_spawn(io, serve_connection(std::move(socket), clock, limits, parts, shared, activity),
                 [](std::exception_ptr failure) {
                   if (failure) std::rethrow_exception(failure);
                 });
  io.run();
  check_answers(read_to_end(ends[0]));
  ::close(ends[0]);
  return 0;
}
