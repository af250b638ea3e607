#pragma once

#include <cstddef>

namespace cr::bench {

/// What this thread has allocated by `new` so far. Linking allocations.cpp replaces the global operators;
/// counting costs two additions each.
struct Allocations {
  std::size_t count = 0;
  std::size_t bytes = 0;
};
[[nodiscard]] Allocations allocations_so_far();

/// While one of these lives nothing is counted on its thread.
class NotCounted {
 public:
  NotCounted();
  ~NotCounted();
  NotCounted(const NotCounted&) = delete;
  NotCounted& operator=(const NotCounted&) = delete;

 private:
  Allocations before_;
};

}  // namespace cr::bench
