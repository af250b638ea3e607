#include "daemon/export/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "reconcile/fields/managed_field.h"
#include "specs/name.h"
#include "specs/parse.h"
#include "specs/text/ascii.h"
#include "specs/workspace_spec.h"

namespace cr::daemon {
namespace {

using coder::LiveWorkspace;
using specs::Scalar;

bool same_name(std::string_view a, std::string_view b) {
  return specs::compare_lower(a, b) == 0;
}

/// The edits of one document.
class DocumentMerge {
 public:
  DocumentMerge(const specs::WorkspaceSpec& spec, const LiveWorkspace& row, const FleetFacts& facts,
                Merge& into)
      : spec_(spec), row_(row), facts_(facts), into_(into) {}

  void run() {
    if (spec_.body->suspension) {
      into_.remarks.push_back(fmt::format("{} is suspended and stays as it is", name()));
      return;
    }
    merge_fields();
    merge_references();
    merge_parameters();
  }

 private:
  [[nodiscard]] std::string name() const { return specs::identity_of(spec_).to_string(); }

  void set(specs::FieldPath path, Scalar value, std::optional<specs::FieldValue> field = std::nullopt) {
    std::string what = fmt::format("{}: {}", name(), specs::to_text(path));
    into_.edits[std::string(spec_.where.path())].push_back(
        {{spec_.where, std::move(path), std::move(value)}, &spec_, std::move(field), std::move(what)});
  }

  void merge_fields() {
    for (const reconcile::ManagedField* field : reconcile::managed_fields()) {
      const specs::DeclaredFields::Declared* declared = spec_.fields.entry(field->key);
      if (!declared || declared->mode == specs::FieldMode::initial) continue;
      const std::optional<LiveValue> live = value_of(field->key, row_);
      if (!live) continue;
      if (field->compare(declared->value, row_, reconcile::FieldContext()) != reconcile::Match::differs)
        continue;
      if (live->value) {
        set({"spec", std::string(field->key)}, specs::scalar_of(*live->value), *live->value);
      } else {
        leave(field->key, live->why);
      }
    }
  }

  void merge_references() {
    const auto set_reference = [&](std::string_view key, std::string_view declared,
                                   const std::string& live_name, const std::string& id) {
      if (declared.empty() || live_name.empty() || specs::refers_to(declared, live_name, id)) return;
      const bool by_id = specs::is_uuid(declared) || !specs::name_problem(live_name).empty();
      set({"spec", std::string(key)}, {Scalar::Kind::string, by_id ? id : live_name});
    };
    set_reference("template", spec_.body->template_ref, row_.template_name, row_.template_id.to_string());
    const auto organization = facts_.organizations.find(row_.organization_id);
    if (organization != facts_.organizations.end())
      set_reference("organization", spec_.body->organization, organization->second,
                    row_.organization_id.to_string());
    merge_version();
  }

  void merge_version() {
    if (spec_.body->template_version.empty()) return;
    const std::string id = row_.build.version.to_string();
    const std::string_view declared = spec_.body->template_version;
    const bool by_id = specs::is_uuid(declared);
    if (by_id ? same_name(declared, id) : declared == row_.build.version_name) return;
    const bool named = !by_id && specs::version_name_problem(row_.build.version_name).empty();
    set({"spec", "templateVersion"}, {Scalar::Kind::string, named ? row_.build.version_name : id});
  }

  void merge_parameters() {
    const auto of_build = facts_.parameters.find(row_.build.id);
    if (of_build == facts_.parameters.end()) return;
    const std::vector<LiveParameter> live = parameters_of(row_, facts_);
    const bool has_own = std::ranges::any_of(*spec_.body->parameters, [&](const auto& one) {
      return specs::default_of(spec_, "parameters." + one.first) == nullptr;
    });
    for (const auto& [key, value] : *spec_.body->parameters) {
      const auto given = std::ranges::find(of_build->second, key, &specs::StringPairs::value_type::first);
      const auto found = std::ranges::find(live, key, &LiveParameter::name);
      if (given == of_build->second.end() || found == live.end() || given->second == value) continue;
      if (!found->value) {
        leave("parameters." + key, found->why);
      } else if (const specs::DefaultedField* from = specs::default_of(spec_, "parameters." + key);
                 from && !has_own) {
        leave("parameters." + key,
              fmt::format("it comes from {}, and the document has no parameters of its own", from->shown));
      } else {
        set({"spec", "parameters", key}, {Scalar::Kind::text, *found->value});
      }
    }
  }
  void leave(std::string_view field, std::string_view why) {
    into_.remarks.push_back(fmt::format("{}: spec.{} stays as declared: {}", name(), field, why));
  }

  const specs::WorkspaceSpec& spec_;
  const LiveWorkspace& row_;
  const FleetFacts& facts_;
  Merge& into_;
};

std::pair<std::uint32_t, std::uint32_t> place_of(const specs::SourcePosition& where) {
  return {where.line, where.column};
}

std::size_t errors_in(std::string_view text) {
  return specs::parse(text, nullptr).diagnostics.size();
}

std::vector<specs::FieldEdit> field_edits(const std::vector<const MergeEdit*>& edits) {
  std::vector<specs::FieldEdit> fields;
  fields.reserve(edits.size());
  for (const MergeEdit* edit : edits) fields.push_back(edit->edit);
  return fields;
}

/// Whether each document still stands where it did: a line alone may be another one's by now.
bool are_where_they_were(std::string_view text, const std::vector<const MergeEdit*>& edits) {
  const specs::ParsedFile file = specs::parse(text, nullptr);
  std::map<std::pair<std::uint32_t, std::uint32_t>, const specs::WorkspaceSpec*> there;
  for (const specs::SpecPtr& spec : file.specs) there.emplace(place_of(spec->where), spec.get());
  return std::ranges::all_of(edits, [&](const MergeEdit* edit) {
    const auto found = there.find(place_of(edit->edit.document));
    return found != there.end() && specs::compare_identities(*found->second, *edit->spec) == 0;
  });
}

/// Those of documents that stay valid, each looked at by itself.
std::vector<const MergeEdit*> harmless(std::string_view text, const std::vector<const MergeEdit*>& edits,
                                       std::vector<std::string>& remarks) {
  const std::size_t errors = errors_in(text);
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<const MergeEdit*>> documents;
  for (const MergeEdit* edit : edits) documents[place_of(edit->edit.document)].push_back(edit);
  std::vector<const MergeEdit*> kept;
  for (const auto& [where, of_document] : documents) {
    if (errors_in(specs::edit_fields(text, field_edits(of_document)).text) <= errors) {
      kept.insert(kept.end(), of_document.begin(), of_document.end());
      continue;
    }
    for (const MergeEdit* edit : of_document)
      remarks.push_back(edit->what + " stays as declared: with the live value the document would be invalid");
  }
  return kept;
}

}  // namespace

Merge plan_merge(const specs::DesiredState& desired, const std::vector<const LiveWorkspace*>& rows,
                 const FleetFacts& facts) {
  Merge merge;
  const Declared declared(desired);
  for (const LiveWorkspace* row : rows) {
    const Declared::Answer answer = declared.of(*row);
    switch (answer.standing) {
      case DeclaredStanding::declared:
        DocumentMerge(*answer.spec, *row, facts, merge).run();
        break;
      case DeclaredStanding::undeclared:
        merge.undeclared.push_back(row);
        break;
      case DeclaredStanding::invalid:
      case DeclaredStanding::renamed:
      case DeclaredStanding::maybe_declared:
      case DeclaredStanding::maybe_of_set:
        ++merge.others[answer.standing];
    }
  }
  return merge;
}

MergedFile merge_file(std::string_view text, const std::vector<MergeEdit>& edits) {
  MergedFile merged;
  std::vector<const MergeEdit*> made;
  made.reserve(edits.size());
  for (const MergeEdit& edit : edits) made.push_back(&edit);
  if (!are_where_they_were(text, made)) {
    merged.text = text;
    merged.remarks.push_back(
        fmt::format("{} stays as it is: it has changed meanwhile", edits.front().edit.document.path()));
    return merged;
  }
  specs::EditedFile edited = specs::edit_fields(text, field_edits(made));
  if (errors_in(edited.text) > errors_in(text)) {
    made = harmless(text, made, merged.remarks);
    edited = specs::edit_fields(text, field_edits(made));
  }
  std::set<std::size_t> refused;
  for (const specs::RefusedEdit& one : edited.refused) {
    merged.remarks.push_back(fmt::format("{} stays as declared: {}", made[one.edit]->what, one.why));
    refused.insert(one.edit);
  }
  for (std::size_t i = 0; i < made.size(); ++i) {
    if (!refused.contains(i)) merged.made.push_back(made[i]);
  }
  merged.text = std::move(edited.text);
  return merged;
}

void apply(const MergeEdit& edit, specs::WorkspaceSpec& spec) {
  const std::string& key = edit.edit.path.back();
  const std::string& text = edit.edit.value.text;
  if (edit.field) {
    const specs::DeclaredFields::Declared declared = *spec.fields.entry(key);
    spec.fields.set(declared.key, *edit.field, declared.mode);
  } else if (edit.edit.path.size() > 2) {
    specs::StringPairs parameters = *spec.body->parameters;
    std::ranges::find(parameters, key, &specs::StringPairs::value_type::first)->second = text;
    spec.body.edit().parameters = specs::Shared<specs::StringPairs>(std::move(parameters));
  } else if (key == "template") {
    spec.body.edit().template_ref = specs::SharedText(text);
  } else if (key == "organization") {
    spec.body.edit().organization = specs::SharedText(text);
  } else {
    spec.body.edit().template_version = specs::SharedText(text);
  }
}

std::string appended(std::string text, std::string_view documents) {
  const std::size_t first_end = text.find('\n');
  const bool carriage = first_end != std::string::npos && first_end > 0 && text[first_end - 1] == '\r';
  const std::string_view line_break = carriage ? "\r\n" : "\n";
  std::string added;
  if (!text.empty()) added = "---\n";
  added += documents;
  if (!text.empty() && !text.ends_with('\n')) text += line_break;
  for (const char c : added) {
    if (c == '\n') {
      text += line_break;
    } else {
      text += c;
    }
  }
  return text;
}

}  // namespace cr::daemon
