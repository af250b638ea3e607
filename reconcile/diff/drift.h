#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace cr::reconcile {

/// The closed set that `drifted_fields` counts. The last three are informational: they apply at creation only
/// and are never a reason to write.
enum class Field : std::uint8_t {
  missing,
  autostart,
  ttl,
  automatic_updates,
  dormant,
  parameters,
  template_ref,
  version,
};
inline constexpr Field kFields[] = {Field::missing,           Field::autostart, Field::ttl,
                                    Field::automatic_updates, Field::dormant,   Field::parameters,
                                    Field::template_ref,      Field::version};
/// As metrics and JSON name it: "missing", "autostart", "ttl", "automatic_updates", "dormant", "parameters",
/// "template", "version".
[[nodiscard]] std::string_view to_string(Field field);

/// Applies at creation only: a difference is shown and never written.
[[nodiscard]] constexpr bool is_informational(Field field) {
  return field == Field::parameters || field == Field::template_ref || field == Field::version;
}

/// A set of fields in one byte: there is one for each of a hundred thousand workspaces.
class FieldSet {
 public:
  constexpr FieldSet() = default;
  constexpr FieldSet(std::initializer_list<Field> fields) {
    for (const Field field : fields) add(field);
  }
  constexpr void add(Field field) { bits_ = static_cast<std::uint8_t>(bits_ | bit(field)); }
  constexpr void remove(Field field) { bits_ = static_cast<std::uint8_t>(bits_ & ~bit(field)); }
  [[nodiscard]] constexpr bool has(Field field) const { return (bits_ & bit(field)) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  constexpr bool operator==(const FieldSet&) const = default;

 private:
  [[nodiscard]] static constexpr unsigned bit(Field field) { return 1U << static_cast<unsigned>(field); }
  std::uint8_t bits_ = 0;
};

/// A declared field that does not read as declared; values as people read them ("8h", "none", "always").
struct FieldDrift {
  Field field = Field::missing;
  std::string live;
  std::string desired;
  bool operator==(const FieldDrift&) const = default;
};

/// Drift that a write could mend: anything but what is informational.
[[nodiscard]] bool has_mendable(const std::vector<FieldDrift>& drift);

}  // namespace cr::reconcile
