#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace cr::testing {

/// Runs a coroutine to its end on a context of its own: its value, or what it throws. One that waits for
/// something that never comes throws logic_error instead of hanging.
template <class T>
T run_coroutine(boost::asio::awaitable<T> task) {
  boost::asio::io_context context;
  std::optional<T> value;
  std::exception_ptr failure;
  bool ended = false;
  boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr thrown, T result) {
    ended = true;
    failure = thrown;
    if (!thrown) value.emplace(std::move(result));
  });
  context.run();
  if (failure) std::rethrow_exception(failure);
  if (!ended) throw std::logic_error("the coroutine waits for something that never comes");
  return std::move(*value);
}

}  // namespace cr::testing
