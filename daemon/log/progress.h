#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "reconcile/observer.h"

namespace cr::daemon {

/// One line on a terminal that says what is going on, rewritten in place and removed at the end. Only for
/// terminals: whoever makes one has checked that.
class Progress final : public reconcile::Observer {
 public:
  using Write = std::function<void(std::string_view bytes)>;
  explicit Progress(Write write);
  ~Progress() override;
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void on_request(const reconcile::RequestDone& request) override;
  void on_phase(reconcile::Phase phase, std::chrono::nanoseconds duration) override;
  void on_action(const reconcile::Outcome& outcome) override;
  void on_cycle(const reconcile::CycleReport& report) override;

  /// Removes the line, so that other output can be written; the next event shows it again.
  void clear();

 private:
  void show();

  Write write_;
  std::string_view doing_ = "reading specs";
  std::size_t requests_ = 0;
  std::size_t actions_ = 0;
  bool shown_ = false;
};

}  // namespace cr::daemon
