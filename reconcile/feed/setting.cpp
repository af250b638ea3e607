#include "reconcile/feed/setting.h"

#include <algorithm>
#include <cstddef>
#include <functional>

namespace cr::reconcile::feed {
namespace {

constexpr std::string_view kNone = "none";
constexpr std::int64_t kNanosecondsInOne = 1'000'000;  // millisecond

struct Names {
  std::string_view field, word;
};
constexpr Names names_of(Setting setting) {
  switch (setting) {
    case Setting::name:
      return {"name", "name"};
    case Setting::automatic_updates:
      return {"automatic_updates", "automatic_updates"};
    case Setting::autostart:
      return {"autostart", "autostart_schedule"};
    case Setting::ttl:
      return {"ttl", "ttl"};
    case Setting::favorite:
      return {"favorite", "favorite"};
    case Setting::dormant:
      return {"dormant", "dormant_at"};
  }
  return {};
}

template <class Matches>
std::optional<Setting> find_setting(Matches matches) {
  const auto* found = std::ranges::find_if(kSettings, matches);
  return found == kSettings.end() ? std::nullopt : std::optional(*found);
}

std::int64_t ttl_of(const LiveWorkspace& row) {
  return row.ttl ? row.ttl->count() : 0;
}

template <class T>
std::uint32_t print(const T& value) {
  const std::size_t hash = std::hash<T>{}(value);
  return static_cast<std::uint32_t>(hash ^ hash >> 32);
}

}  // namespace

std::string_view to_string(Setting setting) {
  return names_of(setting).field;
}

std::optional<Setting> setting_of_field(std::string_view field) {
  return find_setting([&](Setting one) { return names_of(one).field == field; });
}

std::optional<Setting> setting_of_word(std::string_view word) {
  return find_setting([&](Setting one) { return names_of(one).word == word; });
}

std::string kept_text(Setting setting, const LiveWorkspace& row) {
  switch (setting) {
    case Setting::name:
      return row.name;
    case Setting::automatic_updates:
      switch (row.automatic_updates) {
        case LiveAutomaticUpdates::never:
          return "never";
        case LiveAutomaticUpdates::always:
          return "always";
        case LiveAutomaticUpdates::unknown:
          return {};
      }
      return {};
    case Setting::autostart:
      return row.autostart_schedule.empty() ? std::string(kNone) : row.autostart_schedule;
    case Setting::ttl:
      // Rows have nanoseconds, as Go counts.
      return ttl_of(row) <= 0 ? std::string(kNone) : std::to_string(ttl_of(row) * kNanosecondsInOne);
    case Setting::favorite:
      return row.favorite ? "true" : "false";
    case Setting::dormant:
      return row.dormant ? "dormant" : std::string(kNone);
  }
  return {};
}

std::string as_kept(Setting setting, std::string_view logged) {
  const bool none = logged == kNone || logged.empty();
  if (setting == Setting::dormant) return std::string(none ? kNone : "dormant");
  if (none || (setting == Setting::ttl && logged == "0")) return std::string(kNone);
  return std::string(logged);
}

std::uint32_t SettingPrints::of(Setting one) const {
  switch (one) {
    case Setting::name:
      return name;
    case Setting::automatic_updates:
      return automatic_updates;
    case Setting::autostart:
      return autostart;
    case Setting::ttl:
      return ttl;
    case Setting::favorite:
      return favorite ? 1 : 0;
    case Setting::dormant:
      return dormant ? 1 : 0;
  }
  return 0;
}

SettingPrints prints_of(const LiveWorkspace& row) {
  return {.name = print(row.name),
          .autostart = print(row.autostart_schedule),
          .ttl = print(ttl_of(row)),
          .build = print(row.build.id),
          .automatic_updates = static_cast<std::uint8_t>(row.automatic_updates),
          .favorite = row.favorite,
          .dormant = row.dormant};
}

}  // namespace cr::reconcile::feed
