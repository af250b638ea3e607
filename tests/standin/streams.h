#pragma once

#include <fmt/format.h>

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <chrono>
#include <set>
#include <string>

#include "tests/standin/exchange.h"
#include "tests/standin/watch.h"

namespace cr::standin {

/// Answers that go on: each tells of one workspace whenever its build has moved, until its client has gone.
/// In the server's thread but for what says otherwise.
class Streams {
 public:
  Streams(boost::asio::io_context& context, Exchange& exchange) : context_(context), exchange_(exchange) {}

  // From any thread.
  /// Something may have changed: streams look.
  void wake() {
    if (open_ > 0) boost::asio::post(context_, [this] { ring(); });
  }
  void ping() {
    boost::asio::post(context_, [this] {
      ++pings_;
      ring();
    });
  }
  [[nodiscard]] std::size_t open() const { return open_; }
  [[nodiscard]] std::size_t most() const { return most_; }

  /// The same as messages of a WebSocket. One whose client says anything ends, as Coder's does.
  template <class Stream>
  boost::asio::awaitable<void> serve_socket(Stream& stream, const Request& request, const Reply reply) {
    namespace beast = boost::beast;
    beast::http::request<beast::http::empty_body> upgrade{beast::http::verb::get, request.target, 11};
    for (const auto& [name, value] : request.headers) upgrade.set(name, value);
    beast::websocket::stream<Stream&> socket(stream);
    boost::system::error_code error;
    co_await socket.async_accept(upgrade, boost::asio::redirect_error(boost::asio::use_awaitable, error));
    if (error) co_return;
    Open open(*this);
    boost::asio::co_spawn(context_, until_it_speaks(socket, open), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
    const auto write_message = [&socket](const std::string& text) { return write_text(socket, text); };
    co_await tell(reply, open, Words{ping_message, data_message}, write_message);
    if (!open.gone)
      co_await socket.async_close(beast::websocket::close_code::going_away,
                                  boost::asio::redirect_error(boost::asio::use_awaitable, error));
    co_await until_rung(open, true);
  }

  /// Writes the head and what follows it; the connection is of no use afterwards.
  template <class Stream>
  boost::asio::awaitable<void> serve(Stream& stream, boost::asio::ip::tcp::socket& socket, const Reply reply,
                                     const WatchBehaviour behaviour) {
    Open open(*this);
    boost::asio::co_spawn(context_, until_gone(stream, open), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
    std::string head = "HTTP/1.1 200 OK\r\nContent-Type: " + behaviour.content_type + "\r\n";
    for (const auto& [name, value] : reply.headers) head += name + ": " + value + "\r\n";
    head += "Transfer-Encoding: chunked\r\n\r\n";
    using Kind = WatchBehaviour::Kind;
    const Words kEvents{ping_event, data_event};
    const auto write_chunk = [&stream](const std::string& text) { return write(stream, in_a_chunk(text)); };
    if (behaviour.kind != Kind::silent) co_await write(stream, head);
    switch (behaviour.kind) {
      case Kind::as_coder:
        co_await tell(reply, open, kEvents, write_chunk);
        break;
      case Kind::silent:
      case Kind::head_only:
        co_await until_rung(open, true);
        break;
      case Kind::closes:
        co_await write(stream, in_a_chunk(ping_event()) + "0\r\n\r\n");
        break;
      case Kind::says:
        co_await write(stream, in_a_chunk(behaviour.bytes));
        co_await until_rung(open, true);
        break;
      case Kind::floods:
        while (!open.gone) co_await write(stream, in_a_chunk(behaviour.bytes));
        break;
    }
    boost::system::error_code ignored;
    socket.shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
    // Whoever reads refers to the stream.
    co_await until_rung(open, true);
  }

 private:
  using Timer = boost::asio::steady_timer;

  struct Open {
    explicit Open(Streams& of_) : of(of_), timer(of_.context_) {
      of.timers_.insert(&timer);
      of.most_ = std::max<std::size_t>(of.most_, ++of.open_);
    }
    ~Open() {
      of.timers_.erase(&timer);
      --of.open_;
    }
    Open(const Open&) = delete;
    Open& operator=(const Open&) = delete;

    Streams& of;
    Timer timer;
    std::size_t seen = 0;  ///< rings
    bool gone = false;     ///< the client
  };

  static std::string in_a_chunk(const std::string& text) {
    return fmt::format("{:x}\r\n{}\r\n", text.size(), text);
  }

  void ring() {
    ++rings_;
    for (Timer* timer : timers_) timer->cancel();
  }

  /// Until something may have changed, at most for a while; with `to_the_end` until the client has gone.
  boost::asio::awaitable<void> until_rung(Open& open, bool to_the_end = false) {
    do {
      if (!open.gone && (to_the_end || open.seen == rings_)) {
        open.timer.expires_after(std::chrono::milliseconds(200));
        boost::system::error_code rung;
        co_await open.timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, rung));
      }
      open.seen = rings_;
    } while (to_the_end && !open.gone);
  }

  template <class Stream>
  static boost::asio::awaitable<void> until_gone(Stream& stream, Open& open) {
    char scrap[256];
    boost::system::error_code error;
    while (!error) {
      co_await stream.async_read_some(boost::asio::buffer(scrap),
                                      boost::asio::redirect_error(boost::asio::use_awaitable, error));
    }
    open.gone = true;
    open.timer.cancel();
  }

  template <class Stream>
  static boost::asio::awaitable<void> write(Stream& stream, const std::string bytes) {
    boost::system::error_code error;
    co_await boost::asio::async_write(stream, boost::asio::buffer(bytes),
                                      boost::asio::redirect_error(boost::asio::use_awaitable, error));
  }

  template <class Socket>
  static boost::asio::awaitable<void> until_it_speaks(Socket& socket, Open& open) {
    boost::beast::flat_buffer scrap;
    boost::system::error_code error;
    co_await socket.async_read(scrap, boost::asio::redirect_error(boost::asio::use_awaitable, error));
    open.gone = true;
    open.timer.cancel();
  }

  template <class Socket>
  static boost::asio::awaitable<void> write_text(Socket& socket, const std::string text) {
    boost::system::error_code error;
    socket.text(true);
    co_await socket.async_write(boost::asio::buffer(text),
                                boost::asio::redirect_error(boost::asio::use_awaitable, error));
  }

  /// How a stream says what there is to say.
  struct Words {
    std::string (*ping)();
    std::string (*data)(const WatchedState&);
  };

  template <class Write>
  boost::asio::awaitable<void> tell(const Reply& reply, Open& open, const Words words,
                                    const Write& write_one) {
    using namespace std::chrono_literals;
    const Watched watched = *watched_by(reply);
    std::string shown;
    std::size_t pings = pings_;
    auto pinged = std::chrono::steady_clock::now();
    const std::string first = words.ping();
    co_await write_one(first);
    while (!open.gone) {
      std::string event;
      {
        const std::scoped_lock lock(exchange_.mutex);
        exchange_.state().end_builds_in_time();
        const auto state = watched_state(exchange_.state(), watched.workspace_id, watched.reader_id);
        if (!state) break;
        if (state->stamp != shown) event = words.data(*state);
        shown = state->stamp;
      }
      if (!event.empty()) co_await write_one(event);
      const auto now = std::chrono::steady_clock::now();
      if (!open.gone && (pings != pings_ || now - pinged >= 15s)) {
        const std::string ping = words.ping();
        pings = pings_;
        pinged = now;
        co_await write_one(ping);
      }
      co_await until_rung(open);
    }
  }

  boost::asio::io_context& context_;
  Exchange& exchange_;
  std::set<Timer*> timers_;
  std::size_t rings_ = 0;
  std::size_t pings_ = 0;
  std::atomic<std::size_t> open_ = 0;
  std::atomic<std::size_t> most_ = 0;
};

}  // namespace cr::standin
