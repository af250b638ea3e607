#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/config/secret.h"
#include "daemon/news/outbox.h"
#include "reconcile/async/clock.h"
#include "reconcile/async/signal.h"
#include "reconcile/http/proxy.h"
#include "reconcile/http/site_client.h"

namespace cr::daemon {

/// Everything outlives the courier.
struct CourierParts {
  async::Clock& clock;
  /// Where letters go, each a secret, asked for whenever there is something to send: a file may have changed.
  /// Nothing: that cannot be known now, and those that were known stay.
  std::function<std::optional<std::vector<Secret>>()> receivers;
  /// What letters are signed with; nothing: that cannot be known now, and they wait. Empty: they are not
  /// signed.
  std::function<std::optional<Secret>()> secret;
  http::ProxySettings proxy;
  std::string user_agent;
  std::string content_type;
  /// Told of each try. `receiver` counts from 1, in the order of the list, and is 0 where there are none: no
  /// URL is ever told.
  std::function<void(Delivery, std::size_t receiver, const std::string& problem)> on_delivery;
  http::Resolve resolve{};  ///< empty: the system's
};

/// Takes letters to their receivers, beside everything else: posting never waits, and a receiver that is
/// slow, broken or gone costs another one the length of an attempt at most. Each has every letter at most
/// once as far as it says that it took it: what may have arrived is tried again when no answer came, up to
/// ten times. What waits is lost with the process. One thread.
class Courier {
 public:
  Courier(CourierParts parts, const boost::asio::any_io_executor& executor);
  ~Courier();

  /// Returns at once.
  void post(std::string body);
  /// Delivers until it is cancelled; then it throws operation_aborted.
  [[nodiscard]] async::awaitable<void> run();

 private:
  struct Receiver;

  void meet_receivers();
  void open(Receiver& fresh, const Secret& url) const;
  [[nodiscard]] async::awaitable<void> deliver_to(Receiver& receiver);
  [[nodiscard]] async::SteadyTime next_round() const;
  void tell(Delivery delivery, const Receiver& receiver, const std::string& problem) const;

  CourierParts parts_;
  async::Signal wake_;
  std::vector<LetterPtr> posted_;  ///< not yet in any outbox
  std::vector<std::unique_ptr<Receiver>> receivers_;
};

}  // namespace cr::daemon
