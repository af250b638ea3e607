#include "specs/decode/set_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>

#include "specs/decode/document_kind.h"
#include "specs/decode/field_value.h"
#include "specs/decode/mapping_reader.h"
#include "specs/duration.h"
#include "specs/source_text.h"
#include "specs/suggestion.h"
#include "specs/text/ascii.h"

namespace cr::specs {
namespace {

constexpr std::size_t kMaxListed = 10'000;

/// What people try to give in a template, and where it stands instead.
std::string hint(std::string_view key, std::span<const Field> fields) {
  const bool in_template = fields.data() == fields_of(ValueType::set_template).data();
  if (in_template && (key == "apiVersion" || key == "kind"))
    return "remove it: a set's template has neither apiVersion nor kind";
  if (key == "owner") return "remove it: a set's workspaces belong to those whom spec.owners names";
  return place_elsewhere(key, DocumentKind::set, fields);
}

ValueResult<std::chrono::minutes> read_spread(const YamlNode& node) {
  const auto text = node.plain ? read_text(node) : read_string(node);
  if (!text) return text.error();
  const auto span = parse_duration(*text);
  if (!span) return span.error();
  constexpr std::string_view kAllowed = "write whole minutes, less than a day, such as 30m";
  if (*span < std::chrono::nanoseconds{0} || *span >= std::chrono::days{1})
    return ValueError(in_quotes(*text) + " is out of range", std::string(kAllowed));
  const auto minutes = std::chrono::floor<std::chrono::minutes>(*span);
  if (minutes != *span)
    return ValueError(in_quotes(*text) + " is no whole number of minutes", std::string(kAllowed));
  return minutes;
}

ValueResult<OnLeave> read_on_leave(const YamlNode& node) {
  const auto text = read_string(node);
  if (!text) return ValueError(text.error().message(), "write keep or dormant");
  for (const OnLeave value : kOnLeave)
    if (*text == to_string(value)) return value;
  constexpr std::array<std::string_view, 2> kValues{"keep", "dormant"};
  const std::string near = did_you_mean(*text, kValues);
  return ValueError("invalid value " + in_quotes(*text), near.empty() ? "write keep or dormant" : near);
}

/// Of two that are for the same workspace the one that ends later, or never.
SharedOptional<Suspension> longer(const SharedOptional<Suspension>& one,
                                  const SharedOptional<Suspension>& other) {
  if (!one || !other) return one ? one : other;
  const bool other_is = one->until && (!other->until || *other->until > *one->until);
  return other_is ? other : one;
}

class SetDecoder {
 public:
  SetDecoder(DocumentReport& report, SharedValues& values)
      : report_(report),
        values_(values),
        mappings_(report, hint),
        own_(mappings_, values, SpecPlace::document),
        workspace_(mappings_, values, SpecPlace::set_template) {}

  ReadSet decode(const YamlNode& root, const std::string& path) {
    read_mapping(root, path, set_document_fields());
    ReadSet result;
    result.set = std::move(set_);
    result.workspace = workspace_.finish();
    const WorkspaceSpec own = own_.finish().spec;
    result.set.labels = own.body->labels;
    result.set.annotations = own.body->annotations;
    result.set.where = report_.position_of(root.children.empty() ? root : *root.children.front());
    WorkspaceSpec& workspace = result.workspace.spec;
    workspace.where = result.set.where;
    SpecBody& body = workspace.body.edit();
    body.labels = merged(body.labels, own.body->labels);
    body.suspension = longer(body.suspension, own.body->suspension);
    body.set = values_.text(result.set.name);
    return result;
  }

 private:
  void read_mapping(const YamlNode& mapping, const std::string& parent, std::span<const Field> fields) {
    mappings_.read_object(mapping, parent, fields,
                          [&](const Field& field, const YamlNode& key, const YamlNode& value,
                              const std::string& path) { read_field(field, key, value, path); });
  }

  void read_field(const Field& field, const YamlNode& key, const YamlNode& value, const std::string& path) {
    const std::span<const Field> below = fields_of(field.type);
    if (value.kind == YamlNode::Kind::null) {
      if (field.required || below.empty()) return read_null(field, key, path);
    }
    switch (field.type) {
      case ValueType::api_version:
      case ValueType::kind:
        return;  // check_type() has looked at them
      case ValueType::set_metadata:
        if (mappings_.is_mapping(key, value, path)) read_own_metadata(value, path + '.', below);
        return;
      case ValueType::set_spec:
      case ValueType::set_template:
        if (mappings_.is_mapping(key, value, path)) read_mapping(value, path + '.', below);
        return;
      case ValueType::owners:
        if (mappings_.is_mapping(key, value, path)) read_owners(key, value, path);
        return;
      case ValueType::spread:
        return mappings_.take(read_spread(value), value, path,
                              [&](std::chrono::minutes span) { set_.spread_autostart = span; });
      case ValueType::on_leave:
        return mappings_.take(read_on_leave(value), value, path,
                              [&](OnLeave given) { set_.on_leave = given; });
      case ValueType::template_metadata:
        if (!mappings_.is_mapping(key, value, path)) return;
        return mappings_.read_object(
            value, path + '.', below,
            [&](const Field& one, const YamlNode& its_key, const YamlNode& its_value,
                const std::string& here) { workspace_.read_metadata(one, its_key, its_value, here); });
      case ValueType::template_spec:
        if (mappings_.is_mapping(key, value, path)) workspace_.read_spec(value, path + '.', below);
        return;
      default:
        return;  // no field of a set
    }
  }

  void read_null(const Field& field, const YamlNode& key, const std::string& path) {
    if (field.required) return report_.add(key, path, "has no value");
    report_.add(key, path, "has no value, and null is not allowed here", "omit the key");
  }

  void read_own_metadata(const YamlNode& mapping, const std::string& parent, std::span<const Field> fields) {
    mappings_.read_object(
        mapping, parent, fields,
        [&](const Field& field, const YamlNode& key, const YamlNode& value, const std::string& path) {
          if (field.type != ValueType::set_name || value.kind == YamlNode::Kind::null)
            return own_.read_metadata(field, key, value, path);
          mappings_.take(read_label_name(value), value, path,
                         [&](std::string_view name) { set_.name = name; });
        });
  }

  void read_owners(const YamlNode& key, const YamlNode& mapping, const std::string& path) {
    const std::size_t errors = report_.errors();
    SetOwners& owners = set_.owners;
    mappings_.read_object(
        mapping, path + '.', fields_of(ValueType::owners),
        [&](const Field& field, const YamlNode& its_key, const YamlNode& value, const std::string& here) {
          if (value.kind == YamlNode::Kind::null) return read_null(field, its_key, here);
          switch (field.id) {
            case FieldId::owner_list:
              return read_list(value, here, owners.list);
            case FieldId::except:
              return read_list(value, here, owners.except);
            case FieldId::owners_of_organization:
              return mappings_.take(read_name(value, field.type), value, here,
                                    [&](std::string_view text) { owners.organization = text; });
            default:
              if (mappings_.is_mapping(its_key, value, here)) read_group(value, here);
          }
        });
    if (report_.errors() != errors) return;
    if (owners.list.empty() && owners.organization.empty() && !owners.group)
      report_.add(key, path, "the set has no owners", "give list, organization or group");
  }

  void read_group(const YamlNode& mapping, const std::string& path) {
    OwnerGroup group;
    mappings_.read_object(
        mapping, path + '.', fields_of(ValueType::group),
        [&](const Field& field, const YamlNode& key, const YamlNode& value, const std::string& here) {
          if (value.kind == YamlNode::Kind::null) return read_null(field, key, here);
          const bool is_name = field.id == FieldId::group_name;
          mappings_.take(is_name ? read_preset(value) : read_name(value, field.type), value, here,
                         [&](std::string_view text) { (is_name ? group.name : group.organization) = text; });
        });
    set_.owners.group = std::move(group);
  }

  void read_list(const YamlNode& value, const std::string& path, std::vector<std::string>& into) {
    if (value.kind != YamlNode::Kind::sequence || value.foreign_tag) {
      report_.add(value, path, fmt::format("must be a list of usernames, but is {}", kind_of(value)),
                  "write [alice, bob]");
      return;
    }
    if (value.children.size() > kMaxListed) {
      report_.add(value, path,
                  fmt::format("has {} entries; at most {} are allowed", value.children.size(), kMaxListed),
                  "name the organization or a group, or make several sets");
      return;
    }
    std::unordered_set<std::string> seen;
    into.reserve(value.children.size());
    for (std::size_t i = 0; i < value.children.size(); ++i) {
      const YamlNode& item = *value.children[i];
      const std::string here = fmt::format("{}[{}]", path, i);
      mappings_.take(read_name(item, ValueType::owner), item, here, [&](std::string_view name) {
        if (!seen.insert(text::lower(name)).second)
          return report_.add(item, here, "duplicate owner " + in_quotes(name), "keep only one");
        into.emplace_back(name);
      });
    }
  }

  /// `own`, and of `others` what it does not have. Both sorted.
  Shared<StringPairs> merged(const Shared<StringPairs>& own, const Shared<StringPairs>& others) {
    if (own.empty() || others.empty()) return own.empty() ? others : own;
    StringPairs all = *own;
    for (const auto& pair : others) {
      const bool there = std::ranges::any_of(own, [&](const auto& one) { return one.first == pair.first; });
      if (!there) all.push_back(pair);
    }
    std::ranges::sort(all);
    return values_.pairs(std::move(all));
  }

  DocumentReport& report_;
  SharedValues& values_;
  MappingReader mappings_;
  SpecReader own_;  ///< of the set's own metadata
  SpecReader workspace_;
  WorkspaceSet set_;
};

}  // namespace

ReadSet decode_set(const YamlNode& root, const std::string& path, DocumentReport& report,
                   SharedValues& values) {
  return SetDecoder(report, values).decode(root, path);
}

}  // namespace cr::specs
