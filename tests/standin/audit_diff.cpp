#include "tests/standin/audit_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "tests/standin/timestamp.h"

namespace cr::standin {
namespace {

constexpr std::string_view kNoText = R"("")";

/// Puts together what several fields say.
class Diff {
 public:
  void add(std::string_view field, std::string_view old_json, std::string_view new_json) {
    if (old_json != new_json)
      add_entry(fmt::format(R"("{}":{{"old":{},"new":{},"secret":false}})", field, old_json, new_json));
  }
  void add_entry(const std::string& entry) {
    if (!entries_.empty()) entries_ += ',';
    entries_ += entry;
  }
  [[nodiscard]] std::string json() const { return "{" + entries_ + "}"; }

 private:
  std::string entries_;
};

/// A bit for each day on which nothing may start, from Monday on.
std::string blocked_days(const std::vector<std::string>& allowed) {
  constexpr std::array<std::string_view, 7> kDays = {"monday", "tuesday",  "wednesday", "thursday",
                                                     "friday", "saturday", "sunday"};
  unsigned blocked = 0;
  for (std::size_t i = 0; i < kDays.size(); ++i) {
    if (std::ranges::find(allowed, kDays[i]) == allowed.end()) blocked |= 1U << i;
  }
  return std::to_string(blocked);
}

}  // namespace

std::string diff_json(std::string_view field, std::string_view old_json, std::string_view new_json) {
  Diff diff;
  diff.add(field, old_json, new_json);
  return diff.json();
}

std::string audit_text(std::string_view text) {
  return nlohmann::json(text).dump();
}

std::string audit_schedule(const std::optional<std::string>& schedule) {
  return audit_text(schedule.value_or("null"));
}

std::string audit_duration(std::optional<std::int64_t> milliseconds) {
  return std::to_string(milliseconds.value_or(0) * 1'000'000);
}

std::string audit_updates(bool always) {
  return audit_text(always ? "always" : "never");
}

std::string audit_time(const std::optional<Time>& at) {
  return fmt::format(R"({{"Time":"{}","Valid":{}}})", at ? format_time(*at) : "0001-01-01T00:00:00Z",
                     at.has_value());
}

std::string audit_flag(bool on) {
  return on ? "true" : "false";
}

std::string diff_of_creation(Age age, const Workspace& workspace) {
  const bool has_lists_of_rights = age >= Age::v2_29;
  Diff diff;
  diff.add("automatic_updates", kNoText, audit_updates(workspace.always_update));
  diff.add("autostart_schedule", audit_schedule({}), audit_schedule(workspace.autostart_schedule));
  if (has_lists_of_rights) diff.add_entry(R"("group_acl":{"new":{},"secret":false})");
  diff.add("id", kNoText, audit_text(workspace.id));
  diff.add("name", kNoText, audit_text(workspace.name));
  if (age >= Age::v2_20) diff.add("next_start_at", audit_time({}), audit_time(workspace.next_start_at));
  diff.add("owner_id", kNoText, audit_text(workspace.owner_id));
  diff.add("template_id", kNoText, audit_text(workspace.template_id));
  diff.add("ttl", audit_duration({}), audit_duration(workspace.ttl_ms));
  if (has_lists_of_rights) diff.add_entry(R"("user_acl":{"new":{},"secret":false})");
  return diff.json();
}

std::string diff_of_creation(Age age, const Template& of, std::string_view creator_id) {
  constexpr std::int64_t kActivityBumpMs = 3'600'000;
  Diff diff;
  diff.add("active_version_id", kNoText, audit_text(of.active_version_id));
  diff.add("activity_bump", audit_duration({}), audit_duration(kActivityBumpMs));
  diff.add("allow_user_autostart", audit_flag(false), audit_flag(of.allow_user_autostart));
  diff.add("allow_user_autostop", audit_flag(false), audit_flag(of.allow_user_autostop));
  if (age >= Age::v2_29) diff.add("cors_behavior", kNoText, audit_text("simple"));
  diff.add("created_by", kNoText, audit_text(creator_id));
  diff.add("group_acl", audit_text("map[]"), audit_text("map[" + of.organization_id + ":[read use]]"));
  diff.add("id", kNoText, audit_text(of.id));
  diff.add("max_port_sharing_level", kNoText, audit_text("owner"));
  diff.add("name", kNoText, audit_text(of.name));
  diff.add("provisioner", kNoText, audit_text("echo"));
  return diff.json();
}

std::string diff_of(const Template& before, const Template& now) {
  Diff diff;
  const auto text = [&](std::string_view field, std::string Template::*member) {
    diff.add(field, audit_text(before.*member), audit_text(now.*member));
  };
  const auto flag = [&](std::string_view field, bool Template::*member) {
    diff.add(field, audit_flag(before.*member), audit_flag(now.*member));
  };
  const auto duration = [&](std::string_view field, std::int64_t Template::*member) {
    diff.add(field, audit_duration(before.*member), audit_duration(now.*member));
  };
  text("active_version_id", &Template::active_version_id);
  flag("allow_user_autostart", &Template::allow_user_autostart);
  flag("allow_user_autostop", &Template::allow_user_autostop);
  diff.add("autostart_block_days_of_week", blocked_days(before.autostart_days),
           blocked_days(now.autostart_days));
  duration("default_ttl", &Template::default_ttl_ms);
  text("deprecated", &Template::deprecation_message);
  text("display_name", &Template::display_name);
  duration("failure_ttl", &Template::failure_ttl_ms);
  text("name", &Template::name);
  flag("require_active_version", &Template::require_active_version);
  duration("time_til_dormant", &Template::time_til_dormant_ms);
  duration("time_til_dormant_autodelete", &Template::time_til_dormant_autodelete_ms);
  return diff.json();
}

}  // namespace cr::standin
