#include "daemon/http/page/fleet.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace cr::daemon {

using reconcile::Reason;

std::string_view to_string(Standing standing) {
  switch (standing) {
    case Standing::waits_for_person:
      return "waits_for_person";
    case Standing::unknown:
      return "unknown";
    case Standing::on_its_way:
      return "on_its_way";
    case Standing::suspended:
      return "suspended";
    case Standing::in_sync:
      return "in_sync";
  }
  return "";
}

std::optional<Standing> parse_standing(std::string_view text) {
  for (const Standing standing : kStandings) {
    if (to_string(standing) == text) return standing;
  }
  return std::nullopt;
}

Standing standing_of(Reason reason) {
  if (reason == Reason::Suspended) return Standing::suspended;
  if (reconcile::waits_for_person(reason)) return Standing::waits_for_person;
  switch (reconcile::ready_of(reason)) {
    case reconcile::Ready::True:
      return Standing::in_sync;
    case reconcile::Ready::False:
      return Standing::on_its_way;
    case reconcile::Ready::Unknown:
      return Standing::unknown;
  }
  return Standing::unknown;
}

namespace {

using Counted = std::vector<std::pair<std::string_view, std::size_t>>;

/// The most used first, up to a bound.
Counted most_used(const std::unordered_map<std::string_view, std::size_t>& numbers) {
  Counted counted(numbers.begin(), numbers.end());
  std::ranges::sort(counted, [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  if (counted.size() > kMostNames) counted.resize(kMostNames);
  return counted;
}

/// What both begin with, up to the last slash of it.
std::string_view common_folder(std::string_view folder, std::string_view path) {
  const auto [end, other] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  folder = folder.substr(0, static_cast<std::size_t>(end - folder.begin()));
  return folder.substr(0, folder.rfind('/') + 1);
}

}  // namespace

FleetCounts count_fleet(const reconcile::CycleReport& report) {
  const auto reasons = reconcile::all_reasons();
  FleetCounts counts;
  counts.by_reason.resize(reasons.size());
  counts.by_remark.resize(reconcile::all_remarks().size());
  std::array<std::size_t, 256> by_value{};
  std::unordered_map<std::string_view, std::size_t> templates, sets, label_keys;
  const std::string* last_file = nullptr;
  for (const reconcile::WorkspaceStatus& row : report.workspaces) {
    ++by_value[static_cast<std::uint8_t>(row.ready.reason)];
    for (const reconcile::RemarkNote& note : row.remarks)
      ++counts.by_remark[static_cast<std::size_t>(note.remark)];
    ++templates[row.spec->body->template_ref];
    if (!row.spec->body->set.empty()) ++sets[*row.spec->body->set];
    for (const auto& [key, value] : row.spec->body->labels) ++label_keys[key];
    const std::string* file = row.spec->where.file.get();
    if (file == last_file || file == nullptr) continue;
    const std::string_view path = *file;
    counts.folder = last_file ? common_folder(counts.folder, path) : path.substr(0, path.rfind('/') + 1);
    last_file = file;
  }
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    const std::size_t number = by_value[static_cast<std::uint8_t>(reasons[i])];
    counts.by_reason[i] = number;
    counts.by_standing[static_cast<std::size_t>(standing_of(reasons[i]))] += number;
  }
  counts.all = report.workspaces.size();
  counts.templates = most_used(templates);
  counts.sets = most_used(sets);
  counts.label_keys = most_used(label_keys);
  return counts;
}

std::vector<SummaryPart> summary_parts(const FleetCounts& counts) {
  if (counts.all == 0) return {{Standing::in_sync, "no workspace is declared"}};
  std::vector<SummaryPart> parts;
  const std::size_t in_sync = counts.of(Standing::in_sync);
  parts.push_back({Standing::in_sync, in_sync == counts.all && in_sync > 1
                                          ? fmt::format("all {} in sync", in_sync)
                                          : fmt::format("{} of {} in sync", in_sync, counts.all)});
  const auto add = [&](Standing standing, std::string_view one, std::string_view many) {
    const std::size_t number = counts.of(standing);
    if (number > 0) parts.push_back({standing, fmt::format("{} {}", number, number == 1 ? one : many)});
  };
  add(Standing::waits_for_person, "needs action", "need action");
  add(Standing::unknown, "unknown", "unknown");
  add(Standing::on_its_way, "in progress", "in progress");
  add(Standing::suspended, "suspended", "suspended");
  return parts;
}

std::string summary_line(const FleetCounts& counts) {
  std::string line;
  for (const SummaryPart& part : summary_parts(counts)) line += (line.empty() ? "" : "; ") + part.text;
  return line;
}

}  // namespace cr::daemon
