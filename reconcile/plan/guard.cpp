#include "reconcile/plan/guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "specs/text/number.h"

namespace cr::reconcile {

std::string with_digest(std::string_view words, std::string_view digest) {
  constexpr std::string_view kPlace = "{digest}";
  std::string text(words);
  if (const std::size_t at = text.find(kPlace); at != std::string::npos)
    text.replace(at, kPlace.size(), digest);
  return text;
}

std::size_t ChangeLimit::for_declared(std::size_t declared) const {
  if (count) return *count;
  const auto share = static_cast<std::size_t>(std::floor(static_cast<double>(declared) * percent / 100));
  return std::max(share, at_least);
}

std::optional<ChangeLimit> parse_change_limit(std::string_view text) {
  ChangeLimit limit;
  if (text.ends_with('%')) {
    text.remove_suffix(1);
    // from_chars would take "inf" and "1e1"; a share is digits with at most one point.
    if (text.empty() || text.find_first_not_of("0123456789.") != std::string_view::npos) return std::nullopt;
    const auto percent = text::parse_number<double>(text);
    if (!percent || *percent > 100) return std::nullopt;
    limit.percent = *percent;
    return limit;
  }
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  limit.count = text::parse_number<std::size_t>(text);
  if (!limit.count) return std::nullopt;
  return limit;
}

Verdict judge(const Plan& plan, std::size_t declared, const ChangeLimit& limit, std::size_t approved_changes,
              const GuardWords& words) {
  Verdict verdict;
  verdict.changes = plan.workspaces.size();
  verdict.limit = limit.for_declared(declared);
  if (plan.empty()) return verdict;
  verdict.digest = digest(plan);
  if (verdict.changes <= verdict.limit) return verdict;
  verdict.held = verdict.changes - std::min(approved_changes, verdict.changes) > verdict.limit;
  verdict.approved = !verdict.held;
  if (!verdict.held) return verdict;
  const std::string rule =
      limit.count ? fmt::format("{} {}", words.limit, *limit.count)
                  : fmt::format("{} {:g}%, at least {}", words.limit, limit.percent, limit.at_least);
  const std::string before =
      approved_changes > 0 ? fmt::format(" ({} of them already approved)", approved_changes) : "";
  verdict.message = fmt::format(
      "the plan changes {} of {} declared workspaces{}, more than the limit of {} ({}); nothing is changed. "
      "{}",
      verdict.changes, declared, before, verdict.limit, rule, with_digest(words.ways_out, verdict.digest));
  return verdict;
}

}  // namespace cr::reconcile
