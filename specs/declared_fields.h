#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "specs/exceptions.h"
#include "specs/schedule.h"
#include "specs/shared.h"

namespace cr::specs {

/// The field is `null` in the spec: the declared wish is that there is none.
struct Cleared {
  bool operator==(const Cleared&) const = default;
};

/// Time from start to automatic stop. Whole minutes between 1 minute and 30 days: Coder truncates to minutes
/// and refuses the rest.
using Ttl = std::chrono::minutes;

enum class AutomaticUpdates : std::uint8_t { never, always };
[[nodiscard]] std::string_view to_string(AutomaticUpdates value);

/// A step by which a wish is kept that takes several: what one write does, and why.
struct Step {
  std::string text;  ///< for people, and what a plan's digest is made of: the same while the wish is
  std::string body;  ///< of the request, as it is now; empty: none
  int way = 0;       ///< which of the field's calls it is
  bool operator==(const Step& other) const { return text == other.text && way == other.way; }
};

/// What a spec can wish for a field that is kept as declared, or a step towards that. Equal when they mean
/// the same.
using FieldValue =
    std::variant<Cleared, Schedule, Ttl, AutomaticUpdates, bool, std::string, KeepAwake, Retention, Step>;
/// As specs write it: "8h", "always", "true", a schedule's text; "none" where it is cleared.
[[nodiscard]] std::string to_text(const FieldValue& value);

/// What is done about a field that is not as declared.
enum class FieldMode : std::uint8_t {
  enforce,  ///< it is kept as declared
  initial,  ///< given at creation, then the owner's: never compared
  report,   ///< what differs is shown, and never written
};
inline constexpr std::array kFieldModes = {FieldMode::enforce, FieldMode::initial, FieldMode::report};
[[nodiscard]] std::string_view to_string(FieldMode mode);

/// The fields of one spec that are kept as declared, by key. A field that the spec leaves out is not there:
/// nobody's business, never read as a wish and never written.
class DeclaredFields {
 public:
  struct Declared {
    std::string_view key;  ///< of a row of spec_fields()
    FieldValue value;
    FieldMode mode = FieldMode::enforce;
    bool operator==(const Declared&) const = default;
  };

  /// `key`: of a row of spec_fields(), whose text outlives this. Copies that were made before stay as they
  /// are.
  void set(std::string_view key, FieldValue value, FieldMode mode = FieldMode::enforce) {
    std::vector<Declared> fields;
    fields.reserve(fields_.size() + 1);
    fields.assign(fields_.begin(), fields_.end());
    const auto place = std::ranges::lower_bound(fields, key, {}, &Declared::key);
    if (place != fields.end() && place->key == key)
      *place = Declared{key, std::move(value), mode};
    else
      fields.insert(place, Declared{key, std::move(value), mode});
    fields_ = Shared<std::vector<Declared>>(std::move(fields));
  }

  /// Null where the spec leaves it out.
  [[nodiscard]] const Declared* entry(std::string_view key) const {
    for (const Declared& one : fields_) {
      if (one.key == key) return &one;
    }
    return nullptr;
  }
  /// Its value; null where the spec leaves it out.
  [[nodiscard]] const FieldValue* find(std::string_view key) const {
    const Declared* declared = entry(key);
    return declared ? &declared->value : nullptr;
  }
  /// Null where the spec leaves it out, or declares that there is none.
  template <class T>
  [[nodiscard]] const T* get(std::string_view key) const {
    const FieldValue* value = find(key);
    return value ? std::get_if<T>(value) : nullptr;
  }

  /// Sorted by key.
  [[nodiscard]] auto begin() const { return fields_.begin(); }
  [[nodiscard]] auto end() const { return fields_.end(); }
  [[nodiscard]] bool empty() const { return fields_.empty(); }
  /// As Shared has them: a copy is the same, and many specs hold the same.
  [[nodiscard]] bool is_same(const DeclaredFields& other) const { return fields_.is_same(other.fields_); }
  [[nodiscard]] std::size_t holders() const { return fields_.holders(); }
  bool operator==(const DeclaredFields&) const = default;

 private:
  Shared<std::vector<Declared>> fields_;
};

}  // namespace cr::specs
