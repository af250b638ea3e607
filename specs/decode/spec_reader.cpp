#include "specs/decode/spec_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "specs/decode/field_value.h"
#include "specs/name.h"
#include "specs/placeholder.h"
#include "specs/source_text.h"
#include "specs/spec_fields.h"
#include "specs/suggestion.h"

namespace cr::specs {
namespace {

// More of either is a history, and no exception.
constexpr std::size_t kMaxPreviousNames = 10;
constexpr std::size_t kMaxWindows = 50;

constexpr std::string_view kWherePlaceholdersAre =
    "it stands for the username in name, previousNames, labels, annotations and parameters";

}  // namespace

void SpecReader::read_spec(const YamlNode& mapping, const std::string& parent,
                           std::span<const Field> fields) {
  spec_ = &mapping;
  spec_path_ = parent;
  mappings_.read_object(mapping, parent, fields,
                        [&](const Field& field, const YamlNode& key, const YamlNode& value,
                            const std::string& path) { read_field(field, key, value, path); });
}

ReadSpec SpecReader::finish() {
  if (spec_ && place_ != SpecPlace::defaults && !read_.named.field(row_of(spec_fields(), "template")))
    keep_open("template", spec_path_ + "template", *spec_);
  set_modes();
  check_previous_names();
  check_exceptions();
  std::ranges::sort(cleared_parameters_);
  read_.named.cleared_parameters = values_.list(std::move(cleared_parameters_));
  read_.spec.fields = values_.fields(read_.spec.fields);
  return std::move(read_);
}

void SpecReader::note_place(std::string field, const YamlNode& key, const YamlNode& value) {
  if (place_ != SpecPlace::defaults) return;
  const YamlNode& shown = value.kind == YamlNode::Kind::null ? key : value;
  read_.places.push_back({.field = std::move(field), .where = report().position_of(shown)});
}

void SpecReader::keep_open(std::string field, const std::string& path, const YamlNode& node) {
  if (place_ == SpecPlace::defaults) return;
  read_.open.push_back({std::move(field), path, report().position_of(node), report().excerpt_of(node)});
}

void SpecReader::read_metadata(const Field& field, const YamlNode& key, const YamlNode& value,
                               const std::string& path) {
  if (value.kind == YamlNode::Kind::null) {
    if (field.required) return report().add(key, path, "has no value");
    return report().add(key, path, "has no value, and null is not allowed here",
                        "omit the key to leave it unmanaged");
  }
  if (field.id == FieldId::name)
    return mappings_.take(read_workspace_name(value), value, path,
                          [&](std::string_view text) { read_.spec.name = text; });
  if (field.id == FieldId::previous_names) return read_previous_names(value, path);
  if (!mappings_.is_mapping(key, value, path)) return;
  if (field.id == FieldId::labels) read_labels(value, path);
  if (field.id == FieldId::annotations) read_annotations(value, path);
}

void SpecReader::read_field(const Field& field, const YamlNode& key, const YamlNode& value,
                            const std::string& path) {
  const bool by_key = field.id == FieldId::parameters || field.id == FieldId::policy;
  const bool is_null = value.kind == YamlNode::Kind::null;
  if (!by_key || is_null) {
    read_.named.fields |= std::uint32_t{1} << row_of(spec_fields(), field.key);
    note_place(std::string(field.key), key, value);
  }
  if (is_null) return read_null(field, key, path);
  const auto read_name_into = [&](SharedText& target) {
    if (place_ != SpecPlace::document && value.kind == YamlNode::Kind::scalar && names_owner(value.text)) {
      return report().add(value, path, in_quotes(kOwnerPlaceholder) + " is not replaced here",
                          std::string(kWherePlaceholdersAre));
    }
    mappings_.take(read_name(value, field.type), value, path,
                   [&](std::string_view text) { target = values_.text(text); });
  };
  switch (field.id) {
    case FieldId::policy:
      if (mappings_.is_mapping(key, value, path)) read_policy(value, path);
      return;
    case FieldId::owner:
      return read_name_into(read_.spec.owner);
    case FieldId::organization:
      return read_name_into(read_.spec.body.edit().organization);
    case FieldId::template_ref:
      return read_name_into(read_.spec.body.edit().template_ref);
    case FieldId::template_version:
      return read_name_into(read_.spec.body.edit().template_version);
    case FieldId::parameters:
      if (mappings_.is_mapping(key, value, path)) read_parameters(value, path);
      return;
    case FieldId::managed:
      return mappings_.take(read_field_value(value, field.type), value, path,
                            [&](const FieldValue& given) { read_.spec.fields.set(field.key, given); });
    case FieldId::exception:
      return read_exception(field, key, value, path);
    case FieldId::preset:
      return mappings_.take(read_preset(value), value, path, [&](std::string_view text) {
        read_.spec.body.edit().preset = values_.text(text);
      });
    default:
      return;  // no field of a spec
  }
}

void SpecReader::read_null(const Field& field, const YamlNode& key, const std::string& path) {
  if (field.id == FieldId::managed && is_nullable(field.type)) {
    read_.spec.fields.set(field.key, Cleared{});
  } else if (field.required || field.id == FieldId::template_ref) {
    report().add(key, path, "has no value");
  } else if (field.id == FieldId::policy) {
    read_.named.policy = 0xFF;
  }
}

void SpecReader::read_policy(const YamlNode& mapping, const std::string& path) {
  ReconcilePolicy& policy = read_.spec.body.edit().policy;
  const auto read = [&](const Field& field, const YamlNode& key, const YamlNode& value,
                        const std::string& here) {
    const bool is_null = value.kind == YamlNode::Kind::null;
    if (field.id != FieldId::modes || is_null) {
      read_.named.policy |= static_cast<std::uint8_t>(1U << row_of(policy_fields(), field.key));
      note_place(std::string(kPolicyPath).append(field.key), key, value);
    }
    if (is_null) return;
    if (field.id == FieldId::modes) {
      if (mappings_.is_mapping(key, value, here)) read_modes(value, here);
    } else if (field.id == FieldId::recreate) {
      mappings_.take(read_recreate(value), value, here, [&](Recreate given) { policy.recreate = given; });
    } else {
      bool& target = field.id == FieldId::create ? policy.create : policy.update;
      mappings_.take(read_boolean(value), value, here, [&](bool given) { target = given; });
    }
  };
  mappings_.read_object(mapping, path + '.', policy_fields(), read);
}

/// The field may stand further down: modes are set when all has been read.
void SpecReader::read_modes(const YamlNode& mapping, const std::string& path) {
  mappings_.for_each_entry(mapping, path + '.', [&](const YamlNode& key, const YamlNode& value) {
    const std::string here = path + '.' + path_part(key.text);
    if (!has_mode(spec_fields(), key.text)) return report_without_mode(key, here);
    const std::string_view field = spec_fields()[row_of(spec_fields(), key.text)].key;
    note_place(std::string(kModesPath).append(field), key, value);
    if (value.kind == YamlNode::Kind::null) {
      modes_.push_back({&key, std::nullopt, field, here});
      return;
    }
    mappings_.take(read_field_mode(value), value, here, [&](FieldMode mode) {
      modes_.push_back({&key, mode, field, here});
    });
  });
}

void SpecReader::report_without_mode(const YamlNode& key, const std::string& path) {
  std::vector<std::string_view> with_mode;
  for (const Field& field : spec_fields()) {
    if (field.id == FieldId::managed) with_mode.push_back(field.key);
  }
  const bool known = std::ranges::any_of(spec_fields(), [&](const Field& f) { return f.key == key.text; });
  if (known) {
    const std::string_view why = is_managed(spec_fields(), key.text) ? "an exception is in force, or is over"
                                                                     : "it applies only at creation";
    report().add(key, path, fmt::format("{} has no mode: {}", in_quotes(key.text), why),
                 "remove it; fields with a mode: " + joined(with_mode));
    return;
  }
  std::string remedy = did_you_mean(key.text, with_mode);
  if (remedy.empty()) remedy = "allowed here: " + joined(with_mode);
  report().add(key, path, "unknown key " + in_quotes(key.text), std::move(remedy));
}

void SpecReader::set_modes() {
  if (modes_.empty()) return;
  std::vector<NamedMode> named;
  named.reserve(modes_.size());
  for (const GivenMode& given : modes_) {
    named.push_back({given.field, given.mode});
    if (!given.mode) continue;
    const DeclaredFields::Declared* declared = read_.spec.fields.entry(given.field);
    if (!declared) {
      if (!read_.named.field(row_of(spec_fields(), given.field))) {
        keep_open(std::string(kModesPath).append(given.field), given.path, *given.key);
      } else if (report().errors() == 0) {
        // One that is declared with an invalid value has its error already; this one is null.
        report().add(*given.key, given.path, in_quotes(given.field) + " has a mode but is not declared",
                     fmt::format("declare spec.{}, or remove its mode", given.field));
      }
      continue;
    }
    const FieldValue value = declared->value;
    const bool* on = std::get_if<bool>(&value);
    if (*given.mode == FieldMode::initial && given.field == "dormant" && on && *on) {
      report().add(*given.key, given.path,
                   fmt::format("{} cannot be given at creation: a workspace is created running",
                               in_quotes(given.field)),
                   "write enforce, or declare false");
      continue;
    }
    read_.spec.fields.set(declared->key, value, *given.mode);
  }
  std::ranges::sort(named, {}, &NamedMode::key);
  read_.named.modes = values_.modes(std::move(named));
}

/// With previous names the name itself is a wish like any other: what has another one differs, and is
/// renamed.
void SpecReader::check_previous_names() {
  if (read_.spec.body->previous_names.empty()) return;
  for (const auto& [node, path] : previous_names_) {
    if (compare_lower(node->text, read_.spec.name) == 0)
      report().add(*node, path, in_quotes(node->text) + " is the workspace's name as it is",
                   "remove it; only a name that differs in more than case is a previous one");
  }
  read_.spec.fields.set(kNameKey, std::string(read_.spec.name));
}

void SpecReader::check_exceptions() {
  const FieldValue* dormant = read_.spec.fields.find("dormant");
  for (const GivenException& given : exceptions_) {
    if (dormant && *dormant == FieldValue(true)) {
      report().add(*given.key, given.path, fmt::format("{} cannot be kept beside dormant: true", given.field),
                   "remove one of them: what is dormant neither runs nor is in use");
    } else if (!dormant) {
      keep_open(std::string(given.field), given.path, *given.key);
    }
  }
}

ValueResult<std::string_view> SpecReader::read_workspace_name(const YamlNode& value) const {
  if (place_ != SpecPlace::set_template) return read_name(value, ValueType::workspace_name);
  auto text = read_string(value);
  if (!text) return text;
  if (const auto checked = check_placeholders(*text); !checked) return checked.error();
  const std::string problem = name_problem(with_shortest_owner(*text));
  if (!problem.empty()) return ValueError(in_quotes(*text) + ' ' + problem);
  return text;
}

/// Where they are replaced; elsewhere braces are text like any other.
bool SpecReader::has_good_placeholders(const YamlNode& value, const std::string& path) {
  if (place_ == SpecPlace::document || value.kind != YamlNode::Kind::scalar) return true;
  if (place_ == SpecPlace::defaults) {
    if (!names_owner(value.text)) return true;
    report().add(value, path, in_quotes(kOwnerPlaceholder) + " is not replaced in defaults",
                 "give it in the set's template");
    return false;
  }
  const auto checked = check_placeholders(value.text);
  if (!checked) report().add(value, path, checked.error().message(), checked.error().remedy());
  return checked.has_value();
}

void SpecReader::read_previous_names(const YamlNode& value, const std::string& path) {
  if (value.kind != YamlNode::Kind::sequence || value.foreign_tag) {
    report().add(value, path, fmt::format("must be a list of names, but is {}", kind_of(value)),
                 "write [name]");
    return;
  }
  if (value.children.size() > kMaxPreviousNames) {
    report().add(
        value, path,
        fmt::format("has {} names; at most {} are looked for", value.children.size(), kMaxPreviousNames));
    return;
  }
  std::vector<std::string> names;
  names.reserve(value.children.size());
  for (std::size_t i = 0; i < value.children.size(); ++i) {
    const YamlNode& item = *value.children[i];
    const std::string here = fmt::format("{}[{}]", path, i);
    mappings_.take(read_workspace_name(item), item, here, [&](std::string_view name) {
      const bool twice = std::ranges::any_of(
          names, [&](const std::string& other) { return compare_lower(other, name) == 0; });
      if (twice) return report().add(item, here, "duplicate name " + in_quotes(name), "keep only one");
      names.emplace_back(name);
      previous_names_.emplace_back(&item, here);
    });
  }
  read_.spec.body.edit().previous_names = values_.list(std::move(names));
}

void SpecReader::read_exception(const Field& field, const YamlNode& key, const YamlNode& value,
                                const std::string& path) {
  const std::size_t errors = report().errors();
  exceptions_.push_back({&key, field.key, path});
  if (field.type == ValueType::retain) {
    if (!mappings_.is_mapping(key, value, path)) return;
    AwakeWindow window = read_window(value, path, retention_fields());
    if (report().errors() == errors)
      read_.spec.fields.set(field.key, Retention{window.until, std::move(window.reason)});
    return;
  }
  if (value.kind != YamlNode::Kind::sequence || value.foreign_tag) {
    report().add(value, path, fmt::format("must be a list, but is {}", kind_of(value)),
                 "write - {until: 2026-12-01T06:00:00+01:00, reason: training run 7}");
    return;
  }
  if (value.children.size() > kMaxWindows) {
    report().add(value, path,
                 fmt::format("has {} entries; at most {} are allowed", value.children.size(), kMaxWindows),
                 "remove those that are over");
    return;
  }
  std::vector<AwakeWindow> windows;
  windows.reserve(value.children.size());
  for (std::size_t i = 0; i < value.children.size(); ++i) {
    const YamlNode& item = *value.children[i];
    const std::string here = fmt::format("{}[{}]", path, i);
    if (mappings_.is_mapping(item, item, here)) windows.push_back(read_window(item, here, window_fields()));
  }
  if (report().errors() == errors) read_.spec.fields.set(field.key, KeepAwake(std::move(windows)));
}

AwakeWindow SpecReader::read_window(const YamlNode& mapping, const std::string& path,
                                    std::span<const Field> fields) {
  AwakeWindow window;
  const YamlNode* until = &mapping;
  mappings_.read_object(
      mapping, path + '.', fields,
      [&](const Field& field, const YamlNode& key, const YamlNode& value, const std::string& here) {
        if (value.kind == YamlNode::Kind::null) return report().add(key, here, "has no value");
        if (field.id == FieldId::reason)
          return mappings_.take(read_reason(value), value, here,
                                [&](std::string_view text) { window.reason = text; });
        const bool ends = field.id == FieldId::until;
        if (ends) until = &value;
        mappings_.take(
            read_moment(value, ends ? EndOfDate::end : EndOfDate::begin), value, here,
            [&](std::chrono::sys_seconds at) { (ends ? window.until : window.from.emplace()) = at; });
      });
  if (window.from && window.until != std::chrono::sys_seconds{} && window.until <= *window.from)
    report().add(*until, path + ".until", "ends before it begins", "write a time after from");
  return window;
}

/// Sorted, and no larger than needed: these vectors live as long as the spec.
Shared<StringPairs> SpecReader::finished(StringPairs pairs) {
  std::sort(pairs.begin(), pairs.end());
  pairs.shrink_to_fit();
  return values_.pairs(std::move(pairs));
}

void SpecReader::read_labels(const YamlNode& mapping, const std::string& path) {
  StringPairs labels;
  mappings_.for_each_entry(mapping, path + '.', [&](const YamlNode& key, const YamlNode& value) {
    const std::string here = path + '.' + path_part(key.text);
    if (const std::string problem = qualified_key_problem(key.text); !problem.empty())
      report().add(key, here, in_quotes(key.text) + ' ' + problem);
    if (value.kind == YamlNode::Kind::null) {
      report().add(key, here, "has no value", "write \"\" for an empty value");
      return;
    }
    mappings_.take(read_string(value), value, here, [&](std::string_view text) {
      if (!has_good_placeholders(value, here)) return;
      const bool replaced = place_ == SpecPlace::set_template;
      const std::string problem =
          replaced ? label_value_problem(with_shortest_owner(text)) : label_value_problem(text);
      if (!problem.empty()) report().add(value, here, in_quotes(text) + ' ' + problem);
      labels.emplace_back(key.text, text);
    });
  });
  read_.spec.body.edit().labels = finished(std::move(labels));
}

void SpecReader::read_annotations(const YamlNode& mapping, const std::string& path) {
  StringPairs annotations;
  mappings_.for_each_entry(mapping, path + '.', [&](const YamlNode& key, const YamlNode& value) {
    const std::string here = path + '.' + path_part(key.text);
    if (const std::string problem = qualified_key_problem(key.text); !problem.empty())
      report().add(key, here, in_quotes(key.text) + ' ' + problem);
    // A misspelt annotation of ours would leave a workspace unprotected in silence.
    if (key.text.starts_with(kReservedPrefix) && key.text != kSuspendAnnotation)
      report().add(key, here, "unknown annotation " + in_quotes(key.text),
                   fmt::format("the only annotation with the prefix {1} is \"{0}\"", kSuspendAnnotation,
                               kReservedPrefix));
    if (value.kind == YamlNode::Kind::null) {
      report().add(key, here, "has no value", "write \"\" for an empty value");
      return;
    }
    mappings_.take(read_string(value), value, here, [&](std::string_view text) {
      if (!has_good_placeholders(value, here)) return;
      annotations.emplace_back(key.text, text);
      if (key.text != kSuspendAnnotation) return;
      mappings_.take(parse_suspension(text), value, here,
                     [&](const Suspension& given) { read_.spec.body.edit().suspension = given; });
    });
  });
  read_.spec.body.edit().annotations = finished(std::move(annotations));
}

void SpecReader::read_parameters(const YamlNode& mapping, const std::string& path) {
  StringPairs parameters;
  mappings_.for_each_entry(mapping, path + '.', [&](const YamlNode& key, const YamlNode& value) {
    const std::string here = path + '.' + path_part(key.text);
    if (key.text.empty()) report().add(key, here, "a parameter must have a name");
    note_place("parameters." + key.text, key, value);
    if (value.kind == YamlNode::Kind::null) {
      cleared_parameters_.emplace_back(key.text);
      return;
    }
    if (value.kind == YamlNode::Kind::sequence) {
      report().add(value, here, "must be a string, number or boolean, but is a list",
                   R"(write a list as JSON text, as Coder expects it: '["a","b"]')");
      return;
    }
    mappings_.take(read_text(value), value, here, [&](std::string_view text) {
      if (has_good_placeholders(value, here)) parameters.emplace_back(key.text, text);
    });
  });
  read_.spec.body.edit().parameters = finished(std::move(parameters));
}

}  // namespace cr::specs
