#include "specs/decode/field_value.h"

#include <fmt/format.h>

#include <array>

#include "specs/duration.h"
#include "specs/name.h"
#include "specs/source_text.h"
#include "specs/suggestion.h"
#include "specs/text/ascii.h"
#include "specs/text/timestamp.h"
#include "specs/text/utf8.h"
#include "specs/visible.h"

namespace cr::specs {
namespace {

std::string wanted(std::string_view what, const YamlNode& node) {
  std::string message = "must be " + std::string(what) + ", but is ";
  message += kind_of(node);
  return message;
}

}  // namespace

std::string_view kind_of(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::null:
      return "null";
    case YamlNode::Kind::sequence:
      return "a list";
    case YamlNode::Kind::mapping:
      return "a mapping";
    case YamlNode::Kind::scalar:
      break;
  }
  if (!node.plain) return "a string";
  switch (plain_type(node.text)) {
    case PlainType::boolean:
      return "a boolean";
    case PlainType::number:
      return "a number";
    case PlainType::text:
      break;
  }
  return "a string";
}

std::string stored_text_problem(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return "contains a NUL character, which Coder cannot store";
  for (std::string_view rest = text; !rest.empty();) {
    const text::Character next = text::first_character(rest);
    if (!next.valid) return "contains the byte " + visible(rest.substr(0, 1)) + ", which is not valid UTF-8";
    rest.remove_prefix(next.length);
  }
  return {};
}

ValueResult<std::string_view> read_text(const YamlNode& node) {
  if (node.foreign_tag) return ValueError("YAML tags are not supported", "remove the tag");
  if (node.kind != YamlNode::Kind::scalar) return ValueError(wanted("a string, number or boolean", node));
  if (std::string problem = stored_text_problem(node.text); !problem.empty())
    return ValueError(std::move(problem), "remove it");
  return std::string_view{node.text};
}

ValueResult<std::string_view> read_string(const YamlNode& node) {
  if (node.foreign_tag) return ValueError("YAML tags are not supported", "remove the tag");
  if (node.kind != YamlNode::Kind::scalar) return ValueError(wanted("a string", node));
  if (node.plain && plain_type(node.text) != PlainType::text)
    return ValueError(wanted("a string", node), "write it in quotes: " + in_quotes(node.text));
  if (std::string problem = stored_text_problem(node.text); !problem.empty())
    return ValueError(std::move(problem), "remove it");
  return std::string_view{node.text};
}

ValueResult<bool> read_boolean(const YamlNode& node) {
  const std::string allowed = "write true or false";
  if (node.foreign_tag) return ValueError("YAML tags are not supported", "remove the tag");
  if (node.kind != YamlNode::Kind::scalar) return ValueError(wanted("true or false", node), allowed);
  if (node.plain && plain_type(node.text) == PlainType::boolean) return text::lower(node.text) == "true";
  const std::string lower = text::lower(node.text);
  for (const std::string_view yes : {"yes", "y", "on", "true", "1"})
    if (lower == yes) return ValueError("invalid boolean " + in_quotes(node.text), "write true");
  for (const std::string_view no : {"no", "n", "off", "false", "0"})
    if (lower == no) return ValueError("invalid boolean " + in_quotes(node.text), "write false");
  return ValueError("invalid boolean " + in_quotes(node.text), allowed);
}

ValueResult<std::string_view> read_name(const YamlNode& node, ValueType type) {
  auto text = read_string(node);
  if (!text) return text.error();
  std::string problem;
  if (type != ValueType::workspace_name && is_uuid(*text)) {
    if (type == ValueType::owner) problem = owner_id_problem(*text);
    if (!problem.empty()) return ValueError(in_quotes(*text) + ' ' + problem);
    return text;
  }
  if (type == ValueType::owner) {
    if (text->find('@') != std::string_view::npos)
      return ValueError("invalid username " + in_quotes(*text),
                        "write the owner's username or UUID, not an email address");
    problem = username_problem(*text);
  } else if (type == ValueType::template_version) {
    problem = version_name_problem(*text);
  } else {
    problem = name_problem(*text);
  }
  if (!problem.empty()) return ValueError(in_quotes(*text) + ' ' + problem);
  return text;
}

namespace {

/// What people write for "not at all", where the format has null.
bool means_none(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::scalar || node.foreign_tag) return false;
  const std::string lower = text::lower(node.text);
  for (const std::string_view word :
       {"false", "no", "off", "none", "never", "nil", "null", "disabled", "unlimited"})
    if (lower == word) return true;
  return false;
}

bool is_boolean(const YamlNode& node) {
  return node.kind == YamlNode::Kind::scalar && node.plain && plain_type(node.text) == PlainType::boolean;
}

}  // namespace

ValueResult<std::string_view> read_label_name(const YamlNode& node) {
  auto text = read_string(node);
  if (!text) return text;
  const std::string problem = text->empty() ? "must not be empty" : label_value_problem(*text);
  if (!problem.empty()) return ValueError(in_quotes(*text) + ' ' + problem);
  return text;
}

ValueResult<Schedule> read_schedule(const YamlNode& node) {
  if (means_none(node))
    return ValueError("invalid schedule " + in_quotes(node.text),
                      "write null for no autostart, or omit the key to leave it unmanaged");
  if (is_boolean(node))
    return ValueError("invalid schedule " + in_quotes(node.text),
                      "write a schedule such as CRON_TZ=Europe/Berlin 0 9 * * 1-5");
  const auto text = read_string(node);
  if (!text) return text.error();
  if (text->find_first_not_of(" \t\r\n") == std::string_view::npos)
    return ValueError("must not be empty",
                      "write null for no autostart, or omit the key to leave it unmanaged");
  auto schedule = parse_schedule(*text);
  if (!schedule) return ValueError(schedule.error().message(), schedule.error().remedy());
  return std::move(*schedule);
}

ValueResult<Ttl> read_ttl(const YamlNode& node) {
  if (means_none(node))
    return ValueError("invalid duration " + in_quotes(node.text),
                      "write null for no automatic stop, or omit the key to leave it unmanaged");
  // A bare number parses as a duration without unit, whose error is the more helpful one.
  const auto text = node.plain ? read_text(node) : read_string(node);
  if (!text) return text.error();
  const auto ttl = parse_ttl(*text);
  if (!ttl) return ValueError(ttl.error().message(), ttl.error().remedy());
  // "0" and "+0" are durations, but as plain text a number; both were refused for their range already.
  return *ttl;
}

ValueResult<AutomaticUpdates> read_automatic_updates(const YamlNode& node) {
  const std::string allowed = "write always or never";
  if (node.plain && plain_type(node.text) == PlainType::boolean)
    return ValueError(wanted("always or never", node),
                      text::lower(node.text) == "true" ? "write always" : "write never");
  const auto text = read_string(node);
  if (!text) return ValueError(text.error().message(), allowed);
  for (const AutomaticUpdates value : {AutomaticUpdates::never, AutomaticUpdates::always})
    if (*text == to_string(value)) return value;
  constexpr std::array<std::string_view, 2> kValues{"always", "never"};
  const std::string near = did_you_mean(*text, kValues);
  return ValueError("invalid value " + in_quotes(*text), near.empty() ? allowed : near);
}

namespace {

template <class T>
ValueResult<FieldValue> as_field_value(const ValueResult<T>& value) {
  if (!value) return value.error();
  return FieldValue(*value);
}

}  // namespace

ValueResult<FieldValue> read_field_value(const YamlNode& node, ValueType type) {
  if (type == ValueType::schedule) return as_field_value(read_schedule(node));
  if (type == ValueType::ttl) return as_field_value(read_ttl(node));
  if (type == ValueType::automatic_updates) return as_field_value(read_automatic_updates(node));
  if (type == ValueType::boolean) return as_field_value(read_boolean(node));
  const ValueResult<std::string_view> name = read_name(node, type);
  if (!name) return name.error();
  return FieldValue(std::string(*name));
}

ValueResult<FieldMode> read_field_mode(const YamlNode& node) {
  const std::string allowed = "write enforce, initial or report";
  const auto text = read_string(node);
  if (!text) return ValueError(text.error().message(), allowed);
  std::vector<std::string_view> names;
  for (const FieldMode mode : kFieldModes) {
    if (*text == to_string(mode)) return mode;
    names.push_back(to_string(mode));
  }
  const std::string near = did_you_mean(*text, names);
  return ValueError("invalid value " + in_quotes(*text), near.empty() ? allowed : near);
}

ValueResult<std::chrono::sys_seconds> read_moment(const YamlNode& node, EndOfDate date) {
  const std::string remedy =
      "write a time with its zone, such as 2026-12-01T06:00:00+01:00, or a date, such as 2026-12-01";
  const auto text = read_string(node);
  if (!text) return ValueError(text.error().message(), remedy);
  if (const auto day = text::parse_date(*text)) {
    return std::chrono::sys_seconds(*day) +
           (date == EndOfDate::end ? std::chrono::days(1) : std::chrono::days(0));
  }
  std::string upper(*text);
  for (char& c : upper) c = c == 't' || c == 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  if (const auto at = text::parse_timestamp(upper)) return *at;
  if (text::parse_timestamp(upper + 'Z')) return ValueError("has no time zone: " + in_quotes(*text), remedy);
  return ValueError("invalid time " + in_quotes(*text), remedy);
}

ValueResult<std::string_view> read_preset(const YamlNode& node) {
  const auto text = read_string(node);
  if (!text) return text.error();
  if (text->find_first_not_of(" \t\r\n") == std::string_view::npos)
    return ValueError("must not be empty", "write the preset's name, or omit the key");
  return *text;
}

ValueResult<std::string_view> read_reason(const YamlNode& node) {
  const auto text = read_string(node);
  if (!text) return text.error();
  if (text->find_first_not_of(" \t\r\n") == std::string_view::npos)
    return ValueError("must not be empty", "say why, for whoever reads the plan");
  return *text;
}

ValueResult<Recreate> read_recreate(const YamlNode& node) {
  const std::string allowed = "write always, unlessExpired or never";
  const auto text = read_string(node);
  if (!text) return ValueError(text.error().message(), allowed);
  std::vector<std::string_view> names;
  for (const Recreate value : kRecreate) {
    if (*text == to_string(value)) return value;
    names.push_back(to_string(value));
  }
  const std::string near = did_you_mean(*text, names);
  return ValueError("invalid value " + in_quotes(*text), near.empty() ? allowed : near);
}

ValueResult<Suspension> parse_suspension(std::string_view text) {
  const ValueError error("invalid value " + in_quotes(text),
                         "write \"true\", \"until 2026-12-24\" or \"until 2026-12-24: reason\"");
  Suspension suspension;
  if (text == "true") return suspension;
  constexpr std::string_view kUntil = "until ";
  if (!text.starts_with(kUntil)) return error;
  text.remove_prefix(kUntil.size());
  const std::string_view date = text.substr(0, 10);
  std::string_view rest = text.substr(date.size());
  suspension.until = text::parse_date(date);
  if (!suspension.until)
    return ValueError("invalid date " + in_quotes(date), "write YYYY-MM-DD, such as 2026-12-24");
  if (rest.empty()) return suspension;
  if (!rest.starts_with(": ") || rest.size() == 2) return error;
  suspension.reason = rest.substr(2);
  return suspension;
}

}  // namespace cr::specs
