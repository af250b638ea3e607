#include "reconcile/sets/gather.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "reconcile/coder/fault.h"
#include "specs/name.h"
#include "specs/text/ascii.h"

namespace cr::reconcile::sets {
namespace {

using coder::ApiFault;
using coder::MembersRead;
using coder::UserStatus;
using Outcome = MembersRead::Outcome;

Problem not_answered(const coder::ApiError& error, const std::string& whose) {
  Problem problem;
  problem.error = error;
  problem.message = fmt::format("{} could not be read: {}", whose, error.to_string());
  switch (error.fault) {
    case ApiFault::unauthorized:
      problem.reason = Reason::Unauthorized;
      break;
    case ApiFault::forbidden:
      problem.reason = Reason::Forbidden;
      problem.message += "; give the token's user the right to read them";
      break;
    case ApiFault::unreachable:
    case ApiFault::timeout:
      problem.reason = Reason::Unreachable;
      break;
    default:
      problem.reason = Reason::NotRead;
  }
  return problem;
}

Problem problem_of(const MembersRead& read, const std::string& whose, const Problem& where_not_found) {
  switch (read.outcome) {
    case Outcome::not_found:
      return {where_not_found.reason, where_not_found.message, read.error};
    case Outcome::no_groups:
      return {Reason::NoGroups,
              fmt::format("{} cannot be read: groups need a licensed server, and this one has no licence for "
                          "them; use spec.owners.list or spec.owners.organization",
                          whose),
              read.error};
    case Outcome::incomplete:
      return {Reason::Incomplete, fmt::format("{} were not read whole: {}", whose, read.what_is_missing),
              std::nullopt};
    case Outcome::whole:
    case Outcome::failed:
      break;
  }
  return not_answered(read.error, whose);
}

/// Gathers, each once.
class Gathering {
 public:
  Gathering(const specs::SetOwners& wanted, const Sources& sources) : wanted_(wanted), sources_(sources) {}

  OwnersRead result() {
    read_exceptions();
    if (!wanted_.organization.empty()) {
      const std::string whose = "the members of organization " + wanted_.organization;
      take(sources_.organization, whose, {Reason::OrganizationNotFound, not_found(wanted_.organization), {}});
    }
    if (wanted_.group) {
      const std::string whose =
          fmt::format("the members of group {}/{}", wanted_.group->organization, wanted_.group->name);
      take(sources_.group, whose,
           {Reason::GroupNotFound,
            fmt::format("group {} of organization {} does not exist, or the token may not see it",
                        wanted_.group->name, wanted_.group->organization),
            {}});
    }
    if (read_.problem) return std::move(read_);
    know_who_is_suspended();
    for (const std::string& one : wanted_.list) take_listed(one);
    if (read_.problem) return std::move(read_);
    sort_out();
    return std::move(read_);
  }

 private:
  static std::string not_found(const std::string& organization) {
    return fmt::format("organization {} does not exist, or the token may not see it", organization);
  }

  void fail(Problem problem) {
    if (!read_.problem) read_.problem = std::move(problem);
  }

  /// What is known of whom a UUID names; null where they were never seen and Coder could not be asked, which
  /// is a problem.
  const KnownUser* known_user(const std::string& uuid) {
    const KnownUser* known = nullptr;
    if (sources_.users) {
      const auto found = sources_.users->find(text::lower(uuid));
      if (found != sources_.users->end()) known = &found->second;
    }
    if (known && (known->user || is_missing(*known))) return known;
    if (known && known->error) {
      fail(not_answered(*known->error, "user " + uuid));
    } else {
      fail({Reason::NotRead, fmt::format("user {} was not looked up", uuid), {}});
    }
    return nullptr;
  }

  static bool is_missing(const KnownUser& known) {
    return known.error && known.error->fault == ApiFault::not_found;
  }
  /// "user 7f…01 (bob)"
  static std::string words_of(const std::string& uuid, const KnownUser& known) {
    return known.user ? fmt::format("user {} ({})", uuid, known.user->username) : "user " + uuid;
  }

  void read_exceptions() {
    for (const std::string& one : wanted_.except) {
      if (specs::is_uuid(one)) {
        except_uuid(one);
      } else {
        except_name(text::lower(one));
      }
    }
  }

  void except_uuid(const std::string& uuid) {
    // Whatever Coder says of it: who is left out must not come in because they could not be looked up.
    if (const auto id = UserId::parse(uuid)) excepted_ids_.try_emplace(*id);
    const KnownUser* known = known_user(uuid);
    if (!known) return;
    if (known->user) excepted_names_.insert(text::lower(known->user->username));
    if (is_missing(*known))
      read_.odd_exceptions.push_back(fmt::format(
          "{} of spec.owners.except is not known to Coder, or the token may not see them; they stay left out",
          words_of(uuid, *known)));
  }

  void except_name(std::string name) {
    if (sources_.exceptions) {
      const auto known = sources_.exceptions->find(name);
      if (known != sources_.exceptions->end()) {
        excepted_ids_.try_emplace(known->second, name);
        read_.exceptions.insert(*known);
      }
    }
    excepted_names_.insert(std::move(name));
  }

  void take(const MembersRead* read, const std::string& whose, const Problem& where_not_found) {
    if (!read) return fail({Reason::NotRead, whose + " were not read", {}});
    if (read->outcome != Outcome::whole) return fail(problem_of(*read, whose, where_not_found));
    for (const coder::Member& one : read->members) {
      found_.push_back({specs::SharedText(one.username), one.id,
                        one.status == UserStatus::active || one.status == UserStatus::dormant});
      if (one.status == UserStatus::suspended) suspended_ids_.insert(one.id);
    }
  }

  void take_listed(const std::string& one) {
    if (!specs::is_uuid(one)) {
      found_.push_back({specs::SharedText(one), {}, false});
      return;
    }
    const KnownUser* known = known_user(one);
    if (!known) return;
    const UserId id = UserId::parse(one).value_or(UserId());
    found_.push_back({specs::SharedText(known->user ? known->user->username : one), id, false});
    if (is_missing(*known))
      read_.unknown_owners.push_back(
          fmt::format("{} of spec.owners.list is not known to Coder, or the token may not see them; {}",
                      words_of(one, *known),
                      known->user ? "their workspace stays as it is while they are on the list"
                                  : "nothing is made for them"));
  }

  void know_who_is_suspended() {
    if (!asks_who_is_suspended(wanted_, sources_)) return;
    if (!sources_.suspended) return fail({Reason::NotRead, "suspended users were not read", {}});
    if (sources_.suspended->outcome != Outcome::whole)
      return fail(problem_of(
          *sources_.suspended, "suspended users",
          {Reason::NotRead, "suspended users could not be read: Coder does not have the list", {}}));
    if (!sources_.sees_all_users)
      return fail({Reason::NotRead, "nobody knows what users the token sees", {}});
    if (!*sources_.sees_all_users)
      return fail(not_answered(sources_.sees_all_users->error(), "the token's right to read users"));
    if (!**sources_.sees_all_users)
      return fail(
          {Reason::Forbidden,
           "the token may not read all users, so nobody can tell which owners are suspended; give its "
           "user a role that may (User Admin, Auditor, Template Admin, or administrator of an "
           "organization)",
           {}});
    for (const coder::Member& one : sources_.suspended->members) {
      suspended_ids_.insert(one.id);
      suspended_names_.insert(text::lower(one.username));
    }
  }

  bool is_excepted(const Owner& one) {
    if (!excepted_names_.empty()) {
      std::string name = text::lower(one.username);
      if (excepted_names_.contains(name)) {
        if (!one.id.is_nil()) read_.exceptions.try_emplace(std::move(name), one.id);
        return true;
      }
    }
    if (one.id.is_nil()) return false;
    const auto found = excepted_ids_.find(one.id);
    if (found == excepted_ids_.end()) return false;
    if (!found->second.empty())
      read_.odd_exceptions.push_back(
          fmt::format("{} of spec.owners.except is called {} now, and stays left out; write that name",
                      found->second, std::string_view(one.username)));
    return true;
  }
  [[nodiscard]] bool is_suspended(const Owner& one) const {
    if (!one.id.is_nil() && suspended_ids_.contains(one.id)) return true;
    return !one.active && !suspended_names_.empty() && suspended_names_.contains(text::lower(one.username));
  }

  void sort_out() {
    std::ranges::sort(found_, [](const Owner& a, const Owner& b) {
      const auto order = specs::compare_lower(a.username, b.username);
      // Who is known best comes first.
      return order != 0 ? order < 0
                        : std::pair(a.active, !a.id.is_nil()) > std::pair(b.active, !b.id.is_nil());
    });
    const auto same = [](const Owner& a, const Owner& b) {
      return specs::compare_lower(a.username, b.username) == 0;
    };
    found_.erase(std::unique(found_.begin(), found_.end(), same), found_.end());
    drop_nameless_twins();
    read_.owners.reserve(found_.size());
    for (Owner& one : found_) {
      // Prebuilt workspaces' own user is in every organization, and nobody.
      const bool nobody = !specs::is_uuid(one.username) && !specs::username_problem(one.username).empty();
      if (nobody || is_excepted(one)) continue;
      if (is_suspended(one)) {
        read_.suspended.push_back(std::move(one));
      } else {
        read_.owners.push_back(std::move(one));
      }
    }
  }

  /// Who is listed by a UUID that could not be looked up may be known by name from elsewhere.
  void drop_nameless_twins() {
    const auto is_nameless = [](const Owner& one) { return specs::is_uuid(one.username); };
    if (std::ranges::none_of(found_, is_nameless)) return;
    std::unordered_set<UserId> named;
    for (const Owner& one : found_) {
      if (!one.id.is_nil() && !is_nameless(one)) named.insert(one.id);
    }
    std::erase_if(found_, [&](const Owner& one) { return is_nameless(one) && named.contains(one.id); });
  }

  const specs::SetOwners& wanted_;
  const Sources& sources_;
  std::set<std::string, std::less<>> excepted_names_, suspended_names_;
  std::unordered_map<UserId, std::string> excepted_ids_;  ///< with the name of the exception; empty: by UUID
  std::unordered_set<UserId> suspended_ids_;
  std::vector<Owner> found_;
  OwnersRead read_;
};

bool tells_status(const MembersRead* read) {
  return !read || read->outcome != Outcome::whole || std::ranges::none_of(read->members, [](const auto& one) {
    return one.status == UserStatus::unknown;
  });
}

}  // namespace

const Owner* find_owner(std::span<const Owner> owners, std::string_view username) {
  const auto place = std::ranges::lower_bound(
      owners, username, [](std::string_view a, std::string_view b) { return specs::compare_lower(a, b) < 0; },
      [](const Owner& one) { return std::string_view(one.username); });
  return place != owners.end() && specs::compare_lower(place->username, username) == 0 ? &*place : nullptr;
}

std::vector<std::string> users_to_look_up(const specs::SetOwners& wanted) {
  std::vector<std::string> ids;
  for (const auto* list : {&wanted.list, &wanted.except}) {
    for (const std::string& one : *list) {
      if (specs::is_uuid(one)) ids.push_back(text::lower(one));
    }
  }
  return ids;
}

bool asks_who_is_suspended(const specs::SetOwners& wanted, const Sources& sources) {
  return !wanted.list.empty() || !tells_status(sources.organization) || !tells_status(sources.group);
}

OwnersRead gather(const specs::SetOwners& wanted, const Sources& sources) {
  return Gathering(wanted, sources).result();
}

}  // namespace cr::reconcile::sets
