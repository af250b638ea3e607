#include "daemon/config/option_setters.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "metrics/textfile.h"
#include "reconcile/http/url.h"

namespace cr::daemon::setters {
namespace {

template <auto Member, class Enum>
std::string set_choice(Config& config, const std::string& value,
                       std::initializer_list<std::pair<std::string_view, Enum>> choices) {
  std::string allowed;
  for (const auto& [name, choice] : choices) {
    if (name == value) {
      config.*Member = choice;
      return {};
    }
    allowed += allowed.empty() ? "" : ", ";
    allowed += name;
  }
  return "invalid value \"" + value + "\": must be one of " + allowed;
}

}  // namespace

std::string set_paths(Config& config, const Values& values) {
  config.paths.clear();
  for (const auto& value : values) {
    if (value.empty()) return "must not be empty";
    config.paths.push_back(value);
  }
  return {};
}

std::string set_url(Config& config, const Values& values) {
  const auto url = parse_url(values.back());
  if (!url) return url.error().message();
  config.coder_url = *url;
  return {};
}

std::string set_daemon(Config& config, const Values& values) {
  const auto url = parse_url(values.back());
  if (!url) return url.error().message();
  config.daemon_url = *url;
  return {};
}

std::string set_site_of(std::string& into, const std::string& value) {
  const auto url = http::parse_url(value);
  if (!url) return "invalid URL \"" + http::shown_url(value) + "\": " + url.error().message;
  if (url->user) return "invalid URL \"" + http::shown_url(value) + "\": a user or password is not allowed";
  into = url->base.to_string();
  return {};
}

std::string set_headers(Config& config, const Values& values) {
  config.headers.clear();
  for (const auto& value : values) {
    const auto header = parse_header(value);
    if (!header) return header.error().message();
    config.headers.push_back(*header);
  }
  return {};
}

std::string set_selector(Config& config, const Values& values) {
  const auto selector = specs::parse_selector(values.back());
  if (!selector) return "invalid selector \"" + values.back() + "\": " + selector.error().message();
  config.selector = *selector;
  return {};
}

std::string set_max_changes(Config& config, const Values& values) {
  const auto limit = reconcile::parse_change_limit(values.back());
  if (!limit)
    return "invalid value \"" + values.back() +
           "\": must be a number of workspaces (25) or a percentage (30%)";
  config.max_changes = *limit;
  return {};
}

std::string set_approve(Config& config, const Values& values) {
  const auto digest = parse_digest(values.back());
  if (!digest) return digest.error().message();
  config.approve = *digest;
  return {};
}

std::string set_listen(Config& config, const Values& values) {
  const auto address = parse_listen(values.back());
  if (!address) return address.error().message();
  config.listen = *address;
  return {};
}

std::string set_allowed_hosts(Config& config, const Values& values) {
  config.allowed_hosts.clear();
  for (const auto& value : values) {
    const auto names = parse_csv(value);
    if (!names) return names.error().message();
    for (const auto& name : *names) {
      const auto host = parse_host_name(name);
      if (!host) return host.error().message();
      config.allowed_hosts.push_back(*host);
    }
  }
  return {};
}

std::string set_source_url(Config& config, const Values& values) {
  const auto url = parse_source_url(values.back());
  if (!url) return url.error().message();
  config.source_url = *url;
  return {};
}

std::string set_metrics_textfile(Config& config, const Values& values) {
  if (std::string problem = metrics::textfile_path_problem(values.back()); !problem.empty()) return problem;
  config.metrics_textfile = values.back();
  return {};
}

std::string set_pushgateway_url(Config& config, const Values& values) {
  const auto target = metrics::parse_push_target(values.back());
  if (!target) return target.error().message;
  config.pushgateway = *target;
  return {};
}

std::string set_pushgateway_grouping(Config& config, const Values& values) {
  config.pushgateway_grouping.clear();
  for (const auto& value : values) {
    const auto equal = value.find('=');
    if (equal == std::string::npos) return "invalid label \"" + value + "\": must be KEY=VALUE";
    const std::string name = value.substr(0, equal);
    std::string text = value.substr(equal + 1);
    if (std::string problem = metrics::grouping_problem(name, text); !problem.empty()) return problem;
    const bool twice = std::ranges::any_of(config.pushgateway_grouping,
                                           [&](const auto& label) { return label.first == name; });
    if (twice) return "duplicate label \"" + name + "\"";
    config.pushgateway_grouping.emplace_back(name, std::move(text));
  }
  return {};
}

std::string set_by(Config& config, const Values& values) {
  return set_choice<&Config::by, FileBy>(config, values.back(),
                                         {{"owner", FileBy::owner}, {"template", FileBy::template_name}});
}

std::string set_output(Config& config, const Values& values) {
  return set_choice<&Config::output, OutputFormat>(
      config, values.back(),
      {{"text", OutputFormat::text}, {"json", OutputFormat::json}, {"markdown", OutputFormat::markdown}});
}

std::string set_notify_format(Config& config, const Values& values) {
  return set_choice<&Config::notify_format, NewsFormat>(
      config, values.back(), {{"cloudevents", NewsFormat::cloudevents}, {"slack", NewsFormat::slack}});
}

std::string set_commit_status(Config& config, const Values& values) {
  return set_choice<&Config::commit_status, Forge>(
      config, values.back(), {{"github", Forge::github}, {"gitlab", Forge::gitlab}, {"gitea", Forge::gitea}});
}

std::string set_commit_status_context(Config& config, const Values& values) {
  const std::string& value = values.back();
  constexpr std::size_t kLongest = 100;
  const bool plain = std::ranges::all_of(value, [](char c) { return c >= 0x20 && c < 0x7F; });
  if (value.empty() || value.size() > kLongest || !plain || value.front() == ' ' || value.back() == ' ')
    return "invalid name: must have 1 to 100 printable ASCII characters, without blanks around them";
  config.commit_status_context = value;
  return {};
}

std::string set_change_feed(Config& config, const Values& values) {
  return set_choice<&Config::change_feed, bool>(config, values.back(), {{"auto", true}, {"off", false}});
}

std::string set_log_format(Config& config, const Values& values) {
  return set_choice<&Config::log_format, LogFormat>(
      config, values.back(),
      {{"text", LogFormat::text}, {"json", LogFormat::json}, {"logfmt", LogFormat::logfmt}});
}

std::string set_log_level(Config& config, const Values& values) {
  return set_choice<&Config::log_level, LogLevel>(config, values.back(),
                                                  {{"debug", LogLevel::debug},
                                                   {"info", LogLevel::info},
                                                   {"warn", LogLevel::warn},
                                                   {"error", LogLevel::error}});
}

}  // namespace cr::daemon::setters
