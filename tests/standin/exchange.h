#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "tests/standin/faults.h"
#include "tests/standin/message.h"
#include "tests/standin/request_log.h"
#include "tests/standin/state.h"
#include "tests/standin/watch.h"

namespace cr::standin {

/// How a reply reaches the client.
struct Delivery {
  enum class Kind { whole, reset, hang, slow_drip, truncated };
  Kind kind = Kind::whole;
  std::chrono::milliseconds drip_interval{0};
  std::size_t drip_bytes = 1;
};

struct Outcome {
  Reply reply;
  Delivery delivery;
};

/// Turns requests into outcomes: state, faults and log under one lock. Knows no sockets.
class Exchange {
 public:
  explicit Exchange(Age age) : state_(age) {}

  /// Notes that a request has arrived whole.
  [[nodiscard]] std::size_t arrive(const Request& request, std::size_t connection);
  /// True while such requests are to wait.
  [[nodiscard]] bool is_held(const Request& request) const;
  [[nodiscard]] Outcome process(std::size_t place, const Request& request);
  /// Notes that the reply is written, or never will be.
  void finish(std::size_t place);

  // What the lock guards; take it before touching any of it.
  mutable std::recursive_mutex mutex;
  /// Notified when a request arrives and when it has been processed.
  mutable std::condition_variable_any progress;

  [[nodiscard]] State& state() { return state_; }
  [[nodiscard]] Faults& faults() { return faults_; }
  [[nodiscard]] RequestLog& log() { return log_; }
  void set_hook(std::function<void(State&, const RequestRecord&)> hook) { hook_ = std::move(hook); }
  void set_longest_target(std::size_t bytes) { longest_target_ = bytes; }
  void set_watch(WatchBehaviour behaviour) { watch_ = std::move(behaviour); }
  [[nodiscard]] WatchBehaviour watch() const {
    const std::scoped_lock lock(mutex);
    return watch_;
  }
  void hold(std::string prefix) { held_.insert(std::move(prefix)); }
  void release() { held_.clear(); }

 private:
  [[nodiscard]] Outcome befall(const FaultRule& rule, const Request& request);

  State state_;
  Faults faults_;
  RequestLog log_;
  std::function<void(State&, const RequestRecord&)> hook_;
  std::size_t longest_target_ = 0;
  std::set<std::string> held_;
  WatchBehaviour watch_;
};

}  // namespace cr::standin
