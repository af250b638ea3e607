#pragma once

#include <string>
#include <utility>
#include <vector>

#include "specs/decode/mapping_reader.h"
#include "specs/decode/open_place.h"
#include "specs/named_fields.h"
#include "specs/shared_values.h"
#include "specs/workspace_spec.h"

namespace cr::specs {

/// Where a workspace's metadata or spec stands.
enum class SpecPlace {
  document,      ///< a Workspace
  set_template,  ///< for many owners: kOwnerPlaceholder is replaced in some of its texts
  defaults,      ///< `values`, for many documents
};

/// What is read of a workspace, before any default. After errors it holds what could be read.
struct ReadSpec {
  WorkspaceSpec spec;
  NamedFields named;
  std::vector<OpenPlace> open;  ///< errors, unless defaults have it otherwise
  DefaultedFields places;       ///< of `values`: where each value stands, in order of appearance
};

/// Reads `metadata` and `spec` of a workspace, wherever they stand, field by field. Errors go to the report
/// and leave the field as it is.
class SpecReader {
 public:
  SpecReader(const MappingReader& mappings, SharedValues& values, SpecPlace place)
      : mappings_(mappings), values_(values), place_(place) {}

  /// A field of metadata_fields(), template_metadata_fields() or set_metadata_fields(); the name of the
  /// latter is not read here.
  void read_metadata(const Field& field, const YamlNode& key, const YamlNode& value, const std::string& path);
  /// `mapping`: of spec_fields(), or shared_spec_fields(); `parent`: "spec."
  void read_spec(const YamlNode& mapping, const std::string& parent, std::span<const Field> fields);

  /// What was read, and the rules within it checked.
  [[nodiscard]] ReadSpec finish();

 private:
  struct GivenMode {
    const YamlNode* key;
    std::optional<FieldMode> mode;
    std::string_view field;
    std::string path;
  };
  struct GivenException {
    const YamlNode* key;
    std::string_view field;
    std::string path;
  };

  void read_field(const Field& field, const YamlNode& key, const YamlNode& value, const std::string& path);
  void read_null(const Field& field, const YamlNode& key, const std::string& path);
  void read_policy(const YamlNode& mapping, const std::string& path);
  void read_modes(const YamlNode& mapping, const std::string& path);
  void read_parameters(const YamlNode& mapping, const std::string& path);
  void read_exception(const Field& field, const YamlNode& key, const YamlNode& value,
                      const std::string& path);
  [[nodiscard]] AwakeWindow read_window(const YamlNode& mapping, const std::string& path,
                                        std::span<const Field> fields);
  void read_previous_names(const YamlNode& value, const std::string& path);
  void read_labels(const YamlNode& mapping, const std::string& path);
  void read_annotations(const YamlNode& mapping, const std::string& path);
  [[nodiscard]] ValueResult<std::string_view> read_workspace_name(const YamlNode& value) const;
  bool has_good_placeholders(const YamlNode& value, const std::string& path);

  void report_without_mode(const YamlNode& key, const std::string& path);
  void note_place(std::string field, const YamlNode& key, const YamlNode& value);
  void keep_open(std::string field, const std::string& path, const YamlNode& node);
  void set_modes();
  void check_previous_names();
  void check_exceptions();
  [[nodiscard]] Shared<StringPairs> finished(StringPairs pairs);
  [[nodiscard]] DocumentReport& report() const { return mappings_.report(); }

  const MappingReader& mappings_;
  SharedValues& values_;
  SpecPlace place_;
  ReadSpec read_;
  const YamlNode* spec_ = nullptr;  ///< the mapping itself
  std::string spec_path_;           ///< "spec."
  std::vector<GivenMode> modes_;
  std::vector<std::string> cleared_parameters_;
  std::vector<std::pair<const YamlNode*, std::string>> previous_names_;  ///< and where they stand
  std::vector<GivenException> exceptions_;
};

}  // namespace cr::specs
