#include "reconcile/cycle/follow.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

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

feed::Declared declared_of(const CycleState& state, const Target& target, const specs::SpecPtr& spec) {
  const KeptRows& kept = state.memory.kept;
  if (const auto restless = kept.restless.find(target.id); restless != kept.restless.end())
    return restless->second;
  feed::Declared declared{.id = target.id};
  const auto found = kept.at_rest.find(target.id);
  if (found == kept.at_rest.end()) {
    declared.not_in_sync = !target.id.is_nil();
    return declared;
  }
  const KeptRows::AtRest& one = found->second;
  declared.new_spec = one.spec != spec;
  const auto now = state.memory.coders_time();
  const auto since = std::chrono::ceil<std::chrono::seconds>(state.begun - one.read);
  declared.time_due = time_may_have_moved(*spec, one.row, now - since, now);
  return declared;
}

feed::SettingSet settings_of(const specs::WorkspaceSpec& spec) {
  feed::SettingSet settings{feed::Setting::name};
  for (const ManagedField* field : managed_fields()) {
    const auto setting = feed::setting_of_field(field->name);
    if (setting && spec.fields.find(field->key)) settings.add(*setting);
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

bool is_at_rest(const WorkspaceFacts& one, const WorkspaceStatus& row) {
  return row.ready.reason == Reason::InSync && one.live && one.compared() && !one.acted() &&
         !one.live->build.active() && !one.decided->planned && !one.decided->waiting;
}

void forget_undeclared(const CycleState& state, std::unordered_map<WorkspaceId, KeptRows::AtRest>& at_rest) {
  std::unordered_set<WorkspaceId> declared;
  declared.reserve(state.declared.size());
  for (const WorkspaceFacts& one : state.declared) {
    if (one.latest()) declared.insert(one.latest()->id);
  }
  std::erase_if(at_rest, [&](const auto& entry) { return !declared.contains(entry.first); });
}

feed::Declared restless_of(const WorkspaceFacts& one, const WorkspaceStatus& row, const WorkspaceId& id) {
  return {.id = id,
          .not_in_sync = row.ready.reason != Reason::InSync || one.acted(),
          .held = row.ready.reason == Reason::Held,
          .backing_off = row.ready.reason == Reason::BackingOff,
          .build_in_flight = one.live && one.live->build.active()};
}

}  // namespace

awaitable<std::vector<const LiveWorkspace*>> choose_whom_to_read(CycleState& state,
                                                                 const std::vector<Target>& targets) {
  if (!state.memory.feed) co_return std::vector<const LiveWorkspace*>();
  co_await look(state);
  std::vector<feed::Declared> declared;
  declared.reserve(targets.size());
  for (std::size_t i = 0; i < targets.size(); ++i)
    declared.push_back(declared_of(state, targets[i], state.desired.specs[i]));
  state.chosen = state.memory.feed->choose(declared);
  const std::vector<TemplateId>& named = state.memory.feed->templates_named();
  state.memory.remembered.look_ups.doubted_policies.insert(named.begin(), named.end());
  std::vector<const LiveWorkspace*> stand(targets.size());
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const auto kept = state.memory.kept.at_rest.find(targets[i].id);
    if (state.chosen[i] == feed::Why::rests && kept != state.memory.kept.at_rest.end())
      stand[i] = &kept->second.row;
  }
  co_return stand;
}

void tell_what_was_read(CycleState& state) {
  if (!state.memory.feed) return;
  if (state.look_failed && !state.stopped_by) state.memory.feed->failed_alone();
  const async::SteadyTime now = state.memory.clock.now();
  for (const WorkspaceFacts& one : state.declared) {
    if (one.live && !one.kept) state.memory.feed->saw(*one.live, settings_of(*one.spec), now);
  }
}

void name_authors(const CycleState& state, const LiveWorkspace& row, WorkspaceDiff& diff) {
  for (Change& change : diff.drift) {
    const auto setting = feed::setting_of_field(to_string(change.field));
    if (!setting) continue;
    if (state.memory.feed) {
      change.by = state.memory.feed->author_of(row.id, *setting);
    } else {
      change.by = state.memory.looked_back.author_of(row, *setting);
    }
  }
}

void tell_what_was_written(CycleState& state) {
  if (!state.memory.feed) return;
  const async::SteadyTime now = state.memory.clock.now();
  for (const WorkspaceFacts& one : state.declared) {
    for (const Outcome& outcome : one.done->outcomes) {
      if (const auto write = own_write_of(state, one, outcome)) state.memory.feed->wrote(*write, now);
    }
    if (one.done->seen) state.memory.feed->saw(*one.done->seen, settings_of(*one.spec), now);
    if (one.done->id_lost && !one.id.is_nil()) state.memory.feed->gone(one.id);
  }
}

void keep_rows(CycleState& state, const CycleReport& report) {
  if (!state.memory.feed || !state.read) return;
  KeptRows& kept = state.memory.kept;
  kept.restless.clear();
  std::size_t known = 0;
  // Those that were read, by where their rows lie.
  std::unordered_map<WorkspaceId, std::pair<const LiveWorkspace*, std::size_t>> read;
  for (std::size_t i = 0; i < state.declared.size(); ++i) {
    const WorkspaceFacts& one = state.declared[i];
    const WorkspaceId id = one.latest() ? one.latest()->id : one.id;
    if (id.is_nil()) continue;
    ++known;
    const bool at_rest = is_at_rest(one, report.workspaces[i]);
    if (at_rest && !one.kept) read.emplace(id, std::pair(one.live, i));
    if (at_rest) continue;
    kept.at_rest.erase(id);
    kept.restless.insert_or_assign(id, restless_of(one, report.workspaces[i], id));
  }
  for (LiveState::RowsOfAnswer& answer : state.read->live.answers()) {
    for (LiveWorkspace& row : answer) {
      const auto found = read.find(row.id);
      if (found == read.end() || found->second.first != &row) continue;
      const std::size_t i = found->second.second;
      kept.at_rest.insert_or_assign(found->first,
                                    KeptRows::AtRest{std::move(row), state.begun, state.desired.specs[i]});
    }
  }
  if (kept.at_rest.size() + kept.restless.size() > known) forget_undeclared(state, kept.at_rest);
}

std::optional<std::set<TemplateId>> templates_in_doubt(const CycleState& state) {
  if (state.chosen.empty()) return std::nullopt;
  // Of a template that no row told of, the sweep is the net as of everything else.
  const async::SteadyTime since = state.memory.remembered.look_ups.policies_since;
  if (state.begun - since >= state.memory.limits.follow->sweep_interval) return std::nullopt;
  std::set<TemplateId> doubted;
  for (std::size_t i = 0; i < state.declared.size(); ++i) {
    const feed::Why why = state.chosen[i];
    if (why == feed::Why::whole) return std::nullopt;
    if (why == feed::Why::rests || why == feed::Why::sweep || !state.declared[i].live) continue;
    doubted.insert(state.declared[i].live->template_id);
  }
  return doubted;
}

}  // namespace cr::reconcile
