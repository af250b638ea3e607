#include "reconcile/coder/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>

#include "specs/text/timestamp.h"

namespace cr::coder {
namespace {

using nlohmann::json;

/// Reads needed keys of objects; the first one that is missing or mistyped is kept, later reads return
/// empty values. So a decoder reads all that it needs and asks once at the end.
class Reader {
 public:
  explicit Reader(std::string_view body) : root_(json::parse(body, nullptr, /*allow_exceptions=*/false)) {
    if (root_.is_discarded()) fail("broken JSON");
  }

  const json& object() {
    if (!failed() && !root_.is_object()) fail("expected an object");
    return failed() ? kNone : root_;
  }
  const json& array() {
    // Go writes a list without entries as null in places.
    if (failed() || root_.is_null()) return kNone;
    if (!root_.is_array()) fail("expected an array");
    return failed() ? kNone : root_;
  }

  std::string text(const json& from, const char* key) {
    const json* value = need(from, key);
    if (value == nullptr) return {};
    if (!value->is_string()) return fail(key, "is not a string"), std::string();
    return value->get<std::string>();
  }
  bool flag(const json& from, const char* key) {
    const json* value = need(from, key);
    if (value == nullptr) return false;
    if (!value->is_boolean()) return fail(key, "is not true or false"), false;
    return value->get<bool>();
  }
  std::int64_t number(const json& from, const char* key) {
    const json* value = need(from, key);
    if (value == nullptr) return 0;
    if (!value->is_number_integer()) return fail(key, "is not a whole number"), 0;
    return value->get<std::int64_t>();
  }
  template <class T>
  T id(const json& from, const char* key) {
    const std::string value = text(from, key);
    if (failed()) return {};
    const auto parsed = T::parse(value);
    if (!parsed) return fail(key, "is not a UUID"), T();
    return *parsed;
  }
  /// An array of strings; absent or null is an empty one.
  std::vector<std::string> texts(const json& from, const char* key) {
    std::vector<std::string> out;
    const auto found = from.find(key);
    if (found == from.end() || found->is_null()) return out;
    if (!found->is_array()) return fail(key, "is not an array"), out;
    for (const json& entry : *found) {
      if (!entry.is_string()) return fail(key, "has an entry that is not a string"), out;
      out.push_back(entry.get<std::string>());
    }
    return out;
  }
  const json* need(const json& from, const char* key) {
    if (failed()) return nullptr;
    if (!from.is_object()) return fail("expected an object"), nullptr;
    const auto found = from.find(key);
    if (found == from.end() || found->is_null()) return fail(key, "is missing"), nullptr;
    return &*found;
  }

  void fail(std::string message) {
    if (problem_.empty()) problem_ = std::move(message);
  }
  void fail(const char* key, std::string_view why) { fail(fmt::format("\"{}\" {}", key, why)); }
  [[nodiscard]] bool failed() const { return !problem_.empty(); }

  template <class T>
  DecodeResult<T> result(T value) const {
    if (failed()) return DecodeError(problem_);
    return value;
  }

 private:
  static inline const json kNone = json();
  json root_;
  std::string problem_;
};

UserStatus parse_user_status(std::string_view text) {
  if (text == "active") return UserStatus::active;
  if (text == "suspended") return UserStatus::suspended;
  if (text == "dormant") return UserStatus::dormant;
  return UserStatus::unknown;
}

User read_user(Reader& reader, const json& from) {
  User user;
  user.id = reader.id<UserId>(from, "id");
  user.username = reader.text(from, "username");
  user.status = parse_user_status(reader.text(from, "status"));
  return user;
}

std::uint8_t read_days(Reader& reader, const json& from) {
  constexpr std::array<std::string_view, 7> kDays = {"sunday",   "monday", "tuesday", "wednesday",
                                                     "thursday", "friday", "saturday"};
  std::uint8_t days = 0;
  for (const std::string& name : reader.texts(from, "days_of_week")) {
    for (std::size_t i = 0; i < kDays.size(); ++i) {
      if (name == kDays[i]) days = static_cast<std::uint8_t>(days | 1U << i);
    }
  }
  return days;
}

Template read_template(Reader& reader, const json& from) {
  Template out;
  out.id = reader.id<TemplateId>(from, "id");
  out.organization_id = reader.id<OrganizationId>(from, "organization_id");
  out.name = reader.text(from, "name");
  // Coder before 2.14 names none; a spec may name an organization by its id as well.
  out.organization_name = from.is_object() && from.contains("organization_name")
                              ? reader.text(from, "organization_name")
                              : out.organization_id.to_string();
  out.active_version = reader.id<VersionId>(from, "active_version_id");
  out.deprecated = reader.flag(from, "deprecated");
  out.deprecation_message = reader.text(from, "deprecation_message");
  out.default_ttl = std::chrono::milliseconds(reader.number(from, "default_ttl_ms"));
  out.allow_user_autostart = reader.flag(from, "allow_user_autostart");
  out.allow_user_autostop = reader.flag(from, "allow_user_autostop");
  out.require_active_version = reader.flag(from, "require_active_version");
  // A Coder without that notion makes nothing dormant, and stops nothing that failed.
  const auto milliseconds_of = [&from](const char* key) {
    const auto found = from.find(key);
    const bool told = found != from.end() && found->is_number_integer();
    return std::chrono::milliseconds(told ? found->get<std::int64_t>() : 0);
  };
  out.time_til_dormant = milliseconds_of("time_til_dormant_ms");
  out.failure_ttl = milliseconds_of("failure_ttl_ms");
  const auto classic = from.find("use_classic_parameter_flow");
  out.classic_parameters = classic == from.end() || *classic != json(false);
  if (const json* autostart = reader.need(from, "autostart_requirement")) {
    if (autostart->is_object()) {
      out.autostart_days = read_days(reader, *autostart);
    } else {
      reader.fail("autostart_requirement", "is not an object");
    }
  }
  return out;
}

std::string_view to_string(Access access) {
  switch (access) {
    case Access::create:
      return "create";
    case Access::read:
      return "read";
    case Access::update:
      return "update";
  }
  return "read";
}

std::int64_t milliseconds(std::chrono::minutes duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

/// Text that came from a spec is valid UTF-8 already; anything else becomes U+FFFD rather than an exception.
std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

DecodeResult<BuildInfo> decode_build_info(std::string_view body) {
  Reader reader(body);
  const json& from = reader.object();
  BuildInfo out;
  out.version = reader.text(from, "version");
  out.workspace_proxy = reader.flag(from, "workspace_proxy");
  const auto dashboard = from.find("dashboard_url");
  if (dashboard != from.end() && dashboard->is_string()) out.dashboard_url = dashboard->get<std::string>();
  return reader.result(std::move(out));
}

DecodeResult<User> decode_user(std::string_view body) {
  Reader reader(body);
  User user = read_user(reader, reader.object());
  return reader.result(std::move(user));
}

DecodeResult<std::vector<User>> decode_users(std::string_view body) {
  Reader reader(body);
  std::vector<User> out;
  if (const json* users = reader.need(reader.object(), "users")) {
    if (!users->is_array()) reader.fail("users", "is not an array");
    for (const json& from : *users) out.push_back(read_user(reader, from));
  }
  return reader.result(std::move(out));
}

DecodeResult<Me> decode_me(std::string_view body) {
  Reader reader(body);
  const json& from = reader.object();
  Me me;
  me.user = read_user(reader, from);
  // For show alone: what is missing there keeps nobody from knowing who we are.
  if (const auto roles = from.find("roles"); roles != from.end() && roles->is_array()) {
    for (const json& role : *roles) {
      const auto name = role.is_object() ? role.find("name") : role.end();
      if (name != role.end() && name->is_string()) me.roles.push_back(name->get<std::string>());
    }
  }
  for (const std::string& text : reader.texts(from, "organization_ids")) {
    const auto id = OrganizationId::parse(text);
    if (!id) {
      reader.fail("organization_ids", "has an entry that is not a UUID");
      break;
    }
    me.organizations.push_back(*id);
  }
  return reader.result(std::move(me));
}

DecodeResult<TokenFacts> decode_token_facts(std::string_view body) {
  Reader reader(body);
  const json& from = reader.object();
  TokenFacts facts;
  const std::string expires = reader.text(from, "expires_at");
  if (!reader.failed()) {
    const auto time = text::parse_timestamp(expires);
    if (!time) reader.fail("expires_at", "is not a time");
    // The zero time, should it come, stands for "never", and so does an end that no clock here reaches.
    constexpr auto kNever =
        std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::time_point::max());
    if (time && *time > std::chrono::sys_seconds{} && *time < kNever) facts.expires_at = *time;
    // Coder before 2.27 has one `scope` in place of the list, which says nothing about workspaces.
    facts.scopes = reader.texts(from, "scopes");
  }
  return reader.result(std::move(facts));
}

DecodeResult<std::vector<Organization>> decode_organizations(std::string_view body) {
  Reader reader(body);
  std::vector<Organization> out;
  for (const json& from : reader.array()) {
    Organization organization;
    organization.id = reader.id<OrganizationId>(from, "id");
    organization.name = reader.text(from, "name");
    organization.is_default = reader.flag(from, "is_default");
    out.push_back(std::move(organization));
  }
  return reader.result(std::move(out));
}

DecodeResult<Template> decode_template(std::string_view body) {
  Reader reader(body);
  Template out = read_template(reader, reader.object());
  return reader.result(std::move(out));
}

DecodeResult<std::vector<Template>> decode_templates(std::string_view body) {
  Reader reader(body);
  std::vector<Template> out;
  for (const json& from : reader.array()) out.push_back(read_template(reader, from));
  return reader.result(std::move(out));
}

DecodeResult<TemplateVersion> decode_version(std::string_view body) {
  Reader reader(body);
  const json& from = reader.object();
  TemplateVersion out;
  out.id = reader.id<VersionId>(from, "id");
  // Null for a version that was uploaded and belongs to no template yet.
  if (const json* owner = reader.need(from, "template_id"); owner != nullptr) {
    out.template_id = reader.id<TemplateId>(from, "template_id");
  }
  out.name = reader.text(from, "name");
  out.archived = reader.flag(from, "archived");
  return reader.result(std::move(out));
}

DecodeResult<std::vector<RichParameter>> decode_dynamic_parameters(std::string_view body) {
  Reader reader(body);
  std::vector<RichParameter> out;
  const json& from = reader.object();
  const auto parameters = from.find("parameters");
  // Go writes a list without entries as null in places.
  if (parameters == from.end() || (!parameters->is_null() && !parameters->is_array())) {
    reader.fail("parameters", "is not an array");
    return reader.result(std::move(out));
  }
  // Releases differ in what they tell of each beside its name.
  const auto is_set = [](const json& of, const char* key) {
    const auto found = of.find(key);
    return found != of.end() && *found == json(true);
  };
  for (const json& entry : *parameters) {
    RichParameter parameter;
    parameter.name = reader.text(entry, "name");
    if (reader.failed()) break;
    parameter.required = is_set(entry, "required");
    parameter.ephemeral = is_set(entry, "ephemeral");
    const auto styling = entry.find("styling");
    parameter.masked = styling != entry.end() && styling->is_object() && is_set(*styling, "mask_input");
    out.push_back(std::move(parameter));
  }
  return reader.result(std::move(out));
}

DecodeResult<std::vector<RichParameter>> decode_rich_parameters(std::string_view body) {
  Reader reader(body);
  std::vector<RichParameter> out;
  for (const json& from : reader.array()) {
    RichParameter parameter;
    parameter.name = reader.text(from, "name");
    parameter.required = reader.flag(from, "required");
    parameter.ephemeral = reader.flag(from, "ephemeral");
    out.push_back(std::move(parameter));
  }
  return reader.result(std::move(out));
}

DecodeResult<std::vector<std::pair<std::string, std::string>>> decode_build_parameters(
    std::string_view body) {
  Reader reader(body);
  std::vector<std::pair<std::string, std::string>> out;
  for (const json& from : reader.array()) {
    out.emplace_back(reader.text(from, "name"), reader.text(from, "value"));
  }
  return reader.result(std::move(out));
}

DecodeResult<std::vector<Preset>> decode_presets(std::string_view body) {
  Reader reader(body);
  std::vector<Preset> out;
  // These keys alone are written in upper case.
  for (const json& from : reader.array()) {
    Preset preset;
    preset.id = reader.id<PresetId>(from, "ID");
    preset.name = reader.text(from, "Name");
    const auto parameters = from.is_object() ? from.find("Parameters") : from.end();
    if (parameters != from.end() && parameters->is_array()) {
      for (const json& parameter : *parameters)
        preset.parameters.emplace_back(reader.text(parameter, "Name"), reader.text(parameter, "Value"));
    }
    out.push_back(std::move(preset));
  }
  return reader.result(std::move(out));
}

DecodeResult<bool> decode_autostart_mismatch(std::string_view body) {
  Reader reader(body);
  const bool mismatch = reader.flag(reader.object(), "parameter_mismatch");
  return reader.result(mismatch);
}

DecodeResult<std::vector<TimedSpan>> decode_timings(std::string_view body) {
  Reader reader(body);
  std::vector<TimedSpan> out;
  const json& object = reader.object();
  // 2.16 knows no connections of agents, and Go writes an empty list as null in places.
  for (const char* list : {"provisioner_timings", "agent_script_timings", "agent_connection_timings"}) {
    const auto spans = object.is_object() ? object.find(list) : object.end();
    if (spans == object.end() || spans->is_null()) continue;
    if (!spans->is_array()) reader.fail(list, "is not an array");
    if (reader.failed()) break;
    for (const json& from : *spans) {
      const std::string name = reader.text(from, "stage");
      const auto begun = text::parse_timestamp(reader.text(from, "started_at"));
      const auto ended = text::parse_timestamp(reader.text(from, "ended_at"));
      const auto stage = std::ranges::find(kBuildStages, name, [](BuildStage one) { return to_string(one); });
      // The queue is nothing that Coder times.
      if (stage == kBuildStages.end() || *stage == BuildStage::queue) continue;
      if (begun && ended && *begun <= *ended) out.push_back({*stage, Instant(*begun), Instant(*ended)});
    }
  }
  return reader.result(std::move(out));
}

DecodeResult<std::vector<bool>> decode_access_answers(std::string_view body, std::size_t count) {
  Reader reader(body);
  const json& from = reader.object();
  std::vector<bool> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(reader.flag(from, std::to_string(i).c_str()));
  return reader.result(std::move(out));
}

std::string encode_access_questions(const std::vector<AccessQuestion>& questions) {
  json checks = json::object();
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const AccessQuestion& question = questions[i];
    json object = json::object();
    object["resource_type"] = "workspace";
    object["organization_id"] = question.organization.to_string();
    object["owner_id"] = question.owner.to_string();
    json check = json::object();
    check["object"] = std::move(object);
    check["action"] = to_string(question.action);
    checks[std::to_string(i)] = std::move(check);
  }
  json body = json::object();
  body["checks"] = std::move(checks);
  return dump(body);
}

std::string encode_create(const CreateRequest& request) {
  json body = json::object();
  body["name"] = request.name;
  // Exactly one of the two; both or neither is refused.
  if (request.version) {
    body["template_version_id"] = request.version->to_string();
  } else {
    body["template_id"] = request.template_id.to_string();
  }
  if (request.preset) body["template_version_preset_id"] = request.preset->to_string();
  if (!request.autostart_schedule.empty()) body["autostart_schedule"] = request.autostart_schedule;
  if (request.ttl) body["ttl_ms"] = milliseconds(*request.ttl);
  if (request.automatic_updates_always) {
    body["automatic_updates"] = *request.automatic_updates_always ? "always" : "never";
  }
  if (!request.parameters.empty()) {
    json values = json::array();
    for (const auto& [name, value] : request.parameters) {
      json entry = json::object();
      entry["name"] = name;
      entry["value"] = value;
      values.push_back(std::move(entry));
    }
    body["rich_parameter_values"] = std::move(values);
  }
  return dump(body);
}

std::string encode_parameter_question(const UserId& owner,
                                      const std::vector<std::pair<std::string, std::string>>& values) {
  json inputs = json::object();
  for (const auto& [name, value] : values) inputs[name] = value;
  return dump({{"id", 0}, {"inputs", std::move(inputs)}, {"owner_id", owner.to_string()}});
}

std::string encode_build(Transition transition) {
  return transition == Transition::start ? R"({"transition":"start"})" : R"({"transition":"stop"})";
}

}  // namespace cr::coder
