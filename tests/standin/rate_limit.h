#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "tests/standin/model.h"

namespace cr::standin {

/// Coder's limiter: for each (who, path) a sliding estimate over two fixed one-minute windows, so that after
/// a full window capacity comes back bit by bit. Pure: time is an argument.
class RateLimit {
 public:
  struct Verdict {
    bool allowed = true;
    std::int64_t limit = 0;
    std::int64_t remaining = 0;
    std::int64_t reset = 0;  ///< Unix seconds, end of the fixed window.
  };

  static constexpr std::int64_t kDefaultLimit = 512;

  /// Requests a minute for each path; 0 or less switches the limiter off.
  void set_limit(std::int64_t per_minute) { limit_ = per_minute; }
  [[nodiscard]] std::int64_t limit() const { return limit_; }

  [[nodiscard]] Verdict count(const std::string& who, const std::string& path, Time now);

  /// How often something was refused.
  [[nodiscard]] std::size_t refused() const { return refused_; }

  /// Forgets all requests so far.
  void reset() { windows_.clear(); }

 private:
  struct Window {
    std::int64_t minute = 0;
    std::int64_t previous = 0;
    std::int64_t current = 0;
  };

  std::int64_t limit_ = kDefaultLimit;
  std::size_t refused_ = 0;
  std::unordered_map<std::string, Window> windows_;
};

}  // namespace cr::standin
