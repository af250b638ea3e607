#include "reconcile/cycle/owners_reading.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <set>

#include "reconcile/async/structured.h"
#include "reconcile/cycle/state.h"
#include "specs/name.h"
#include "specs/text/ascii.h"

namespace cr::reconcile {
namespace {

using async::awaitable;
using coder::ApiError;
using coder::ApiFault;
using coder::MembersRead;

constexpr std::size_t kLooksAtATime = 4;
// A username hardly ever changes: those that are old are looked up again bit by bit.
constexpr std::size_t kLooksAgainACycle = 20;
constexpr auto kGoodFor = std::chrono::minutes(10);

MembersRead not_asked(const std::optional<ApiError>& refused) {
  MembersRead read;
  if (refused) read.error = *refused;
  return read;
}

}  // namespace

awaitable<void> OwnersReading::read_lists(const specs::SetOwners& wanted) {
  if (!wanted.organization.empty()) {
    const auto [known, fresh] =
        organizations_.try_emplace(text::lower(wanted.organization), not_asked(refused_));
    if (fresh) {
      MembersRead& read = known->second;
      if (!refused_) read = co_await memory_.people->members_of_organization(wanted.organization);
      judge(read);
    }
  }
  if (wanted.group) {
    const auto [known, fresh] = groups_.try_emplace(
        {text::lower(wanted.group->organization), text::lower(wanted.group->name)}, not_asked(refused_));
    if (fresh) {
      MembersRead& read = known->second;
      if (!refused_)
        read = co_await memory_.people->members_of_group(wanted.group->organization, wanted.group->name);
      judge(read);
    }
  }
  if (!suspended_ && sets::asks_who_is_suspended(wanted, sources_of(wanted))) {
    suspended_ = not_asked(refused_);
    if (!refused_) suspended_ = co_await memory_.people->suspended_users();
    judge(*suspended_);
    if (suspended_->outcome == MembersRead::Outcome::whole) co_await prove_sight_of_users();
  }
}

awaitable<void> OwnersReading::look_up(std::vector<std::string> ids, std::vector<std::string> kept) {
  std::ranges::sort(kept);
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  auto& known = memory_.sets.users;
  std::erase_if(known, [&](const auto& entry) {
    return !std::ranges::binary_search(ids, entry.first) && !std::ranges::binary_search(kept, entry.first);
  });
  std::vector<std::string> open = ids_to_look_up(std::move(ids));
  auto each = [this](const std::string& id) { return look_up_one(id); };
  auto all = async::for_each_bounded(open, kLooksAtATime, each);
  co_await std::move(all);
  for (const auto& [id, user] : known) users_.try_emplace(id, user.known);
}

sets::Usernames OwnersReading::usernames_of(const std::vector<std::string>& ids) const {
  sets::Usernames names;
  for (const std::string& id : ids) {
    const auto found = users_.find(id);
    if (found != users_.end() && found->second.user)
      names.emplace(id, text::lower(found->second.user->username));
  }
  return names;
}

sets::Sources OwnersReading::sources_of(const specs::SetOwners& wanted) const {
  sets::Sources sources;
  if (!wanted.organization.empty())
    sources.organization = &organizations_.at(text::lower(wanted.organization));
  if (wanted.group)
    sources.group = &groups_.at({text::lower(wanted.group->organization), text::lower(wanted.group->name)});
  if (suspended_) sources.suspended = &*suspended_;
  if (sees_all_users_) sources.sees_all_users = &*sees_all_users_;
  sources.users = &users_;
  return sources;
}

awaitable<void> OwnersReading::ask_after_doubtful(const sets::Membership& known, sets::OwnersRead& read) {
  std::size_t asked = 0;
  std::set<std::string, std::less<>> still;  // suspended, in lower case
  for (const sets::Owner& one : known.in_doubt(read)) {
    bool active = false;
    if (!refused_ && ++asked <= kLooksAgainACycle) {
      const auto user = co_await memory_.reader.user(std::string(std::string_view(one.username)));
      active =
          user && user->status != coder::UserStatus::suspended && user->status != coder::UserStatus::unknown;
    }
    if (active) continue;
    still.insert(text::lower(one.username));
    read.suspended.push_back(one);
  }
  if (still.empty()) co_return;
  std::erase_if(read.owners,
                [&](const sets::Owner& one) { return still.contains(text::lower(one.username)); });
  std::ranges::sort(read.suspended, [](const sets::Owner& a, const sets::Owner& b) {
    return specs::compare_lower(a.username, b.username) < 0;
  });
}

awaitable<void> OwnersReading::prove_right(const specs::SetOwners& wanted, const sets::Membership& known,
                                           sets::OwnersRead& read) {
  if (wanted.organization.empty() || !known.misses_any(read)) co_return;
  const MembersRead& members = organizations_.at(text::lower(wanted.organization));
  // Of an empty list nobody can tell which organization it is of; all stay then.
  if (members.organization.is_nil()) co_return;
  const coder::ApiResult<bool>& right = *co_await right_to_read(members.organization);
  if (!right) {
    read.problem = {sets::Reason::NotRead,
                    fmt::format("owners are missing, and whether the token may still see all members of "
                                "organization {} could not be read: {}",
                                wanted.organization, right.error().to_string()),
                    right.error()};
  } else if (!*right) {
    read.problem = {sets::Reason::Forbidden,
                    fmt::format("the token may not read all members of organization {}, so those that are "
                                "missing may still be there; give its user that right",
                                wanted.organization),
                    std::nullopt};
  }
}

awaitable<std::string> OwnersReading::doubt_of_members(const specs::SetOwners& wanted) {
  if (wanted.organization.empty()) co_return "";
  const MembersRead& members = organizations_.at(text::lower(wanted.organization));
  if (members.organization.is_nil()) co_return "organization " + wanted.organization + " shows no members";
  const coder::ApiResult<bool>& right = *co_await right_to_read(members.organization);
  if (!right)
    co_return "whether the token may see all members could not be read: " + right.error().to_string();
  co_return *right ? "" : "the token may not see all members";
}

awaitable<const coder::ApiResult<bool>*> OwnersReading::right_to_read(const OrganizationId& organization) {
  auto found = rights_.find(organization);
  if (found == rights_.end()) {
    auto answer = co_await memory_.people->may_read_members(organization);
    found = rights_.emplace(organization, std::move(answer)).first;
  }
  co_return &found->second;
}

void OwnersReading::judge(const MembersRead& read) {
  if (read.outcome == MembersRead::Outcome::failed && read.error.fault == ApiFault::unauthorized)
    refused_ = read.error;
}

std::vector<std::string> OwnersReading::ids_to_look_up(std::vector<std::string> ids) const {
  const auto& known = memory_.sets.users;
  const async::SteadyTime now = memory_.clock.now();
  std::vector<std::string> open;
  std::vector<std::pair<async::SteadyTime, std::string>> again;
  for (std::string& id : ids) {
    const auto found = known.find(id);
    if (found == known.end()) {
      open.push_back(std::move(id));
    } else if (found->second.known.error || now - found->second.at > kGoodFor) {
      again.emplace_back(found->second.at, std::move(id));
    }
  }
  std::ranges::sort(again);
  if (again.size() > kLooksAgainACycle) again.resize(kLooksAgainACycle);
  open.reserve(open.size() + again.size());
  for (auto& [at, id] : again) open.push_back(std::move(id));
  return open;
}

awaitable<void> OwnersReading::look_up_one(const std::string& id) {
  auto& known = memory_.sets.users;
  if (refused_) {
    if (!known.contains(id)) users_.insert_or_assign(id, sets::KnownUser{std::nullopt, *refused_});
    co_return;
  }
  coder::ApiResult<coder::User> answer = co_await memory_.reader.user(id);
  if (!answer && answer.error().fault == ApiFault::unauthorized) refused_ = answer.error();
  if (answer) {
    known.insert_or_assign(id, SetsSeen::LookedUp{{*answer, std::nullopt}, memory_.clock.now()});
  } else if (answer.error().fault == ApiFault::not_found) {
    SetsSeen::LookedUp& one = known[id];
    one.known.error = answer.error();
    one.at = memory_.clock.now();
  } else if (!known.contains(id)) {
    users_.insert_or_assign(id, sets::KnownUser{std::nullopt, answer.error()});
  }
}

awaitable<void> OwnersReading::prove_sight_of_users() {
  auto& known = memory_.sets.sees_users;
  const std::size_t suspended = suspended_->members.size();
  if (known && memory_.clock.now() - known->at <= kGoodFor && suspended >= known->suspended) {
    known->suspended = suspended;
    sees_all_users_ = true;
    co_return;
  }
  sees_all_users_ = co_await memory_.people->may_read_users();
  known.reset();
  if (*sees_all_users_ && **sees_all_users_) known = SetsSeen::SeesUsers{memory_.clock.now(), suspended};
}

}  // namespace cr::reconcile
