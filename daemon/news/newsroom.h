#pragma once

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <functional>
#include <string>

#include "daemon/config/config.h"
#include "daemon/log/logger.h"
#include "daemon/news/courier.h"
#include "daemon/news/news_desk.h"
#include "metrics/recorder.h"
#include "reconcile/async/clock.h"

namespace cr::daemon {

/// Tells people what cycles bring, as the settings want it: from a report to a letter for each receiver.
///
/// Letters are carried by a thread of its own, so that neither a receiver nor a disk with the receivers' file
/// on it holds up whoever reconciles. All that is given outlives it.
class Newsroom {
 public:
  /// `way_out`: how people let a held plan with this digest go.
  Newsroom(const Config& config, async::Clock& clock, Logger& log, metrics::Recorder& recorder,
           std::function<std::string(const std::string& digest)> way_out);
  ~Newsroom();

  /// Why nobody would be told, for the start: it names the setting; empty: nothing is wrong.
  [[nodiscard]] static std::string problem(const Config& config);

  /// Returns at once. On the thread that awaits run().
  void hear(const reconcile::CycleReport& report, const specs::DesiredState& desired);
  /// Delivers until it is cancelled; then it throws operation_aborted, and the thread is idle.
  [[nodiscard]] async::awaitable<void> run();

 private:
  [[nodiscard]] std::string letter_of(const Bulletin& bulletin) const;
  void post(const Bulletin& bulletin);
  [[nodiscard]] async::awaitable<void> tell_what_waits();
  void note(Delivery delivery, std::size_t receiver, const std::string& problem);

  const Config& config_;
  async::Clock& clock_;
  Logger& log_;
  metrics::Recorder& recorder_;
  std::function<std::string(const std::string&)> way_out_;
  NewsDesk desk_;
  std::atomic<std::size_t> on_the_way_{0};  ///< letters that the thread has not taken yet
  boost::asio::thread_pool thread_{1};
  Courier courier_;  ///< used on that thread alone
};

}  // namespace cr::daemon
