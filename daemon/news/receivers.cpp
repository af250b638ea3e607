#include "daemon/news/receivers.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>
#include <utility>

#include "reconcile/http/url.h"
#include "specs/text/ascii.h"

namespace cr::daemon {
namespace {

constexpr std::size_t kLargest = std::size_t{64} << 10;

struct Reading {
  std::vector<std::pair<std::size_t, Secret>> urls;  ///< with their lines, from 1
  std::string problem;
};

Reading read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kLargest + 1, '\0');
  if (!file || !file.read(text.data(), static_cast<std::streamsize>(text.size())).eof()) {
    if (file.gcount() > 0) return {{}, path + " is larger than 64 KiB"};
    return {{}, fmt::format("cannot read {}: {}", path, std::strerror(errno != 0 ? errno : EIO))};
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  Reading reading;
  std::size_t number = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = text::trim(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    ++number;
    if (!line.empty() && line.front() != '#') reading.urls.emplace_back(number, Secret{std::string(line)});
  }
  if (reading.urls.empty()) reading.problem = path + " has no URL in it";
  if (reading.urls.size() > kMostReceivers)
    reading.problem = fmt::format("{} has {} URLs, more than {}", path, reading.urls.size(), kMostReceivers);
  return reading;
}

bool is_url(const Secret& url) {
  const std::string& text = url.reveal();
  return http::parse_url(std::string_view(text).substr(0, text.find('?'))).has_value();
}

}  // namespace

std::optional<std::vector<Secret>> read_receivers(const std::string& path) {
  Reading reading = read(path);
  if (!reading.problem.empty()) return std::nullopt;
  std::vector<Secret> urls;
  urls.reserve(reading.urls.size());
  for (auto& [line, url] : reading.urls) urls.push_back(std::move(url));
  return urls;
}

std::string receivers_problem(const std::string& path) {
  if (path.empty()) return {};
  const Reading reading = read(path);
  if (!reading.problem.empty()) return reading.problem;
  for (const auto& [line, url] : reading.urls) {
    if (!is_url(url)) return fmt::format("{}:{}: not an http or https URL", path, line);
  }
  return {};
}

}  // namespace cr::daemon
