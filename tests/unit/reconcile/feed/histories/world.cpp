#include "tests/unit/reconcile/feed/histories/world.h"

#include <algorithm>

namespace cr::testing {
namespace {

using namespace std::chrono_literals;
using reconcile::BuildId;
using reconcile::LiveAutomaticUpdates;
using reconcile::TemplateId;
using reconcile::WorkspaceId;

/// Twice as long as a row may be late.
constexpr milliseconds kLongestBuild = 2min;

constexpr std::array kTtls = {0h, 1h, 4h, 8h};
constexpr std::array<std::string_view, 3> kSchedules = {"", "CRON_TZ=UTC 0 9 * * 1-5", "30 8 * * *"};

void put(LiveWorkspace& row, Setting setting, Value value) {
  switch (setting) {
    case Setting::ttl:
      row.ttl = value == 0 ? std::nullopt : std::optional<milliseconds>(kTtls.at(value));
      break;
    case Setting::autostart:
      row.autostart_schedule = kSchedules.at(value);
      break;
    case Setting::automatic_updates:
      row.automatic_updates = value == 0 ? LiveAutomaticUpdates::never : LiveAutomaticUpdates::always;
      break;
    case Setting::dormant:
      row.dormant = value != 0;
      break;
    case Setting::name:
    case Setting::favorite:
      break;
  }
}

/// As rows have it.
AuditRow::Part part_for(Setting setting, Value value) {
  switch (setting) {
    case Setting::ttl:
      return {"ttl", "?", std::to_string(std::chrono::nanoseconds(kTtls.at(value)).count())};
    case Setting::autostart:
      return {"autostart_schedule", "?", value == 0 ? "none" : std::string(kSchedules.at(value))};
    case Setting::automatic_updates:
      return {"automatic_updates", "?", value == 0 ? "never" : "always"};
    case Setting::dormant:
      return {"dormant_at", "?", value == 0 ? "none" : "2026-11-25T12:00:00.137706Z"};
    case Setting::name:
    case Setting::favorite:
      break;
  }
  return {};
}

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  a ^= b + 0x9E3779B97F4A7C15ULL + (a << 6) + (a >> 2);
  a *= 0xBF58476D1CE4E5B9ULL;
  return a ^ a >> 31;
}

Faults choose_faults(Dice& dice) {
  Faults faults;
  faults.late = dice.once_in(2);
  faults.doubled = dice.once_in(2);
  faults.failing = dice.once_in(3);
  if (dice.once_in(3)) return faults;
  faults.lost = dice.once_in(3);
  faults.silent = dice.once_in(3);
  faults.mute = dice.once_in(4);
  faults.forgets = dice.once_in(3);
  faults.refused = dice.once_in(4);
  // A look does not go so deep for late ones.
  faults.bursts = !faults.late && dice.once_in(6);
  return faults;
}

Event make_event(Dice& dice, const History& history, milliseconds at) {
  using Kind = Event::Kind;
  const Faults& faults = history.faults;
  Event event;
  event.at = at;
  event.workspace = dice.below(history.workspaces);
  event.setting = kUsed.at(dice.below(kUsed.size()));
  event.value = static_cast<Value>(dice.below(values_of(event.setting)));
  event.user = static_cast<std::uint32_t>(1 + dice.below(4));
  if (faults.late && dice.once_in(2)) event.row_after = dice.up_to(59s);
  event.row_lost = faults.lost && dice.once_in(5);
  const std::uint64_t kind = dice.below(40);
  if (kind < 2) event.kind = Kind::no_change;
  if (kind == 2) event.kind = Kind::refused;
  if (kind == 3) {
    event.kind = Kind::policy;
    event.setting = Setting::ttl;
    event.value = static_cast<Value>(dice.below(values_of(Setting::ttl)));
    event.workspace = dice.below(history.templates);
  }
  if (kind == 4 || kind == 5) {
    event.kind = Kind::start;
    event.row_after = dice.up_to(kLongestBuild);
  }
  if (kind == 6) event.kind = Kind::remove;
  if (kind == 7) event.kind = Kind::autodelete;
  if (faults.silent && kind > 34) event.kind = Kind::silent;
  if (faults.bursts && kind == 30) event.kind = Kind::burst;
  if (faults.forgets && kind == 31) event.kind = Kind::prune;
  if (faults.forgets && kind == 32) event.kind = Kind::restore;
  return event;
}

}  // namespace

std::uint32_t values_of(Setting setting) {
  switch (setting) {
    case Setting::ttl:
      return kTtls.size();
    case Setting::autostart:
      return kSchedules.size();
    case Setting::automatic_updates:
    case Setting::dormant:
      return 2;
    case Setting::name:
    case Setting::favorite:
      break;
  }
  return 1;
}

bool History::fails(std::size_t cycle, std::string_view what, std::size_t workspace) const {
  if (!faults.failing) return false;
  const std::uint64_t key = mix(mix(seed, cycle), std::hash<std::string_view>{}(what));
  // Now and then a cycle in which much does.
  const std::uint64_t often = mix(seed, cycle) % 8 == 0 ? 2 : 40;
  return mix(key, workspace) % often == 0;
}

History make_history(std::uint64_t seed, std::chrono::minutes length) {
  Dice dice(seed);
  History history;
  history.seed = seed;
  history.faults = choose_faults(dice);
  history.workspaces = 4 + dice.below(24);
  history.templates = 1 + dice.below(3);
  // From eight in the morning to past midnight: the log is asked by days.
  history.clock_difference = dice.once_in(3) ? 11h + dice.up_to(1h) : dice.up_to(4h) - 4h;
  history.declared.resize(history.workspaces);
  for (auto& settings : history.declared) {
    for (std::size_t i = 0; i < kUsed.size(); ++i) {
      if (!dice.once_in(3)) settings.at(i) = static_cast<Value>(dice.below(values_of(kUsed.at(i))));
    }
  }
  history.mute_from = history.faults.mute ? dice.up_to(length) : length * 2;
  if (history.faults.refused) {
    history.refused_from = dice.up_to(length);
    history.refused_until = history.refused_from + dice.up_to(length / 4);
  }

  milliseconds at = 1s + dice.up_to(30s);
  while (at < length) {
    history.cycles.push_back(at);
    at += 54s + dice.up_to(12s);
    if (dice.once_in(12)) at -= 45s;   // triggered
    if (dice.once_in(30)) at += 180s;  // late
  }
  // Some are busy, some quiet.
  const milliseconds pause = std::array<milliseconds, 3>{20s, 90s, 400s}.at(dice.below(3));
  for (milliseconds when{}; when < length; when += dice.up_to(pause * 2)) {
    history.events.push_back(make_event(dice, history, when));
    // One thing is seldom done once only.
    if (dice.once_in(4)) {
      Event again = history.events.back();
      again.at += dice.up_to(5s);
      again.user = static_cast<std::uint32_t>(1 + dice.below(4));
      if (again.kind == Event::Kind::write) history.events.push_back(again);
    }
    when += 1ms;
  }
  std::ranges::stable_sort(history.events, {}, &Event::at);
  return history;
}

World::World(const History& history)
    : history_(history), dice_(history.seed + 1), rows_(history.workspaces), exists_(history.workspaces) {
  for (std::size_t i = 0; i < history.workspaces; ++i) make(i, std::nullopt);
}

void World::make(std::size_t workspace, std::optional<AuditRowId> row) {
  LiveWorkspace& live = rows_[workspace];
  live.id = numbered<WorkspaceId>(++id_number_);
  live.template_id = numbered<TemplateId>(1 + workspace % history_.templates);
  live.build.id = numbered<BuildId>(++id_number_);
  exists_[workspace] = true;
  for (std::size_t i = 0; i < kUsed.size(); ++i) {
    writes_[{workspace, kUsed.at(i)}].clear();
    set(workspace, kUsed.at(i), history_.declared[workspace].at(i).value_or(0), kUs, row);
  }
}

void World::set(std::size_t workspace, Setting setting, Value value, std::uint32_t user,
                std::optional<AuditRowId> row) {
  put(rows_[workspace], setting, value);
  writes_[{workspace, setting}].push_back({now_, value, user, row});
}

RowBuilder World::row_by(std::uint32_t user) {
  // Coder's rows are ordered by their time: no two have the same one.
  ++row_number_;
  return RowBuilder(row_number_, coder_time(now_) + std::chrono::microseconds(row_number_ % 1000))
      .by(user_name(user), user);
}

std::optional<AuditRowId> World::add(AuditRow row, milliseconds after, bool lost) {
  if (lost || now_ >= history_.mute_from) return std::nullopt;
  const AuditTime visible = row.at + after;
  const AuditRowId id = row.id;
  log_.add(std::move(row), visible);
  return id;
}

void World::go_on_until(milliseconds at) {
  while (next_event_ < history_.events.size() && history_.events[next_event_].at <= at) {
    const Event& event = history_.events[next_event_++];
    now_ = std::max(now_, event.at);
    happen(event);
  }
  now_ = std::max(now_, at);
}

void World::happen(const Event& event) {
  using Kind = Event::Kind;
  const bool of_workspace = event.kind != Kind::policy && event.kind != Kind::burst &&
                            event.kind != Kind::prune && event.kind != Kind::restore;
  if (of_workspace && !exists_[event.workspace]) return;
  switch (event.kind) {
    case Kind::write: {
      RowBuilder row = row_by(event.user).of(rows_[event.workspace].id);
      const AuditRow::Part part = part_for(event.setting, event.value);
      const bool changes = value(event.workspace, event.setting) != event.value;
      if (changes) row.set(part.field, part.now);
      const auto id = add(row, event.row_after, event.row_lost);
      if (changes) set(event.workspace, event.setting, event.value, event.user, id);
      break;
    }
    case Kind::no_change:
      (void)add(row_by(event.user).of(rows_[event.workspace].id), event.row_after, event.row_lost);
      break;
    case Kind::refused:
      (void)add(row_by(event.user).of(rows_[event.workspace].id).answered(403), event.row_after,
                event.row_lost);
      break;
    case Kind::policy: {
      const TemplateId id = numbered<TemplateId>(1 + event.workspace);
      policies_[id] = now_;
      const auto row =
          add(row_by(event.user).of_template(id).set("default_ttl", "?"), event.row_after, event.row_lost);
      for (std::size_t i = 0; i < rows_.size(); ++i) {
        if (exists_[i] && rows_[i].template_id == id && value(i, Setting::ttl) != event.value)
          set(i, Setting::ttl, event.value, kNobody, row);
      }
      break;
    }
    case Kind::silent:
      if (value(event.workspace, event.setting) != event.value)
        set(event.workspace, event.setting, event.value, kNobody, std::nullopt);
      break;
    case Kind::start: {
      // Wakes it at once; its row comes, and bears the time, when it ends.
      rows_[event.workspace].build.id = numbered<BuildId>(++id_number_);
      AuditRow row = row_by(event.user).of_build(rows_[event.workspace].id);
      row.at += event.row_after;
      const auto id = add(row, 0ms, event.row_lost);
      if (value(event.workspace, Setting::dormant) != 0)
        set(event.workspace, Setting::dormant, 0, kNobody, id);
      break;
    }
    case Kind::remove:
      exists_[event.workspace] = false;
      (void)add(row_by(event.user).of_build(rows_[event.workspace].id), event.row_after, event.row_lost);
      break;
    case Kind::autodelete:
      exists_[event.workspace] = false;
      break;
    case Kind::burst:
      for (int i = 0; i < 1100; ++i) {
        AuditRow row = row_by(event.user).of(numbered<WorkspaceId>(900'000));
        row.at += std::chrono::milliseconds(i);
        (void)add(row, 0ms, false);
      }
      break;
    case Kind::prune: {
      const AuditTime until = coder_time(now_) - dice_.up_to(10min);
      log_.remove([&](const AuditRow& row) { return row.at < until; });
      break;
    }
    case Kind::restore: {
      const AuditTime from = coder_time(now_) - dice_.up_to(5min);
      log_.remove([&](const AuditRow& row) { return row.at > from; });
      break;
    }
  }
}

std::string World::write(std::size_t workspace, Setting setting, Value value) {
  AuditRow row = row_by(kUs).of(rows_[workspace].id).with("coder-reconciler");
  row.parts.push_back(part_for(setting, value));
  std::string request = row.request_id;
  const milliseconds after = history_.faults.late && dice_.once_in(2) ? dice_.up_to(59s) : 0ms;
  const auto id = add(std::move(row), after, history_.faults.lost && dice_.once_in(10));
  set(workspace, setting, value, kUs, id);
  return request;
}

std::string World::create(std::size_t workspace) {
  make(workspace, std::nullopt);
  AuditRow row = row_by(kUs).of(rows_[workspace].id).with("coder-reconciler");
  std::string request = row.request_id;
  (void)add(std::move(row), 0ms, false);
  return request;
}

}  // namespace cr::testing
