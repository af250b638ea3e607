#include "daemon/http/page/workspace_filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "specs/text/ascii.h"

namespace cr::daemon {
namespace {

using reconcile::Reason;
using reconcile::WorkspaceStatus;

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view text, std::string_view lower_case) {
  return text.size() == lower_case.size() && std::equal(text.begin(), text.end(), lower_case.begin(),
                                                        [](char a, char b) { return lower(a) == b; });
}

/// All texts of a row in which words are looked for, in lower case, one behind the other. Made once for all
/// words; the buffer is used for one row after the other.
class Haystack {
 public:
  void fill(const WorkspaceStatus& row) {
    text_.clear();
    const specs::WorkspaceSpec& spec = *row.spec;
    add(spec.owner);
    text_.back() = '/';
    add(spec.name);
    add(spec.body->template_ref);
    add(reconcile::to_string(row.ready.reason));
    add(row.ready.message);
    add(spec.where.path());
    add(*spec.body->set);
    for (const auto& [key, value] : spec.body->labels) {
      add(key);
      text_.back() = '=';
      add(value);
    }
    if (row.last_error) {
      add(row.last_error->request_id);
      add(row.last_error->message);
    }
  }
  /// In a time that grows with both lengths, and not with their product, whatever they are.
  [[nodiscard]] bool holds(std::string_view word) const {
    return word.find(kEnd) == std::string_view::npos &&
           memmem(text_.data(), text_.size(), word.data(), word.size()) != nullptr;
  }

 private:
  static constexpr char kEnd = '\0';  // so that no word is found across two texts
  void add(std::string_view text) {
    const std::size_t begin = text_.size();
    text_.append(text);
    std::transform(text_.begin() + static_cast<std::ptrdiff_t>(begin), text_.end(),
                   text_.begin() + static_cast<std::ptrdiff_t>(begin), lower);
    text_ += kEnd;
  }
  std::string text_;
};

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = text.find(' ');
    const std::string_view word = text.substr(0, end);
    if (!word.empty()) words.push_back(text::lower(word));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return words;
}

template <class Range>
std::string list_of(const Range& values) {
  std::string list;
  for (const auto value : values) {
    list += list.empty() ? "" : ", ";
    list += to_string(value);
  }
  return list;
}

bool has_remark(const WorkspaceStatus& row, reconcile::Remark remark) {
  return std::ranges::any_of(row.remarks, [&](const auto& note) { return note.remark == remark; });
}

std::optional<reconcile::Remark> parse_remark(std::string_view text) {
  for (const reconcile::Remark remark : reconcile::all_remarks()) {
    if (to_string(remark) == text) return remark;
  }
  return std::nullopt;
}

std::optional<Reason> parse_reason(std::string_view text) {
  for (const Reason reason : reconcile::all_reasons()) {
    if (reconcile::to_string(reason) == text) return reason;
  }
  return std::nullopt;
}

}  // namespace

bool WorkspaceFilter::shows(const WorkspaceStatus& row) const {
  if (reason && row.ready.reason != *reason) return false;
  if (remark && !has_remark(row, *remark)) return false;
  if (standing && standing_of(row.ready.reason) != *standing) return false;
  if (!owner.empty() && !same_name(row.spec->owner, owner)) return false;
  if (!template_ref.empty() && !same_name(row.spec->body->template_ref, template_ref)) return false;
  if (!set.empty() && !same_name(*row.spec->body->set, set)) return false;
  if (!labels.empty() && !labels.selects(row.spec->body->labels)) return false;
  if (words.empty()) return true;
  thread_local Haystack haystack;
  haystack.fill(row);
  return std::ranges::all_of(words, [&](const std::string& word) { return haystack.holds(word); });
}

bool is_filter(std::string_view key) {
  static constexpr std::string_view kKeys[] = {"q",     "reason",   "remark", "state",
                                               "owner", "template", "set",    "label"};
  return std::ranges::find(kKeys, key) != std::end(kKeys);
}

ParsedFilter parse_filter(const QueryParameters& query) {
  ParsedFilter parsed;
  // A form sends its empty fields, too.
  const auto given = [&](std::string_view key) -> std::string_view {
    const auto found = query.find(key);
    return found == query.end() ? std::string_view{} : found->second;
  };
  WorkspaceFilter& filter = parsed.filter;
  filter.words = words_of(given("q"));
  filter.owner = text::lower(given("owner"));
  filter.template_ref = text::lower(given("template"));
  filter.set = text::lower(given("set"));
  if (const auto text = given("reason"); !text.empty()) {
    filter.reason = parse_reason(text);
    if (!filter.reason)
      parsed.problems.push_back(
          fmt::format("unknown reason \"{}\"; available: {}", text, list_of(reconcile::all_reasons())));
  }
  if (const auto text = given("remark"); !text.empty()) {
    filter.remark = parse_remark(text);
    if (!filter.remark)
      parsed.problems.push_back(
          fmt::format("unknown remark \"{}\"; available: {}", text, list_of(reconcile::all_remarks())));
  }
  if (const auto text = given("state"); !text.empty()) {
    filter.standing = parse_standing(text);
    if (!filter.standing)
      parsed.problems.push_back(
          fmt::format("unknown state \"{}\"; available: {}", text, list_of(kStandings)));
  }
  if (const auto text = given("label"); !text.empty()) {
    auto selector = specs::parse_selector(text);
    if (selector) {
      filter.labels = std::move(*selector);
    } else {
      parsed.problems.push_back(fmt::format("invalid label: {}", selector.error().message()));
    }
  }
  return parsed;
}

std::vector<const WorkspaceStatus*> filter_rows(const reconcile::CycleReport& report,
                                                const WorkspaceFilter& filter) {
  std::vector<const WorkspaceStatus*> rows;
  const bool all = filter.empty();
  if (all) rows.reserve(report.workspaces.size());
  for (const WorkspaceStatus& row : report.workspaces) {
    if (all || filter.shows(row)) rows.push_back(&row);
  }
  return rows;
}

}  // namespace cr::daemon
