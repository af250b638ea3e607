#pragma once

#include <fmt/format.h>
#include <simdjson.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "reconcile/coder/decode_result.h"
#include "reconcile/model/ids.h"

/// Reading needed keys of a JSON text that is parsed as it is read. Functions return false on failure and
/// then have said in `Problem` why, so that they chain with `&&` and `||` and nothing is thrown.
namespace cr::coder {

namespace json = simdjson::ondemand;

/// The key that could not be read, innermost name first; written only on failure.
class Problem {
 public:
  bool missing(std::string_view key) { return set(key, "is missing"); }
  bool mistyped(std::string_view key, std::string_view wanted) {
    return set(key, fmt::format("is not {}", wanted));
  }
  bool broken(simdjson::error_code error) { return set("", simdjson::error_message(error)); }
  bool set(std::string_view key, std::string_view why) {
    path_ = key;
    why_ = why;
    return false;
  }
  bool within(std::string_view outer) {
    if (path_.empty()) {
      path_ = outer;
    } else {
      path_.insert(0, std::string(outer) + ".");
    }
    return false;
  }
  [[nodiscard]] DecodeError error() const {
    return DecodeError(path_.empty() ? fmt::format("invalid JSON: {}", why_)
                                     : fmt::format("\"{}\" {}", path_, why_));
  }

 private:
  std::string path_;
  std::string why_;
};

/// Keys are compared as they stand in the text: Coder escapes none, and an escaped one is just unknown. The
/// padding behind the body makes reading past a short key safe. Most comparisons fail, and most of those by
/// the length alone.
inline bool is(json::raw_json_string key, std::string_view name) {
  return key.raw()[name.size()] == '"' && std::memcmp(key.raw(), name.data(), name.size()) == 0;
}

template <class Tag>
bool read_id(json::value value, reconcile::Id<Tag>& into, std::string_view key, Problem& problem) {
  json::raw_json_string raw;
  if (value.get_raw_json_string().get(raw) == simdjson::SUCCESS && raw.raw()[36] == '"') {
    if (const auto id = reconcile::Id<Tag>::parse(std::string_view(raw.raw(), 36))) {
      into = *id;
      return true;
    }
  }
  return problem.mistyped(key, "a UUID");
}

inline bool read_text(json::value value, std::string& into, std::string_view key, Problem& problem) {
  std::string_view text;
  if (value.get_string().get(text) != simdjson::SUCCESS) return problem.mistyped(key, "a string");
  into.assign(text);
  return true;
}

/// One of the names, or `unknown`: new Coders add values.
template <class Enum, std::size_t N>
bool read_enum(json::value value, const std::pair<std::string_view, Enum> (&names)[N], Enum unknown,
               Enum& into, std::string_view key, Problem& problem) {
  json::raw_json_string raw;
  if (value.get_raw_json_string().get(raw) != simdjson::SUCCESS) return problem.mistyped(key, "a string");
  for (const auto& [name, meaning] : names) {
    if (!is(raw, name)) continue;
    into = meaning;
    return true;
  }
  into = unknown;
  return true;
}

inline bool read_unsigned(json::value value, std::uint64_t& into, std::string_view key, Problem& problem) {
  if (value.get_uint64().get(into) != simdjson::SUCCESS) return problem.mistyped(key, "a whole number");
  return true;
}

/// Which of the needed keys have been seen; bits in the order of a table of names.
template <std::size_t N>
class Seen {
 public:
  explicit constexpr Seen(const std::string_view (&names)[N]) : names_(names) {}
  void add(std::size_t index) { bits_ |= 1U << index; }
  bool all(Problem& problem) const {
    if (bits_ == (1U << N) - 1) return true;
    for (std::size_t i = 0; i < N; ++i) {
      if ((bits_ >> i & 1U) == 0) return problem.missing(names_[i]);
    }
    return true;
  }

 private:
  const std::string_view (&names_)[N];
  std::uint32_t bits_ = 0;
};

/// Calls `each(key, value)` for the fields of an object; false as soon as it returns false.
template <class Each>
bool for_each_field(json::value value, std::string_view name, Problem& problem, Each each) {
  json::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) return problem.mistyped(name, "an object");
  for (auto entry : object) {
    if (entry.error()) return problem.broken(entry.error());
    json::field&& field = std::move(entry).value_unsafe();
    if (!each(field.key(), field.value())) return problem.within(name);
  }
  return true;
}

}  // namespace cr::coder
