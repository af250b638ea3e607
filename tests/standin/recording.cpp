#include "tests/standin/recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>

#include "tests/standin/uuid.h"
#include "tests/support/tests_dir.h"

namespace cr::standin {
namespace {

using nlohmann::json;

const std::set<std::string> kComparedKeys = {"message",
                                             "detail",
                                             "field",
                                             "name",
                                             "owner_name",
                                             "organization_name",
                                             "status",
                                             "transition",
                                             "build_number",
                                             "reason",
                                             "autostart_schedule",
                                             "ttl_ms",
                                             "favorite",
                                             "outdated",
                                             "count",
                                             "username",
                                             "automatic_updates",
                                             "template_name",
                                             "mutable",
                                             "required",
                                             "type",
                                             "value",
                                             "default_value",
                                             "template_version_name",
                                             "Name",
                                             "Value",
                                             "action",
                                             "status_code",
                                             "parameter_mismatch",
                                             "default_ttl_ms",
                                             "is_default",
                                             "error",
                                             "is_prebuild",
                                             "task_id",
                                             "deprecated",
                                             "description",
                                             "user_agent",
                                             "old",
                                             "new",
                                             "secret",
                                             "Valid",
                                             "resource_type",
                                             "request_id",
                                             "resource_id",
                                             "resource_target",
                                             "build_reason",
                                             "workspace_id",
                                             "workspace_name",
                                             "workspace_owner",
                                             "resource_link",
                                             "is_deleted"};

std::string_view kind_of(const json& value) {
  if (value.is_number_float()) return "float";
  if (value.is_number()) return "integer";
  return value.type_name();
}

void compare_shapes(const json& recorded, const json& actual, const std::string& path,
                    std::vector<std::string>& differences) {
  if (kind_of(recorded) != kind_of(actual)) {
    differences.push_back(
        fmt::format("{}: {} was recorded, {} came", path, kind_of(recorded), kind_of(actual)));
    return;
  }
  if (recorded.is_object()) {
    for (const auto& [key, value] : recorded.items()) {
      if (actual.contains(key)) {
        compare_shapes(value, actual[key], path + "." + key, differences);
      } else {
        differences.push_back(fmt::format("{}.{}: missing", path, key));
      }
    }
    for (const auto& [key, value] : actual.items()) {
      if (!recorded.contains(key)) differences.push_back(fmt::format("{}.{}: was not recorded", path, key));
    }
  } else if (recorded.is_array()) {
    if (recorded.size() != actual.size()) {
      differences.push_back(
          fmt::format("{}: {} entries were recorded, {} came", path, recorded.size(), actual.size()));
      return;
    }
    for (std::size_t i = 0; i < recorded.size(); ++i) {
      compare_shapes(recorded[i], actual[i], fmt::format("{}[{}]", path, i), differences);
    }
  }
}

void compare_values(const json& recorded, const json& actual, const std::string& path, bool compared,
                    const IdMap& ids, std::vector<std::string>& differences) {
  if (recorded.is_object() && actual.is_object()) {
    for (const auto& [key, value] : recorded.items()) {
      if (!actual.contains(key)) continue;
      compare_values(value, actual[key], path + "." + key, kComparedKeys.contains(key), ids, differences);
    }
  } else if (recorded.is_array() && actual.is_array()) {
    for (std::size_t i = 0; i < std::min(recorded.size(), actual.size()); ++i) {
      compare_values(recorded[i], actual[i], fmt::format("{}[{}]", path, i), compared, ids, differences);
    }
  } else if (compared) {
    const json expected = recorded.is_string() ? json(ids.translate(recorded.get<std::string>())) : recorded;
    if (expected != actual) {
      differences.push_back(
          fmt::format("{}: {} was recorded, {} came", path, expected.dump(), actual.dump()));
    }
  }
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string body_text(const json& body) {
  if (body.is_null()) return {};
  return body.is_string() ? body.get<std::string>() : body.dump();
}

}  // namespace

std::map<std::string, RecordedExchange> load_recording(Age age, Tour tour) {
  const std::filesystem::path folder =
      std::filesystem::path(cr::testing::tests_dir()) / "fixtures" / fmt::format("coder-{}", release_of(age));
  std::map<std::string, RecordedExchange> exchanges;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const std::string file_name = file.path().filename();
    if (file_name.starts_with("fate-") != (tour == Tour::fate)) continue;
    // Streams are no exchanges.
    if (file_name == "fate-watch.json") continue;
    std::ifstream stream(file.path());
    for (const json& entry : json::parse(stream)) {
      RecordedExchange exchange;
      exchange.name = entry.at("name");
      exchange.method = entry.at("request").at("method");
      exchange.target = entry.at("request").at("path");
      exchange.body = body_text(entry.at("request").value("body", json()));
      exchange.status = entry.at("response").at("status");
      exchange.headers = entry.at("response").at("headers");
      exchange.reply = entry.at("response").at("body");
      exchange.then = entry.value("then", json());
      exchanges.emplace(exchange.name, std::move(exchange));
    }
  }
  if (exchanges.empty()) throw std::runtime_error("no recordings in " + folder.string());
  return exchanges;
}

void IdMap::pair(const std::string& recorded, const std::string& actual) {
  ids_.emplace(recorded, actual);
}

void IdMap::learn(const json& recorded, const json& actual) {
  if (recorded.is_object() && actual.is_object()) {
    for (const auto& [key, value] : recorded.items()) {
      if (actual.contains(key)) learn(value, actual[key]);
    }
  } else if (recorded.is_array() && actual.is_array() && recorded.size() == actual.size()) {
    for (std::size_t i = 0; i < recorded.size(); ++i) learn(recorded[i], actual[i]);
  } else if (recorded.is_string() && actual.is_string()) {
    const auto& old_id = recorded.get_ref<const std::string&>();
    const auto& new_id = actual.get_ref<const std::string&>();
    if (is_uuid(old_id) && is_uuid(new_id) && old_id != kNilUuid) pair(old_id, new_id);
  }
}

std::string IdMap::translate(std::string text) const {
  const auto replace = [&text](const std::string& old_id, const std::string& new_id) {
    for (std::size_t at = text.find(old_id); at != std::string::npos; at = text.find(old_id, at + 36)) {
      text.replace(at, 36, new_id);
    }
  };
  for (const auto& [recorded, actual] : ids_) {
    replace(recorded, actual);
    replace(upper(recorded), upper(actual));
  }
  return text;
}

std::vector<std::string> shape_differences(const json& recorded, const json& actual) {
  std::vector<std::string> differences;
  compare_shapes(recorded, actual, "$", differences);
  return differences;
}

std::vector<std::string> value_differences(const json& recorded, const json& actual, const IdMap& ids) {
  std::vector<std::string> differences;
  compare_values(recorded, actual, "$", false, ids, differences);
  return differences;
}

}  // namespace cr::standin
