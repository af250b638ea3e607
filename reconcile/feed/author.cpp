#include "reconcile/feed/author.h"

#include <algorithm>

#include "reconcile/feed/client.h"

namespace cr::reconcile::feed {
namespace {

/// Coder's clock is known to the second, rounded down, and several of its replicas need not agree on more.
constexpr std::chrono::seconds kClockDoubt{2};

bool is_within(AuditTime at, const ChangeSeen& change) {
  return at >= change.after && at <= change.before + kClockDoubt;
}

/// Whether Coder may have written settings to the template's workspaces: a new version alone changes none.
bool may_rewrite(const AuditRow& template_row) {
  const auto is_version = [](const AuditRow::Part& part) { return part.field == "active_version_id"; };
  return template_row.parts.empty() || !std::ranges::all_of(template_row.parts, is_version);
}
bool is_under_policy(Setting setting) {
  switch (setting) {
    case Setting::autostart:
    case Setting::ttl:
    case Setting::dormant:
      return true;
    case Setting::name:
    case Setting::automatic_updates:
    case Setting::favorite:
      return false;
  }
  return false;
}

}  // namespace

const std::string* RecentRows::Row::value_of(Setting setting) const {
  const auto found = std::ranges::find(set, setting, &std::pair<Setting, std::string>::first);
  return found == set.end() ? nullptr : &found->second;
}

void RecentRows::add(const AuditRow& row, bool ours, LookNumber look) {
  std::optional<Key> key;
  if (row.about == AuditRow::About::template_ && row.template_id && may_rewrite(row)) key = *row.template_id;
  if (row.about == AuditRow::About::workspace && row.workspace) key = *row.workspace;
  if (row.about == AuditRow::About::build && row.workspace) key = *row.workspace;
  const bool build = row.about == AuditRow::About::build;
  // A build that failed bears 500, and has been all the same.
  if (!key || (row.status >= 400 && !build)) return;

  Row kept{.at = row.at, .look = look, .ours = ours, .build = build};
  if (!is_coders_own(row)) kept.user = row.username;
  kept.client = client_of(row.user_agent);
  for (const AuditRow::Part& part : row.parts) {
    if (const auto setting = setting_of_word(part.field); setting && !build)
      kept.set.emplace_back(*setting, as_kept(*setting, part.now));
  }
  rows_[*key].push_back(std::move(kept));
  order_.push_back(*key);
  if (order_.size() <= most_) return;
  const auto oldest = rows_.find(order_.front());
  oldest->second.pop_front();
  if (oldest->second.empty()) rows_.erase(oldest);
  order_.pop_front();
}

const std::deque<RecentRows::Row>* RecentRows::rows_of(const Key& key) const {
  const auto found = rows_.find(key);
  return found == rows_.end() ? nullptr : &found->second;
}

std::optional<AuditTime> RecentRows::last_template_row(const ChangeSeen& change) const {
  std::optional<AuditTime> last;
  if (!is_under_policy(change.setting)) return last;
  if (const auto* rows = rows_of(change.template_id)) {
    for (const Row& row : *rows) {
      if (row.look > change.told_before && (!last || row.at > *last)) last = row.at;
    }
  }
  return last;
}

bool RecentRows::tells(const ChangeSeen& change) const {
  if (last_template_row(change)) return true;
  const auto* rows = rows_of(change.workspace);
  return rows && std::ranges::any_of(*rows, [&](const Row& row) {
           if (row.look <= change.told_before) return false;
           if (row.build) return change.setting == Setting::dormant;
           const std::string* value = row.value_of(change.setting);
           return value && *value == change.value;
         });
}

Author RecentRows::author_of(const ChangeSeen& change) const {
  const auto* rows = rows_of(change.workspace);
  if (!rows) return {};
  // In the order of their times: a row that was told late may have been first.
  std::vector<const Row*> touching;
  for (const Row& row : *rows) {
    if (row.look > change.told_before && is_within(row.at, change) && row.value_of(change.setting))
      touching.push_back(&row);
  }
  std::ranges::stable_sort(touching, {}, [](const Row* row) { return row->at; });
  const auto fits = [&](const Row* row) {
    return !row->ours && !row->user.empty() && *row->value_of(change.setting) == change.value;
  };
  if (touching.empty() || !fits(touching.back())) return {};
  const Row& last = *touching.back();
  if (const auto rewritten = last_template_row(change); rewritten && *rewritten >= last.at - kClockDoubt)
    return {};

  Author author{{last.user}, last.at, last.client};
  // What came before a write of ours has been mended since.
  for (auto row = touching.rbegin(); row != touching.rend() && !(*row)->ours; ++row) {
    if (fits(*row)) author.users.push_back((*row)->user);
  }
  std::ranges::sort(author.users);
  author.users.erase(std::unique(author.users.begin(), author.users.end()), author.users.end());
  if (author.several()) author.client.clear();
  return author;
}

}  // namespace cr::reconcile::feed
