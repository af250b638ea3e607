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
    if (behaviour.kind != Kind::silent) co_await write(stream, head);
    switch (behaviour.kind) {
      case Kind::as_coder:
        co_await tell(stream, reply, open);
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

  template <class Stream>
  boost::asio::awaitable<void> tell(Stream& stream, const Reply& reply, Open& open) {
    using namespace std::chrono_literals;
    const Watched watched = *watched_by(reply);
    std::string shown;
    std::size_t pings = pings_;
    auto pinged = std::chrono::steady_clock::now();
    co_await write(stream, in_a_chunk(ping_event()));
    while (!open.gone) {
      std::string events;
      {
        const std::scoped_lock lock(exchange_.mutex);
        const auto state = watched_state(exchange_.state(), watched.workspace_id, watched.reader_id);
        if (!state) break;
        if (state->stamp != shown) events += data_event(*state);
        shown = state->stamp;
      }
      const auto now = std::chrono::steady_clock::now();
      if (pings != pings_ || now - pinged >= 15s) {
        events += ping_event();
        pings = pings_;
        pinged = now;
      }
      if (!events.empty()) co_await write(stream, in_a_chunk(events));
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
