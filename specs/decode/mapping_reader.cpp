#include "specs/decode/mapping_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "specs/decode/field_value.h"
#include "specs/source_text.h"
#include "specs/suggestion.h"
#include "specs/text/utf8.h"
#include "specs/visible.h"

namespace cr::specs {
namespace {

constexpr std::size_t kLongestPathPart = 80;

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

}  // namespace

std::string path_part(std::string_view key) {
  const bool simple =
      !key.empty() && key.size() <= kLongestPathPart && std::all_of(key.begin(), key.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-';
      });
  return simple ? std::string(key) : in_quotes(key);
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

const YamlNode* find_value(const YamlNode& mapping, std::string_view key) {
  for (std::size_t i = 0; i + 1 < mapping.children.size(); i += 2)
    if (mapping.children[i]->kind == YamlNode::Kind::scalar && mapping.children[i]->text == key)
      return mapping.children[i + 1];
  return nullptr;
}

void MappingReader::visit_entries(const YamlNode& mapping, const std::string& parent,
                                  const Visit& visit) const {
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

bool MappingReader::is_mapping(const YamlNode& key, const YamlNode& value, const std::string& path) const {
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

void MappingReader::read_fields(const YamlNode& mapping, const std::string& parent,
                                std::span<const Field> fields, const Read& read) const {
  std::vector<const Field*> present;
  for_each_entry(mapping, parent, [&](const YamlNode& key, const YamlNode& value) {
    const auto field =
        std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.key == key.text; });
    if (field == fields.end()) return report_unknown(key, parent, fields);
    present.push_back(&*field);
    read(*field, key, value, parent + std::string(field->key));
  });
  for (const Field& field : fields) {
    if (field.required && std::find(present.begin(), present.end(), &field) == present.end())
      report_.add(mapping, parent + std::string(field.key), "is missing");
  }
}

void MappingReader::report_unknown(const YamlNode& key, const std::string& parent,
                                   std::span<const Field> fields) const {
  const std::vector<std::string_view> known = keys_of(fields);
  std::string remedy = did_you_mean(key.text, known);
  if (key.plain && key.text == "<<") remedy = "merge keys are not supported; write out the keys";
  if (const std::string plain = without_hidden(key.text); plain != key.text)
    remedy = "it contains invisible characters; delete them";
  if (remedy.empty()) remedy = hint_(key.text, fields);
  if (remedy.empty()) remedy = "allowed here: " + joined(known);
  report_.add(key, parent + path_part(key.text), "unknown key " + in_quotes(key.text), std::move(remedy));
}

}  // namespace cr::specs
