#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "specs/time_zone.h"
#include "specs/value_error.h"

namespace cr::specs {

/// An autostart schedule in Coder's grammar: `[CRON_TZ=<zone> ]minute hour * * weekday`.
///
/// Two schedules are equal when they mean the same: zone, minutes, hours and weekdays. The text is kept only
/// to be sent and shown. Zones that are links to the same rules (`US/Central`, `America/Chicago`) are equal,
/// so that a spelling alone never causes a write.
class Schedule {
 public:
  /// Sets of minutes (bit 0–59), hours (bit 0–23) and weekdays (bit 0–6, 0 = Sunday).
  [[nodiscard]] std::uint64_t minutes() const { return minutes_; }
  [[nodiscard]] std::uint32_t hours() const { return hours_; }
  [[nodiscard]] std::uint8_t weekdays() const { return weekdays_; }
  /// IANA name as written; "UTC" where the schedule names none.
  [[nodiscard]] const std::string& zone() const { return zone_->name(); }
  /// What is sent to Coder: as written, with white space normalised to single blanks (tabs make its parser
  /// panic).
  [[nodiscard]] const std::string& text() const { return text_; }

  /// First start strictly after `after`, or nothing if there is none within five years.
  /// Local times that a DST gap swallows are skipped; those that an overlap repeats occur twice (as Coder
  /// computes).
  [[nodiscard]] std::optional<std::chrono::sys_seconds> next_after(std::chrono::sys_seconds after) const;

  /// The day of the week (0 = Sunday) of an instant on the schedule's own clock; in UTC for a zone without
  /// rules.
  [[nodiscard]] unsigned weekday_of(std::chrono::sys_seconds at) const;

  friend bool operator==(const Schedule& a, const Schedule& b);

 private:
  struct Parser;
  friend ValueResult<Schedule> parse_schedule(std::string_view text);
  friend ValueResult<Schedule> parse_live_schedule(std::string_view text);
  Schedule() = default;

  std::string text_;
  std::shared_ptr<const TimeZone> zone_;  ///< never null, shared by all schedules in one zone
  std::uint64_t minutes_ = 0;
  std::uint32_t hours_ = 0;
  std::uint8_t weekdays_ = 0;
};

/// Strict: what a spec may say. Refuses what Coder refuses, and also what Coder would take but no human means
/// (`+5`, `*-`, `?`, empty list items). Zones come from the system's tzdata, case-sensitive.
[[nodiscard]] ValueResult<Schedule> parse_schedule(std::string_view text);

/// Lenient: what a Coder may hold. Everything that its own parser takes, for comparing with the declared one.
[[nodiscard]] ValueResult<Schedule> parse_live_schedule(std::string_view text);

}  // namespace cr::specs
