#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

#include "reconcile/async/clock.h"
#include "reconcile/cycle.h"

namespace cr::daemon {

/// Lends what the loop's reconciler knows to whoever plans beside it: a copy, made between two cycles on the
/// loop's thread, so that neither sees anything of the other.
class Lending {
 public:
  /// `loop`: the executor of the thread that reconciles.
  explicit Lending(boost::asio::any_io_executor loop) : loop_(std::move(loop)) {}

  // These two on the loop's thread.
  /// Nothing is lent while a cycle runs.
  void begin_cycle() { lender_ = nullptr; }
  /// From now on, until the next cycle begins. Whoever waits gets a copy each.
  void end_cycle(const reconcile::Reconciler& lender);

  /// Waits, on any other thread, until the cycle that is under way has ended. Null where that was not in
  /// time, or `stop` was asked for. Outlived by this and by the loop's executor.
  [[nodiscard]] reconcile::KnowledgePtr borrow(async::SteadyTime until, const std::stop_token& stop);

 private:
  struct Slip {
    std::mutex mutex;
    std::condition_variable_any filled;
    reconcile::KnowledgePtr known;
  };
  void fill(Slip& slip) const;

  boost::asio::any_io_executor loop_;
  const reconcile::Reconciler* lender_ = nullptr;  ///< null: none has ended, or one runs
  std::vector<std::shared_ptr<Slip>> waiting_;
};

}  // namespace cr::daemon
