#include "tests/standin/rate_limit.h"

#include <cmath>

namespace cr::standin {

RateLimit::Verdict RateLimit::count(const std::string& who, const std::string& path, Time now) {
  using namespace std::chrono;
  const auto start = floor<minutes>(now);
  const std::int64_t minute = start.time_since_epoch().count();
  Verdict verdict;
  verdict.limit = limit_;
  verdict.reset = floor<seconds>(start + minutes(1)).time_since_epoch().count();
  if (limit_ <= 0) return verdict;

  Window& window = windows_[who + '\n' + path];
  if (window.minute != minute) {
    window.previous = window.minute == minute - 1 ? window.current : 0;
    window.current = 0;
    window.minute = minute;
  }
  const double share = duration<double>(start + minutes(1) - now) / duration<double>(minutes(1));
  const auto rate =
      static_cast<std::int64_t>(std::llround(static_cast<double>(window.previous) * share)) + window.current;
  if (rate >= limit_) {
    ++refused_;
    verdict.allowed = false;
    return verdict;
  }
  ++window.current;
  verdict.remaining = limit_ - rate - 1;
  return verdict;
}

}  // namespace cr::standin
