#pragma once

#include <cstddef>

namespace cr::daemon {

/// Counts for as long as it lives.
class Place {
 public:
  explicit Place(std::size_t& count) : count_(count) { ++count_; }
  ~Place() { --count_; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  std::size_t& count_;
};

}  // namespace cr::daemon
