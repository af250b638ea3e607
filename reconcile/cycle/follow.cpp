#include "reconcile/cycle/follow.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "reconcile/coder/audit.h"
#include "reconcile/fields/managed_field.h"
#include "reconcile/forecast/due.h"

namespace cr::reconcile {
namespace {

using async::awaitable;
using coder::ApiFault;

AuditTime coders_time_of(const CycleState& state) {
  const auto ahead = state.memory.reader.clock_ahead().value_or(std::chrono::seconds(0));
  return std::chrono::floor<AuditTime::duration>(state.begun_wall) + ahead;
}

/// Whether asking again soon would be answered alike.
bool is_refusal(const coder::ApiError& error) {
  switch (error.fault) {
    case ApiFault::forbidden:
    case ApiFault::not_found:
    case ApiFault::gone:
    case ApiFault::rejected:
      return true;
    default:
      return false;
  }
}

awaitable<void> look(CycleState& state) {
  feed::ChangeFeed& feed = *state.memory.feed;
  std::optional<AuditQuery> query = feed.begin(state.begun, coders_time_of(state));
  while (query) {
    coder::ApiResult<AuditPage> page = co_await state.memory.audit->newest(*query);
    if (!page) {
      is_refusal(page.error()) ? feed.refused() : feed.failed();
      state.look_failed = !is_refusal(page.error());
      co_return;
    }
    query = feed.take(*page);
  }
}

/// A guest's specs are never the objects that were looked at before.
bool is_new(const Resting::Entry& entry, const specs::SpecPtr& spec, bool is_guest) {
  return entry.spec != spec && !(is_guest && specs::says_the_same(*entry.spec, *spec));
}

feed::Declared declared_of(const Resting::Entry& entry, const WorkspaceId& id, const specs::SpecPtr& spec,
                           std::chrono::sys_seconds now, bool is_guest) {
  const bool time_due =
      (entry.next && *entry.next <= now) || (entry.has_exceptions && exception_in_force(*spec, now));
  return {.id = id,
          .new_spec = is_new(entry, spec, is_guest),
          .not_in_sync = !entry.rests && !id.is_nil(),
          .held = entry.held,
          .backing_off = entry.backing_off,
          .build_in_flight = entry.build_in_flight,
          .time_due = time_due};
}

/// What the last cycle saw is believed, unless it is known by now that it does not hold.
std::vector<feed::Why> as_last_seen(const std::optional<feed::ChangeFeed>& feed,
                                    const std::vector<feed::Declared>& declared) {
  std::vector<feed::Why> chosen;
  chosen.reserve(declared.size());
  for (const feed::Declared& one : declared) {
    feed::Told told = feed ? feed->told_of(one.id) : feed::Told();
    told.read = !one.id.is_nil();
    told.covered = true;
    chosen.push_back(feed::reason_to_read(one, told));
  }
  return chosen;
}

struct FieldOfSetting {
  std::string_view key;
  feed::Setting setting;
};
/// Of all fields, those of which the log tells. Worked out once: each row that is read asks for them.
const std::vector<FieldOfSetting>& fields_of_settings() {
  static const std::vector<FieldOfSetting> fields = [] {
    std::vector<FieldOfSetting> found;
    for (const ManagedField* field : managed_fields()) {
      if (const auto setting = feed::setting_of_field(field->name)) found.push_back({field->key, *setting});
    }
    return found;
  }();
  return fields;
}

feed::SettingSet settings_of(const specs::WorkspaceSpec& spec) {
  feed::SettingSet settings{feed::Setting::name};
  for (const FieldOfSetting& one : fields_of_settings()) {
    if (spec.fields.find(one.key)) settings.add(one.setting);
  }
  return settings;
}

/// The row that a call of ours makes, if it makes one at once.
std::optional<feed::OwnWrite> own_write_of(const CycleState& state, const WorkspaceFacts& one,
                                           const Outcome& outcome) {
  if (outcome.result != ActionResult::success) return std::nullopt;
  feed::OwnWrite write{.workspace = {},
                       .settings = {},
                       .user = state.memory.remembered.look_ups.me.value,
                       .request_id = outcome.request_id};
  if (const WriteField* field = field_write_of(outcome.action)) {
    const auto setting = feed::setting_of_field(entry_of(field->change.field).name);
    if (!setting) return std::nullopt;
    write.workspace = field->id;
    write.settings.add(*setting);
    if (*setting == feed::Setting::favorite && one.latest()) write.user = one.latest()->owner_id;
    return write;
  }
  const auto* create = std::get_if<CreateWorkspace>(&outcome.action);
  // What was found in place of a create somebody else has made.
  if (!create || !outcome.started || !one.latest()) return std::nullopt;
  write.workspace = one.latest()->id;
  write.settings = feed::SettingSet::all();
  // A prebuild that was claimed is no new workspace, and may have no row.
  if (create->request.preset) write.request_id.clear();
  return write;
}

/// Some are asked about each cycle whatever their rows say.
bool may_rest(const specs::WorkspaceSpec& spec) {
  return spec.body->previous_names.empty() && !spec.fields.find(kFavorite.key);
}

bool is_at_rest(const WorkspaceFacts& one, const WorkspaceStatus& row) {
  return row.ready.reason == Reason::InSync && one.live && one.compared() && !one.acted() &&
         !one.live->build.active() && !one.decided->planned && !one.decided->waiting && may_rest(*one.spec);
}

Resting::Entry entry_of(const CycleState& state, std::size_t index, const WorkspaceStatus& row) {
  const WorkspaceFacts& one = state.declared[index];
  Resting::Entry entry{.spec = state.spec_of(index), .rests = is_at_rest(one, row)};
  if (!entry.rests) {
    entry.held = row.ready.reason == Reason::Held;
    entry.backing_off = row.ready.reason == Reason::BackingOff;
    entry.build_in_flight = one.live && one.live->build.active();
    return entry;
  }
  entry.has_exceptions = has_exceptions(*one.spec);
  const coder::Template* policy = state.memory.remembered.look_ups.policy_of(*one.live);
  entry.next = next_moment(*one.live, policy, state.coders_now);
  return entry;
}

}  // namespace

awaitable<void> choose_whom_to_look_at(CycleState& state) {
  Reconciler::Memory& memory = state.memory;
  if (!memory.feed && !memory.is_guest) co_return;
  memory.resting.align(state.desired.specs);
  if (!memory.is_guest) co_await look(state);
  const std::chrono::sys_seconds now = memory.coders_time();
  const std::span<const Target> known = memory.remembered.reads.known();
  std::vector<feed::Declared> declared;
  declared.reserve(known.size());
  for (std::size_t i = 0; i < known.size(); ++i)
    declared.push_back(
        declared_of(memory.resting[i], known[i].id, state.desired.specs[i], now, memory.is_guest));
  if (memory.is_guest) {
    state.chosen = as_last_seen(memory.feed, declared);
  } else {
    state.chosen = memory.feed->choose(declared);
    const std::vector<TemplateId>& named = memory.feed->templates_named();
    memory.remembered.look_ups.doubted_policies.insert(named.begin(), named.end());
  }
  if (std::ranges::find(state.chosen, feed::Why::rests) == state.chosen.end()) co_return;
  state.places.emplace();
  for (std::size_t i = 0; i < state.chosen.size(); ++i) {
    if (state.chosen[i] != feed::Why::rests) state.places->push_back(static_cast<Place>(i));
  }
}

void tell_what_was_read(CycleState& state) {
  if (!state.memory.feed) return;
  if (state.look_failed && !state.stopped_by) state.memory.feed->failed_alone();
  const async::SteadyTime now = state.memory.clock.now();
  for (const WorkspaceFacts& one : state.declared) {
    if (one.live) state.memory.feed->saw(*one.live, settings_of(*one.spec), now);
  }
}

void name_authors(const CycleState& state, const LiveWorkspace& row, WorkspaceDiff& diff) {
  for (Change& change : diff.drift) {
    const auto setting = feed::setting_of_field(to_string(change.field));
    if (!setting) continue;
    if (state.memory.feed) change.by = state.memory.feed->author_of(row.id, *setting);
    if (!change.by.known()) change.by = state.memory.looked_back.author_of(row, *setting);
  }
}

void tell_what_was_written(CycleState& state) {
  if (!state.memory.feed) return;
  const async::SteadyTime now = state.memory.clock.now();
  for (const WorkspaceFacts& one : state.declared) {
    for (const Outcome& outcome : one.done->outcomes) {
      if (const auto write = own_write_of(state, one, outcome))
        state.memory.feed->wrote(*write, outcome.ended);
    }
    if (one.done->seen) state.memory.feed->saw(*one.done->seen, settings_of(*one.spec), now);
    if (one.done->id_lost && !one.id.is_nil()) state.memory.feed->gone(one.id);
  }
}

void let_rest(CycleState& state, const CycleReport& report) {
  if ((!state.memory.feed && !state.memory.limits.shares_knowledge) || !state.read) return;
  Resting& resting = state.memory.resting;
  // A cycle that did not get as far as to choose has not aligned them.
  resting.align(state.desired.specs);
  for (std::size_t i = 0; i < state.declared.size(); ++i) {
    const std::size_t place = state.place_of(i);
    resting[place] = entry_of(state, i, report.workspaces[place]);
  }
}

std::optional<std::set<TemplateId>> templates_in_doubt(const CycleState& state) {
  if (state.chosen.empty()) return std::nullopt;
  // Of a template that no row told of, the sweep is the net as of everything else.
  const async::SteadyTime since = state.memory.remembered.look_ups.policies_since;
  if (!state.memory.is_guest && state.begun - since >= state.memory.limits.follow->sweep_interval)
    return std::nullopt;
  std::set<TemplateId> doubted;
  for (std::size_t i = 0; i < state.declared.size(); ++i) {
    const feed::Why why = state.chosen[state.place_of(i)];
    if (why == feed::Why::whole) return std::nullopt;
    if (why == feed::Why::rests || why == feed::Why::sweep || !state.declared[i].live) continue;
    doubted.insert(state.declared[i].live->template_id);
  }
  return doubted;
}

}  // namespace cr::reconcile
