#pragma once

#include <utility>
#include <vector>

namespace cr::reconcile {

/// What is no longer needed, as memory for about as much again: empty, or nothing where it has far more room
/// than was needed.
template <class T>
[[nodiscard]] std::vector<T> room_of(std::vector<T>&& used) {
  if (used.capacity() / 4 > used.size()) return {};
  used.clear();
  return std::move(used);
}

}  // namespace cr::reconcile
