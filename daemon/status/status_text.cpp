#include "daemon/status/status_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "daemon/text/counted.h"
#include "specs/visible.h"

namespace cr::daemon {
namespace {

using nlohmann::json;
using specs::visible;

const json& at(const json& object, std::string_view key) {
  static const json kNothing;
  if (!object.is_object()) return kNothing;
  const auto found = object.find(std::string(key));
  return found == object.end() ? kNothing : *found;
}
std::string text_at(const json& object, std::string_view key) {
  const json& value = at(object, key);
  return value.is_string() ? visible(value.get_ref<const std::string&>()) : std::string();
}
std::uint64_t count_at(const json& object, std::string_view key) {
  const json& value = at(object, key);
  const bool is_count =
      value.is_number_integer() && (value.is_number_unsigned() || value.get<std::int64_t>() >= 0);
  return is_count ? value.get<std::uint64_t>() : 0;
}
bool flag_at(const json& object, std::string_view key) {
  const json& value = at(object, key);
  return value.is_boolean() && value.get<bool>();
}

std::string coloured(std::string_view text, bool good, bool colour) {
  if (!colour) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", good ? 32 : 31, text);
}

/// "3 Forbidden, 2 BuildFailed": what is not as declared, the most frequent first.
std::string reasons_of(const json& summary) {
  std::vector<std::pair<std::uint64_t, std::string>> reasons;
  const json& all = at(summary, "reasons");
  if (!all.is_object()) return {};
  for (const auto& [reason, ignored] : all.items()) {
    if (const auto number = count_at(all, reason); reason != "InSync" && number > 0)
      reasons.emplace_back(number, visible(reason));
  }
  std::ranges::stable_sort(reasons, [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string text;
  for (const auto& [count, reason] : reasons)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, reason);
  return text;
}

std::string fleet_line(const json& summary) {
  const json& ready = at(summary, "ready");
  std::string text = fmt::format("{}: {} as declared", counted(count_at(summary, "declared"), "workspace"),
                                 count_at(ready, "true"));
  if (const auto no = count_at(ready, "false"); no > 0) text += fmt::format(", {} not", no);
  if (const auto unknown = count_at(ready, "unknown"); unknown > 0)
    text += fmt::format(", {} unknown", unknown);
  const std::string reasons = reasons_of(summary);
  return text + (reasons.empty() ? "\n" : " (" + reasons + ")\n");
}

std::string specs_line(const json& summary) {
  const json& specs = at(summary, "specs");
  std::string text = counted(count_at(specs, "valid"), "spec");
  if (const auto sets = count_at(specs, "sets"); sets > 0) text += ", " + counted(sets, "set");
  text += fmt::format(" in {}", counted(count_at(specs, "files"), "file"));
  if (const auto invalid = count_at(specs, "invalid"); invalid > 0)
    text += fmt::format(", {} invalid", invalid);
  if (const auto twice = count_at(specs, "duplicates"); twice > 0) text += ", " + counted(twice, "duplicate");
  if (const std::string revision = text_at(summary, "revision"); !revision.empty())
    text += ", revision " + revision;
  if (flag_at(specs, "stale"))
    text += fmt::format("; they are old, since those that are there cannot be read: {}",
                        text_at(specs, "staleReason"));
  return text + '\n';
}

std::string last_cycle_line(const json& summary) {
  std::string text =
      fmt::format("last cycle: {}, ended {}", text_at(summary, "result"), text_at(summary, "ended"));
  if (const std::string failure = text_at(at(summary, "failure"), "message"); !failure.empty())
    text += "; " + failure;
  if (const auto builds = count_at(summary, "buildsInFlight"); builds > 0)
    text += "; " + counted(builds, "build") + " in flight";
  if (const auto waiting = count_at(summary, "backingOff"); waiting > 0)
    text += fmt::format("; {} backing off", waiting);
  return text + '\n';
}

std::string held_lines(const json& summary, std::string_view url) {
  if (!flag_at(summary, "held")) return {};
  return fmt::format(
      "\nHeld: {}\n  approve it with the token of --api-token-file: POST {}/-/approve?digest={}\n",
      text_at(summary, "heldMessage"), visible(url), text_at(summary, "digest"));
}

std::string set_lines(const json& summary) {
  const json& sets = at(summary, "sets");
  std::string text;
  if (!sets.is_array()) return text;
  for (const json& set : sets) {
    if (text_at(set, "ready") == "True") continue;
    text +=
        fmt::format("  {}  {}  {}\n", text_at(set, "name"), text_at(set, "reason"), text_at(set, "message"));
  }
  return text.empty() ? text : "\nSets that are not ready:\n" + text;
}

std::string waiting_lines(const json& waiting) {
  const json& rows = at(waiting, "workspaces");
  if (!rows.is_array() || rows.empty()) return {};
  std::string text = "\nNeeds action:\n";
  for (const json& row : rows)
    text += fmt::format("  {}/{}  {}  {}\n", text_at(row, "owner"), text_at(row, "name"),
                        text_at(row, "reason"), text_at(row, "message"));
  const std::uint64_t total = count_at(waiting, "total");
  if (total > rows.size()) text += fmt::format("  and {} more\n", total - rows.size());
  return text;
}

}  // namespace

bool says_ready(const json& summary) {
  return flag_at(at(summary, "daemon"), "ready");
}

std::string status_text(const json& summary, const json& waiting, std::string_view url, bool colour) {
  const bool ready = says_ready(summary);
  return coloured(ready ? "ready" : "not ready", ready, colour) + ": " +
         text_at(at(summary, "daemon"), "reason") + '\n' + fleet_line(summary) + specs_line(summary) +
         last_cycle_line(summary) + held_lines(summary, url) + set_lines(summary) + waiting_lines(waiting);
}

}  // namespace cr::daemon
