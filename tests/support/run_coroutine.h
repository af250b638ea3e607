#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace cr::testing {

template <class T>
boost::asio::awaitable<void> store_value(boost::asio::awaitable<T> task, std::optional<T>& value) {
  value.emplace(co_await std::move(task));
}

/// Runs a coroutine to its end on a context of its own: its value, or what it throws. One that waits for
/// something that never comes throws logic_error instead of hanging.
template <class T>
T run_coroutine(boost::asio::awaitable<T> task) {
  boost::asio::io_context context;
  std::optional<T> value;
  std::exception_ptr failure;
  boost::asio::co_spawn(context, store_value(std::move(task), value),
                        [&](std::exception_ptr thrown) { failure = thrown; });
  context.run();
  if (failure) std::rethrow_exception(failure);
  if (!value) throw std::logic_error("the coroutine waits for something that never comes");
  return std::move(*value);
}

}  // namespace cr::testing
