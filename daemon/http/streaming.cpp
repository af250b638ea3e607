#include "daemon/http/streaming.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/status.hpp>
#include <optional>
#include <utility>

#include "reconcile/async/structured.h"

namespace cr::daemon {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

/// Without a length: the end of the connection is the end of the body, in HTTP/1.0 and 1.1.
std::string head_of(const HttpResponse& response) {
  const auto status = static_cast<boost::beast::http::status>(response.status);
  const auto reason = boost::beast::http::obsolete_reason(status);
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + ' ';
  head.append(reason.data(), reason.size());
  head += "\r\nContent-Type: " + response.content_type +
          "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n";
  for (const auto& [name, value] : response.headers) (head += name).append(": ").append(value) += "\r\n";
  return head + "\r\n" + response.body;
}

async::awaitable<error_code> write_all(tcp::socket& socket, const std::string& bytes) {
  auto [error, count] = co_await asio::async_write(socket, asio::buffer(bytes), kTuple);
  co_return error;
}

/// What a client says while it takes a stream is nothing to us; that it goes is. False: it was not seen to
/// go.
async::awaitable<bool> wait_gone(tcp::socket& socket) {
  std::array<char, 512> scrap{};
  while (true) {
    auto [error, count] = co_await socket.async_read_some(asio::buffer(scrap), kTuple);
    if (error) co_return error != asio::error::operation_aborted;
  }
}

/// Whether the client took it in time.
async::awaitable<bool> send(tcp::socket& socket, async::Clock& clock, const ServerLimits& limits,
                            const std::string& bytes) {
  auto write = write_all(socket, bytes);
  const auto error = co_await async::with_deadline(clock, clock.now() + limits.response, std::move(write));
  co_return error && !*error;
}

/// Pieces until there is nothing new. Whether the client took them.
async::awaitable<bool> send_news(tcp::socket& socket, async::Clock& clock, const ServerLimits& limits,
                                 ResponseStream& stream, async::SteadyTime& sent_at) {
  while (true) {
    const std::string piece = stream.take();
    if (piece.empty()) co_return true;
    auto sending = send(socket, clock, limits, piece);
    const bool sent = co_await std::move(sending);
    if (!sent) co_return false;
    sent_at = clock.now();
  }
}

}  // namespace

async::awaitable<void> send_stream(tcp::socket& socket, async::Clock& clock, const ServerLimits& limits,
                                   HttpResponse response) {
  const std::string head = head_of(response);
  auto sending_head = send(socket, clock, limits, head);
  const bool begun = co_await std::move(sending_head);
  if (!begun) co_return;
  async::SteadyTime sent_at = clock.now();
  const async::SteadyTime end =
      sent_at + std::chrono::duration_cast<async::SteadyTime::duration>(limits.longest_stream);
  while (clock.now() < end) {
    auto sending = send_news(socket, clock, limits, *response.stream, sent_at);
    const bool sent = co_await std::move(sending);
    if (!sent) co_return;
    if (clock.now() - sent_at >= limits.heartbeat) {
      const std::string beat(response.stream->heartbeat());
      auto beating = send(socket, clock, limits, beat);
      const bool taken = co_await std::move(beating);
      if (!taken) co_return;
      sent_at = clock.now();
    }
    auto going = wait_gone(socket);
    const auto gone = co_await async::with_deadline(clock, clock.now() + limits.look, std::move(going));
    if (gone && *gone) co_return;
  }
}

}  // namespace cr::daemon
