#pragma once

#include <variant>

namespace cr::specs {

/// The field is not in the spec: nobody's business, never read as a wish and never written.
struct Unmanaged {
  bool operator==(const Unmanaged&) const = default;
};

/// The field is `null` in the spec: the declared wish is that there is none.
struct Cleared {
  bool operator==(const Cleared&) const = default;
};

/// What a spec says about a field that can also be declared empty: absent, null, or a value.
template <class T>
using Wish = std::variant<Unmanaged, Cleared, T>;

template <class T>
[[nodiscard]] constexpr bool is_managed(const Wish<T>& wish) {
  return !std::holds_alternative<Unmanaged>(wish);
}

}  // namespace cr::specs
