#include "daemon/selector.h"

#include <algorithm>
#include <set>

#include "specs/source_text.h"
#include "specs/suggestion.h"
#include "specs/text/ascii.h"

namespace cr::daemon {

specs::DesiredState select(const specs::DesiredState& desired, const Selection& selection) {
  std::vector<std::string> owners, names;
  for (const auto& owner : selection.owners) owners.push_back(text::lower(owner));
  for (const auto& name : selection.names) names.push_back(text::lower(name));
  const auto wanted = [](const std::vector<std::string>& list, const std::string& text) {
    return list.empty() || std::ranges::find(list, text) != list.end();
  };
  specs::DesiredState selected = desired;
  if (selection.labels.empty() && owners.empty() && names.empty()) return selected;
  const auto selects = [wanted, owners, names, labels = selection.labels](const specs::WorkspaceSpec& spec) {
    const specs::Identity identity = specs::identity_of(spec);
    return wanted(owners, identity.owner) && wanted(names, identity.name) &&
           labels.selects(spec.body->labels);
  };
  selected.specs.erase_if([&](const specs::SpecPtr& spec) { return !selects(*spec); });
  // Only a rename asks what else is declared, and sets do, which leave to documents what is theirs.
  const bool renames = std::ranges::any_of(
      selected.specs, [](const specs::SpecPtr& spec) { return !spec->body->previous_names.empty(); });
  if (!selected.sets.empty()) selected.selects = selects;
  if (renames || !selected.sets.empty()) {
    auto next = selected.specs.begin();
    for (const specs::SpecPtr& spec : desired.specs) {
      const bool stays = next != selected.specs.end() && *next == spec;
      if (stays)
        ++next;
      else
        selected.elsewhere.push_back(specs::identity_of(*spec));
    }
    std::ranges::sort(selected.elsewhere);
  }
  return selected;
}

namespace {

/// Of `given`, those that are not among the known ones: `what` says that, and their near match, if any.
void add_unknown(const std::vector<std::string>& given, std::string_view what,
                 const std::set<std::string>& known, const std::set<std::string>& candidates,
                 std::vector<std::string>& missing) {
  const std::vector<std::string_view> views(candidates.begin(), candidates.end());
  for (const std::string& one : given) {
    if (known.contains(text::lower(one))) continue;
    const std::string hint = specs::did_you_mean(one, views);
    missing.push_back(std::string{what} + ' ' + specs::in_quotes(one) + (hint.empty() ? "" : "; " + hint));
  }
}

/// "--selector a=b, --owner"
std::string flags_of(const Selection& selection) {
  std::string flags = selection.labels.empty() ? std::string{} : "--selector " + selection.labels.text();
  if (!selection.owners.empty()) flags += (flags.empty() ? "" : ", ") + std::string{"--owner"};
  if (!selection.names.empty()) flags += (flags.empty() ? "" : ", ") + std::string{"--name"};
  return flags;
}

}  // namespace

std::vector<std::string> what_is_missing(const specs::DesiredState& loaded, const Selection& selection) {
  std::vector<std::string> missing;
  // Whose workspaces a set has is known when its owners have been read.
  if (!loaded.sets.empty()) return missing;
  if (loaded.specs.empty()) {
    if (!loaded.diagnostics.empty()) return missing;
    missing.emplace_back("no specs found");
    if (!loaded.look_alike.empty()) {
      missing.back() += "; " + loaded.look_alike +
                        " was skipped: the name of a spec file must end in .yaml or .yml, in lower case";
    }
    return missing;
  }
  std::set<std::string> owners, names;
  if (!selection.owners.empty() || !selection.names.empty()) {
    for (const specs::SpecPtr& spec : loaded.specs) {
      owners.insert(text::lower(spec->owner));
      names.insert(text::lower(spec->name));
    }
  }
  add_unknown(selection.owners, "no spec with owner", owners, owners, missing);
  add_unknown(selection.names, "no spec with name", names, names, missing);
  if (select(loaded, selection).specs.empty()) {
    missing.push_back("none of " + std::to_string(loaded.specs.size()) +
                      (loaded.specs.size() == 1 ? " spec" : " specs") + " is selected by " +
                      flags_of(selection));
  }
  return missing;
}

std::vector<std::string> what_sets_do_not_have(const specs::DesiredState& desired, const Selection& selection,
                                               const reconcile::CycleReport& report) {
  std::vector<std::string> missing;
  const bool all_known = std::ranges::all_of(report.sets, [](const reconcile::sets::SetStatus& set) {
    return reconcile::sets::owners_known(set.reason);
  });
  if (desired.sets.empty() || report.sets.empty() || !all_known || flags_of(selection).empty())
    return missing;
  std::set<std::string> owners, names;
  if (!selection.owners.empty() || !selection.names.empty()) {
    for (const reconcile::WorkspaceStatus& row : report.workspaces) {
      owners.insert(text::lower(row.spec->owner));
      names.insert(text::lower(row.spec->name));
    }
  }
  std::set<std::string> owners_meant = owners, names_meant = names;
  for (const specs::Identity& one : desired.elsewhere) {
    owners_meant.insert(one.owner);
    names_meant.insert(one.name);
  }
  for (const specs::SetPtr& set : desired.sets) {
    for (const std::string& one : set->owners.list) owners_meant.insert(text::lower(one));
    names_meant.insert(text::lower(set->workspace.name));
  }
  add_unknown(selection.owners, "nothing is declared for --owner", owners, owners_meant, missing);
  add_unknown(selection.names, "nothing is declared for --name", names, names_meant, missing);
  if (report.workspaces.empty())
    missing.push_back("none of the specs and sets has a workspace that is selected by " +
                      flags_of(selection));
  return missing;
}

}  // namespace cr::daemon
