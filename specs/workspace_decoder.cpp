#include "specs/workspace_decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "specs/field_table.h"
#include "specs/field_value.h"
#include "specs/name.h"
#include "specs/spec_fields.h"
#include "specs/suggestion.h"
#include "specs/text/utf8.h"
#include "specs/visible.h"

namespace cr::specs {
namespace {

constexpr std::size_t kLongestPathPart = 80;
// More of either is a history, and no exception.
constexpr std::size_t kMaxPreviousNames = 10;
constexpr std::size_t kMaxWindows = 50;

/// A key as part of a field's path: simple ones as they are, others quoted.
std::string path_part(std::string_view key) {
  const bool simple =
      !key.empty() && key.size() <= kLongestPathPart && std::all_of(key.begin(), key.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-';
      });
  return simple ? std::string(key) : in_quotes(key);
}

/// A byte-order mark, say, that stands before a key where files were joined.
std::string without_hidden(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const text::Character next = text::first_character(text);
    if (next.valid && !text::is_hidden(next.code)) shown += text.substr(0, next.length);
    text.remove_prefix(next.length);
  }
  return shown;
}

std::string join(const std::vector<std::string_view>& words) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

/// Reads one document into a spec; errors go to the report and leave the field as it is.
class Decoder {
 public:
  Decoder(DocumentReport& report, SharedValues& values) : report_(report), values_(values) {}

  WorkspaceSpec decode(const YamlNode& root, const std::string& path) {
    read_object(root, path, document_fields());
    set_modes();
    check_previous_names();
    check_exceptions();
    spec_.fields = values_.fields(spec_.fields);
    return std::move(spec_);
  }

 private:
  template <class Visit>
  void for_each_entry(const YamlNode& mapping, const std::string& parent, Visit visit) {
    std::unordered_map<std::string_view, const YamlNode*> seen;
    for (std::size_t i = 0; i + 1 < mapping.children.size(); i += 2) {
      const YamlNode& key = *mapping.children[i];
      if (key.kind != YamlNode::Kind::scalar || key.foreign_tag) {
        report_.add(key, parent, fmt::format("a key must be a string, but is {}", kind_of(key)));
        continue;
      }
      if (const std::string problem = stored_text_problem(key.text); !problem.empty()) {
        report_.add(key, parent + path_part(key.text), "key " + in_quotes(key.text) + ' ' + problem,
                    "remove it");
        continue;
      }
      const auto [first, fresh] = seen.emplace(key.text, &key);
      if (!fresh) {
        report_.add(key, parent + path_part(key.text),
                    fmt::format("duplicate key {}, first used on line {}", in_quotes(key.text),
                                report_.position_of(*first->second).line),
                    "keep only one");
        continue;
      }
      visit(key, *mapping.children[i + 1]);
    }
  }

  bool is_mapping(const YamlNode& key, const YamlNode& value, const std::string& path) {
    if (value.kind == YamlNode::Kind::mapping && !value.foreign_tag) return true;
    if (value.foreign_tag) {
      report_.add(value, path, "YAML tags are not supported", "remove the tag");
    } else if (value.kind == YamlNode::Kind::null) {
      report_.add(key, path, "must be a mapping, but is empty");
    } else {
      report_.add(value, path, fmt::format("must be a mapping, but is {}", kind_of(value)));
    }
    return false;
  }

  void read_object(const YamlNode& mapping, const std::string& parent, std::span<const Field> fields) {
    std::vector<FieldId> present;
    for_each_entry(mapping, parent, [&](const YamlNode& key, const YamlNode& value) {
      const auto field =
          std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.key == key.text; });
      if (field == fields.end()) {
        report_unknown(key, parent, fields);
        return;
      }
      present.push_back(field->id);
      read_field(*field, key, value, parent + std::string(field->key));
    });
    for (const Field& field : fields)
      if (field.required && std::find(present.begin(), present.end(), field.id) == present.end())
        report_.add(mapping, parent + std::string(field.key), "is missing");
  }

  void report_unknown(const YamlNode& key, const std::string& parent, std::span<const Field> fields) {
    const std::vector<std::string_view> known = keys_of(fields);
    std::string remedy = did_you_mean(key.text, known);
    if (key.plain && key.text == "<<") remedy = "merge keys are not supported; write out the keys";
    if (const std::string plain = without_hidden(key.text); plain != key.text)
      remedy = "it contains invisible characters; delete them";
    if (remedy.empty()) remedy = place_elsewhere(key.text);
    if (remedy.empty()) remedy = "allowed here: " + join(known);
    report_.add(key, parent + path_part(key.text), "unknown key " + in_quotes(key.text), std::move(remedy));
  }

  /// "owner" beside "spec" instead of in it: the usual slip of indentation.
  static std::string place_elsewhere(std::string_view key) {
    for (const auto& [name, fields] :
         {std::pair{"metadata", metadata_fields()}, std::pair{"spec", spec_fields()},
          std::pair{"spec.reconcilePolicy", policy_fields()}})
      for (const Field& field : fields)
        if (field.key == key) return fmt::format("it belongs in {}", name);
    return {};
  }

  template <class T>
  void take(const ValueResult<T>& result, const YamlNode& value, const std::string& path, auto store) {
    if (!result) {
      report_.add(value, path, result.error().message(), result.error().remedy());
      return;
    }
    store(*result);
  }

  void read_field(const Field& field, const YamlNode& key, const YamlNode& value, const std::string& path) {
    if (value.kind == YamlNode::Kind::null && fields_of(field.type).empty()) {
      read_null(field, key, path);
      return;
    }
    const auto read_name_into = [&](SharedText& target) {
      take(read_name(value, field.type), value, path,
           [&](std::string_view text) { target = values_.text(text); });
    };
    const auto read_boolean_into = [&](auto& target) {
      take(read_boolean(value), value, path, [&](bool given) { target = given; });
    };
    switch (field.id) {
      case FieldId::api_version:
      case FieldId::kind:
        return;  // check_type() has looked at them
      case FieldId::metadata:
      case FieldId::spec:
      case FieldId::policy:
        if (is_mapping(key, value, path)) read_object(value, path + '.', fields_of(field.type));
        return;
      case FieldId::name:
        return take(read_name(value, field.type), value, path,
                    [&](std::string_view text) { spec_.name = text; });
      case FieldId::owner:
        return read_name_into(spec_.owner);
      case FieldId::organization:
        return read_name_into(spec_.organization);
      case FieldId::template_ref:
        return read_name_into(spec_.template_ref);
      case FieldId::template_version:
        return read_name_into(spec_.template_version);
      case FieldId::labels:
        if (is_mapping(key, value, path)) read_labels(value, path);
        return;
      case FieldId::annotations:
        if (is_mapping(key, value, path)) read_annotations(value, path);
        return;
      case FieldId::parameters:
        if (is_mapping(key, value, path)) read_parameters(value, path);
        return;
      case FieldId::managed:
        return take(read_field_value(value, field.type), value, path,
                    [&](const FieldValue& given) { spec_.fields.set(field.key, given); });
      case FieldId::exception:
        return read_exception(field, key, value, path);
      case FieldId::previous_names:
        return read_previous_names(value, path);
      case FieldId::preset:
        return take(read_preset(value), value, path,
                    [&](std::string_view text) { spec_.preset = values_.text(text); });
      case FieldId::recreate:
        return take(read_recreate(value), value, path,
                    [&](Recreate given) { spec_.policy.recreate = given; });
      case FieldId::from:
      case FieldId::until:
      case FieldId::reason:
        return;  // of an exception: read_window()
      case FieldId::modes:
        if (is_mapping(key, value, path)) read_modes(value, path);
        return;
      case FieldId::create:
        return read_boolean_into(spec_.policy.create);
      case FieldId::update:
        return read_boolean_into(spec_.policy.update);
    }
  }

  /// The field may stand further down: modes are set when all has been read.
  void read_modes(const YamlNode& mapping, const std::string& path) {
    for_each_entry(mapping, path + '.', [&](const YamlNode& key, const YamlNode& value) {
      const std::string here = path + '.' + path_part(key.text);
      if (!has_mode(spec_fields(), key.text)) return report_without_mode(key, here);
      take(read_field_mode(value), value, here, [&](FieldMode mode) {
        modes_.push_back({&key, mode, here});
      });
    });
  }

  void report_without_mode(const YamlNode& key, const std::string& path) {
    std::vector<std::string_view> with_mode;
    for (const Field& field : spec_fields()) {
      if (field.id == FieldId::managed) with_mode.push_back(field.key);
    }
    const bool known = std::ranges::any_of(spec_fields(), [&](const Field& f) { return f.key == key.text; });
    if (known) {
      const std::string_view why = is_managed(spec_fields(), key.text)
                                       ? "an exception is in force, or is over"
                                       : "it applies only at creation";
      report_.add(key, path, fmt::format("{} has no mode: {}", in_quotes(key.text), why),
                  "remove it; fields with a mode: " + join(with_mode));
      return;
    }
    std::string remedy = did_you_mean(key.text, with_mode);
    if (remedy.empty()) remedy = "allowed here: " + join(with_mode);
    report_.add(key, path, "unknown key " + in_quotes(key.text), std::move(remedy));
  }

  void set_modes() {
    for (const auto& [key, mode, path] : modes_) {
      const DeclaredFields::Declared* declared = spec_.fields.entry(key->text);
      if (!declared) {
        // One that is declared with an invalid value has its error already.
        if (report_.errors() > 0) continue;
        report_.add(*key, path, in_quotes(key->text) + " has a mode but is not declared",
                    fmt::format("declare spec.{}, or remove its mode", key->text));
        continue;
      }
      const FieldValue value = declared->value;
      const bool* on = std::get_if<bool>(&value);
      if (mode == FieldMode::initial && key->text == "dormant" && on && *on) {
        report_.add(*key, path,
                    fmt::format("{} cannot be given at creation: a workspace is created running",
                                in_quotes(key->text)),
                    "write enforce, or declare false");
        continue;
      }
      spec_.fields.set(declared->key, value, mode);
    }
  }

  /// With previous names the name itself is a wish like any other: what has another one differs, and is
  /// renamed.
  void check_previous_names() {
    if (spec_.previous_names.empty()) return;
    for (const auto& [node, path] : previous_names_) {
      if (compare_lower(node->text, spec_.name) == 0)
        report_.add(*node, path, in_quotes(node->text) + " is the workspace's name as it is",
                    "remove it; only a name that differs in more than case is a previous one");
    }
    spec_.fields.set(kNameKey, std::string(spec_.name));
  }

  void check_exceptions() {
    const FieldValue* dormant = spec_.fields.find("dormant");
    if (!dormant || *dormant != FieldValue(true)) return;
    for (const auto& [node, key] : exceptions_) {
      report_.add(*node, fmt::format("spec.{}", key),
                  fmt::format("{} cannot be kept beside dormant: true", key),
                  "remove one of them: what is dormant neither runs nor is in use");
    }
  }

  void read_previous_names(const YamlNode& value, const std::string& path) {
    if (value.kind != YamlNode::Kind::sequence || value.foreign_tag) {
      report_.add(value, path, fmt::format("must be a list of names, but is {}", kind_of(value)),
                  "write [name]");
      return;
    }
    if (value.children.size() > kMaxPreviousNames) {
      report_.add(
          value, path,
          fmt::format("has {} names; at most {} are looked for", value.children.size(), kMaxPreviousNames));
      return;
    }
    std::vector<std::string> names;
    for (std::size_t i = 0; i < value.children.size(); ++i) {
      const YamlNode& item = *value.children[i];
      const std::string here = fmt::format("{}[{}]", path, i);
      take(read_name(item, ValueType::workspace_name), item, here, [&](std::string_view name) {
        const bool twice = std::ranges::any_of(
            names, [&](const std::string& other) { return compare_lower(other, name) == 0; });
        if (twice) return report_.add(item, here, "duplicate name " + in_quotes(name), "keep only one");
        names.emplace_back(name);
        previous_names_.emplace_back(&item, here);
      });
    }
    spec_.previous_names = Shared<std::vector<std::string>>(std::move(names));
  }

  void read_exception(const Field& field, const YamlNode& key, const YamlNode& value,
                      const std::string& path) {
    const std::size_t errors = report_.errors();
    exceptions_.emplace_back(&key, field.key);
    if (field.type == ValueType::retain) {
      if (!is_mapping(key, value, path)) return;
      AwakeWindow window = read_window(value, path, retention_fields());
      if (report_.errors() == errors)
        spec_.fields.set(field.key, Retention{window.until, std::move(window.reason)});
      return;
    }
    if (value.kind != YamlNode::Kind::sequence || value.foreign_tag) {
      report_.add(value, path, fmt::format("must be a list, but is {}", kind_of(value)),
                  "write - {until: 2026-12-01T06:00:00+01:00, reason: training run 7}");
      return;
    }
    if (value.children.size() > kMaxWindows) {
      report_.add(value, path,
                  fmt::format("has {} entries; at most {} are allowed", value.children.size(), kMaxWindows),
                  "remove those that are over");
      return;
    }
    std::vector<AwakeWindow> windows;
    for (std::size_t i = 0; i < value.children.size(); ++i) {
      const YamlNode& item = *value.children[i];
      const std::string here = fmt::format("{}[{}]", path, i);
      if (is_mapping(item, item, here)) windows.push_back(read_window(item, here, window_fields()));
    }
    if (report_.errors() == errors) spec_.fields.set(field.key, KeepAwake(std::move(windows)));
  }

  AwakeWindow read_window(const YamlNode& mapping, const std::string& path, std::span<const Field> fields) {
    AwakeWindow window;
    std::vector<FieldId> present;
    const YamlNode* until = &mapping;
    for_each_entry(mapping, path + '.', [&](const YamlNode& key, const YamlNode& value) {
      const auto field = std::ranges::find(fields, key.text, &Field::key);
      if (field == fields.end()) return report_unknown(key, path + '.', fields);
      const std::string here = path + '.' + std::string(field->key);
      present.push_back(field->id);
      if (value.kind == YamlNode::Kind::null) return report_.add(key, here, "has no value");
      if (field->id == FieldId::reason)
        return take(read_reason(value), value, here, [&](std::string_view text) { window.reason = text; });
      const bool ends = field->id == FieldId::until;
      if (ends) until = &value;
      take(read_moment(value, ends ? EndOfDate::end : EndOfDate::begin), value, here,
           [&](std::chrono::sys_seconds at) { (ends ? window.until : window.from.emplace()) = at; });
    });
    for (const Field& field : fields) {
      if (field.required && std::ranges::find(present, field.id) == present.end())
        report_.add(mapping, path + '.' + std::string(field.key), "is missing");
    }
    if (window.from && window.until != std::chrono::sys_seconds{} && window.until <= *window.from)
      report_.add(*until, path + ".until", "ends before it begins", "write a time after from");
    return window;
  }

  void read_null(const Field& field, const YamlNode& key, const std::string& path) {
    if (field.id == FieldId::managed && is_nullable(field.type)) {
      spec_.fields.set(field.key, Cleared{});
    } else if (field.required) {
      report_.add(key, path, "has no value");
    } else {
      report_.add(key, path, "has no value, and null is not allowed here",
                  "omit the key to leave it unmanaged");
    }
  }

  /// Sorted, and no larger than needed: these vectors live as long as the spec.
  Shared<StringPairs> finished(StringPairs pairs) {
    std::sort(pairs.begin(), pairs.end());
    pairs.shrink_to_fit();
    return values_.pairs(std::move(pairs));
  }

  void read_labels(const YamlNode& mapping, const std::string& path) {
    StringPairs labels;
    for_each_entry(mapping, path + '.', [&](const YamlNode& key, const YamlNode& value) {
      const std::string here = path + '.' + path_part(key.text);
      if (const std::string problem = qualified_key_problem(key.text); !problem.empty())
        report_.add(key, here, in_quotes(key.text) + ' ' + problem);
      if (value.kind == YamlNode::Kind::null) {
        report_.add(key, here, "has no value", "write \"\" for an empty value");
        return;
      }
      take(read_string(value), value, here, [&](std::string_view text) {
        if (const std::string problem = label_value_problem(text); !problem.empty())
          report_.add(value, here, in_quotes(text) + ' ' + problem);
        labels.emplace_back(key.text, text);
      });
    });
    spec_.labels = finished(std::move(labels));
  }

  void read_annotations(const YamlNode& mapping, const std::string& path) {
    StringPairs annotations;
    for_each_entry(mapping, path + '.', [&](const YamlNode& key, const YamlNode& value) {
      const std::string here = path + '.' + path_part(key.text);
      if (const std::string problem = qualified_key_problem(key.text); !problem.empty())
        report_.add(key, here, in_quotes(key.text) + ' ' + problem);
      // A misspelt annotation of ours would leave a workspace unprotected in silence.
      if (key.text.starts_with(kReservedPrefix) && key.text != kSuspendAnnotation)
        report_.add(key, here, "unknown annotation " + in_quotes(key.text),
                    fmt::format("the only annotation with the prefix {1} is \"{0}\"", kSuspendAnnotation,
                                kReservedPrefix));
      if (value.kind == YamlNode::Kind::null) {
        report_.add(key, here, "has no value", "write \"\" for an empty value");
        return;
      }
      take(read_string(value), value, here, [&](std::string_view text) {
        annotations.emplace_back(key.text, text);
        if (key.text != kSuspendAnnotation) return;
        take(parse_suspension(text), value, here, [&](const Suspension& given) { spec_.suspension = given; });
      });
    });
    spec_.annotations = finished(std::move(annotations));
  }

  void read_parameters(const YamlNode& mapping, const std::string& path) {
    StringPairs parameters;
    for_each_entry(mapping, path + '.', [&](const YamlNode& key, const YamlNode& value) {
      const std::string here = path + '.' + path_part(key.text);
      if (key.text.empty()) report_.add(key, here, "a parameter must have a name");
      if (value.kind == YamlNode::Kind::null) {
        report_.add(key, here, "has no value", "write \"\" for an empty value");
        return;
      }
      if (value.kind == YamlNode::Kind::sequence) {
        report_.add(value, here, "must be a string, number or boolean, but is a list",
                    R"(write a list as JSON text, as Coder expects it: '["a","b"]')");
        return;
      }
      take(read_text(value), value, here,
           [&](std::string_view text) { parameters.emplace_back(key.text, text); });
    });
    spec_.parameters = finished(std::move(parameters));
  }

  DocumentReport& report_;
  SharedValues& values_;
  WorkspaceSpec spec_;
  struct GivenMode {
    const YamlNode* key;
    FieldMode mode;
    std::string path;
  };
  std::vector<GivenMode> modes_;
  std::vector<std::pair<const YamlNode*, std::string>> previous_names_;   ///< and where they stand
  std::vector<std::pair<const YamlNode*, std::string_view>> exceptions_;  ///< their keys
};

}  // namespace

const YamlNode* find_value(const YamlNode& mapping, std::string_view key) {
  for (std::size_t i = 0; i + 1 < mapping.children.size(); i += 2)
    if (mapping.children[i]->kind == YamlNode::Kind::scalar && mapping.children[i]->text == key)
      return mapping.children[i + 1];
  return nullptr;
}

namespace {

/// True if the rest is worth looking at: what says that it is something else altogether gets no further
/// errors.
bool check_type(const YamlNode& root, const std::string& path, DocumentReport& report) {
  const auto check = [&](std::string_view key, std::string_view wanted) {
    const YamlNode* value = find_value(root, key);
    if (value == nullptr || value->kind == YamlNode::Kind::null)
      return true;  // reported as missing, or as null
    if (value->kind == YamlNode::Kind::scalar && !value->foreign_tag && value->text == wanted) return true;
    const std::string shown =
        value->kind == YamlNode::Kind::scalar ? in_quotes(value->text) : std::string(kind_of(*value));
    const std::array<std::string_view, 1> allowed{wanted};
    std::string remedy = did_you_mean(shown.substr(1, shown.size() - 2), allowed);
    if (remedy.empty()) remedy = fmt::format("write {}", wanted);
    report.add(*value, path + std::string(key), fmt::format("unknown {} {}", key, shown), std::move(remedy));
    return false;
  };
  const bool version = check("apiVersion", kApiVersion);
  const bool kind = check("kind", kWorkspaceKind);
  return version && kind;
}

}  // namespace

std::optional<WorkspaceSpec> decode_workspace(const YamlNode& root, const std::string& path,
                                              DocumentReport& report, SharedValues& values) {
  const std::size_t errors_before = report.errors();
  if (root.kind != YamlNode::Kind::mapping || root.foreign_tag) {
    report.add(root, path, fmt::format("a workspace must be a mapping, but this is {}", kind_of(root)),
               "begin with apiVersion: coder-reconciler/v1");
    return std::nullopt;
  }
  if (!check_type(root, path, report)) return std::nullopt;
  WorkspaceSpec spec = Decoder(report, values).decode(root, path);
  if (report.errors() != errors_before) return std::nullopt;
  spec.where = report.position_of(root.children.empty() ? root : *root.children.front());
  return spec;
}

}  // namespace cr::specs
