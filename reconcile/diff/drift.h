#pragma once

#include <cstdint>
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

/// A declared field that does not read as declared; values as people read them ("8h", "none", "always").
struct FieldDrift {
  Field field = Field::missing;
  std::string live;
  std::string desired;
  bool operator==(const FieldDrift&) const = default;
};

}  // namespace cr::reconcile
