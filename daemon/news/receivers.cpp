#include "daemon/news/receivers.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "daemon/config/small_file.h"
#include "reconcile/http/proxy.h"
#include "specs/text/ascii.h"

namespace cr::daemon {
namespace {

constexpr std::size_t kLargest = std::size_t{64} << 10;

struct Reading {
  std::vector<std::pair<std::size_t, Secret>> urls;  ///< with their lines, from 1
  std::string problem;
};

Reading read(const std::string& path) {
  const SmallFile file = read_small_file(path, kLargest);
  if (!file.problem.empty()) return {{}, file.problem};
  Reading reading;
  std::size_t number = 0;
  for (std::string_view rest = file.text; !rest.empty();) {
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

/// What a request line may not hold as it is.
bool breaks_a_line(unsigned char c) {
  return c <= 0x20 || c >= 0x7F || c == '#';
}

}  // namespace

std::optional<ReceiverAddress> parse_receiver(const Secret& url) {
  const std::string_view text = url.reveal();
  if (std::ranges::any_of(text, breaks_a_line)) return std::nullopt;
  const std::string_view place = text.substr(0, text.find('?'));
  const auto parsed = http::parse_url(place);
  if (!parsed) return std::nullopt;
  ReceiverAddress address{.base = parsed->base, .target = {}, .authorization = {}};
  // Of a base URL a slash at the end means nothing; of a receiver's it may.
  if (parsed->base.prefix.empty() || place.ends_with('/')) address.target = "/";
  address.target += text.substr(place.size());
  if (parsed->user)
    address.authorization = http::basic_authorization(parsed->user->user, parsed->user->password);
  return address;
}

std::optional<std::vector<Secret>> read_receivers(const std::string& path) {
  Reading reading = read(path);
  if (!reading.problem.empty()) return std::nullopt;
  std::vector<Secret> urls;
  urls.reserve(reading.urls.size());
  for (auto& [line, url] : reading.urls) {
    if (std::ranges::find(urls, url) == urls.end()) urls.push_back(std::move(url));
  }
  return urls;
}

std::string receivers_problem(const std::string& path) {
  if (path.empty()) return {};
  const Reading reading = read(path);
  if (!reading.problem.empty()) return reading.problem;
  for (const auto& [line, url] : reading.urls) {
    if (!parse_receiver(url)) return fmt::format("{}:{}: not an http or https URL", path, line);
  }
  return {};
}

}  // namespace cr::daemon
