#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "reconcile/async/clock.h"
#include "reconcile/async/semaphore.h"
#include "reconcile/http/dialer.h"
#include "reconcile/http/message.h"
#include "reconcile/http/options.h"
#include "reconcile/http/transport_error.h"

namespace cr::http {

/// Sends requests to one server over connections that are kept open between them.
///
/// At most `max_connections` at a time, further requests wait for their turn. A kept connection that the
/// server closed meanwhile (before any byte of the answer) is replaced once by a fresh one, for requests
/// that may be repeated; others are sent only over connections that were used a moment ago or are new.
///
/// Deadlines run on the given clock. Cancelling throws operation_aborted and drops the connection in use.
/// References outlive the transport. One thread.
class Transport {
 public:
  Transport(async::Clock& clock, Dialer dialer, ConnectionLimits limits);

  struct Request {
    std::string message;         ///< head and body as they go over the wire
    std::size_t body_limit = 0;  ///< of the answer
    /// Those of one kind have answers alike, and how large they are is kept: there can be few kinds.
    std::string_view kind{};
    bool repeatable = false;
    async::SteadyTime deadline;  ///< of the whole: waiting for a connection, opening it, sending, reading
    std::chrono::milliseconds allowed{0};  ///< how long that is, for the message
  };

  [[nodiscard]] awaitable<TransportResult<HttpResponse>> send(const Request& request);

  /// Connections that wait for a request.
  [[nodiscard]] std::size_t idle() const { return idle_.size(); }

 private:
  struct Kept {
    std::unique_ptr<Stream> stream;
    async::SteadyTime since;
  };

  awaitable<TransportResult<HttpResponse>> send_now(const Request& request, Progress& progress);
  std::unique_ptr<Stream> take_kept(bool repeatable);

  async::Clock& clock_;
  Dialer dialer_;
  ConnectionLimits limits_;
  async::Semaphore slots_;
  std::map<std::string, std::size_t, std::less<>> body_sizes_;  ///< of a large answer, by kind of request
  std::vector<Kept> idle_;                                      ///< the one used last is at the back
};

}  // namespace cr::http
