#include "reconcile/feed/past.h"

#include <algorithm>
#include <tuple>

#include "reconcile/feed/client.h"

namespace cr::reconcile::feed {
namespace {

struct Step {
  const AuditRow* row;
  std::string value;
};

/// The rows that set it, the oldest first.
std::vector<Step> steps_of(std::span<const AuditRow> rows, Setting setting) {
  std::vector<Step> steps;
  for (const AuditRow& row : rows) {
    if (row.about != AuditRow::About::workspace || row.status >= 400) continue;
    for (const AuditRow::Part& part : row.parts) {
      if (setting_of_word(part.field) == setting) steps.push_back({&row, as_kept(setting, part.now)});
    }
  }
  std::ranges::sort(steps, {}, [](const Step& step) { return std::tuple(step.row->at, step.row->id); });
  return steps;
}

/// Of a favorite it is the owner's token, whoever sent it.
bool is_ours(const AuditRow& row, Setting setting, const UserId& me) {
  return client_of(row.user_agent) == kOwnClient && (row.user == me || setting == Setting::favorite);
}

}  // namespace

SettingPast past_of(std::span<const AuditRow> rows, Setting setting, std::string_view live,
                    const std::function<bool(std::string_view)>& is_declared, const UserId& me) {
  SettingPast past;
  bool stands = false;
  const std::vector<Step> steps = steps_of(rows, setting);
  for (const Step& step : steps) {
    const bool as_declared = is_declared(step.value);
    if (is_ours(*step.row, setting, me) || is_coders_own(*step.row)) {
      stands = as_declared;
    } else if (!as_declared && stands) {
      ++past.rounds;
      stands = false;
    }
  }
  if (steps.empty() || steps.back().value != live) return past;
  const AuditRow& last = *steps.back().row;
  if (is_ours(last, setting, me) || is_coders_own(last) || last.username.empty()) return past;
  past.author = {.users = {last.username}, .at = last.at, .client = client_of(last.user_agent)};
  return past;
}

}  // namespace cr::reconcile::feed
