#pragma once

#include <vector>

#include "reconcile/observer.h"
#include "reconcile/report/report.h"

namespace cr::daemon {

/// Tells several observers what it is told, in order. They outlive it.
class Tee : public reconcile::Observer {
 public:
  explicit Tee(std::vector<reconcile::Observer*> observers) : observers_(std::move(observers)) {}
  void on_request(const reconcile::RequestDone& request) override {
    for (auto* observer : observers_) observer->on_request(request);
  }
  void on_retry(reconcile::RetryReason reason, const coder::ApiError& error) override {
    for (auto* observer : observers_) observer->on_retry(reason, error);
  }
  void on_read_advanced() override {
    for (auto* observer : observers_) observer->on_read_advanced();
  }
  void on_token_file(std::string_view problem) override {
    for (auto* observer : observers_) observer->on_token_file(problem);
  }
  void on_phase(reconcile::Phase phase, std::chrono::nanoseconds duration) override {
    for (auto* observer : observers_) observer->on_phase(phase, duration);
  }
  void on_plan(std::size_t actions) override {
    for (auto* observer : observers_) observer->on_plan(actions);
  }
  void on_action(const reconcile::Outcome& outcome) override {
    for (auto* observer : observers_) observer->on_action(outcome);
  }
  void on_defect(const specs::Identity& workspace, std::string_view what) override {
    for (auto* observer : observers_) observer->on_defect(workspace, what);
  }
  void on_build_ended(const specs::Identity& workspace, const reconcile::SeenBuild& build) override {
    for (auto* observer : observers_) observer->on_build_ended(workspace, build);
  }
  void on_build_timed(const specs::Identity& workspace, const reconcile::SeenBuild& build,
                      const reconcile::StageTimes& fresh) override {
    for (auto* observer : observers_) observer->on_build_timed(workspace, build, fresh);
  }
  void on_cycle(const reconcile::CycleReport& report) override {
    for (auto* observer : observers_) observer->on_cycle(report);
  }

 private:
  std::vector<reconcile::Observer*> observers_;
};

/// Tells what happens in a cycle, but not its end: for whoever has to do something before others hear of it.
class DuringCycle final : public Tee {
 public:
  explicit DuringCycle(reconcile::Observer& observer) : Tee({&observer}) {}
  void on_cycle(const reconcile::CycleReport&) override {}
};

}  // namespace cr::daemon
