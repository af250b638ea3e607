#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "daemon/config/config.h"
#include "daemon/config/values.h"

/// What the options of the table do with what they are given: each is an Option::Set.
namespace cr::daemon::setters {

using Values = std::vector<std::string>;

template <auto Member>
std::string set_text(Config& config, const Values& values) {
  config.*Member = values.back();
  return {};
}

template <auto Member>
std::string set_file(Config& config, const Values& values) {
  if (values.back().empty()) return "must not be empty";
  config.*Member = values.back();
  return {};
}

std::string set_site_of(std::string& into, const std::string& value);
/// A http or https URL that is not Coder's.
template <auto Member>
std::string set_site(Config& config, const Values& values) {
  return set_site_of(config.*Member, values.back());
}

template <auto Member>
std::string set_switch(Config& config, const Values& values) {
  const auto value = parse_bool(values.back());
  if (!value) return value.error().message();
  config.*Member = *value;
  return {};
}

template <auto Member, std::size_t Least, std::size_t Most>
std::string set_count(Config& config, const Values& values) {
  const auto value = parse_count(values.back(), Least, Most);
  if (!value) return value.error().message();
  config.*Member = *value;
  return {};
}

/// Bounds in milliseconds.
template <auto Member, std::int64_t Least, std::int64_t Most>
std::string set_time(Config& config, const Values& values) {
  const auto value =
      parse_time(values.back(), std::chrono::milliseconds{Least}, std::chrono::milliseconds{Most});
  if (!value) return value.error().message();
  config.*Member = *value;
  return {};
}

template <auto Member>
std::string set_list(Config& config, const Values& values) {
  config.*Member = {};
  for (const auto& value : values) {
    const auto items = parse_csv(value);
    if (!items) return items.error().message();
    if (items->empty()) return "contains only commas";
    for (const auto& item : *items) (config.*Member).push_back(item);
  }
  return {};
}

std::string set_paths(Config& config, const Values& values);
std::string set_url(Config& config, const Values& values);
std::string set_headers(Config& config, const Values& values);
std::string set_selector(Config& config, const Values& values);
std::string set_max_changes(Config& config, const Values& values);
std::string set_approve(Config& config, const Values& values);
std::string set_listen(Config& config, const Values& values);
std::string set_allowed_hosts(Config& config, const Values& values);
std::string set_source_url(Config& config, const Values& values);
std::string set_metrics_textfile(Config& config, const Values& values);
std::string set_pushgateway_url(Config& config, const Values& values);
std::string set_pushgateway_grouping(Config& config, const Values& values);
std::string set_change_feed(Config& config, const Values& values);
std::string set_by(Config& config, const Values& values);
std::string set_daemon(Config& config, const Values& values);
std::string set_output(Config& config, const Values& values);
std::string set_notify_format(Config& config, const Values& values);
std::string set_commit_status(Config& config, const Values& values);
std::string set_commit_status_context(Config& config, const Values& values);
std::string set_log_format(Config& config, const Values& values);
std::string set_log_level(Config& config, const Values& values);

}  // namespace cr::daemon::setters
