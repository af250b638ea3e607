#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "specs/content_hash.h"

namespace date {
class time_zone;
}

namespace cr::specs {

/// A time zone of the system's tzdata, or the mere name of one that this system does not know.
///
/// Values are immutable. Known zones are loaded once a process and shared; loading is thread-safe.
class TimeZone {
 public:
  /// The zone of this exact name (case matters), or null. Refused although files may exist: `Local`,
  /// `localtime`, `posix/…`, `right/…`, paths, offsets: Coder knows none of them. Null for every name if
  /// there is no tzdata.
  [[nodiscard]] static std::shared_ptr<const TimeZone> find(std::string_view name);
  /// A zone without rules: what a newer Coder may know and this system does not. Null if it can't be a zone's
  /// name.
  [[nodiscard]] static std::shared_ptr<const TimeZone> unknown(std::string_view name);

  /// What is wrong with a name that find() refuses, and the nearest that exists.
  struct Problem {
    std::string message;
    std::string remedy;
  };
  [[nodiscard]] static Problem problem_with(std::string_view name);

  [[nodiscard]] const std::string& name() const { return name_; }
  /// Same name, or the same bytes in tzdata: links such as `US/Central` and `America/Chicago`.
  [[nodiscard]] static bool same_rules(const TimeZone& a, const TimeZone& b);

  /// What the zone's clocks do around an instant: the offset from UTC, and the span in which it holds.
  struct Offset {
    std::chrono::seconds offset;
    std::chrono::sys_seconds begin;
    std::chrono::sys_seconds end;
  };
  /// Nothing for a zone without rules.
  [[nodiscard]] std::optional<Offset> at(std::chrono::sys_seconds instant) const;

  /// For find() and unknown(). `rules` lives as long as the process.
  TimeZone(std::string name, const date::time_zone* rules, ContentHash content);

 private:
  std::string name_;
  const date::time_zone* rules_ = nullptr;
  ContentHash content_;
};

}  // namespace cr::specs
