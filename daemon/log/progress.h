#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "reconcile/async/clock.h"
#include "reconcile/memory/builds_seen.h"
#include "reconcile/model/live_workspace.h"
#include "reconcile/observer.h"

namespace cr::daemon {

/// Says what is going on: on a terminal in one line, rewritten in place and removed at the end; elsewhere in
/// a line each ten seconds, so that whoever reads along knows that it goes on.
class Progress final : public reconcile::Observer {
 public:
  using Write = std::function<void(std::string_view bytes)>;
  enum class Style : std::uint8_t { one_line, lines };
  /// The clock outlives it.
  Progress(Write write, const async::Clock& clock, Style style);
  ~Progress() override;
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void on_request(const reconcile::RequestDone& request) override;
  void on_phase(reconcile::Phase phase, std::chrono::nanoseconds duration) override;
  void on_plan(std::size_t actions) override;
  void on_action(const reconcile::Outcome& outcome) override;
  void on_build_ended(const specs::Identity& workspace, const reconcile::SeenBuild& build) override;
  void on_build_timed(const specs::Identity& workspace, const reconcile::SeenBuild& build,
                      const reconcile::StageTimes& fresh) override;
  void on_cycle(const reconcile::CycleReport& report) override;

  /// From now on what became of builds is said, too: a line for each that has ended.
  void tell_builds() { tells_builds_ = true; }
  /// All builds that are waited for, as a cycle saw them.
  void set_builds(const reconcile::BuildsSeen& builds);
  /// One of them, as it is now.
  void on_build(const reconcile::LiveWorkspace& workspace);

  /// What is being done, from now on.
  void set_doing(std::string doing);

  /// Removes the line, so that other output can be written; the next event shows it again.
  void clear();

 private:
  void show();

  Write write_;
  const async::Clock& clock_;
  Style style_;
  async::SteadyTime started_;
  async::SteadyTime told_;
  std::string doing_ = "reading workspaces";
  std::size_t requests_ = 0;
  std::size_t planned_ = 0;  ///< actions of all plans so far
  std::size_t done_ = 0;
  std::map<std::string, reconcile::BuildStatus> builds_;  ///< that are under way, by workspace
  bool tells_builds_ = false;
  std::map<std::string, std::string> ended_;  ///< in this cycle, by workspace, in words
  bool shown_ = false;
};

}  // namespace cr::daemon
