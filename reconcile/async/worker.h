#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <type_traits>
#include <utility>

#include "reconcile/async/clock.h"

namespace cr::async {

/// A thread for work that takes long, so that the thread that asks for it goes on meanwhile: values go in, a
/// value comes out. What both sides can reach beyond that must be immutable or belong to whoever works until
/// the answer is there. Pieces of work are done one after another, in the order in which they came.
class Worker {
 public:
  Worker() : thread_(1) {}
  /// Waits for the piece of work that is being done.
  ~Worker() { thread_.join(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Calls `work` on the thread and returns what it returned, on the executor of whoever asks; what `work`
  /// holds is destroyed on the thread. An exception passes through. Cancellation does not cut it short: it
  /// waits for the work that may refer to its frame, and takes effect at the next co_await.
  template <class Work>
  [[nodiscard]] awaitable<std::invoke_result_t<Work&>> run(Work work) {
    std::optional<std::invoke_result_t<Work&>> result;
    auto job = call(std::move(work), result);
    auto token =
        boost::asio::bind_cancellation_slot(boost::asio::cancellation_slot(), boost::asio::use_awaitable);
    co_await boost::asio::co_spawn(thread_.get_executor(), std::move(job), std::move(token));
    co_return std::move(*result);
  }

  /// Calls `work` on the thread; nobody waits for it, and it must not throw.
  template <class Work>
  void post(Work work) {
    boost::asio::post(thread_, std::move(work));
  }

 private:
  template <class Work, class Result>
  static awaitable<void> call(Work work, std::optional<Result>& into) {
    std::optional<Work> own(std::move(work));
    into.emplace((*own)());
    own.reset();
    co_return;
  }

  boost::asio::thread_pool thread_;
};

}  // namespace cr::async
