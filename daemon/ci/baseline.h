#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

/// What a command finds, held against what it found before: its own JSON of an earlier run. Pure.
namespace cr::daemon::ci {

/// One thing that a command finds.
struct Item {
  enum class Kind : std::uint8_t { change, condition, error, warning };
  Kind kind = Kind::change;
  std::string text;  ///< one line of words
};

struct Comparison {
  std::vector<Item> fresh;   ///< what was not there before
  std::vector<Item> gone;    ///< what is no longer there
  std::size_t standing = 0;  ///< what was there, and is

  [[nodiscard]] bool has_fresh(Item::Kind kind) const;
};

/// Compares two documents that the same command has written. One is the other's if it is about the same
/// workspace or file and says the same: an action by what it makes of the field, whatever the live value was;
/// a condition, a set's too, by its reason; an error or warning by its field and message, wherever its line
/// has moved, unless the message names it.
[[nodiscard]] Comparison compare(const nlohmann::json& before, const nlohmann::json& now);

/// What is wrong with a file that is to be a baseline of `command`, in words; empty: nothing.
[[nodiscard]] std::string baseline_problem(const nlohmann::json& document, std::string_view command);

/// A section of a command's text: what is new, what is gone, and the number of what stands. Ends with a
/// newline.
[[nodiscard]] std::string comparison_text(const Comparison& comparison);
/// {new: [{kind, text}], gone: likewise, standing}
[[nodiscard]] nlohmann::json comparison_json(const Comparison& comparison);

}  // namespace cr::daemon::ci
