#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "specs/decode/document_report.h"
#include "specs/field_table.h"
#include "specs/value_error.h"
#include "specs/yaml_document.h"

namespace cr::specs {

/// A key as part of a field's path: simple ones as they are, others quoted.
[[nodiscard]] std::string path_part(std::string_view key);

/// "a, b, c"
[[nodiscard]] std::string joined(const std::vector<std::string_view>& words);

/// The value of a key, or null if there is no such key.
[[nodiscard]] const YamlNode* find_value(const YamlNode& mapping, std::string_view key);

/// Reads mappings as strictly as the format is: what is no key of them, or one twice, goes to the report.
class MappingReader {
 public:
  /// What to write instead of a key that is unknown where it stands; empty: nothing better is known.
  using Hint = std::function<std::string(std::string_view key, std::span<const Field> fields)>;

  /// `report` must outlive it.
  MappingReader(DocumentReport& report, Hint hint) : report_(report), hint_(std::move(hint)) {}

  using Visit = std::function<void(const YamlNode& key, const YamlNode& value)>;
  /// Each entry whose key can be one, once.
  template <class AnyVisit>
  void for_each_entry(const YamlNode& mapping, const std::string& parent, AnyVisit visit) const {
    visit_entries(mapping, parent, std::ref(visit));
  }

  /// Whether it is one; else an error.
  bool is_mapping(const YamlNode& key, const YamlNode& value, const std::string& path) const;

  using Read = std::function<void(const Field& field, const YamlNode& key, const YamlNode& value,
                                  const std::string& path)>;
  /// The entries that `fields` knows. Others are errors, and so is a required one that is missing.
  template <class AnyRead>
  void read_object(const YamlNode& mapping, const std::string& parent, std::span<const Field> fields,
                   AnyRead read) const {
    read_fields(mapping, parent, fields, std::ref(read));
  }

  void report_unknown(const YamlNode& key, const std::string& parent, std::span<const Field> fields) const;

  /// Stores a value, or reports why there is none.
  template <class T>
  void take(const ValueResult<T>& result, const YamlNode& value, const std::string& path, auto store) const {
    if (result) return store(*result);
    report_.add(value, path, result.error().message(), result.error().remedy());
  }

  [[nodiscard]] DocumentReport& report() const { return report_; }

 private:
  void visit_entries(const YamlNode& mapping, const std::string& parent, const Visit& visit) const;
  void read_fields(const YamlNode& mapping, const std::string& parent, std::span<const Field> fields,
                   const Read& read) const;

  DocumentReport& report_;
  Hint hint_;
};

}  // namespace cr::specs
