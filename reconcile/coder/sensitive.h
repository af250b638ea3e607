#pragma once

#include <string>

namespace cr::coder {

/// Overwrites a text and all the memory that it holds, and leaves it empty.
void cleanse(std::string& text);

/// A text that leaves nothing of itself in memory that is no longer its own: it is overwritten when it is
/// destroyed, replaced or moved from. What is made of it, by whoever may see it, is theirs to care for.
class SensitiveText {
 public:
  SensitiveText() = default;
  explicit SensitiveText(std::string text);
  ~SensitiveText();
  SensitiveText(const SensitiveText&) = default;
  SensitiveText(SensitiveText&& other) noexcept;
  SensitiveText& operator=(const SensitiveText& other);
  SensitiveText& operator=(SensitiveText&& other) noexcept;

  [[nodiscard]] const std::string& text() const { return text_; }
  bool operator==(const SensitiveText&) const = default;

 private:
  std::string text_;
};

}  // namespace cr::coder
