#include "metrics/grouping.h"

#include <fmt/format.h>

#include <algorithm>

#include "metrics/catalogue.h"
#include "specs/text/encoding.h"

namespace cr::metrics {

namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_label_name(std::string_view name) {
  return !name.empty() && !is_digit(name.front()) && std::all_of(name.begin(), name.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '_';
  });
}

bool is_label_of_ours(std::string_view name) {
  const auto metrics = catalogue();
  return name == "le" || std::any_of(metrics.begin(), metrics.end(), [&](const Metric& metric) {
           return std::any_of(metric.labels.begin(), metric.labels.end(),
                              [&](const Label& label) { return label.name == name; });
         });
}

/// Without a doubt of how routers and proxies on the way read it; "." and ".." they resolve.
bool fits_a_path(std::string_view value) {
  return !value.empty() && value != "." && value != ".." &&
         std::all_of(value.begin(), value.end(), [](char c) {
           return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.' || c == '~';
         });
}

}  // namespace

std::string grouping_problem(std::string_view name, std::string_view value) {
  if (!is_label_name(name)) {
    return fmt::format(
        "invalid label name \"{}\": use letters, digits and underscores, not starting with a digit", name);
  }
  if (name.starts_with("__"))
    return fmt::format("invalid label name \"{}\": names that begin with __ are reserved by Prometheus",
                       name);
  if (is_label_of_ours(name)) {
    return fmt::format(
        "label \"{}\" is already a label of the metrics, which the grouping key would overwrite", name);
  }
  if (name == "job" && value.empty()) return "the job must not be empty";
  return {};
}

Grouping complete_grouping(Grouping given, std::string_view host) {
  const bool nothing_given = given.empty();
  const auto job =
      std::find_if(given.begin(), given.end(), [](const auto& label) { return label.first == "job"; });
  if (job == given.end()) {
    given.insert(given.begin(), {"job", std::string{kDefaultJob}});
  } else {
    std::rotate(given.begin(), job, job + 1);
  }
  if (nothing_given) given.emplace_back("instance", host);
  return given;
}

std::string grouping_path(const Grouping& grouping) {
  std::string path = "/metrics";
  for (const auto& [name, value] : grouping) {
    path += fits_a_path(value)
                ? fmt::format("/{}/{}", name, value)
                : fmt::format("/{}@base64/{}", name, value.empty() ? "=" : text::base64_for_urls(value));
  }
  return path;
}

}  // namespace cr::metrics
