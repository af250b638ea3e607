#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "reconcile/model/live_workspace.h"

namespace cr::reconcile::feed {

/// What a row of the audit log can tell of a workspace: Coder's settings, each with its word in the rows'
/// diffs.
enum class Setting : std::uint8_t { name, automatic_updates, autostart, ttl, favorite, dormant };
inline constexpr std::array kSettings = {Setting::name, Setting::automatic_updates, Setting::autostart,
                                         Setting::ttl,  Setting::favorite,          Setting::dormant};

/// As metrics and logs name the managed field: "automatic_updates", "autostart".
[[nodiscard]] std::string_view to_string(Setting setting);
/// By that name. Nothing for a field of which no row tells: extending a deadline and recording a use make
/// none.
[[nodiscard]] std::optional<Setting> setting_of_field(std::string_view field);
/// By Coder's word in a diff: "autostart_schedule", "dormant_at".
[[nodiscard]] std::optional<Setting> setting_of_word(std::string_view word);

class SettingSet {
 public:
  constexpr SettingSet() = default;
  constexpr SettingSet(std::initializer_list<Setting> settings) {
    for (const Setting one : settings) add(one);
  }
  [[nodiscard]] static constexpr SettingSet all() {
    SettingSet set;
    for (const Setting one : kSettings) set.add(one);
    return set;
  }
  constexpr void add(Setting one) { bits_ = static_cast<std::uint8_t>(bits_ | bit(one)); }
  [[nodiscard]] constexpr bool has(Setting one) const { return (bits_ & bit(one)) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  constexpr void operator|=(SettingSet other) { bits_ = static_cast<std::uint8_t>(bits_ | other.bits_); }
  constexpr bool operator==(const SettingSet&) const = default;

 private:
  [[nodiscard]] static constexpr std::uint8_t bit(Setting one) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(one));
  }
  std::uint8_t bits_ = 0;
};

/// The live value in such words that a row which set it says the same: see `as_kept`.
[[nodiscard]] std::string kept_text(Setting setting, const LiveWorkspace& row);
/// What a row says it set the setting to, in the same words: a TTL of 0 is none, and of a dormancy only
/// counts whether there is one.
[[nodiscard]] std::string as_kept(Setting setting, std::string_view logged);

/// Fingerprints of all settings of one workspace, and of its latest build: enough to see that one has
/// changed.
struct SettingPrints {
  std::uint32_t name = 0, autostart = 0, ttl = 0, build = 0;
  std::uint8_t automatic_updates = 0;
  bool favorite = false, dormant = false;
  [[nodiscard]] std::uint32_t of(Setting one) const;
};
[[nodiscard]] SettingPrints prints_of(const LiveWorkspace& row);

}  // namespace cr::reconcile::feed
