#include "reconcile/coder/sensitive.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <utility>

namespace cr::coder {
namespace {

// Lies inside of its string, where it can be looked for after the string's end.
constexpr std::string_view kShort = "s3cret-token";
constexpr std::string_view kLong = "a secret that is too long for the string itself, and lies elsewhere";

/// Memory for one object, which can be looked at when the object is gone.
template <class T>
class Place {
 public:
  template <class... Arguments>
  T& make(Arguments&&... arguments) {
    return *::new (bytes_.data()) T(std::forward<Arguments>(arguments)...);
  }
  [[nodiscard]] bool holds(std::string_view text) const {
    return std::string_view(bytes_.data(), bytes_.size()).find(text) != std::string_view::npos;
  }

 private:
  alignas(T) std::array<char, sizeof(T)> bytes_{};
};

TEST(Cleanse, OverwritesAllThatAStringHolds) {
  std::string text(kLong);
  const char* memory = text.data();
  const std::size_t capacity = text.capacity();
  cleanse(text);
  EXPECT_TRUE(text.empty());
  ASSERT_EQ(text.data(), memory);
  EXPECT_EQ(std::string(memory, capacity), std::string(capacity, '\0'));
}

TEST(SensitiveText, IsOverwrittenWhenItEnds) {
  Place<SensitiveText> place;
  SensitiveText& text = place.make(std::string(kShort));
  ASSERT_TRUE(place.holds(kShort));
  text.~SensitiveText();
  EXPECT_FALSE(place.holds(kShort));
}

TEST(SensitiveText, IsOverwrittenWhenItIsMovedFrom) {
  Place<SensitiveText> place;
  SensitiveText& text = place.make(std::string(kShort));
  const SensitiveText moved = std::move(text);
  EXPECT_EQ(moved.text(), kShort);
  EXPECT_FALSE(place.holds(kShort));
  text.~SensitiveText();
}

TEST(SensitiveText, IsOverwrittenWhenAnotherTakesItsPlace) {
  for (const bool by_move : {false, true}) {
    Place<SensitiveText> place;
    SensitiveText& text = place.make(std::string(kShort));
    SensitiveText other(std::string("other"));
    if (by_move) {
      text = std::move(other);
    } else {
      text = other;
    }
    EXPECT_EQ(text.text(), "other");
    EXPECT_FALSE(place.holds(kShort.substr(6))) << (by_move ? "moved" : "copied");
    text.~SensitiveText();
  }
}

TEST(SensitiveText, IsAValue) {
  SensitiveText a{std::string(kLong)};
  const SensitiveText b = a;
  EXPECT_EQ(a, b);
  SensitiveText& same = a;
  a = same;
  EXPECT_EQ(a.text(), kLong);
  EXPECT_EQ(SensitiveText{}, SensitiveText{});
}

}  // namespace
}  // namespace cr::coder
