#pragma once

#include <cstdint>
#include <string>

namespace cr::daemon {

/// What a forge shows beside a commit.
enum class CommitState : std::uint8_t {
  pending,  ///< it is on its way
  success,  ///< it is live
  failure,  ///< somebody has to act
};

struct CommitStatus {
  std::string revision;
  CommitState state = CommitState::pending;
  std::string text;  ///< one line for people, fit for a message; of any length
  bool operator==(const CommitStatus&) const = default;
};

}  // namespace cr::daemon
