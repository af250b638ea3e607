#include "daemon/log/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "reconcile/report/build_words.h"
#include "specs/text/ascii.h"
#include "specs/visible.h"

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

constexpr std::size_t kMostNamed = 3;

std::string_view in_words(reconcile::BuildStatus status) {
  switch (status) {
    case reconcile::BuildStatus::pending:
      return "waits for a provisioner";
    case reconcile::BuildStatus::starting:
      return "is starting";
    case reconcile::BuildStatus::stopping:
      return "is stopping";
    case reconcile::BuildStatus::deleting:
      return "is being deleted";
    case reconcile::BuildStatus::canceling:
      return "is being cancelled";
    default:
      return "is being built";
  }
}

/// "alice/dev is starting, bob/web waits for a provisioner and 4 more".
std::string in_words(const std::map<std::string, reconcile::BuildStatus>& builds) {
  std::string text;
  std::size_t named = 0;
  for (const auto& [name, status] : builds) {
    if (named++ == kMostNamed) break;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, in_words(status));
  }
  if (builds.size() > kMostNamed) text += fmt::format(" and {} more", builds.size() - kMostNamed);
  return text;
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

void Progress::on_build_ended(const specs::Identity& workspace, const reconcile::SeenBuild& build) {
  const std::string name = specs::visible(workspace.to_string());
  builds_.erase(name);
  if (tells_builds_) ended_[name] = reconcile::in_words(build);
}

void Progress::on_build_timed(const specs::Identity& workspace, const reconcile::SeenBuild& build,
                              const reconcile::StageTimes&) {
  on_build_ended(workspace, build);
}

void Progress::on_cycle(const reconcile::CycleReport&) {
  clear();
  doing_ = "waiting";
  for (const auto& [name, what] : ended_) write_(fmt::format("coder-reconciler: {}: {}\n", name, what));
  ended_.clear();
}

void Progress::set_builds(const reconcile::BuildsSeen& builds) {
  builds_.clear();
  for (const auto& [workspace, build] : builds) {
    if (!build->completed) builds_[specs::visible(workspace.to_string())] = build->status;
  }
  show();
}

void Progress::on_build(const reconcile::LiveWorkspace& workspace) {
  const std::string name = specs::visible(text::lower(workspace.owner_name + '/' + workspace.name));
  if (workspace.build.active()) {
    builds_[name] = workspace.build.status;
  } else {
    builds_.erase(name);
  }
  show();
}

void Progress::set_doing(std::string doing) {
  doing_ = std::move(doing);
  show();
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
  std::string text = doing_;
  if (!builds_.empty()) text += ", " + in_words(builds_);
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
