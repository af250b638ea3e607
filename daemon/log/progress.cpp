#include "daemon/log/progress.h"

#include <fmt/format.h>

#include <utility>

namespace cr::daemon {
namespace {

/// What begins when a phase has ended.
std::string_view after(reconcile::Phase phase) {
  switch (phase) {
    case reconcile::Phase::load:
      return "reading workspaces";
    case reconcile::Phase::read:
      return "looking up names";
    case reconcile::Phase::resolve:
      return "planning";
    case reconcile::Phase::plan:
      return "changing workspaces";
    case reconcile::Phase::execute:
      return "waiting";
  }
  return "";
}

}  // namespace

Progress::Progress(Write write) : write_(std::move(write)) {}

Progress::~Progress() {
  clear();
}

void Progress::on_request(const reconcile::RequestDone&) {
  ++requests_;
  show();
}

void Progress::on_phase(reconcile::Phase phase, std::chrono::nanoseconds) {
  doing_ = after(phase);
  show();
}

void Progress::on_action(const reconcile::Outcome&) {
  ++actions_;
  show();
}

void Progress::on_cycle(const reconcile::CycleReport&) {
  clear();
  doing_ = "reading workspaces";
}

void Progress::clear() {
  if (!shown_) return;
  write_("\r\x1b[K");
  shown_ = false;
}

void Progress::show() {
  std::string line = fmt::format("\r\x1b[K{} … {} requests", doing_, requests_);
  if (actions_ > 0) line += fmt::format(", {} actions", actions_);
  write_(line);
  shown_ = true;
}

}  // namespace cr::daemon
