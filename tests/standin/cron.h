#pragma once

#include <bitset>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tests/standin/model.h"

/// Coder's weekly schedules, judged as Coder's own parser judges them, oddities included: `+5`, `*-`, `?` and
/// empty list items are taken, and white space behind a zone prefix that holds no plain space crashes it.
namespace cr::standin {

struct Schedule {
  std::string zone = "UTC";
  std::bitset<60> minutes;
  std::bitset<24> hours;
  std::bitset<7> weekdays;  ///< 0 is Sunday.
};

/// Refused with a 400 that carries this text.
struct ScheduleError {
  std::string detail;
};

/// Coder's parser panics on it: the reply is a bare 500.
struct ScheduleCrash {};

using ScheduleVerdict = std::variant<Schedule, ScheduleError, ScheduleCrash>;

[[nodiscard]] ScheduleVerdict judge_schedule(std::string_view text);

/// First start after `after` on a weekday named in `allowed_days` ("monday" …), weekdays taken in the
/// schedule's own zone. A local time that a clock change skips is no start, one that it repeats is two.
/// Nothing if no start falls into the next two weeks and a bit.
[[nodiscard]] std::optional<Time> next_start(const Schedule& schedule, Time after,
                                             const std::vector<std::string>& allowed_days);

}  // namespace cr::standin
