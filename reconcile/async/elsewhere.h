#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <memory>
#include <utility>

#include "reconcile/async/clock.h"

namespace cr::async {

/// Runs `op` on another thread's executor and waits for it here. An exception of `op` passes through. When
/// the caller is cancelled, `op` is too, over there, and has unwound before this ends.
[[nodiscard]] inline awaitable<void> elsewhere(boost::asio::any_io_executor there, awaitable<void> op) {
  namespace asio = boost::asio;
  // Asio's own way across (a slot given to co_spawn) may emit a signal that is gone by then; this one lives
  // until both sides are through with it.
  struct Crossing {
    explicit Crossing(const asio::any_io_executor& here) : ended(here, 1) {}
    asio::cancellation_signal stop;                                      // used over there
    asio::experimental::channel<void(boost::system::error_code)> ended;  // all others here
    bool has_ended = false;
    std::exception_ptr failure;
  };
  auto here = co_await asio::this_coro::executor;
  auto crossing = std::make_shared<Crossing>(here);
  auto when_done = [crossing, here](std::exception_ptr failure) {
    asio::post(here, [crossing, failure = std::move(failure)]() mutable {
      crossing->has_ended = true;
      crossing->failure = std::move(failure);
      crossing->ended.try_send(boost::system::error_code{});
    });
  };
  asio::co_spawn(there, std::move(op), asio::bind_cancellation_slot(crossing->stop.slot(), when_done));
  co_await crossing->ended.async_receive(asio::as_tuple(asio::use_awaitable));
  if (!crossing->has_ended) {
    asio::post(there, [crossing] { crossing->stop.emit(asio::cancellation_type::terminal); });
    co_await asio::this_coro::throw_if_cancelled(false);
    while (!crossing->has_ended) {
      co_await crossing->ended.async_receive(asio::as_tuple(asio::use_awaitable));
    }
    co_await asio::this_coro::throw_if_cancelled(true);
  }
  if (crossing->failure) std::rethrow_exception(crossing->failure);
}

}  // namespace cr::async
