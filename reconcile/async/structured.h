#pragma once

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <cstddef>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "reconcile/async/clock.h"

/// Structured concurrency in four verbs. Whoever starts work waits for it, so that references into the
/// starter's frame stay good, an exception always has somebody who sees it, and cancelling the top cancels
/// everything below. This header is the only place that knows Asio's experimental parts.
namespace cr::async {

/// Runs both until one of them ends, well or badly; cancels the other and waits until it has unwound. An
/// exception of the first to end is rethrown; what the loser throws while it unwinds is not.
[[nodiscard]] inline awaitable<void> until_first_ends(awaitable<void> a, awaitable<void> b) {
  namespace ex = boost::asio::experimental;
  auto executor = co_await boost::asio::this_coro::executor;
  auto group = ex::make_parallel_group(boost::asio::co_spawn(executor, std::move(a), boost::asio::deferred),
                                       boost::asio::co_spawn(executor, std::move(b), boost::asio::deferred));
  auto [order, a_failure, b_failure] =
      co_await group.async_wait(ex::wait_for_one(), boost::asio::use_awaitable);
  const std::exception_ptr failure = order[0] == 0 ? a_failure : b_failure;
  if (failure) std::rethrow_exception(failure);
}

/// Runs `op` until it ends or `deadline` passes on `clock`: its value, or nothing when it was too late. `op`
/// is then cancelled and has unwound. Exceptions of `op` pass through.
template <class T>
[[nodiscard]] awaitable<std::optional<T>> with_deadline(Clock& clock, SteadyTime deadline, awaitable<T> op) {
  std::optional<T> value;
  // The frame of this coroutine outlives both, since until_first_ends waits for them.
  struct Store {
    static awaitable<void> run(awaitable<T> inner, std::optional<T>& into) {
      into.emplace(co_await std::move(inner));
    }
  };
  auto work = Store::run(std::move(op), value);
  auto alarm = clock.ring_at(deadline);
  co_await until_first_ends(std::move(work), std::move(alarm));
  if (value) co_return value;
  // Who is cancelled as a whole was not too late.
  const auto state = co_await boost::asio::this_coro::cancellation_state;
  if (state.cancelled() != boost::asio::cancellation_type::none)
    throw boost::system::system_error(boost::asio::error::operation_aborted);
  co_return std::nullopt;
}

/// Calls `fn(item)` for each item, at most `limit` (>= 1) at a time and started in order. `fn` turns its own
/// expected failures into values: the first exception that escapes stops all and is rethrown. Memory is that
/// of `limit` coroutines, however many items there are.
template <class Item, class Fn>
[[nodiscard]] awaitable<void> for_each_bounded(std::vector<Item>& items, std::size_t limit, Fn& fn) {
  namespace ex = boost::asio::experimental;
  if (items.empty()) co_return;  // a group of nothing would never complete
  auto executor = co_await boost::asio::this_coro::executor;
  std::size_t next = 0;
  auto take_turns = [&]() -> awaitable<void> {
    while (next < items.size()) {
      Item& item = items[next++];
      co_await fn(item);
    }
  };
  std::vector<decltype(boost::asio::co_spawn(executor, take_turns, boost::asio::deferred))> workers;
  const std::size_t count = std::min(std::max<std::size_t>(limit, 1), items.size());
  workers.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    workers.push_back(boost::asio::co_spawn(executor, take_turns, boost::asio::deferred));
  }
  auto group = ex::make_parallel_group(std::move(workers));
  auto [order, failures] = co_await group.async_wait(ex::wait_for_one_error(), boost::asio::use_awaitable);
  for (const std::size_t index : order) {
    if (failures[index])
      std::rethrow_exception(failures[index]);  // the first one is the cause, later ones its victims
  }
}

/// Lets `op` end although the caller is cancelled meanwhile; the caller notices at its next co_await. For
/// writes that are under way: half a write is worse than a late exit.
[[nodiscard]] inline awaitable<void> shielded(awaitable<void> op) {
  auto executor = co_await boost::asio::this_coro::executor;
  auto token =
      boost::asio::bind_cancellation_slot(boost::asio::cancellation_slot(), boost::asio::use_awaitable);
  co_await boost::asio::co_spawn(executor, std::move(op), std::move(token));
}

}  // namespace cr::async
