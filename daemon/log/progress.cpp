#include "daemon/log/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::nanoseconds kBetweenLines = 10s;
// A terminal that is written to for each of ten thousand changes shows none of them.
constexpr std::chrono::nanoseconds kBetweenRewrites = 100ms;

/// What begins when a phase has ended.
std::string_view after(reconcile::Phase phase) {
  switch (phase) {
    case reconcile::Phase::load:
      return "reading workspaces";
    case reconcile::Phase::read:
      return "looking up names";
    case reconcile::Phase::resolve:
    case reconcile::Phase::plan:
      return "planning";
    case reconcile::Phase::execute:
      return "reading what was written";
  }
  return "";
}

}  // namespace

Progress::Progress(Write write, const async::Clock& clock, Style style)
    : write_(std::move(write)), clock_(clock), style_(style), started_(clock.now()), told_(started_) {
  if (style_ == Style::one_line) told_ -= kBetweenRewrites;
}

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

void Progress::on_plan(std::size_t actions) {
  planned_ = done_ + actions;
  doing_ = "changing workspaces";
  show();
}

void Progress::on_action(const reconcile::Outcome&) {
  ++done_;
  // What a reply shows to be left is done at once, beyond the plan.
  planned_ = std::max(planned_, done_);
  show();
}

void Progress::on_cycle(const reconcile::CycleReport&) {
  clear();
  doing_ = "waiting";
}

void Progress::clear() {
  if (!shown_) return;
  write_("\r\x1b[K");
  shown_ = false;
}

void Progress::show() {
  const async::SteadyTime now = clock_.now();
  if (now - told_ < (style_ == Style::lines ? kBetweenLines : kBetweenRewrites)) return;
  told_ = now;
  std::string text(doing_);
  if (planned_ > 0) text += fmt::format(", changed {} of {}", done_, planned_);
  text += fmt::format(", {} requests, {} s", requests_,
                      std::chrono::duration_cast<std::chrono::seconds>(now - started_).count());
  if (style_ == Style::lines) {
    write_("coder-reconciler: " + text + '\n');
  } else {
    write_("\r\x1b[K" + text);
    shown_ = true;
  }
}

}  // namespace cr::daemon
