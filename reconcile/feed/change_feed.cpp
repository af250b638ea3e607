#include "reconcile/feed/change_feed.h"

#include <algorithm>
#include <set>
#include <variant>

namespace cr::reconcile::feed {
namespace {

/// A log that does not answer costs more than it spares.
constexpr int kFailuresToGiveUp = 3;

/// Whether whoever asks knows of no reason to read it.
bool is_quiet(const Declared& one) {
  return !(one.new_spec | one.not_in_sync | one.held | one.backing_off | one.build_in_flight | one.time_due);
}

/// Whether the call can have changed something: one that was refused cannot. Of one that failed in Coder
/// nobody knows, and a build that failed has been all the same.
bool may_have_changed(const AuditRow& row) {
  return row.about == AuditRow::About::build || row.status < 400 || row.status >= 500;
}

}  // namespace

std::optional<AuditQuery> ChangeFeed::begin(SteadyTime now, AuditTime coder_now) {
  began_ = now;
  coder_began_ = coder_now;
  asked_ = looked_ = false;
  templates_named_.clear();
  if (!wanted_ || (ask_again_ && now < *ask_again_)) return std::nullopt;
  return walk_.begin(coder_now);
}

std::optional<AuditQuery> ChangeFeed::take(const AuditPage& page) {
  if (!asked_ && page.asked_at > AuditTime{}) coder_began_ = page.asked_at;
  asked_ = true;
  LogWalk::Step step = walk_.take(page);
  if (const auto* next = std::get_if<AuditQuery>(&step)) return *next;
  learn(std::get<Look>(step));
  return std::nullopt;
}

void ChangeFeed::refused() {
  give_up(Distrust::refused);
}

void ChangeFeed::give_up(Distrust why) {
  ask_again_ = began_ + pace_.sweep_interval;
  failed_in_a_row_ = 0;
  walk_.forget();
  begin_anew();
  covered_since_.reset();
  trust_.lose(why);
}

void ChangeFeed::failed() {
  // Nothing is lost: the next look goes down to where the last whole one ended.
  looked_ = false;
}

void ChangeFeed::failed_alone() {
  if (++failed_in_a_row_ >= kFailuresToGiveUp) give_up(Distrust::unanswered);
}

void ChangeFeed::begin_anew() {
  covered_since_ = began_;
  untold_.clear();
  own_writes_.expect_none();
  sweep_.restart(began_);
}

void ChangeFeed::learn(Look& look) {
  ++look_;
  looked_ = true;
  ask_again_.reset();
  failed_in_a_row_ = 0;
  rows_told_ += look.rows.size();
  trust_.looked();
  bool shows_ours = false;
  for (const AuditRow& row : look.rows) {
    const bool ours = own_writes_.take(row);
    shows_ours |= ours;
    rows_.add(row, ours, look_);
    name(row, ours);
  }
  if (!templates_named_.empty()) {
    for (auto& [id, known] : known_) known.template_named |= is_named(templates_[known.template_index]);
  }
  if (look.kind == Look::Kind::whole) {
    if (shows_ours) trust_.saw_row_of_ours();
    if (own_writes_.overdue(began_) > 0) {
      trust_.lose(Distrust::no_row_of_ours);
      sweep_.restart(began_);
    }
    judge_untold();
  } else {
    begin_anew();
    if (look.kind == Look::Kind::gap) trust_.lose(Distrust::gap);
  }
  settle_authors();
}

std::uint32_t ChangeFeed::index_of(const TemplateId& id) {
  const auto next = static_cast<std::uint32_t>(templates_.size());
  const auto [known, is_new] = template_indices_.try_emplace(id, next);
  if (is_new) templates_.push_back(id);
  return known->second;
}

bool ChangeFeed::is_named(const TemplateId& id) const {
  return std::ranges::find(templates_named_, id) != templates_named_.end();
}

void ChangeFeed::name(const AuditRow& row, bool ours) {
  if (!may_have_changed(row)) return;
  if (row.template_id && row.about == AuditRow::About::template_) {
    if (!is_named(*row.template_id)) templates_named_.push_back(*row.template_id);
    return;
  }
  // What we wrote ourselves has been read back since, or is still due.
  if (!row.workspace || ours) return;
  if (Known* known = known_.find(*row.workspace)) known->named = true;
}

void ChangeFeed::judge_untold() {
  const std::size_t missed = std::erase_if(
      untold_, [&](const Untold& one) { return began_ - one.seen >= kLateness && !rows_.tells(one.change); });
  std::erase_if(untold_, [&](const Untold& one) { return rows_.tells(one.change); });
  if (missed == 0) return;
  missed_changes_ += missed;
  trust_.lose(Distrust::missed_change);
  sweep_.restart(began_);
}

void ChangeFeed::settle_authors() {
  for (auto& [key, one] : changes_) {
    if (one.settled) continue;
    one.author = rows_.author_of(one.change);
    one.settled = began_ - one.seen >= kLateness;
  }
  std::erase_if(changes_, [](const auto& one) { return one.second.settled && !one.second.author.known(); });
}

bool ChangeFeed::covers(const Known& known) const {
  return covered_since_ && known.read_at >= *covered_since_;
}

AuditTime ChangeFeed::coder_time(SteadyTime at) const {
  return coder_began_ + std::chrono::ceil<AuditTime::duration>(at - began_);
}

Told ChangeFeed::told_by(const WorkspaceId& workspace, const Known& known) const {
  return {.read = known.read,
          .written = !written_.empty() && written_.contains(workspace),
          .named = known.named,
          .template_named = known.template_named,
          .covered = covers(known)};
}

Told ChangeFeed::told_of(const WorkspaceId& workspace) const {
  const Known* known = known_.find(workspace);
  return known ? told_by(workspace, *known) : Told();
}

std::vector<Why> ChangeFeed::choose(std::span<const Declared> declared) {
  choice_ = !choice_;
  known_.reserve(declared.size());
  const bool whole = !looked_ || trust_.state() != Trust::trusted;
  std::vector<Why> why(declared.size(), Why::whole);
  std::vector<Sweep::Resting> resting;
  if (!whole) resting.reserve(declared.size());
  SteadyTime oldest = SteadyTime::max();
  bool all_read = true;
  std::size_t known_ones = 0;
  for (std::uint32_t i = 0; i < declared.size(); ++i) {
    Known* const known = known_.find(declared[i].id);
    if (known) {
      known_ones += known->declared == choice_ ? 0 : 1;
      known->declared = choice_;
      oldest = std::min(oldest, known->read_at);
    } else if (!declared[i].id.is_nil()) {
      all_read = false;
    }
    if (whole) continue;
    // Nearly all of a hundred thousand: nothing else need be asked of them.
    const bool rests =
        known && written_.empty() && is_quiet(declared[i]) && known->is_quiet() && covers(*known);
    why[i] =
        rests ? Why::rests : reason_to_read(declared[i], known ? told_by(declared[i].id, *known) : Told());
    if (why[i] == Why::rests) resting.push_back({known->read_at, i});
  }
  if (known_ones < known_.size()) {
    const auto is_forgotten = [&](const WorkspaceId& id) { return !known_.find(id); };
    known_.erase_if([&](const Known& known) { return known.declared != choice_; });
    std::erase_if(written_, [&](const auto& entry) { return is_forgotten(entry.first); });
    std::erase_if(changes_, [&](const auto& entry) { return is_forgotten(entry.first.first); });
    std::erase_if(untold_, [&](const Untold& one) { return is_forgotten(one.change.workspace); });
  }

  // A change that may still be told speaks neither for the feed nor against it.
  if (looked_ && all_read && known_ones > 0 && untold_.empty() && sweep_.is_round_over(oldest, began_))
    trust_.swept();
  if (whole) {
    sweep_.all_read(declared.size(), began_);
    return why;
  }
  const std::size_t called_for = declared.size() - resting.size();
  for (const std::uint32_t index : sweep_.pick(resting, called_for, began_)) why[index] = Why::sweep;
  return why;
}

void ChangeFeed::doubt(const TemplateId& of) {
  for (auto& [id, known] : known_) known.template_named |= templates_[known.template_index] == of;
}

void ChangeFeed::saw(const LiveWorkspace& row, SettingSet ours, SteadyTime now) {
  const auto [known, seen] = known_[row.id];
  const SettingPrints prints = prints_of(row);
  const bool built = prints.build != seen.prints.build;
  const auto written = written_.find(row.id);
  for (const Setting setting : kSettings) {
    if (!known.read) break;
    if (written != written_.end() && written->second.settings.has(setting)) {
      // It is what we made of it, or somebody else has set it since.
      attribute(change_of(row, seen.look, setting, written->second.at, now), now);
      continue;
    }
    if (prints.of(setting) == seen.prints.of(setting)) continue;
    ChangeSeen change = change_of(row, seen.look, setting, seen.at, now);
    // A start wakes a dormant workspace, and makes its row when it ends.
    const bool by_start = setting == Setting::dormant && built;
    // Nothing was promised of what came before the feed.
    if (ours.has(setting) && covers(known) && !by_start && !rows_.tells(change))
      untold_.push_back({change, now});
    attribute(std::move(change), now);
  }
  known = {.read_at = began_, .template_index = index_of(row.template_id), .declared = choice_, .read = true};
  seen = {.at = coder_began_, .look = look_, .prints = prints};
  if (written != written_.end()) written_.erase(written);
}

ChangeSeen ChangeFeed::change_of(const LiveWorkspace& row, LookNumber told_before, Setting setting,
                                 AuditTime after, SteadyTime now) const {
  return {.workspace = row.id,
          .template_id = row.template_id,
          .setting = setting,
          .value = kept_text(setting, row),
          .told_before = told_before,
          .after = after,
          .before = coder_time(now)};
}

void ChangeFeed::attribute(ChangeSeen change, SteadyTime now) {
  const std::pair key(change.workspace, change.setting);
  Author author = rows_.author_of(change);
  changes_.insert_or_assign(key, Attributed{std::move(change), now, std::move(author)});
}

void ChangeFeed::gone(const WorkspaceId& workspace) {
  known_.erase(workspace);
  written_.erase(workspace);
  std::erase_if(changes_, [&](const auto& entry) { return entry.first.first == workspace; });
  std::erase_if(untold_, [&](const Untold& one) { return one.change.workspace == workspace; });
}

void ChangeFeed::wrote(const OwnWrite& write, SteadyTime now) {
  if (!wanted_) return;
  own_writes_.add(write, now);
  if (!known_.find(write.workspace)) return;
  Written& written = written_[write.workspace];
  written.settings |= write.settings;
  written.at = coder_time(now);
}

Author ChangeFeed::author_of(const WorkspaceId& workspace, Setting setting) const {
  const auto found = changes_.find({workspace, setting});
  return found == changes_.end() ? Author() : found->second.author;
}

std::chrono::nanoseconds ChangeFeed::sweep_age(SteadyTime now) const {
  SteadyTime oldest = now;
  for (const auto& [id, known] : known_) oldest = std::min(oldest, known.read_at);
  return now - oldest;
}

}  // namespace cr::reconcile::feed
