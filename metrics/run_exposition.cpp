#include "metrics/run_exposition.h"

#include <fmt/format.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <vector>

#include "metrics/catalogue.h"
#include "specs/text/number.h"

namespace cr::metrics {

namespace {

using Families = std::vector<prometheus::MetricFamily>;

constexpr MetricId kOfTheCycle[] = {MetricId::specs,
                                    MetricId::workspaces,
                                    MetricId::drifted_fields,
                                    MetricId::plan_actions,
                                    MetricId::plan_held,
                                    MetricId::builds_in_flight,
                                    MetricId::workspaces_backing_off,
                                    MetricId::workspaces_contested,
                                    MetricId::live_workspaces_read,
                                    MetricId::change_feed,
                                    MetricId::sweep_age,
                                    MetricId::starts_expected,
                                    MetricId::stops_expected,
                                    MetricId::deletions_expected,
                                    MetricId::starts_blocked,
                                    MetricId::missed_starts,
                                    MetricId::exceptions,
                                    MetricId::sets,
                                    MetricId::set_members};
constexpr MetricId kZeroUntilKnown[] = {MetricId::source_last_read, MetricId::last_cycle,
                                        MetricId::last_success};

const prometheus::MetricFamily* find(const Families& families, MetricId id) {
  const auto found = std::find_if(families.begin(), families.end(),
                                  [&](const auto& family) { return family.name == describe(id).name; });
  return found == families.end() ? nullptr : &*found;
}

/// Of a gauge without labels.
double value_of(const Families& families, MetricId id) {
  const auto* family = find(families, id);
  return family == nullptr ? 0 : family->metric.front().gauge.value;
}

prometheus::MetricFamily a_gauge(MetricId id, double value) {
  prometheus::MetricFamily family;
  family.name = describe(id).name;
  family.help = describe(id).help;
  family.type = prometheus::MetricType::Gauge;
  family.metric.emplace_back().gauge.value = value;
  return family;
}

/// Which of the catalogue's metrics a sample of this name belongs to; null if to none.
const Metric* metric_of(std::string_view sample) {
  static const std::map<std::string, const Metric*, std::less<>> by_sample = [] {
    std::map<std::string, const Metric*, std::less<>> names;
    for (const Metric& metric : catalogue()) {
      const std::string name{metric.name};
      if (metric.kind == Kind::histogram) {
        for (const char* suffix : {"_bucket", "_sum", "_count"}) names.emplace(name + suffix, &metric);
      } else {
        names.emplace(name, &metric);
      }
    }
    return names;
  }();
  const auto found = by_sample.find(sample);
  return found == by_sample.end() ? nullptr : found->second;
}

/// Where the labels of a sample end: behind the brace that no quotes are around; npos if it is not there.
std::size_t end_of_labels(std::string_view line, std::size_t begin) {
  bool quoted = false;
  for (std::size_t i = begin; i < line.size(); ++i) {
    if (quoted && line[i] == '\\') {
      ++i;
    } else if (line[i] == '"') {
      quoted = !quoted;
    } else if (line[i] == '}' && !quoted) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

/// The metric of a line that is one sample of ours without a timestamp; null for every other line.
const Metric* metric_of_line(std::string_view line) {
  const std::size_t end_of_name = line.find_first_of("{ ");
  if (end_of_name == std::string_view::npos) return nullptr;
  const Metric* metric = metric_of(line.substr(0, end_of_name));
  if (metric == nullptr) return nullptr;
  const std::size_t end = line[end_of_name] == '{' ? end_of_labels(line, end_of_name) : end_of_name;
  if (end == std::string_view::npos || end >= line.size() || line[end] != ' ') return nullptr;
  const std::string_view value = line.substr(end + 1);
  if (value == "+Inf" || value == "-Inf" || value == "NaN" || value == "Nan") return metric;
  return text::parse_number<double>(value) ? metric : nullptr;
}

template <class Line>
void for_each_line(std::string_view text, const Line& use) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    use(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

bool is_of_the_process(const Metric& metric) {
  return metric.name.starts_with("process_");
}

}  // namespace

std::string run_exposition(const Recorder& recorder) {
  Families families = recorder.collect();
  std::set<std::string_view> unknown{describe(MetricId::source_last_change).name};
  if (value_of(families, MetricId::last_cycle) == 0) {
    for (const MetricId id : kOfTheCycle) unknown.insert(describe(id).name);
  }
  for (const MetricId id : kZeroUntilKnown) {
    if (value_of(families, id) == 0) unknown.insert(describe(id).name);
  }
  if (find(families, MetricId::api_requests) == nullptr) unknown.insert(describe(MetricId::api_up).name);
  const bool succeeded = value_of(families, MetricId::last_success) != 0;
  if (succeeded && find(families, MetricId::token_expiry) == nullptr) {
    families.push_back(a_gauge(MetricId::token_expiry, std::numeric_limits<double>::infinity()));
  }
  std::erase_if(families, [&](const auto& family) { return unknown.contains(family.name); });
  return prometheus::TextSerializer().Serialize(families);
}

std::string with_what_stands(std::string text, std::string_view before) {
  std::set<const Metric*> there;
  for_each_line(text, [&](std::string_view line) {
    if (const Metric* metric = metric_of_line(line)) there.insert(metric);
  });
  // Specs that were read now are of no revision where none is told; the last run's is not theirs.
  if (there.contains(&describe(MetricId::source_last_read)))
    there.insert(&describe(MetricId::source_revision_info));
  std::map<MetricId, std::string> standing;
  for_each_line(before, [&](std::string_view line) {
    const Metric* metric = metric_of_line(line);
    if (metric == nullptr || is_of_the_process(*metric) || there.contains(metric)) return;
    standing[metric->id].append(line).push_back('\n');
  });
  for (const auto& [id, samples] : standing) {
    const Metric& metric = describe(id);
    fmt::format_to(std::back_inserter(text), "# HELP {0} {1}\n# TYPE {0} {2}\n{3}", metric.name, metric.help,
                   to_string(metric.kind), samples);
  }
  return text;
}

}  // namespace cr::metrics
