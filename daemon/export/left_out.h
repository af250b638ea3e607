#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace cr::daemon {

/// What there is no spec of, by why.
class LeftOut {
 public:
  void add(std::size_t count, std::string_view why) {
    if (count == 0) return;
    all_ += count;
    why_ += fmt::format("{}{} {}", why_.empty() ? "" : ", ", count, why);
  }
  /// "; 3 left out: 2 prebuilt, 1 of AI tasks"; empty: nothing was.
  [[nodiscard]] std::string text() const {
    return all_ == 0 ? std::string() : fmt::format("; {} left out: {}", all_, why_);
  }

 private:
  std::size_t all_ = 0;
  std::string why_;
};

}  // namespace cr::daemon
