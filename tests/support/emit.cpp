#include "tests/support/emit.h"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "specs/duration.h"
#include "specs/field_table.h"
#include "specs/name.h"
#include "specs/text/ascii.h"
#include "specs/text/timestamp.h"
#include "specs/yaml_document.h"

namespace cr::specs {
namespace {

/// Words that some YAML reader takes for a boolean or null, though YAML 1.2 does not.
bool is_word_with_meaning(std::string_view text) {
  const std::string lower = text::lower(text);
  for (const std::string_view word : {"null", "yes", "no", "on", "off", "y", "n", "true", "false"})
    if (lower == word) return true;
  return false;
}

/// Letters, digits and a few signs, beginning with a letter: the same to every reader without quotes.
bool is_plain_safe(std::string_view text) {
  if (text.empty() || is_word_with_meaning(text) || plain_type(text) != PlainType::text) return false;
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return is_letter(text[0]) && std::all_of(text.begin(), text.end(), [&](char c) {
           return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '/';
         });
}

std::string scalar(std::string_view text) {
  if (is_plain_safe(text)) return std::string(text);
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    if (byte == '"' || byte == '\\') {
      out += '\\';
      out += text[i];
    } else if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\x{:02X}", byte);
    } else if (byte == 0xC2 && next >= 0x80 && next < 0xA0) {  // C1 controls: allowed only escaped
      out += fmt::format("\\x{:02X}", next);
      ++i;
    } else {
      out += text[i];
    }
  }
  return out + '"';
}

void add_pairs(std::string& out, std::string_view key, const StringPairs& pairs) {
  if (pairs.empty()) return;
  out += fmt::format("  {}:\n", key);
  for (const auto& [name, value] : pairs) out += fmt::format("    {}: {}\n", scalar(name), scalar(value));
}

void add(std::string& out, std::string_view key, std::string_view value) {
  if (!value.empty()) out += fmt::format("  {}: {}\n", key, value);
}

std::string moment(std::chrono::sys_seconds at) {
  return '"' + text::format_timestamp(at) + '"';
}

std::string text_of(const KeepAwake& windows) {
  std::string list;
  for (const AwakeWindow& window : windows) {
    list += fmt::format("{}{{{}until: {}, reason: {}}}", list.empty() ? "" : ", ",
                        window.from ? fmt::format("from: {}, ", moment(*window.from)) : std::string(),
                        moment(window.until), scalar(window.reason));
  }
  return '[' + list + ']';
}

std::string text_of(const FieldValue& value) {
  if (std::holds_alternative<Cleared>(value)) return "null";
  if (const auto* windows = std::get_if<KeepAwake>(&value)) return text_of(*windows);
  if (const auto* retention = std::get_if<Retention>(&value))
    return fmt::format("{{until: {}, reason: {}}}", moment(retention->until), scalar(retention->reason));
  const std::string text = to_text(value);
  const bool may_need_quotes =
      std::holds_alternative<Schedule>(value) || std::holds_alternative<std::string>(value);
  return may_need_quotes ? scalar(text) : text;
}

}  // namespace

std::string to_yaml(const WorkspaceSpec& spec) {
  const auto optional_name = [](const std::string& name) {
    return name.empty() ? std::string{} : scalar(name);
  };
  std::string out = fmt::format("apiVersion: {}\nkind: {}\nmetadata:\n", kApiVersion, kWorkspaceKind);
  add(out, "name", scalar(spec.name));
  std::string previous;
  for (const std::string& name : spec.body->previous_names)
    previous += fmt::format("{}{}", previous.empty() ? "" : ", ", scalar(name));
  if (!previous.empty()) add(out, "previousNames", '[' + previous + ']');
  add_pairs(out, "labels", spec.body->labels);
  add_pairs(out, "annotations", spec.body->annotations);
  out += "spec:\n";
  add(out, "owner", scalar(spec.owner));
  add(out, "organization", optional_name(spec.body->organization));
  add(out, "template", scalar(spec.body->template_ref));
  add(out, "templateVersion", optional_name(spec.body->template_version));
  add(out, "preset", optional_name(spec.body->preset));
  add_pairs(out, "parameters", spec.body->parameters);
  for (const Field& field : spec_fields()) {
    if (const FieldValue* value = spec.fields.find(field.key)) add(out, field.key, text_of(*value));
  }
  std::string modes;
  for (const auto& [key, value, mode] : spec.fields) {
    if (mode != FieldMode::enforce) modes += fmt::format("      {}: {}\n", key, to_string(mode));
  }
  if (spec.body->policy != ReconcilePolicy{} || !modes.empty())
    out += fmt::format("  reconcilePolicy:\n    create: {}\n    update: {}\n", spec.body->policy.create,
                       spec.body->policy.update) +
           fmt::format("    recreate: {}\n", to_string(spec.body->policy.recreate));
  if (!modes.empty()) out += "    fields:\n" + modes;
  return out;
}

std::string to_yaml(std::span<const SpecPtr> specs) {
  std::string out;
  for (const SpecPtr& spec : specs) {
    if (!out.empty()) out += "---\n";
    out += to_yaml(*spec);
  }
  return out;
}

}  // namespace cr::specs
