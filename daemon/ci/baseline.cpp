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

/// Of what is new, and of what is gone, more are only counted: nobody reads them.
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

/// Empty where it is about none.
std::string workspace_of(const json& row) {
  const std::string owner = text_at(row, "owner"), name = text_at(row, "name");
  return owner.empty() && name.empty() ? std::string() : owner + '/' + name;
}

std::string in_front(const std::string& field) {
  return field.empty() ? field : field + ": ";
}

std::string words_of_action(const json& action) {
  std::string words = text_at(action, "action");
  if (const std::string to = text_at(action, "to"); !to.empty()) words += " to " + to;
  return words;
}

/// Of a workspace or a set that is not ready; a remark on one that is, is none.
void add_condition(const json& row, const std::string& name, Items& items) {
  if (text_at(row, "ready") == "True") return;
  const std::string reason = text_at(row, "reason");
  items.emplace(key_of({"condition", name, reason}),
                Item{Kind::condition, fmt::format("{}: {}: {}", name, reason, text_at(row, "message"))});
}

void add_set(const json& set, Items& items) {
  const std::string name = "set " + text_at(set, "name");
  add_condition(set, name, items);
  for (const json& problem : list_at(set, "problems")) {
    if (!problem.is_object()) continue;
    const std::string field = text_at(problem, "field");
    const std::string message = text_at(problem, "message");
    items.emplace(key_of({"problem", name, field, message}),
                  Item{Kind::error, fmt::format("{}: {}{}", name, in_front(field), message)});
  }
}

void add_plan(const json& document, Items& items) {
  for (const json& row : list_at(document, "workspaces")) {
    if (!row.is_object()) continue;
    const std::string workspace = workspace_of(row);
    for (const json& action : list_at(row, "actions")) {
      if (!action.is_object()) continue;
      json made = action;
      // What is live, who set it, and where the wish stands: the change is the same.
      for (const char* key : {"from", "setAt", "setBy", "setWith", "toFrom", "defaults", "retry"})
        made.erase(key);
      items.emplace(key_of({"action", workspace, made.dump(-1, ' ', false, json::error_handler_t::replace)}),
                    Item{Kind::change, workspace + ": " + words_of_action(action)});
    }
  }
  for (const json& row : list_at(document, "conditions")) {
    if (row.is_object()) add_condition(row, workspace_of(row), items);
  }
  for (const json& set : list_at(document, "sets")) {
    if (set.is_object()) add_set(set, items);
  }
}

/// `at` says in which file and about whose workspace `finding` is: itself, or one of its others.
void add_finding(const json& finding, const json& at, const char* list, Kind kind, Items& items) {
  const std::string file = text_at(at, "file");
  const std::string workspace = workspace_of(at);
  const std::string field = text_at(finding, "field");
  const std::string message = text_at(finding, "message");
  // How many start at a time is no news; and what is warned of first may be a set, whose fields stand further
  // down.
  const std::string said = text_at(finding, "kind") == "crowded_start" ? std::string() : message;
  constexpr std::string_view kInSet = "spec.template.";
  const std::string same_field = field.starts_with(kInSet) ? field.substr(kInSet.size()) : field;
  items.emplace(key_of({list, text_at(at, "set"), workspace.empty() ? file : workspace, same_field, said}),
                Item{kind, fmt::format("{}: {}{}{}", file, in_front(workspace), in_front(field), message)});
}

void add_findings(const json& document, const char* list, Kind kind, Items& items) {
  for (const json& one : list_at(document, list)) {
    if (!one.is_object()) continue;
    add_finding(one, one, list, kind, items);
    // A warning that many workspaces share is written once.
    for (const json& other : list_at(one, "others")) {
      if (other.is_object()) add_finding(one, other, list, kind, items);
    }
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
  std::string wanted =
      fmt::format("is no JSON that `coder-reconciler {} --output json` has written", command);
  if (!document.is_object() || !document.contains("formatVersion")) return wanted;
  if (document["formatVersion"] != reconcile::kFormatVersion)
    return fmt::format("has formatVersion {}, and this program reads {}", document["formatVersion"].dump(),
                       reconcile::kFormatVersion);
  if (text_at(document, "result") == "failed")
    return "is of a run that failed, so nothing can be held against it";
  const bool own = command == "plan" ? document.contains("conditions") && document.contains("workspaces")
                                     : document.contains("warnings") && document.contains("valid");
  // The daemon answers by pages: what is on another one would be new.
  return own && !document.contains("pageLimit") ? std::string() : wanted;
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
