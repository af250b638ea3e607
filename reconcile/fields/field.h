#pragma once

#include <compare>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "reconcile/model/author.h"
#include "specs/declared_fields.h"

namespace cr::reconcile {

/// A thing that can differ between a spec and what is live, by its place: a few that every workspace has,
/// then managed_fields() in their order.
class Field {
 public:
  /// The workspace itself.
  static const Field missing;
  // These apply at creation only: a difference is shown and never written.
  static const Field parameters;
  static const Field template_ref;
  static const Field version;
  /// Place of the first of managed_fields().
  static constexpr std::uint8_t kFirstManaged = 4;

  constexpr Field() = default;
  constexpr explicit Field(std::uint8_t place) : place_(place) {}
  [[nodiscard]] constexpr std::uint8_t place() const { return place_; }
  constexpr auto operator<=>(const Field&) const = default;

 private:
  std::uint8_t place_ = 0;
};
inline constexpr Field Field::missing{0};
inline constexpr Field Field::parameters{1};
inline constexpr Field Field::template_ref{2};
inline constexpr Field Field::version{3};

/// As metrics, logs and JSON name it: "missing", "parameters", "template", "version", or a managed field's
/// name.
[[nodiscard]] std::string_view to_string(Field field);
/// All that there are, in order.
[[nodiscard]] std::vector<Field> all_fields();

/// Those of which a difference counts as drift, in order.
[[nodiscard]] std::vector<Field> fields_that_drift();

/// Applies at creation only: a difference is shown and never written.
[[nodiscard]] constexpr bool is_informational(Field field) {
  return field == Field::parameters || field == Field::template_ref || field == Field::version;
}

/// A set of fields in one word: there is one for each of a hundred thousand workspaces.
class FieldSet {
 public:
  /// More places than this there cannot be.
  static constexpr std::size_t kMost = 32;

  constexpr FieldSet() = default;
  constexpr FieldSet(std::initializer_list<Field> fields) {
    for (const Field field : fields) add(field);
  }
  constexpr void add(Field field) { bits_ |= bit(field); }
  constexpr void remove(Field field) { bits_ &= ~bit(field); }
  [[nodiscard]] constexpr bool has(Field field) const { return (bits_ & bit(field)) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  [[nodiscard]] constexpr FieldSet operator|(FieldSet other) const { return FieldSet(bits_ | other.bits_); }
  [[nodiscard]] constexpr FieldSet operator&(FieldSet other) const { return FieldSet(bits_ & other.bits_); }
  [[nodiscard]] constexpr FieldSet without(FieldSet other) const { return FieldSet(bits_ & ~other.bits_); }
  constexpr bool operator==(const FieldSet&) const = default;

 private:
  constexpr explicit FieldSet(std::uint32_t bits) : bits_(bits) {}
  [[nodiscard]] static constexpr std::uint32_t bit(Field field) { return std::uint32_t{1} << field.place(); }
  std::uint32_t bits_ = 0;
};

/// A field that is not as declared, and what would make it so. Made by diff, carried unchanged through plan,
/// digest, guard, execution, log and report.
struct Change {
  Field field;
  std::string from;      ///< the live value as people read it: "8h", "none", "always"
  specs::FieldValue to;  ///< the declared one; where it cannot be written, its text
  Author by{};           ///< who set the live one, if that is known
  /// Where the declared one stands, if among defaults: "berlin/defaults.yaml:7". No
  /// part of a plan's digest.
  specs::SharedText from_defaults{};
  bool operator==(const Change&) const = default;
};

/// Something that a write could mend: anything but what is informational.
[[nodiscard]] bool has_mendable(const std::vector<Change>& drift);

}  // namespace cr::reconcile
