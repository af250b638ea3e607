#pragma once

#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <optional>
#include <string>

#include "daemon/commit/messenger.h"
#include "daemon/commit/rollout.h"
#include "daemon/config/config.h"
#include "daemon/log/logger.h"
#include "metrics/recorder.h"
#include "reconcile/async/clock.h"

namespace cr::daemon {

/// Shows on the forge how the revision in force comes to be live, as the settings want it.
///
/// A thread of its own talks to the forge, so that neither that nor a disk with the token's file on it holds
/// up whoever reconciles. Specs whose revision is no commit (not in Git, or from several checkouts) have no
/// status; that is said once. All that is given outlives it.
class CommitReporter {
 public:
  /// `config.commit_status` is set.
  CommitReporter(const Config& config, async::Clock& clock, Logger& log, metrics::Recorder& recorder);
  ~CommitReporter();

  /// Why no status could be set, for the start: it names the setting; empty: nothing is wrong.
  [[nodiscard]] static std::string problem(const Config& config, async::Clock& clock);

  /// These return at once. On the thread that awaits run().
  void see(std::shared_ptr<const specs::DesiredState> desired);
  void hear(const reconcile::CycleReport& report);
  /// Talks to the forge until it is cancelled; then a status that is on its way gets there, and it throws
  /// operation_aborted.
  [[nodiscard]] async::awaitable<void> run();

 private:
  void post(std::optional<CommitStatus> status);
  void note(const CommitStatus& status, StatusTry ended, const std::string& problem);

  async::Clock& clock_;
  Logger& log_;
  metrics::Recorder& recorder_;
  Rollout rollout_;
  std::optional<std::string> no_commit_;  ///< a revision that is none, as it was last told
  std::string problem_;                   ///< as it was last told; the thread's
  boost::asio::thread_pool thread_{1};
  Messenger messenger_;  ///< used on that thread alone
};

}  // namespace cr::daemon
