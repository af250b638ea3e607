#include "daemon/loop/load_rule.h"

#include <chrono>

namespace cr::daemon {
namespace {

constexpr auto kLookAtFilesAgain = std::chrono::minutes(5);

}  // namespace

LoadRule::Files LoadRule::begin(const SpecWatch::Mark& mark, async::SteadyTime now) {
  begun_ = mark;
  if (SpecWatch::untouched(seen_, mark) && now < looked_at_files_ + kLookAtFilesAgain)
    return Files::were_not_written;
  looked_at_files_ = now;
  return Files::may_have_changed;
}

void LoadRule::end(bool succeeded) {
  seen_ = succeeded ? begun_ : SpecWatch::Mark();
}

}  // namespace cr::daemon
