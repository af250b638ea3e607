#include "daemon/ci/baseline.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/json_fields.h"
#include "reconcile/report/render.h"
#include "specs/visible.h"

namespace cr::daemon::ci {
namespace {

using nlohmann::json;

/// Of one kind more are only counted: nobody reads them.
constexpr std::size_t kShown = 50;

using Kind = Item::Kind;

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::change:
      return "change";
    case Kind::condition:
      return "condition";
    case Kind::error:
      return "error";
    case Kind::warning:
      return "warning";
  }
  return "";
}

/// By what makes two of them one. As many of a key as there are.
using Items = std::multimap<std::string, Item>;

/// Texts of foreign JSON, whatever it holds.
std::string text_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

const json& list_at(const json& object, const char* key) {
  static const json kNone = json::array();
  const auto found = object.find(key);
  return found != object.end() && found->is_array() ? *found : kNone;
}

std::string key_of(std::initializer_list<std::string_view> parts) {
  std::string key;
  for (const std::string_view part : parts) {
    key += part;
    key += '\0';
  }
  return key;
}

std::string workspace_of(const json& row) {
  return text_at(row, "owner") + '/' + text_at(row, "name");
}

std::string words_of_action(const json& action) {
  std::string words = text_at(action, "action");
  if (const std::string to = text_at(action, "to"); !to.empty()) words += " to " + to;
  return words;
}

void add_plan(const json& document, Items& items) {
  for (const json& row : list_at(document, "workspaces")) {
    if (!row.is_object()) continue;
    const std::string workspace = workspace_of(row);
    for (const json& action : list_at(row, "actions")) {
      if (!action.is_object()) continue;
      json made = action;
      for (const char* key : {"from", "setBy", "defaults"}) made.erase(key);
      items.emplace(key_of({"action", workspace, made.dump(-1, ' ', false, json::error_handler_t::replace)}),
                    Item{Kind::change, workspace + ": " + words_of_action(action)});
    }
  }
  for (const json& row : list_at(document, "conditions")) {
    if (!row.is_object()) continue;
    const std::string workspace = workspace_of(row);
    const std::string reason = text_at(row, "reason");
    items.emplace(
        key_of({"condition", workspace, reason}),
        Item{Kind::condition, fmt::format("{}: {}: {}", workspace, reason, text_at(row, "message"))});
  }
}

void add_findings(const json& document, const char* list, Kind kind, Items& items) {
  for (const json& one : list_at(document, list)) {
    if (!one.is_object()) continue;
    const std::string file = text_at(one, "file");
    const std::string field = text_at(one, "field");
    const std::string message = text_at(one, "message");
    items.emplace(key_of({list, file, workspace_of(one), field, message}),
                  Item{kind, fmt::format("{}: {}{}{}", file, field, field.empty() ? "" : ": ", message)});
  }
}

Items items_of(const json& document) {
  Items items;
  if (!document.is_object()) return items;
  add_plan(document, items);
  add_findings(document, "diagnostics", Kind::error, items);
  add_findings(document, "warnings", Kind::warning, items);
  return items;
}

void add_lines(std::string& text, std::string_view title, const std::vector<Item>& items) {
  if (items.empty()) return;
  text += fmt::format("{}\n", title);
  for (std::size_t i = 0; i < std::min(items.size(), kShown); ++i)
    text += fmt::format("  {}\n", items[i].text);
  if (items.size() > kShown) text += fmt::format("  … and {} more\n", items.size() - kShown);
}

json list_of(const std::vector<Item>& items) {
  json list = json::array();
  for (const Item& item : items) {
    const Keys<json_parts::kBaselineItem> one(list.emplace_back());
    one["kind"] = to_string(item.kind);
    one["text"] = item.text;
  }
  return list;
}

}  // namespace

bool Comparison::has_fresh(Item::Kind kind) const {
  return std::ranges::any_of(fresh, [&](const Item& item) { return item.kind == kind; });
}

Comparison compare(const json& before, const json& now) {
  Items known = items_of(before);
  Comparison made;
  for (const auto& [key, item] : items_of(now)) {
    if (const auto same = known.find(key); same != known.end()) {
      known.erase(same);
      ++made.standing;
    } else {
      made.fresh.push_back({item.kind, specs::visible(item.text)});
    }
  }
  for (const auto& [key, item] : known) made.gone.push_back({item.kind, specs::visible(item.text)});
  std::ranges::sort(made.fresh, {}, &Item::text);
  std::ranges::sort(made.gone, {}, &Item::text);
  return made;
}

std::string baseline_problem(const json& document, std::string_view command) {
  const std::string wanted =
      fmt::format("is no JSON that `coder-reconciler {} --output json` has written", command);
  if (!document.is_object() || !document.contains("formatVersion")) return wanted;
  if (document["formatVersion"] != reconcile::kFormatVersion)
    return fmt::format("has formatVersion {}, and this program reads {}", document["formatVersion"].dump(),
                       reconcile::kFormatVersion);
  const char* own = command == "plan" ? "workspaces" : "warnings";
  if (!document.contains(own)) return wanted;
  if (text_at(document, "result") == "failed")
    return "is of a run that failed, so nothing can be held against it";
  return {};
}

std::string comparison_text(const Comparison& comparison) {
  std::string text;
  add_lines(text, "New since the baseline", comparison.fresh);
  add_lines(text, "Gone since the baseline", comparison.gone);
  return text + fmt::format("Baseline: {} new, {} standing, {} gone.\n", comparison.fresh.size(),
                            comparison.standing, comparison.gone.size());
}

json comparison_json(const Comparison& comparison) {
  json made;
  const Keys<json_parts::kBaseline> object(made);
  object["new"] = list_of(comparison.fresh);
  object["gone"] = list_of(comparison.gone);
  object["standing"] = comparison.standing;
  return made;
}

}  // namespace cr::daemon::ci
