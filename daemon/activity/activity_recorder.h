#pragma once

#include "daemon/activity/cycle_events.h"
#include "daemon/activity/shared_activity.h"
#include "reconcile/observer.h"

namespace cr::daemon {

/// Writes down what the reconciler tells, beside the log. On the thread that reconciles; what it writes into
/// and the clock outlive it.
class ActivityRecorder final : public reconcile::Observer {
 public:
  ActivityRecorder(SharedActivity& activity, async::Clock& clock) : activity_(activity), clock_(clock) {}
  void on_action(const reconcile::Outcome& outcome) override;
  void on_build_ended(const specs::Identity& workspace, const reconcile::SeenBuild& build) override;
  void on_cycle(const reconcile::CycleReport& report) override;
  void on_specs_read(const specs::DesiredState& desired, bool changed);
  void on_specs_unreadable(const std::string& why);

 private:
  void add(std::vector<Event> events);

  SharedActivity& activity_;
  async::Clock& clock_;
  CycleEvents changes_;
};

}  // namespace cr::daemon
