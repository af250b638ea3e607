#pragma once

#include <chrono>

namespace cr::coder {

struct CallTimeouts {
  std::chrono::milliseconds request{30'000};  ///< one attempt
  std::chrono::milliseconds list{60'000};     ///< one attempt at a list: a big fleet's page takes seconds
  /// All attempts and waits of one call. Long enough for one 429, after which Coder wants a minute's pause.
  std::chrono::milliseconds call{150'000};
};

}  // namespace cr::coder
