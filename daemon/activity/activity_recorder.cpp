#include "daemon/activity/activity_recorder.h"

#include <utility>

namespace cr::daemon {

void ActivityRecorder::on_action(const reconcile::Outcome& outcome) {
  add(changes_.action_ended(outcome, clock_.wall()));
}

void ActivityRecorder::on_build_ended(const specs::Identity& workspace, const reconcile::SeenBuild& build) {
  activity_.add(event_of(workspace, build, clock_.wall()));
}

void ActivityRecorder::on_cycle(const reconcile::CycleReport& report) {
  add(changes_.cycle_ended(report));
  activity_.settle(report.ended);
}

void ActivityRecorder::on_specs_read(const specs::DesiredState& desired, bool changed) {
  add(changes_.specs_read(desired, changed, clock_.wall()));
}

void ActivityRecorder::on_specs_unreadable(const std::string& why) {
  add(changes_.specs_unreadable(why, clock_.wall()));
}

void ActivityRecorder::add(std::vector<Event> events) {
  for (Event& event : events) activity_.add(std::move(event));
}

}  // namespace cr::daemon
