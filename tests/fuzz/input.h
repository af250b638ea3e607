#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cr::fuzz {

/// The bytes of an input, taken from the front. What is not there is 0 and empty, so that every input means
/// something.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : text_(reinterpret_cast<const char*>(data), size) {}

  [[nodiscard]] std::uint8_t byte() {
    if (text_.empty()) return 0;
    const auto value = static_cast<std::uint8_t>(text_.front());
    text_.remove_prefix(1);
    return value;
  }
  /// Up to the next line feed, without it: seeds can be written by hand.
  [[nodiscard]] std::string_view line() {
    const auto end = text_.find('\n');
    const std::string_view found = text_.substr(0, end);
    text_ = end == std::string_view::npos ? std::string_view{} : text_.substr(end + 1);
    return found;
  }
  [[nodiscard]] std::string_view rest() const { return text_; }

 private:
  std::string_view text_;
};

}  // namespace cr::fuzz
