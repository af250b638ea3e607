#include "reconcile/cycle/resolve_sets.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "reconcile/async/structured.h"
#include "reconcile/coder/directory.h"
#include "reconcile/cycle/state.h"
#include "reconcile/sets/gather.h"
#include "specs/name.h"
#include "specs/text/ascii.h"

namespace cr::reconcile {
namespace {

using async::awaitable;
using coder::ApiError;
using coder::ApiFault;
using coder::MembersRead;
using Outcome = MembersRead::Outcome;
using Memory = Reconciler::Memory;

constexpr std::size_t kLooksAtATime = 4;
// A username hardly ever changes: those that are old are looked up again bit by bit.
constexpr std::size_t kLooksAgainACycle = 20;
constexpr auto kUsersAreGoodFor = std::chrono::minutes(10);

/// Nothing is asked any more once the token was refused.
MembersRead not_asked(const std::optional<ApiError>& refused) {
  MembersRead read;
  if (refused) read.error = *refused;
  return read;
}

/// What one cycle reads for all sets.
class OwnersReading {
 public:
  explicit OwnersReading(Memory& memory) : memory_(memory) {}

  awaitable<void> read_lists(const specs::SetOwners& wanted) {
    if (!wanted.organization.empty()) {
      MembersRead& read = organizations_[text::lower(wanted.organization)];
      if (is_new(read)) {
        read = not_asked(refused_);
        if (!refused_) read = co_await memory_.people->members_of_organization(wanted.organization);
        judge(read);
      }
    }
    if (wanted.group) {
      MembersRead& read = groups_[{text::lower(wanted.group->organization), text::lower(wanted.group->name)}];
      if (is_new(read)) {
        read = not_asked(refused_);
        if (!refused_)
          read = co_await memory_.people->members_of_group(wanted.group->organization, wanted.group->name);
        judge(read);
      }
    }
    if (!suspended_ && sets::asks_who_is_suspended(wanted, sources_of(wanted))) {
      suspended_ = not_asked(refused_);
      if (!refused_) suspended_ = co_await memory_.people->suspended_users();
      judge(*suspended_);
    }
  }

  awaitable<void> look_up(std::vector<std::string> ids) {
    std::ranges::sort(ids);
    const auto twice = std::ranges::unique(ids);
    ids.erase(twice.begin(), twice.end());
    auto& known = memory_.sets.users;
    std::erase_if(known, [&](const auto& entry) { return !std::ranges::binary_search(ids, entry.first); });
    std::size_t again = 0;
    std::vector<std::string> open;
    for (std::string& id : ids) {
      const auto found = known.find(id);
      const bool is_old = found != known.end() && memory_.clock.now() - found->second.at > kUsersAreGoodFor;
      if (found == known.end() || (is_old && ++again <= kLooksAgainACycle)) open.push_back(std::move(id));
    }
    auto each = [this](const std::string& id) { return look_up_one(id); };
    auto all = async::for_each_bounded(open, kLooksAtATime, each);
    co_await std::move(all);
    for (const auto& [id, user] : known) users_.try_emplace(id, user.user);
  }

  [[nodiscard]] sets::Sources sources_of(const specs::SetOwners& wanted) const {
    sets::Sources sources;
    if (!wanted.organization.empty())
      sources.organization = &organizations_.at(text::lower(wanted.organization));
    if (wanted.group)
      sources.group = &groups_.at({text::lower(wanted.group->organization), text::lower(wanted.group->name)});
    if (suspended_) sources.suspended = &*suspended_;
    sources.users = &users_;
    return sources;
  }

  /// Who was suspended comes back by Coder's word alone.
  awaitable<void> ask_after_doubtful(const sets::Membership& known, sets::OwnersRead& read) {
    std::size_t asked = 0;
    for (const sets::Owner& one : known.in_doubt(read)) {
      bool active = false;
      if (!refused_ && ++asked <= kLooksAgainACycle) {
        const auto user = co_await memory_.reader.user(std::string(std::string_view(one.username)));
        active = user && user->status != coder::UserStatus::suspended &&
                 user->status != coder::UserStatus::unknown;
      }
      if (active) continue;
      std::erase_if(read.owners, [&](const sets::Owner& other) { return other.username == one.username; });
      read.suspended.push_back(one);
    }
    std::ranges::sort(read.suspended, [](const sets::Owner& a, const sets::Owner& b) {
      return specs::compare_lower(a.username, b.username) < 0;
    });
  }

  /// A token that has lost a right sees fewer members and no error: who is missing is believed to have left
  /// only where the token may see all.
  awaitable<void> prove_right(const specs::SetOwners& wanted, const sets::Membership& known,
                              sets::OwnersRead& read) {
    if (wanted.organization.empty() || !known.misses_any(read)) co_return;
    const MembersRead& members = organizations_.at(text::lower(wanted.organization));
    // Of an empty list nobody can tell which organization it is of; all stay then.
    if (members.organization.is_nil()) co_return;
    auto found = rights_.find(members.organization);
    if (found == rights_.end()) {
      auto answer = co_await memory_.people->may_read_members(members.organization);
      found = rights_.emplace(members.organization, std::move(answer)).first;
    }
    if (!found->second) {
      read.problem = {sets::Reason::NotRead,
                      fmt::format("owners are missing, and whether the token may still see all members of "
                                  "organization {} could not be read: {}",
                                  wanted.organization, found->second.error().to_string()),
                      found->second.error()};
    } else if (!*found->second) {
      read.problem = {sets::Reason::Forbidden,
                      fmt::format("the token may not read all members of organization {}, so those that are "
                                  "missing may still be there; give its user that right",
                                  wanted.organization),
                      std::nullopt};
    }
  }

 private:
  static bool is_new(const MembersRead& read) {
    return read.outcome == Outcome::failed && read.error == ApiError();
  }
  void judge(const MembersRead& read) {
    if (read.outcome == Outcome::failed && read.error.fault == ApiFault::unauthorized) refused_ = read.error;
  }

  awaitable<void> look_up_one(const std::string& id) {
    if (refused_) {
      users_.insert_or_assign(id, *refused_);
      co_return;
    }
    coder::ApiResult<coder::User> answer = co_await memory_.reader.user(id);
    auto& known = memory_.sets.users;
    if (answer) {
      known.insert_or_assign(id, SetsSeen::LookedUp{*answer, memory_.clock.now()});
    } else if (answer.error().fault == ApiFault::not_found) {
      known.erase(id);
    } else if (known.contains(id)) {
      co_return;  // what was known stands
    }
    users_.insert_or_assign(id, std::move(answer));
  }

  Memory& memory_;
  std::map<std::string, MembersRead> organizations_;
  std::map<std::pair<std::string, std::string>, MembersRead> groups_;
  std::optional<MembersRead> suspended_;
  sets::Users users_;
  std::map<OrganizationId, coder::ApiResult<bool>> rights_;
  std::optional<ApiError> refused_;
};

sets::OwnersRead nobody_to_ask() {
  sets::OwnersRead read;
  read.problem = {sets::Reason::NotRead, "there is no way to read who is an owner", std::nullopt};
  return read;
}

awaitable<void> read_owners(Memory& memory, const specs::DesiredState& documents) {
  OwnersReading reading(memory);
  std::vector<std::string> ids;
  for (const specs::SetPtr& set : documents.sets) {
    const std::vector<std::string> named = sets::users_to_look_up(set->owners);
    ids.insert(ids.end(), named.begin(), named.end());
    if (memory.people) co_await reading.read_lists(set->owners);
  }
  if (memory.people) co_await reading.look_up(std::move(ids));
  const sets::LeaveLimit limit{memory.limits.max_changes, memory.limits.held};
  const auto is_own = [&](const specs::WorkspaceSpec& spec) {
    return !std::ranges::binary_search(memory.sets.not_theirs, specs::identity_of(spec));
  };
  for (const specs::SetPtr& set : documents.sets) {
    sets::Membership& known = memory.sets.by_name[set->name];
    sets::OwnersRead read = nobody_to_ask();
    if (memory.people) {
      read = sets::gather(set->owners, reading.sources_of(set->owners));
      if (!read.problem) {
        co_await reading.ask_after_doubtful(known, read);
        co_await reading.prove_right(set->owners, known, read);
      }
    }
    known.take(std::move(read), limit, is_own);
    known.expand(set);
  }
}

sets::Declared declared_by(const sets::Membership& one) {
  sets::Declared declared;
  declared.set = one.set().get();
  declared.workspaces.reserve(one.members().size());
  declared.ids.reserve(one.members().size());
  const auto add = [&](const specs::SpecPtr& workspace, const UserId& id) {
    if (!workspace) return;
    declared.workspaces.push_back(workspace);
    declared.ids.push_back(id);
  };
  for (const auto& member : one.members()) add(member.workspace, member.owner.id);
  for (const auto& leaver : one.leavers()) add(leaver.asleep, leaver.owner.id);
  return declared;
}

/// What is not selected is none of this run's business, and declared all the same.
void leave_out_unselected(const specs::DesiredState& documents, sets::Joined& joined) {
  if (!documents.selects) return;
  const bool renames = std::ranges::any_of(
      joined.specs, [](const specs::SpecPtr& spec) { return !spec->previous_names.empty(); });
  std::erase_if(joined.specs, [&](const specs::SpecPtr& spec) {
    if (spec->set.empty() || documents.selects(*spec)) return false;
    if (renames) joined.elsewhere.push_back(specs::identity_of(*spec));
    return true;
  });
  std::ranges::sort(joined.elsewhere);
}

/// Anew only where something has changed.
void join(SetsSeen& seen, const specs::DesiredState& documents) {
  std::vector<std::pair<std::string, std::uint64_t>> versions;
  versions.reserve(documents.sets.size());
  for (const specs::SetPtr& set : documents.sets)
    versions.emplace_back(set->name, seen.by_name.at(set->name).version());
  const bool unchanged = versions == seen.versions && documents.specs == seen.documents &&
                         documents.elsewhere == seen.elsewhere &&
                         documents.unknown_documents == seen.unknown_documents;
  if (!unchanged) {
    std::vector<sets::Declared> declared;
    declared.reserve(documents.sets.size());
    for (const specs::SetPtr& set : documents.sets)
      declared.push_back(declared_by(seen.by_name.at(set->name)));
    sets::Joined joined = sets::join(documents, declared, seen.not_theirs);
    leave_out_unselected(documents, joined);
    seen.joined.specs = std::move(joined.specs);
    seen.joined.elsewhere = std::move(joined.elsewhere);
    seen.not_theirs = std::move(joined.not_theirs);
    seen.outcomes = std::move(joined.sets);
    seen.documents = documents.specs;
    seen.elsewhere = documents.elsewhere;
    seen.versions = std::move(versions);
    seen.unknown_documents = documents.unknown_documents;
  }
  seen.joined.unknown_documents = documents.unknown_documents;
  seen.joined.invalid_documents = documents.invalid_documents;
  seen.joined.duplicate_documents = documents.duplicate_documents;
  seen.joined.revision = documents.revision;
}

}  // namespace

awaitable<const specs::DesiredState*> resolve_sets(Memory& memory, const specs::DesiredState& documents,
                                                   std::vector<sets::SetStatus>& statuses) {
  SetsSeen& seen = memory.sets;
  if (documents.sets.empty()) {
    if (!seen.by_name.empty()) seen = {};
    co_return &documents;
  }
  std::erase_if(seen.by_name, [&](const auto& entry) {
    return std::ranges::none_of(documents.sets, [&](const auto& set) { return set->name == entry.first; });
  });
  co_await read_owners(memory, documents);
  join(seen, documents);
  statuses.reserve(documents.sets.size());
  for (std::size_t i = 0; i < documents.sets.size(); ++i)
    statuses.push_back(sets::status_of(seen.by_name.at(documents.sets[i]->name), seen.outcomes[i]));
  co_return &seen.joined;
}

void forget_leavers(CycleState& state) {
  const auto is_gone = [&](const specs::WorkspaceSpec& spec) {
    const WorkspaceFacts* one = state.find(specs::identity_of(spec));
    return one && one->spec == &spec && one->absent();
  };
  for (auto& [name, set] : state.memory.sets.by_name) set.forget(is_gone);
}

}  // namespace cr::reconcile
