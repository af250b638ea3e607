#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include "daemon/http/message.h"
#include "reconcile/async/worker.h"

namespace cr::daemon {

/// Where an answer is made: on the server's own thread, or in a lane with a thread of its own, so that what
/// is brief does not queue behind what takes long.
enum class Lane : std::uint8_t { at_once, brief, lengthy, one_at_a_time };

/// Makes answers on other threads, in each lane one after another. A lane in which too many wait already
/// refuses the next with 503; the one of one at a time has room for no other, and says 429. Belongs to the
/// server's thread.
class Lanes {
 public:
  explicit Lanes(std::size_t most_waiting) : most_waiting_(most_waiting) {}

  /// `make` is called and destroyed on the lane's thread; it does not throw. Cancellation waits for it.
  [[nodiscard]] async::awaitable<HttpResponse> answer(Lane lane, std::function<HttpResponse()> make);

 private:
  struct Queue {
    std::optional<async::Worker> worker;  ///< from the first request on
    std::size_t waiting = 0;              ///< the one whose turn it is included
  };
  std::size_t most_waiting_;
  std::array<Queue, 3> queues_;
};

}  // namespace cr::daemon
