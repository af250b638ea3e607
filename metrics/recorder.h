#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "metrics/catalogue.h"
#include "reconcile/async/clock.h"
#include "reconcile/observer.h"

namespace prometheus {
struct MetricFamily;
}

namespace cr::metrics {

/// Turns what the reconciler tells into the metrics of the catalogue.
///
/// Series of closed label sets exist from the start at zero; those by route begin with the first request on
/// that route, and their number is bounded whatever is asked of Coder. Recording and collecting belong to the
/// one thread that reconciles; nothing here blocks or reads a clock.
class Recorder final : public reconcile::Observer {
 public:
  Recorder();
  ~Recorder() override;

  void set_build_info(std::string_view version, std::string_view revision);

  /// The specs were read whole. `changed`: something differs from the read before; the first one counts as a
  /// change. An empty revision is one that does not exist.
  void on_source_read(std::string_view revision, bool changed, async::WallTime when);
  /// The specs could not be read: the last good ones stay in force.
  void on_source_error();

  /// Log lines that were dropped since the start.
  void set_log_lines_dropped(std::uint64_t lines);
  /// A request to this program's own server failed by a defect. Any thread.
  void on_failed_request();

  /// A run of `apply` is over; for what it leaves behind where nothing can scrape.
  void on_run_ended(int exit_code);

  /// An answer of the program's own server. `route` comes from a set that is fixed in the program.
  /// From one thread alone, whichever that is.
  void on_answer(std::string_view route, int status);
  void on_approval(ApprovalResult result);
  void on_notification(NotificationResult result);
  void on_commit_status(CommitStatusState state, CommitStatusResult result);

  void on_request(const reconcile::RequestDone& request) override;
  void on_retry(reconcile::RetryReason reason, const coder::ApiError& error) override;
  void on_token_file(std::string_view problem) override;
  void on_phase(reconcile::Phase phase, std::chrono::nanoseconds duration) override;
  void on_action(const reconcile::Outcome& outcome) override;
  void on_defect(const specs::Identity& workspace, std::string_view what) override;
  void on_build_ended(const specs::Identity& workspace, const reconcile::SeenBuild& build) override;
  void on_build_timed(const specs::Identity& workspace, const reconcile::SeenBuild& build,
                      const reconcile::StageTimes& fresh) override;
  void on_cycle(const reconcile::CycleReport& report) override;

  /// What there is now, in the order of the catalogue, series sorted by their labels. Families without a
  /// series are left out.
  [[nodiscard]] std::vector<prometheus::MetricFamily> collect() const;

 private:
  struct Instruments;
  std::unique_ptr<Instruments> instruments_;
};

}  // namespace cr::metrics
