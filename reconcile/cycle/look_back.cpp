#include "reconcile/cycle/look_back.h"

#include <algorithm>
#include <string>
#include <vector>

#include "reconcile/async/structured.h"
#include "reconcile/coder/audit.h"
#include "reconcile/cycle/look_ups.h"
#include "reconcile/feed/past.h"
#include "reconcile/fields/managed_field.h"
#include "reconcile/memory/fingerprint.h"

namespace cr::reconcile {
namespace {

constexpr std::size_t kMostAsked = 100;
constexpr std::size_t kAtATime = 2;
constexpr std::size_t kMostRows = 100;
constexpr int kRoundsToContest = 3;

/// Workspace and what has drifted of it that a row can tell of.
struct Drifted {
  const WorkspaceFacts* one;
  std::vector<Field> fields;
};

/// The declared value as kept_text has the live one.
std::string declared_text(feed::Setting setting, const specs::FieldValue& declared) {
  if (const auto* ttl = std::get_if<specs::Ttl>(&declared))
    return std::to_string(std::chrono::nanoseconds(*ttl).count());
  const auto* is_dormant = setting == feed::Setting::dormant ? std::get_if<bool>(&declared) : nullptr;
  if (is_dormant) return *is_dormant ? "dormant" : "none";
  return specs::to_text(declared);
}

/// Who saves a schedule in other words has not changed it.
bool means(feed::Setting setting, std::string_view logged, const specs::FieldValue& declared) {
  const auto* wish = std::get_if<specs::Schedule>(&declared);
  if (!wish || setting != feed::Setting::autostart) return logged == declared_text(setting, declared);
  const auto schedule = specs::parse_live_schedule(logged);
  return schedule.has_value() && *schedule == *wish;
}

std::vector<Drifted> to_be_asked(const CycleState& state) {
  std::vector<Drifted> drifted;
  for (const WorkspaceFacts& one : state.declared) {
    if (drifted.size() + state.memory.looked_back.asked.size() >= kMostAsked) break;
    if (!one.live || one.decided->excluded || state.memory.looked_back.asked.contains(one.live->id)) continue;
    Drifted found{&one, {}};
    const WorkspaceDiff differs = diff(*one.spec, *one.live, state.context_of(*one.spec, *one.live));
    for (const Change& change : differs.drift) {
      if (feed::setting_of_field(to_string(change.field))) found.fields.push_back(change.field);
    }
    if (!found.fields.empty()) drifted.push_back(std::move(found));
  }
  return drifted;
}

class LookingBack {
 public:
  explicit LookingBack(CycleState& state) : state_(state) {}

  async::awaitable<void> ask(const Drifted& drifted) {
    LookedBack& known = state_.memory.looked_back;
    if (known.refused || away_) co_return;
    const WorkspaceId& id = drifted.one->live->id;
    const auto today = std::chrono::floor<std::chrono::days>(state_.coders_now);
    auto rows = co_await state_.memory.audit->of_workspace(id, today - std::chrono::days(1), kMostRows);
    if (!rows) {
      known.refused = known.refused || rows.error().fault == coder::ApiFault::forbidden;
      away_ = ends_reading(rows.error());
      co_return;
    }
    known.asked.insert(id);
    const AuditTime day_ago = state_.coders_now - std::chrono::hours(24);
    std::erase_if(*rows, [&](const AuditRow& row) { return row.at < day_ago; });
    for (const Field field : drifted.fields) take(*drifted.one, field, *rows);
  }

 private:
  void take(const WorkspaceFacts& one, Field field, const std::vector<AuditRow>& rows) {
    Memories& remembered = state_.memory.remembered;
    const std::optional<UserId>& me = remembered.look_ups.me.value;
    const auto setting = feed::setting_of_field(to_string(field));
    const specs::FieldValue* declared =
        is_managed(field) ? one.spec->fields.find(entry_of(field).key) : nullptr;
    if (!me || !setting || !declared) return;
    const feed::SettingPast past = feed::past_of(
        rows, *setting, feed::kept_text(*setting, *one.live),
        [&](std::string_view value) { return means(*setting, value, *declared); }, *me);
    if (past.author.known()) {
      state_.memory.looked_back.authors[{one.live->id, *setting}] = {past.author,
                                                                     feed::kept_text(*setting, *one.live)};
    }
    // Whoever lent a guest what it knows judges by that.
    if (past.rounds < kRoundsToContest || state_.memory.is_guest) return;
    remembered.fields.know_contested(one.live->id, field, wish_fingerprint(*one.spec, field), state_.begun);
  }

  CycleState& state_;
  bool away_ = false;  ///< Coder does not answer
};

}  // namespace

async::awaitable<void> look_back(CycleState& state) {
  Reconciler::Memory& memory = state.memory;
  if (!memory.audit || state.stopped_by || memory.looked_back.refused) co_return;
  // Who follows the log is told of all that comes after its first look, and of nothing before.
  const bool first_read = !std::exchange(memory.looked_back.has_read, true);
  if (!memory.limits.look_back && !(memory.feed && first_read)) co_return;
  std::vector<Drifted> drifted = to_be_asked(state);
  if (drifted.empty()) co_return;
  co_await ask_who_we_are(state);
  LookingBack looking(state);
  auto each = [&](Drifted& one) { return looking.ask(one); };
  auto all = async::for_each_bounded(drifted, kAtATime, each);
  co_await std::move(all);
}

}  // namespace cr::reconcile
