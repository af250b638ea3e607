#include "reconcile/cycle/former_members.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "reconcile/coder/audit.h"
#include "reconcile/coder/directory.h"
#include "reconcile/cycle/state.h"
#include "reconcile/feed/client.h"
#include "specs/name.h"
#include "specs/text/ascii.h"

namespace cr::reconcile {
namespace {

using async::awaitable;
using Memory = Reconciler::Memory;

// One request each, once in the life of a process.
constexpr std::size_t kMostAsked = 100;
constexpr std::size_t kMostRows = 100;

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

/// The token's user may be a person who uses other programs too.
bool is_made_by_us(const std::vector<AuditRow>& rows, const UserId& me) {
  return std::ranges::any_of(rows, [&](const AuditRow& row) {
    return row.about == AuditRow::About::workspace && row.action == "create" && row.status < 400 &&
           row.user == me && feed::client_of(row.user_agent) == feed::kOwnClient;
  });
}

awaitable<std::optional<UserId>> who_we_are(Memory& memory) {
  Remembered<UserId>& me = memory.remembered.look_ups.me;
  if (!me.value) {
    const coder::ApiResult<coder::Me> told = co_await memory.reader.me();
    if (told) me.value = told->user.id;
  }
  co_return me.value;
}

}  // namespace

awaitable<void> find_former_members(Memory& memory, const specs::DesiredState& documents,
                                    sets::Membership& set) {
  const std::string& name = set.set()->workspace.name;
  const std::optional<UserId> me = co_await who_we_are(memory);
  if (!me) co_return;
  const auto rows = co_await memory.people->workspaces_named(name);
  std::vector<sets::Owner> former;
  std::vector<std::string> unproven;
  if (!rows) co_return;
  if (!*rows) {
    unproven.push_back("too many workspaces called " + name + " to look through");
    set.know_former(std::move(former), std::move(unproven));
    co_return;
  }
  std::size_t asked = 0;
  bool may_read = true;
  for (const LiveWorkspace* row : of_no_owner(memory, documents, set, **rows)) {
    bool ours = false;
    if (may_read && ++asked <= kMostAsked) {
      const auto log = co_await memory.audit->of_workspace(row->id, std::chrono::sys_days{}, kMostRows);
      if (!log && log.error().fault != coder::ApiFault::forbidden) co_return;
      may_read = log.has_value();
      ours = log && is_made_by_us(*log, *me);
    }
    if (ours) {
      former.push_back({specs::SharedText(row->owner_name), row->owner_id, false});
    } else {
      unproven.push_back(row->owner_name + '/' + row->name);
    }
  }
  set.know_former(std::move(former), std::move(unproven));
}

}  // namespace cr::reconcile
