#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "source_fixture.h"

/// What the tests of defaults share.
namespace cr::specs {

/// Loads a tree of files, of which the first has its paths shown below "".
struct DefaultsTreeTest : ::testing::Test {
  TempTree tree;

  /// Times of files are at rest, so that only what changed is read again.
  SpecSource source{{tree.path("specs")}};

  void write(std::string_view file, std::string_view text) const {
    tree.write("specs/" + std::string(file), text);
  }
  DesiredState load() { return std::exchange(loaded, true) ? specs::load(source) : first_load(source); }
  bool loaded = false;

  /// A place in a file of the tree as a person reads it: "berlin/d.yaml:7".
  [[nodiscard]] std::string place(const DefaultedField* from) const {
    return from ? from->shown->substr(tree.path("specs").size() + 1) : "none";
  }
  /// All that is said, paths as above.
  [[nodiscard]] std::string said(const DesiredState& state) const {
    std::string text;
    for (const Diagnostic& diagnostic : state.diagnostics) text += render(diagnostic);
    const std::string prefix = tree.path("specs") + '/';
    for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at))
      text.erase(at, prefix.size());
    return text;
  }
};

inline std::string workspace(std::string_view name, std::string_view spec = "template: t",
                             std::string_view labels = "") {
  std::string text = "---\napiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: ";
  text.append(name)
      .append(labels.empty() ? "" : ", labels: {")
      .append(labels)
      .append(labels.empty() ? "" : "}");
  text.append("}\nspec: {owner: a");
  if (!spec.empty()) text.append(", ").append(spec);
  return text + "}\n";
}

/// The values stand on its sixth line.
inline std::string defaults(std::string_view values, std::string_view selector = "") {
  std::string text = "---\napiVersion: coder-reconciler/v1\nkind: WorkspaceDefaults\nmetadata: {name: d}\n";
  text += selector.empty() ? "spec:\n" : "spec:\n  selector: \"" + std::string(selector) + "\"\n";
  return text + "  values: {" + std::string(values) + "}\n";
}

inline std::string set(std::string_view name, std::string_view spec = "template: t",
                       std::string_view labels = "") {
  return "---\napiVersion: coder-reconciler/v1\nkind: WorkspaceSet\nmetadata: {name: " + std::string(name) +
         ", labels: {" + std::string(labels) +
         "}}\nspec: {owners: {list: [alice]}, template: {metadata: {name: dev}, spec: {" + std::string(spec) +
         "}}}\n";
}

inline const WorkspaceSpec& named(const DesiredState& state, std::string_view name) {
  static const WorkspaceSpec kNone;
  const auto found =
      std::ranges::find_if(state.specs, [&](const SpecPtr& spec) { return spec->name == name; });
  if (found != state.specs.end()) return **found;
  ADD_FAILURE() << "there is no valid spec " << name;
  return kNone;
}

inline std::string text_of(const WorkspaceSpec& spec, std::string_view field) {
  const FieldValue* value = spec.fields.find(field);
  return value ? to_text(*value) : "not given";
}

}  // namespace cr::specs
