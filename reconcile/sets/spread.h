#pragma once

#include <chrono>
#include <string_view>

namespace cr::reconcile::sets {

/// Where in [0, room) this owner's start is, in whole minutes: the same on every machine and in every list.
/// FNV-1a (64 bits) of the username in lower case, its bits mixed as SplitMix64 ends, modulo the minutes.
/// `room` is at least a minute. Usernames are how Coder compares them: ASCII, without regard to case.
[[nodiscard]] std::chrono::minutes place_of(std::string_view username, std::chrono::minutes room);

}  // namespace cr::reconcile::sets
