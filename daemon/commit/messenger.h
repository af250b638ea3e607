#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "daemon/commit/forge.h"
#include "daemon/commit/status_outbox.h"
#include "daemon/config/secret.h"
#include "reconcile/async/clock.h"
#include "reconcile/async/signal.h"
#include "reconcile/http/site_client.h"

namespace cr::daemon {

/// How one try to set a status ended.
enum class StatusTry : std::uint8_t {
  sent,
  postponed,  ///< tried again: the forge was not there, or not now
  rejected,   ///< somebody has to change a setting, the token or its rights
  dropped,    ///< too many or too old: never taken
};

/// Everything outlives the messenger.
struct MessengerParts {
  async::Clock& clock;
  CommitSubject subject;
  http::Site forge;
  /// Asked for each request: a file may have changed. Nothing: that cannot be known now.
  std::function<std::optional<Secret>()> token;
  /// Told of each try, and of what is lost without one. A problem has the remedy in it, and no secret.
  std::function<void(const CommitStatus&, StatusTry, const std::string& problem)> on_try;
};

/// Takes statuses to the forge, one after another, beside everything else: posting never waits. What may
/// pass is tried again; what somebody has to mend, too, every few minutes, and soon when the token is another
/// one. That goes on for a day, and for the newest status as long as it takes. Redirects are not followed.
/// What waits is lost with the process. One thread.
class Messenger {
 public:
  static constexpr std::chrono::seconds kLookAtToken{30};

  Messenger(MessengerParts parts, const boost::asio::any_io_executor& executor);

  /// Returns at once.
  void post(CommitStatus status);
  /// Works until it is cancelled; then what is on its way ends (within ten seconds), nothing else begins, and
  /// it throws operation_aborted.
  [[nodiscard]] async::awaitable<void> run();

 private:
  void drop(const CommitStatus& status, const std::string& why) const;
  void look_at_token();
  [[nodiscard]] async::SteadyTime next_round() const;
  [[nodiscard]] async::awaitable<void> send(CommitStatusPtr status);

  MessengerParts parts_;
  async::Signal wake_;
  std::optional<http::SiteClient> client_;
  std::string no_client_;  ///< why there is none
  StatusOutbox outbox_;
  Secret last_token_;  ///< of the last request
};

}  // namespace cr::daemon
