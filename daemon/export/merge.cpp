#include "daemon/export/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <utility>

#include "reconcile/fields/managed_field.h"
#include "specs/name.h"
#include "specs/parse.h"
#include "specs/text/ascii.h"

namespace cr::daemon {
namespace {

using coder::LiveWorkspace;
using specs::Identity;
using specs::Scalar;

bool same_name(std::string_view a, std::string_view b) {
  return specs::compare_lower(a, b) == 0;
}

/// Whether a reference of a spec, by name or UUID, means this.
bool refers_to(std::string_view reference, std::string_view name, const std::string& id) {
  return specs::is_uuid(reference) ? same_name(reference, id) : same_name(reference, name);
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

/// Who is in an organization or a group is not known here: then everybody may be.
bool may_have(const specs::WorkspaceSet& set, const LiveWorkspace& row) {
  const std::string id = row.owner_id.to_string();
  const auto is_owner = [&](const std::string& owner) { return refers_to(owner, row.owner_name, id); };
  if (!same_name(replaced(set.workspace.name, specs::kOwnerPlaceholder, row.owner_name), row.name))
    return false;
  if (std::ranges::any_of(set.owners.except, is_owner)) return false;
  return set.owners.group || !set.owners.organization.empty() ||
         std::ranges::any_of(set.owners.list, is_owner);
}

/// What declares a workspace, by owner's name or id.
class Declared {
 public:
  explicit Declared(const specs::DesiredState& desired) : desired_(desired) {
    for (const specs::SpecPtr& spec : desired.specs) specs_.emplace(specs::identity_of(*spec), spec.get());
    elsewhere_.insert(desired.elsewhere.begin(), desired.elsewhere.end());
    for (const specs::SpecPtr& spec : desired.specs) {
      for (const std::string& name : spec->previous_names)
        previous_.insert({text::lower(spec->owner), text::lower(name)});
    }
  }
  [[nodiscard]] const specs::WorkspaceSpec* spec_of(const LiveWorkspace& row) const {
    for (const Identity& identity : identities(row)) {
      if (const auto found = specs_.find(identity); found != specs_.end()) return found->second;
    }
    return nullptr;
  }
  [[nodiscard]] bool is_invalid(const LiveWorkspace& row) const {
    return std::ranges::any_of(identities(row),
                               [&](const Identity& identity) { return elsewhere_.contains(identity); });
  }
  [[nodiscard]] bool is_renamed(const LiveWorkspace& row) const {
    return std::ranges::any_of(identities(row),
                               [&](const Identity& identity) { return previous_.contains(identity); });
  }
  [[nodiscard]] bool may_be_of_set(const LiveWorkspace& row) const {
    return std::ranges::any_of(desired_.sets, [&](const specs::SetPtr& set) { return may_have(*set, row); });
  }

 private:
  static std::array<Identity, 2> identities(const LiveWorkspace& row) {
    const std::string name = text::lower(row.name);
    return {Identity{text::lower(row.owner_name), name}, Identity{row.owner_id.to_string(), name}};
  }

  const specs::DesiredState& desired_;
  std::map<Identity, const specs::WorkspaceSpec*> specs_;
  std::set<Identity> elsewhere_;
  std::set<Identity> previous_;  ///< names that declared ones had
};

/// The edits of one document.
class DocumentMerge {
 public:
  DocumentMerge(const specs::WorkspaceSpec& spec, const LiveWorkspace& row, const FleetFacts& facts,
                Merge& into)
      : spec_(spec), row_(row), facts_(facts), into_(into) {}

  void run() {
    if (spec_.suspension) {
      into_.remarks.push_back(fmt::format("{} is suspended and stays as it is", name()));
      return;
    }
    merge_fields();
    merge_references();
    merge_parameters();
  }

 private:
  [[nodiscard]] std::string name() const { return specs::identity_of(spec_).to_string(); }

  void set(const std::string& key, Scalar value) { set_at({"spec", key}, std::move(value)); }
  void set_at(specs::FieldPath path, Scalar value) {
    std::string what = fmt::format("{}: {}", name(), specs::to_text(path));
    into_.edits[std::string(spec_.where.path())].push_back(
        {{spec_.where, std::move(path), std::move(value)}, std::move(what)});
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
        set(std::string(field->key), specs::scalar_of(*live->value));
      } else {
        into_.remarks.push_back(fmt::format("{}: {} stays as declared: {}", name(), field->key, live->why));
      }
    }
  }

  void merge_references() {
    const auto set_reference = [&](std::string_view key, std::string_view declared,
                                   const std::string& live_name, const std::string& id) {
      if (declared.empty() || live_name.empty() || refers_to(declared, live_name, id)) return;
      const bool by_id = specs::is_uuid(declared) || !specs::name_problem(live_name).empty();
      set(std::string(key), {Scalar::Kind::string, by_id ? id : live_name});
    };
    set_reference("template", spec_.template_ref, row_.template_name, row_.template_id.to_string());
    const auto organization = facts_.organizations.find(row_.organization_id);
    if (organization != facts_.organizations.end())
      set_reference("organization", spec_.organization, organization->second,
                    row_.organization_id.to_string());
    merge_version();
  }

  void merge_version() {
    if (spec_.template_version.empty()) return;
    const std::string id = row_.build.version.to_string();
    const std::string_view declared = spec_.template_version;
    const bool by_id = specs::is_uuid(declared);
    if (by_id ? same_name(declared, id) : declared == row_.build.version_name) return;
    const bool named = !by_id && specs::version_name_problem(row_.build.version_name).empty();
    set("templateVersion", {Scalar::Kind::string, named ? row_.build.version_name : id});
  }

  void merge_parameters() {
    const std::vector<LiveParameter> live = parameters_of(row_, facts_);
    for (const auto& [key, value] : *spec_.parameters) {
      const auto found = std::ranges::find(live, key, &LiveParameter::name);
      if (found == live.end() || !found->value || *found->value == value) continue;
      set_at({"spec", "parameters", key}, {Scalar::Kind::text, *found->value});
    }
  }

  const specs::WorkspaceSpec& spec_;
  const LiveWorkspace& row_;
  const FleetFacts& facts_;
  Merge& into_;
};

std::size_t errors_in(std::string_view text) {
  return specs::parse(text, nullptr).diagnostics.size();
}

std::vector<specs::FieldEdit> field_edits(const std::vector<const Merge::Edit*>& edits) {
  std::vector<specs::FieldEdit> fields;
  fields.reserve(edits.size());
  for (const Merge::Edit* edit : edits) fields.push_back(edit->edit);
  return fields;
}

/// Those of documents that stay valid, each looked at by itself.
std::vector<const Merge::Edit*> harmless(std::string_view text, const std::vector<const Merge::Edit*>& edits,
                                         std::vector<std::string>& remarks) {
  const std::size_t errors = errors_in(text);
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<const Merge::Edit*>> documents;
  for (const Merge::Edit* edit : edits)
    documents[{edit->edit.document.line, edit->edit.document.column}].push_back(edit);
  std::vector<const Merge::Edit*> kept;
  for (const auto& [where, of_document] : documents) {
    if (errors_in(specs::edit_fields(text, field_edits(of_document)).text) <= errors) {
      kept.insert(kept.end(), of_document.begin(), of_document.end());
      continue;
    }
    for (const Merge::Edit* edit : of_document)
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
    if (const specs::WorkspaceSpec* spec = declared.spec_of(*row)) {
      ++merge.declared;
      DocumentMerge(*spec, *row, facts, merge).run();
    } else if (declared.is_invalid(*row)) {
      ++merge.invalid;
    } else if (declared.is_renamed(*row)) {
      ++merge.renamed;
    } else if (desired.unknown_documents > 0) {
      ++merge.maybe_declared;
    } else if (declared.may_be_of_set(*row)) {
      ++merge.maybe_of_set;
    } else {
      merge.undeclared.push_back(row);
    }
  }
  return merge;
}

MergedFile merge_file(std::string_view text, const std::vector<Merge::Edit>& edits) {
  MergedFile merged;
  std::vector<const Merge::Edit*> made;
  made.reserve(edits.size());
  for (const Merge::Edit& edit : edits) made.push_back(&edit);
  specs::EditedFile edited = specs::edit_fields(text, field_edits(made));
  if (errors_in(edited.text) > errors_in(text)) {
    made = harmless(text, made, merged.remarks);
    edited = specs::edit_fields(text, field_edits(made));
  }
  for (const specs::RefusedEdit& refused : edited.refused)
    merged.remarks.push_back(fmt::format("{} stays as declared: {}", made[refused.edit]->what, refused.why));
  merged.made = made.size() - edited.refused.size();
  merged.text = std::move(edited.text);
  return merged;
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
