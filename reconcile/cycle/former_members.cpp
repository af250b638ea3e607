#include "reconcile/cycle/former_members.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "reconcile/coder/audit.h"
#include "reconcile/coder/directory.h"
#include "reconcile/cycle/state.h"
#include "reconcile/feed/client.h"
#include "specs/name.h"
#include "specs/placeholder.h"
#include "specs/text/ascii.h"
#include "specs/workspace_spec.h"

namespace cr::reconcile {
namespace {

using async::awaitable;
using coder::ApiError;
using Memory = Reconciler::Memory;

// One request each, once in the life of a process.
constexpr std::size_t kMostAsked = 100;

std::string some_of(const std::vector<std::string>& names) {
  constexpr std::size_t kNamed = 5;
  std::string text;
  for (const std::string& one : std::span(names).first(std::min(kNamed, names.size())))
    text += (text.empty() ? "" : ", ") + one;
  if (names.size() > kNamed) text += fmt::format(" and {} more", names.size() - kNamed);
  return text;
}

/// For whom sets have a workspace of one name.
class Owners {
 public:
  Owners(const Memory& memory, const std::string& name) {
    for (const auto& [set_name, set] : memory.sets.by_name) {
      if (specs::compare_lower(set.set()->workspace.name, name) != 0) continue;
      for (const sets::Membership::Member& one : set.members()) {
        if (!one.owner.id.is_nil()) ids_.insert(one.owner.id);
        names_.insert(text::lower(one.owner.username));
      }
      // Who has left in this process is known to have.
      for (const sets::Membership::Leaver& one : set.leavers())
        names_.insert(text::lower(one.owner.username));
    }
  }
  [[nodiscard]] bool have(const LiveWorkspace& row) const {
    return ids_.contains(row.owner_id) || names_.contains(text::lower(row.owner_name));
  }

 private:
  std::unordered_set<UserId> ids_;
  std::unordered_set<std::string> names_;
};

bool is_documents(const specs::DesiredState& documents, const LiveWorkspace& row) {
  const std::string name = text::lower(row.name);
  for (const std::string& owner : {text::lower(row.owner_name), row.owner_id.to_string()}) {
    const specs::Identity identity{owner, name};
    if (specs::find_spec(documents.specs, identity) ||
        std::ranges::binary_search(documents.elsewhere, identity))
      return true;
  }
  return false;
}

/// Rows that look like this set's and are of nobody who has one now.
std::vector<const LiveWorkspace*> of_no_owner(const Memory& memory, const specs::DesiredState& documents,
                                              const sets::Membership& set,
                                              const std::vector<LiveWorkspace>& rows) {
  const Owners owners(memory, set.set()->workspace.name);
  std::vector<const LiveWorkspace*> found;
  for (const LiveWorkspace& row : rows) {
    if (!row.dormant && !row.prebuild && !row.task && specs::username_problem(row.owner_name).empty() &&
        !is_documents(documents, row) && !owners.have(row))
      found.push_back(&row);
  }
  std::ranges::sort(found, [](const LiveWorkspace* a, const LiveWorkspace* b) {
    return specs::compare_lower(a->owner_name, b->owner_name) < 0;
  });
  return found;
}

/// By this program, with this token's user, for a set of this name and of its template: the same user makes
/// workspaces for other sets, for documents that are gone, and perhaps for another repository.
bool is_made_for(const specs::WorkspaceSet& set, const LiveWorkspace& workspace,
                 const std::vector<AuditRow>& rows, const UserId& me) {
  const bool is_its_template = specs::refers_to(set.workspace.body->template_ref, workspace.template_name,
                                                workspace.template_id.to_string());
  return is_its_template && std::ranges::any_of(rows, [&](const AuditRow& row) {
           return row.about == AuditRow::About::workspace && row.action == "create" && row.status < 400 &&
                  row.user == me && feed::was_made_for_set(row.user_agent, set.name);
         });
}

awaitable<coder::ApiResult<UserId>> who_we_are(Memory& memory) {
  Remembered<UserId>& me = memory.remembered.look_ups.me;
  if (!me.value) {
    const coder::ApiResult<coder::Me> told = co_await memory.reader.me();
    if (!told) co_return told.error();
    me.value = told->user.id;
  }
  co_return *me.value;
}

}  // namespace

awaitable<void> find_former_members(Memory& memory, const specs::DesiredState& documents,
                                    sets::Membership& membership) {
  const specs::WorkspaceSet& set = *membership.set();
  const std::string& name = set.workspace.name;
  const auto not_now = [&](const ApiError& error) {
    membership.postpone_former(
        "who had left before this process began could not be read: " + error.to_string(),
        memory.clock.now() + kAskFormerAgainAfter);
  };
  // Nobody can tell which part of such a name is somebody's.
  if (specs::names_owner(name)) {
    membership.know_former({},
                           {"who had left before this process began is not known, since the workspaces' name "
                            "has the owner's in it"});
    co_return;
  }
  const coder::ApiResult<UserId> me = co_await who_we_are(memory);
  if (!me) co_return not_now(me.error());
  const auto rows = co_await memory.people->workspaces_named(name);
  if (!rows) co_return not_now(rows.error());
  if (!*rows) {
    membership.know_former(
        {}, {"who had left before this process began is not known, since too many workspaces are "
             "called " +
             name + " to look through"});
    co_return;
  }
  std::vector<sets::Owner> former;
  std::vector<std::string> unproven;
  std::vector<std::string> unasked;
  std::size_t asked = 0;
  bool may_read = true;
  for (const LiveWorkspace* row : of_no_owner(memory, documents, membership, **rows)) {
    const bool looked_up = may_read && asked < kMostAsked;
    if (looked_up) {
      ++asked;
      const auto log = co_await memory.audit->creation_of(row->id);
      if (!log && log.error().fault != coder::ApiFault::forbidden) co_return not_now(log.error());
      may_read = log.has_value();
      if (log && is_made_for(set, *row, *log, *me)) {
        former.push_back({specs::SharedText(row->owner_name), row->owner_id, false});
        continue;
      }
    }
    (looked_up && may_read ? unproven : unasked).push_back(row->owner_name + '/' + row->name);
  }
  std::vector<std::string> remarks;
  const std::size_t most =
      memory.limits.max_changes.for_declared(membership.members().size() + former.size());
  if (former.size() > most) {
    std::vector<std::string> names;
    names.reserve(former.size());
    for (const sets::Owner& one : former) names.push_back(fmt::format("{}/{}", one.username, name));
    remarks.push_back(
        fmt::format("{} workspaces that this set has made are of people who are no owners, more than "
                    "the {} of {}, so they are left alone: {}",
                    former.size(), memory.limits.held_leavers.limit, most, some_of(names)));
    former.clear();
  }
  if (!unproven.empty())
    remarks.push_back(
        "workspaces of people who are no owners are left alone, since nothing shows that this set has "
        "made them: " +
        some_of(unproven));
  if (!unasked.empty())
    remarks.push_back(fmt::format(
        "workspaces of people who are no owners are left alone, since {}: {}",
        may_read ? fmt::format("no more than {} of them are looked up in the audit log", kMostAsked)
                 : "the token may not read the audit log, which tells whether this set has made them",
        some_of(unasked)));
  membership.know_former(std::move(former), std::move(remarks));
}

}  // namespace cr::reconcile
