#include "specs/duration.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

#include "specs/source_text.h"
#include "specs/text/ascii.h"

namespace cr::specs {
namespace {

__extension__ using Wide = __int128;

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;

// Both spellings of the micro sign (U+00B5 and the Greek letter U+03BC), as Go takes both.
constexpr std::array<Unit, 9> kUnits{{{"ns", 1},
                                      {"us", 1'000},
                                      {"\xC2\xB5s", 1'000},
                                      {"\xCE\xBCs", 1'000},
                                      {"ms", 1'000'000},
                                      {"s", kSecond},
                                      {"m", kMinute},
                                      {"h", kHour},
                                      {"d", 24 * kHour}}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view take_digits(std::string_view& rest) {
  std::size_t n = 0;
  while (n < rest.size() && is_digit(rest[n])) ++n;
  const std::string_view digits = rest.substr(0, n);
  rest.remove_prefix(n);
  return digits;
}

/// One `number unit`, in nanoseconds. Nothing if it is malformed or too large.
std::optional<Wide> take_term(std::string_view& rest) {
  const std::string_view whole = take_digits(rest);
  std::string_view fraction;
  if (!rest.empty() && rest.front() == '.') {
    rest.remove_prefix(1);
    fraction = take_digits(rest);
  }
  if (whole.empty() && fraction.empty()) return std::nullopt;

  std::size_t length = 0;
  while (length < rest.size() && rest[length] != '.' && !is_digit(rest[length])) ++length;
  const std::string_view name = rest.substr(0, length);
  rest.remove_prefix(length);
  for (const Unit& unit : kUnits) {
    if (unit.name != name) continue;
    Wide value = 0;
    for (const char digit : whole) {
      value = value * 10 + (digit - '0');
      if (value > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
    }
    value *= unit.nanoseconds;
    Wide numerator = unit.nanoseconds;
    Wide part = 0;
    // Digits beyond the resolution of the largest unit in nanoseconds change nothing.
    Wide scale = 1;
    for (const char digit : fraction.substr(0, 18)) {
      scale *= 10;
      part = part * 10 + (digit - '0');
    }
    return value + numerator * part / scale;
  }
  return std::nullopt;
}

/// The duration that people mean who write "1h 30m", "8 hours" or "1 hour and 30 min", as the format has it;
/// empty where it can't be told, so that no part of it is lost.
std::string respelt(std::string_view text) {
  const auto skip = [&](std::string_view characters) {
    const std::size_t next = text.find_first_not_of(characters);
    text.remove_prefix(next == std::string_view::npos ? text.size() : next);
  };
  constexpr std::pair<std::string_view, char> kWords[] = {
      {"d", 'd'},       {"day", 'd'},   {"days", 'd'}, {"h", 'h'},    {"hr", 'h'},     {"hrs", 'h'},
      {"hour", 'h'},    {"hours", 'h'}, {"m", 'm'},    {"min", 'm'},  {"mins", 'm'},   {"minute", 'm'},
      {"minutes", 'm'}, {"s", 's'},     {"sec", 's'},  {"secs", 's'}, {"second", 's'}, {"seconds", 's'}};
  std::string result;
  skip(" \t");
  while (!text.empty()) {
    const std::string_view digits = take_digits(text);
    if (digits.empty() || digits.size() > 9) return {};
    skip(" \t");
    std::size_t length = 0;
    while (length < text.size() && text::is_letter(text[length])) ++length;
    const std::string word = text::lower(text.substr(0, length));
    const auto* const unit = std::find_if(std::begin(kWords), std::end(kWords),
                                          [&](const auto& known) { return known.first == word; });
    if (unit == std::end(kWords)) return {};
    text.remove_prefix(length);
    result.append(digits).push_back(unit->second);
    skip(" \t,");
    if (text.starts_with("and ")) text.remove_prefix(4);
    skip(" \t");
  }
  return result;
}

ValueError no_duration(std::string_view text) {
  std::string remedy = "write a duration such as 8h, 90m or 1h30m";
  std::string_view rest = text;
  const std::string_view digits = take_digits(rest);
  if (const std::string meant = respelt(text); !meant.empty()) {
    remedy = "write " + meant;
  } else if (!digits.empty() && digits.size() < 10 && rest.find_first_not_of(' ') == std::string_view::npos) {
    remedy =
        "the unit is missing; did you mean " + std::string(digits) + "m or " + std::string(digits) + "h?";
  }
  return ValueError("invalid duration " + in_quotes(text), std::move(remedy));
}

}  // namespace

ValueResult<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  std::string_view rest = text;
  bool negative = false;
  if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) {
    negative = rest.front() == '-';
    rest.remove_prefix(1);
  }
  if (rest == "0") return std::chrono::nanoseconds{0};
  if (rest.empty()) return no_duration(text);
  Wide total = 0;
  while (!rest.empty()) {
    const std::optional<Wide> term = take_term(rest);
    if (!term) return no_duration(text);
    total += *term;
    if (total > std::numeric_limits<std::int64_t>::max())
      return ValueError("invalid duration " + in_quotes(text) + ": too long");
  }
  return std::chrono::nanoseconds{static_cast<std::int64_t>(negative ? -total : total)};
}

ValueResult<Ttl> parse_ttl(std::string_view text) {
  const auto duration = parse_duration(text);
  if (!duration) return duration.error();
  const std::string range = "between 1m and 30d (720h)";
  if (*duration == std::chrono::nanoseconds{0})
    return ValueError("invalid TTL " + in_quotes(text) + ": must not be zero",
                      "write null for no automatic stop, or a TTL " + range);
  if (*duration < kShortestTtl)
    return ValueError("invalid TTL " + in_quotes(text) + ": shorter than Coder allows",
                      "write a TTL " + range);
  if (*duration > kLongestTtl)
    return ValueError("invalid TTL " + in_quotes(text) + ": longer than Coder allows",
                      "write a TTL " + range + ", or null for no automatic stop");
  const auto kept = std::chrono::floor<std::chrono::minutes>(*duration);
  if (kept != *duration) {
    const auto next = kept + std::chrono::minutes{1};
    std::string remedy = "write " + format_duration(kept);
    if (next <= kLongestTtl) remedy += " or " + format_duration(next);
    return ValueError("invalid TTL " + in_quotes(text) +
                          ": not a whole number of minutes; Coder would keep " + format_duration(kept),
                      std::move(remedy));
  }
  return kept;
}

std::string format_duration(std::chrono::nanoseconds duration) {
  const std::int64_t count = duration.count();
  if (count == 0) return "0s";
  // The magnitude of the smallest value does not fit a signed one.
  std::uint64_t rest = count < 0 ? ~static_cast<std::uint64_t>(count) + 1 : static_cast<std::uint64_t>(count);
  std::string text = count < 0 ? "-" : "";
  const auto whole = [&](std::int64_t unit, char name) {
    const std::uint64_t n = rest / static_cast<std::uint64_t>(unit);
    if (n == 0) return;
    text += std::to_string(n) + name;
    rest %= static_cast<std::uint64_t>(unit);
  };
  whole(kHour, 'h');
  whole(kMinute, 'm');
  if (rest == 0) return text;
  text += std::to_string(rest / kSecond);
  if (std::uint64_t part = rest % kSecond; part != 0) {
    std::string digits = std::to_string(part);
    digits.insert(0, 9 - digits.size(), '0');
    digits.erase(digits.find_last_not_of('0') + 1);
    text += '.' + digits;
  }
  return text + 's';
}

}  // namespace cr::specs
