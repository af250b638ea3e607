#include "reconcile/cycle/resolve_sets.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "reconcile/cycle/former_members.h"
#include "reconcile/cycle/owners_reading.h"
#include "reconcile/cycle/state.h"
#include "reconcile/sets/gather.h"
#include "specs/name.h"
#include "specs/placeholder.h"
#include "specs/text/ascii.h"

namespace cr::reconcile {
namespace {

using async::awaitable;
using Memory = Reconciler::Memory;

sets::OwnersRead nobody_to_ask() {
  sets::OwnersRead read;
  read.problem = {sets::Reason::NotRead, "there is no way to read who is an owner", std::nullopt};
  return read;
}

bool is_declared(const specs::DesiredState& documents, std::string_view set) {
  const auto before = [](std::string_view a, std::string_view b) { return specs::compare_lower(a, b) < 0; };
  const auto name_of = [](const specs::SetPtr& one) { return std::string_view(one->name); };
  const auto found = std::ranges::lower_bound(documents.sets, set, before, name_of);
  return found != documents.sets.end() && (*found)->name == set;
}

/// A document that was left out declares this set, or may: nobody knows what that one is about.
bool may_be_left_out(const specs::DesiredState& documents, std::string_view set) {
  return documents.unknown_documents > 0 ||
         std::ranges::any_of(documents.rejected_sets,
                             [&](const std::string& one) { return specs::compare_lower(one, set) == 0; });
}

bool names_somebody(const specs::SetOwners& owners) {
  return std::ranges::any_of(owners.list, [](const std::string& one) { return !specs::is_uuid(one); });
}

/// Owners by UUID of documents that may be about a workspace of one whom a set lists by name: whether it is
/// the same person only Coder knows.
std::vector<std::string> owners_to_look_up(const specs::DesiredState& documents) {
  std::set<std::string, std::less<>> names;
  bool any_name = false;
  for (const specs::SetPtr& set : documents.sets) {
    if (!names_somebody(set->owners)) continue;
    any_name = any_name || specs::names_owner(set->workspace.name);
    names.insert(text::lower(set->workspace.name));
  }
  std::vector<std::string> ids;
  if (names.empty()) return ids;
  const auto add = [&](const specs::Identity& workspace) {
    if (specs::is_uuid(workspace.owner) && (any_name || names.contains(workspace.name)))
      ids.push_back(workspace.owner);
  };
  for (const specs::SpecPtr& spec : documents.specs) {
    if (specs::is_uuid(spec->owner)) add(specs::identity_of(*spec));
  }
  for (const specs::Identity& one : documents.elsewhere) add(one);
  return ids;
}

/// Those of sets whose documents were left out of this load.
std::vector<std::string> users_of_left_out(const SetsSeen& seen, const specs::DesiredState& documents) {
  std::vector<std::string> ids;
  for (const auto& [name, set] : seen.by_name) {
    if (is_declared(documents, name)) continue;
    const std::vector<std::string> named = sets::users_to_look_up(set.set()->owners);
    ids.insert(ids.end(), named.begin(), named.end());
  }
  return ids;
}

/// Who had left before this process began. A part of the sets, or of what documents declare, tells nobody
/// who is none of them; nor do sets whose owners nobody knows yet.
awaitable<void> look_for_former(Memory& memory, const specs::DesiredState& documents,
                                OwnersReading& reading) {
  const bool is_whole = documents.unknown_documents == 0 && documents.rejected_sets.empty() &&
                        std::ranges::none_of(documents.sets, [&](const specs::SetPtr& one) {
                          const sets::Membership& set = memory.sets.by_name.at(one->name);
                          return set.problem() && set.members().empty();
                        });
  if (documents.selects || !memory.people || !memory.audit) co_return;
  for (const specs::SetPtr& set : documents.sets) {
    sets::Membership& known = memory.sets.by_name.at(set->name);
    if (!known.wants_former(memory.clock.now())) continue;
    if (!is_whole) {
      known.postpone_former(
          "who had left before this process began is not known until all sets and documents are",
          memory.clock.now());
    } else if (const std::string doubt = co_await reading.doubt_of_members(set->owners); !doubt.empty()) {
      known.postpone_former("who had left before this process began is not known, since " + doubt,
                            memory.clock.now() + kAskFormerAgainAfter);
    } else {
      co_await find_former_members(memory, documents, known);
    }
    known.expand();
  }
}

/// Whether a guest takes its owners as they were last read.
bool stands(const Memory& memory, const specs::SetPtr& set) {
  if (!memory.is_guest) return false;
  const auto known = memory.sets.by_name.find(set->name);
  return known != memory.sets.by_name.end() && known->second.set() && !known->second.problem() &&
         !known->second.wants_former(memory.clock.now()) && specs::says_the_same(*known->second.set(), *set);
}

/// `took`: how long it was that people were read, without looking for those who had left, which is once.
awaitable<sets::Usernames> read_owners(Memory& memory, const specs::DesiredState& documents,
                                       async::SteadyTime::duration& took) {
  const async::SteadyTime begun = memory.clock.now();
  OwnersReading reading(memory);
  const std::vector<std::string> of_documents = owners_to_look_up(documents);
  std::vector<std::string> ids = of_documents;
  std::vector<std::string> kept = users_of_left_out(memory.sets, documents);
  for (const specs::SetPtr& set : documents.sets) {
    const std::vector<std::string> named = sets::users_to_look_up(set->owners);
    std::vector<std::string>& users = stands(memory, set) ? kept : ids;
    users.insert(users.end(), named.begin(), named.end());
    if (memory.people && !stands(memory, set)) co_await reading.read_lists(set->owners);
  }
  if (memory.people) co_await reading.look_up(std::move(ids), std::move(kept));
  const sets::LeaveLimit limit{memory.limits.max_changes, memory.limits.held_leavers};
  const auto is_own = [&](const specs::WorkspaceSpec& spec) {
    return !std::ranges::binary_search(memory.sets.not_theirs, specs::identity_of(spec));
  };
  for (const specs::SetPtr& set : documents.sets) {
    const bool as_it_was = stands(memory, set);
    sets::Membership& known = memory.sets.by_name[set->name];
    known.declare(set);
    if (as_it_was) {
      known.expand();
      continue;
    }
    sets::OwnersRead read = nobody_to_ask();
    if (memory.people) {
      sets::Sources sources = reading.sources_of(set->owners);
      sources.exceptions = &known.exceptions();
      read = sets::gather(set->owners, sources);
      if (!read.problem) {
        co_await reading.ask_after_doubtful(known, read);
        co_await reading.prove_right(set->owners, known, read);
      }
    }
    known.take(std::move(read), limit, memory.clock.now(), is_own);
    known.expand();
  }
  took = memory.clock.now() - begun;
  co_await look_for_former(memory, documents, reading);
  co_return reading.usernames_of(of_documents);
}

sets::Declared declared_by(const sets::Membership& one) {
  sets::Declared declared;
  declared.set = one.set().get();
  declared.workspaces.reserve(one.members().size());
  for (const auto& member : one.members()) {
    if (member.workspace) declared.workspaces.push_back({member.workspace, member.owner.id, false});
  }
  for (const auto& leaver : one.leavers()) {
    if (leaver.asleep) declared.workspaces.push_back({leaver.asleep, leaver.owner.id, true});
  }
  return declared;
}

/// What sets have that were declared and are not in this load, and of which nobody can tell that they are
/// gone.
std::vector<specs::Identity> workspaces_of_left_out(const SetsSeen& seen,
                                                    const specs::DesiredState& documents) {
  std::vector<specs::Identity> workspaces;
  for (const auto& [name, set] : seen.by_name) {
    if (is_declared(documents, name)) continue;
    // Of two sets that have it neither gets it because the other is gone for a while.
    for (const auto& member : set.members())
      if (member.workspace) workspaces.push_back(specs::identity_of(*member.workspace));
  }
  std::ranges::sort(workspaces);
  return workspaces;
}

/// Of whom somebody else has taken over: there is nothing that the set they have left still declares.
void hand_over(SetsSeen& seen, const specs::DesiredState& documents) {
  for (std::size_t i = 0; i < documents.sets.size(); ++i) {
    const std::vector<specs::SpecPtr>& taken = seen.outcomes[i].taken_over;
    if (taken.empty()) continue;
    std::set<const specs::WorkspaceSpec*> objects;
    for (const specs::SpecPtr& one : taken) objects.insert(one.get());
    seen.by_name.at(documents.sets[i]->name).forget([&](const specs::WorkspaceSpec& spec) {
      return objects.contains(&spec);
    });
  }
}

/// What is not selected is none of this run's business, and declared all the same.
void leave_out_unselected(const specs::DesiredState& documents, sets::Joined& joined) {
  if (!documents.selects) return;
  const bool renames = std::ranges::any_of(
      joined.specs, [](const specs::SpecPtr& spec) { return !spec->body->previous_names.empty(); });
  std::erase_if(joined.specs, [&](const specs::SpecPtr& spec) {
    if (spec->body->set.empty() || documents.selects(*spec)) return false;
    if (renames) joined.elsewhere.push_back(specs::identity_of(*spec));
    return true;
  });
  std::ranges::sort(joined.elsewhere);
}

/// What documents say that sets would say too. Whose row says something else now is looked at.
void note_replaced(Memory& memory, const specs::DesiredState& documents) {
  SetsSeen& seen = memory.sets;
  std::map<const specs::WorkspaceSpec*, std::string> notes;
  for (std::size_t i = 0; i < documents.sets.size(); ++i) {
    for (const sets::Replaced& one : seen.outcomes[i].replaced) {
      std::string& note = notes[one.document];
      note += fmt::format("{}set {} ({})", note.empty() ? "" : " and ", documents.sets[i]->name,
                          documents.sets[i]->where.to_string());
    }
  }
  if (notes == seen.also_in_set) return;
  for (const specs::SpecPtr& spec : documents.specs) {
    const auto before = seen.also_in_set.find(spec.get());
    const auto now = notes.find(spec.get());
    const bool same = (before == seen.also_in_set.end()) == (now == notes.end()) &&
                      (now == notes.end() || before->second == now->second);
    if (!same) memory.resting.wake(*spec);
  }
  seen.also_in_set = std::move(notes);
}

/// Anew only where something has changed.
void join(Memory& memory, const specs::DesiredState& documents, sets::Usernames usernames) {
  SetsSeen& seen = memory.sets;
  std::vector<std::pair<std::string, std::uint64_t>> versions;
  versions.reserve(documents.sets.size());
  for (const specs::SetPtr& set : documents.sets)
    versions.emplace_back(set->name, seen.by_name.at(set->name).version());
  for (const auto& [name, set] : seen.by_name)
    if (!is_declared(documents, name)) versions.emplace_back(name, 0);  // what it has stays as it is
  const bool unchanged = versions == seen.versions && documents.specs == seen.documents &&
                         documents.elsewhere == seen.elsewhere && usernames == seen.usernames &&
                         documents.unknown_documents == seen.unknown_documents;
  if (!unchanged) {
    std::vector<sets::Declared> declared;
    declared.reserve(documents.sets.size());
    for (const specs::SetPtr& set : documents.sets)
      declared.push_back(declared_by(seen.by_name.at(set->name)));
    seen.of_left_out = workspaces_of_left_out(seen, documents);
    seen.usernames = std::move(usernames);
    sets::Joined joined =
        sets::join(documents, declared, {seen.not_theirs, seen.of_left_out, seen.usernames});
    leave_out_unselected(documents, joined);
    seen.joined.specs = std::move(joined.specs);
    seen.joined.elsewhere = std::move(joined.elsewhere);
    seen.not_theirs = std::move(joined.not_theirs);
    seen.outcomes = std::move(joined.sets);
    seen.documents = documents.specs;
    seen.elsewhere = documents.elsewhere;
    seen.versions = std::move(versions);
    seen.unknown_documents = documents.unknown_documents;
    hand_over(seen, documents);
    note_replaced(memory, documents);
  }
  seen.joined.unknown_documents = documents.unknown_documents;
  seen.joined.invalid_documents = documents.invalid_documents;
  seen.joined.duplicate_documents = documents.duplicate_documents;
  seen.joined.revision = documents.revision;
}

}  // namespace

awaitable<const specs::DesiredState*> resolve_sets(Memory& memory, const specs::DesiredState& documents,
                                                   SetsRead& read) {
  SetsSeen& seen = memory.sets;
  std::erase_if(seen.by_name, [&](const auto& entry) {
    return !is_declared(documents, entry.first) && !may_be_left_out(documents, entry.first);
  });
  if (documents.sets.empty() && seen.by_name.empty()) {
    for (const auto& [document, sets] : seen.also_in_set) memory.resting.wake(*document);
    seen = {};
    co_return &documents;
  }
  sets::Usernames usernames = co_await read_owners(memory, documents, read.took);
  join(memory, documents, std::move(usernames));
  read.statuses.reserve(documents.sets.size());
  for (std::size_t i = 0; i < documents.sets.size(); ++i)
    read.statuses.push_back(sets::status_of(seen.by_name.at(documents.sets[i]->name), seen.outcomes[i]));
  co_return &seen.joined;
}

void forget_leavers(CycleState& state) {
  // To a token that has lost its right nothing is there any more, and nothing was ever deleted.
  const bool sees_any =
      std::ranges::any_of(state.declared, [](const WorkspaceFacts& one) { return one.live != nullptr; });
  const auto is_gone = [&](const specs::WorkspaceSpec& spec) {
    const WorkspaceFacts* one = state.find(specs::identity_of(spec));
    return one && one->spec == &spec && one->absent() && (one->deleted != coder::Deleted::never || sees_any);
  };
  for (auto& [name, set] : state.memory.sets.by_name) set.forget(is_gone);
}

}  // namespace cr::reconcile
