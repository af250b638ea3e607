#include "reconcile/cycle/absent.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "reconcile/async/structured.h"
#include "specs/text/ascii.h"

namespace cr::reconcile {
namespace {

using async::awaitable;
using coder::ApiError;
using coder::ApiResult;
using coder::Deleted;

constexpr std::size_t kAtATime = 4;
// A look by name is dear for Coder where the fleet is large.
constexpr std::size_t kLooksACycle = 500;
constexpr std::size_t kRemarksACycle = 20;
constexpr int kUnreachableInARow = 3;

Identity with_name(const WorkspaceFacts& one, const std::string& name) {
  return {one.identity->owner, text::lower(name)};
}

Excluded not_created_anew(specs::Recreate recreate) {
  if (recreate == specs::Recreate::never)
    return {Reason::Deleted,
            "it was deleted, and its spec says reconcilePolicy.recreate: never; remove that line to have it "
            "created anew, or remove the spec"};
  return {Reason::Expired,
          "Coder deleted it because nobody had used it for too long, so it is not created anew (it would "
          "come back empty); set reconcilePolicy.recreate: always to have it created, or remove the spec"};
}

class Looking {
 public:
  explicit Looking(CycleState& state) : state_(state), fates_(state.memory.remembered.look_ups.fates) {}

  awaitable<void> run() {
    forget();
    std::vector<WorkspaceFacts*> unknown;
    const std::vector<WorkspaceFacts*> in_turn = those_that_matter();
    for (WorkspaceFacts* one : in_turn) {
      if (is_unknown(*one) && unknown.size() < kLooksACycle) unknown.push_back(one);
    }
    auto each = [this](WorkspaceFacts* one) { return prove(*one); };
    auto all = async::for_each_bounded(unknown, kAtATime, each);
    co_await std::move(all);

    std::size_t looks = 0;
    std::vector<WorkspaceFacts*> renamed;
    for (WorkspaceFacts* one : in_turn) {
      if (!matters(*one) || one->spec->body->previous_names.empty()) continue;
      looks += one->spec->body->previous_names.size();
      if (one->absence_proven && looks <= kLooksACycle) {
        renamed.push_back(one);
      } else {
        state_.exclude(
            *one, {Reason::Updating, "it is looked for under its previous names in one of the next cycles"});
      }
    }
    if (!renamed.empty()) state_.memory.remembered.look_ups.looked_for_last = *renamed.back()->identity;
    auto each_renamed = [this](WorkspaceFacts* one) { return look_for_previous(*one); };
    auto all_renamed = async::for_each_bounded(renamed, kAtATime, each_renamed);
    co_await std::move(all_renamed);
    refuse_those_of_one(renamed);

    for (WorkspaceFacts& one : state_.declared) {
      const specs::ReconcilePolicy& policy = one.spec->body->policy;
      if (matters(one) && policy.create && !is_recreated(policy.recreate, fate_of(one)))
        state_.exclude(one, not_created_anew(policy.recreate));
    }
  }

 private:
  /// Beginning behind the one that was looked for last: those that find nothing must not keep the others
  /// waiting for ever.
  [[nodiscard]] std::vector<WorkspaceFacts*> those_that_matter() {
    std::vector<WorkspaceFacts*> all;
    for (WorkspaceFacts& one : state_.declared) {
      if (matters(one)) all.push_back(&one);
    }
    const auto first =
        std::ranges::upper_bound(all, state_.memory.remembered.look_ups.looked_for_last, {},
                                 [](const WorkspaceFacts* one) -> const Identity& { return *one->identity; });
    std::rotate(all.begin(), first, all.end());
    return all;
  }

  [[nodiscard]] bool matters(const WorkspaceFacts& one) const {
    if (!one.absent() || one.decided->excluded) return false;
    const auto today = std::chrono::floor<std::chrono::seconds>(state_.begun_wall);
    const bool suspended = one.spec->body->suspension && specs::in_force(*one.spec->body->suspension, today);
    return !suspended && (one.spec->body->policy.create || !one.spec->body->previous_names.empty());
  }

  /// Whether a look is worth its price.
  [[nodiscard]] bool is_unknown(const WorkspaceFacts& one) const {
    if (one.absence_proven) return false;
    if (!one.spec->body->previous_names.empty()) return true;
    if (one.spec->body->policy.recreate == specs::Recreate::always) return false;
    const auto known = fates_.find(*one.identity);
    return known == fates_.end() || state_.begun - known->second.asked >= kAskAgain;
  }

  [[nodiscard]] Deleted fate_of(const WorkspaceFacts& one) const {
    if (one.absence_proven) return one.deleted;
    const auto known = fates_.find(*one.identity);
    return known == fates_.end() ? Deleted::never : known->second.deleted;
  }

  awaitable<void> prove(WorkspaceFacts& one) {
    const Identity identity = *one.identity;
    auto looking = look_at(identity);
    ApiResult<coder::NameLook> look = co_await std::move(looking);
    if (!look) co_return fail(one, look.error());
    if (look->live) {
      // Made since the list was read.
      take_for_live(one, std::move(*look->live));
      co_return;
    }
    one.absence_proven = true;
    one.deleted = look->deleted;
    fates_.insert_or_assign(identity, KnownFate{look->deleted, state_.begun, false});
  }

  awaitable<void> look_for_previous(WorkspaceFacts& one) {
    std::vector<LiveWorkspace> candidates;
    for (const std::string& name : one.spec->body->previous_names) {
      const Identity identity = with_name(one, name);
      auto looking = look_at(identity);
      ApiResult<coder::NameLook> look = co_await std::move(looking);
      if (!look) co_return fail(one, look.error());
      if (look->live) candidates.push_back(std::move(*look->live));
    }
    if (candidates.empty()) co_return;
    std::string why = why_not_renamed(candidates);
    if (!why.empty()) co_return state_.exclude(one, {Reason::RenameRefused, std::move(why)});
    take_for_live(one, std::move(candidates.front()));
  }

  /// One owner by name here and by UUID there may claim the same: it would be renamed twice.
  void refuse_those_of_one(const std::vector<WorkspaceFacts*>& renamed) {
    std::map<WorkspaceId, std::vector<WorkspaceFacts*>> claims;
    for (WorkspaceFacts* one : renamed) {
      if (one->live) claims[one->live->id].push_back(one);
    }
    for (const auto& [id, claimants] : claims) {
      if (claimants.size() < 2) continue;
      for (WorkspaceFacts* one : claimants) {
        state_.exclude(*one,
                       {Reason::RenameRefused,
                        fmt::format("{} is a previous name in more than one spec; keep it in one of them",
                                    one->live->name)});
        one->live = nullptr;
        one->id = {};
      }
    }
  }

  /// Empty: it is.
  [[nodiscard]] std::string why_not_renamed(const std::vector<LiveWorkspace>& candidates) const {
    const std::string& name = candidates.front().name;
    if (candidates.size() > 1) {
      return fmt::format(
          "it does not exist, but more than one of its previous names does: {} and {}; keep "
          "only the one that it had in metadata.previousNames",
          name, candidates[1].name);
    }
    if (is_declared(candidates.front())) {
      return fmt::format(
          "{}, one of its previous names, is declared by a spec of its own; remove it from "
          "metadata.previousNames",
          name);
    }
    if (state_.desired.unknown_documents > 0) {
      return fmt::format(
          "it exists as {}, which one of the documents that cannot be understood may be about; mend "
          "them, and it is renamed",
          name);
    }
    if (candidates.front().allows_renames) return {};
    return fmt::format(
        "it exists as {}, and Coder does not allow workspaces to be renamed; allow it in Coder's own "
        "settings, rename it by hand, or remove metadata.previousNames to have a new one created",
        name);
  }

  [[nodiscard]] bool is_declared(const LiveWorkspace& row) const {
    const std::string name = text::lower(row.name);
    const auto is_one = [&](const Identity& identity) {
      return specs::find_spec(state_.desired.specs, identity) ||
             std::ranges::binary_search(state_.desired.elsewhere, identity);
    };
    return is_one({text::lower(row.owner_name), name}) || is_one({row.owner_id.to_string(), name});
  }

  void take_for_live(WorkspaceFacts& one, LiveWorkspace row) {
    one.live = &state_.found.emplace_back(std::move(row));
    one.id = one.live->id;
  }

  awaitable<ApiResult<coder::NameLook>> look_at(const Identity& identity) {
    if (given_up_) co_return *given_up_;
    auto call = state_.memory.reader.workspace_by_name(identity.owner, identity.name);
    ApiResult<coder::NameLook> look = co_await std::move(call);
    judge(look);
    co_return look;
  }

  /// One path that leads nowhere may be the only one; a Coder that is away, or slow, would cost as much for
  /// each of them. What was read is still good: only those that are looked for wait.
  void judge(const ApiResult<coder::NameLook>& look) {
    if (look || !ends_reading(look.error())) {
      unreachable_in_a_row_ = 0;
      return;
    }
    const bool unreachable = look.error().fault == coder::ApiFault::unreachable;
    if (unreachable && ++unreachable_in_a_row_ < kUnreachableInARow) return;
    given_up_ = look.error();
    if (look.error().fault == coder::ApiFault::unauthorized) state_.stopped_by = look.error();
  }

  void fail(WorkspaceFacts& one, const ApiError& error) {
    one.read_error = &state_.errors.emplace_back(error);
  }

  /// What is there again, or is no longer declared.
  void forget() {
    std::erase_if(fates_, [&](const auto& entry) {
      const WorkspaceFacts* one = state_.find(entry.first);
      return !one || one->live;
    });
  }

  CycleState& state_;
  std::map<Identity, KnownFate>& fates_;
  std::optional<ApiError> given_up_;  ///< the looks that are left
  int unreachable_in_a_row_ = 0;
};

}  // namespace

awaitable<void> look_at_absent(CycleState& state) {
  const bool any = std::ranges::any_of(state.declared, &WorkspaceFacts::absent);
  if (!any && state.memory.remembered.look_ups.fates.empty()) co_return;
  Looking looking(state);
  co_await looking.run();
}

awaitable<void> ask_about_previous_names(CycleState& state) {
  struct Due {
    async::SteadyTime asked;  ///< the last time
    const WorkspaceFacts* one;
    const std::string* name;
  };
  auto& known = state.memory.remembered.look_ups.previous_names;
  std::map<Identity, KnownFate> kept;
  std::vector<Due> due;
  for (const WorkspaceFacts& one : state.declared) {
    if (!one.live) continue;
    for (const std::string& name : one.spec->body->previous_names) {
      const Identity identity = with_name(one, name);
      // The one that is about to be renamed.
      if (text::lower(one.live->name) == identity.name) continue;
      const auto before = known.find(identity);
      if (before != known.end()) kept.insert(*before);
      const auto asked = before == known.end() ? async::SteadyTime::min() : before->second.asked;
      if (before == known.end() || state.begun - asked >= kAskAgain) due.push_back({asked, &one, &name});
    }
  }
  // Those that were asked about longest ago come first, so that none is passed over for ever.
  const auto end = due.begin() + static_cast<std::ptrdiff_t>(std::min(due.size(), kRemarksACycle));
  std::ranges::partial_sort(due, end, {}, &Due::asked);
  due.erase(end, due.end());
  for (const Due& next : due) {
    const Identity identity = with_name(*next.one, *next.name);
    auto call = state.memory.reader.workspace_by_name(identity.owner, identity.name);
    ApiResult<coder::NameLook> look = co_await std::move(call);
    if (!look && ends_reading(look.error())) break;
    KnownFate& fate = kept[identity];
    fate.asked = state.begun;
    if (look) fate.live = look->live.has_value();
  }
  known = std::move(kept);
}

const std::string* previous_name_in_use(const CycleState& state, const WorkspaceFacts& one) {
  const auto& known = state.memory.remembered.look_ups.previous_names;
  if (known.empty() || !one.live) return nullptr;
  for (const std::string& name : one.spec->body->previous_names) {
    const auto found = known.find(with_name(one, name));
    if (found != known.end() && found->second.live) return &name;
  }
  return nullptr;
}

}  // namespace cr::reconcile
