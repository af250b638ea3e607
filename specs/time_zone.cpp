#include "specs/time_zone.h"

#include <date/tz.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "specs/source_text.h"
#include "specs/suggestion.h"
#include "specs/text/ascii.h"

namespace cr::specs {
namespace {

constexpr std::string_view kZoneDirectory = "/usr/share/zoneinfo/";
constexpr std::size_t kLongestZone = 64;

/// Whether this could be the name of a zone in any tzdata: no path, no offset, no name with a local meaning.
bool is_zone_name(std::string_view name) {
  if (name.empty() || name.size() > kLongestZone) return false;
  char before = '/';
  for (const char c : name) {
    const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    const bool other = (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '+';
    if (!letter && !other && c != '/') return false;
    if (before == '/' && !letter) return false;
    before = c;
  }
  if (before == '/') return false;
  for (const std::string_view local : {"Local", "localtime", "posixrules", "Factory"})
    if (name == local) return false;
  return !name.starts_with("posix/") && !name.starts_with("right/");
}

const date::time_zone* locate(std::string_view name) {
  try {
    return date::locate_zone(name);
  } catch (const std::runtime_error&) {  // how the library says that there is no such zone, or no tzdata
    return nullptr;
  }
}

std::vector<std::string_view> known_names() {
  std::vector<std::string_view> names;
  try {
    for (const date::time_zone& zone : date::get_tzdb().zones)
      if (is_zone_name(zone.name())) names.push_back(zone.name());
  } catch (const std::runtime_error&) {
    names.clear();
  }
  return names;
}

/// "PST", "CEST": capitals alone, and few.
bool is_abbreviation(std::string_view name) {
  return name.size() <= 5 &&
         std::all_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

ContentHash content_of(const std::string& name) {
  std::ifstream file(std::string(kZoneDirectory) + name, std::ios::binary);
  return content_hash(std::string(std::istreambuf_iterator<char>(file), {}));
}

std::chrono::sys_seconds to_std(date::sys_seconds t) {
  return std::chrono::sys_seconds{t.time_since_epoch()};
}

}  // namespace

TimeZone::TimeZone(std::string name, const date::time_zone* rules, ContentHash content)
    : name_(std::move(name)), rules_(rules), content_(content) {}

std::shared_ptr<const TimeZone> TimeZone::find(std::string_view name) {
  if (!is_zone_name(name)) return nullptr;
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const TimeZone>, std::less<>> loaded;
  const std::lock_guard lock(mutex);
  if (const auto known = loaded.find(name); known != loaded.end()) return known->second;
  const date::time_zone* rules = locate(name);
  if (rules == nullptr || rules->name() != name) return nullptr;
  std::string owned(name);
  const ContentHash content = content_of(owned);
  auto zone = std::make_shared<const TimeZone>(owned, rules, content);
  loaded.emplace(std::move(owned), zone);
  return zone;
}

std::shared_ptr<const TimeZone> TimeZone::unknown(std::string_view name) {
  if (!is_zone_name(name)) return nullptr;
  return std::make_shared<const TimeZone>(std::string(name), nullptr, ContentHash{});
}

TimeZone::Problem TimeZone::problem_with(std::string_view name) {
  std::vector<std::string_view> names = known_names();
  if (names.empty()) return {"this system has no time zone database", "install the tzdata package"};
  // Whoever writes an offset or an abbreviation means a certain one: nothing that only looks like it is
  // meant.
  const std::string lower = text::lower(name);
  for (const std::string_view full : names)
    if (text::lower(full) == lower)
      return {"unknown time zone " + in_quotes(name), "did you mean \"" + std::string(full) + "\"?"};
  if (name.find_first_of("0123456789+") != std::string_view::npos)
    return {"unknown time zone " + in_quotes(name),
            "an offset does not follow daylight saving time; write an IANA name such as Europe/Berlin"};
  if (is_abbreviation(name))
    return {"unknown time zone " + in_quotes(name),
            "abbreviations are ambiguous; write an IANA name such as Europe/Berlin"};
  std::erase_if(names, [](std::string_view full) {
    return full.find_first_of("0123456789") != std::string_view::npos ||
           full.find('/') == std::string_view::npos;
  });
  std::string remedy = did_you_mean(name, names);
  // "Berlin", "new_york": the city alone is the usual slip.
  if (remedy.empty() && name.find('/') == std::string_view::npos && !name.empty()) {
    std::vector<std::string_view> cities;
    cities.reserve(names.size());
    for (const std::string_view full : names) cities.push_back(full.substr(full.rfind('/') + 1));
    if (const std::string_view city = closest(name, cities); !city.empty()) {
      const auto index = std::find(cities.begin(), cities.end(), city) - cities.begin();
      remedy = "did you mean \"" + std::string(names[static_cast<std::size_t>(index)]) + "\"?";
    }
  }
  if (remedy.empty()) remedy = "write an IANA name such as Europe/Berlin; names are case-sensitive";
  return {"unknown time zone " + in_quotes(name), std::move(remedy)};
}

bool TimeZone::same_rules(const TimeZone& a, const TimeZone& b) {
  if (&a == &b || a.name_ == b.name_) return true;
  return a.rules_ != nullptr && b.rules_ != nullptr && a.content_.size != 0 && a.content_ == b.content_;
}

std::optional<TimeZone::Offset> TimeZone::at(std::chrono::sys_seconds instant) const {
  if (rules_ == nullptr) return std::nullopt;
  const date::sys_info info = rules_->get_info(date::sys_seconds{instant.time_since_epoch()});
  return Offset{info.offset, to_std(info.begin), to_std(info.end)};
}

}  // namespace cr::specs
