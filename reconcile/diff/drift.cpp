#include "reconcile/diff/drift.h"

#include <algorithm>

namespace cr::reconcile {

std::string_view to_string(Field field) {
  switch (field) {
    case Field::missing:
      return "missing";
    case Field::autostart:
      return "autostart";
    case Field::ttl:
      return "ttl";
    case Field::automatic_updates:
      return "automatic_updates";
    case Field::dormant:
      return "dormant";
    case Field::parameters:
      return "parameters";
    case Field::template_ref:
      return "template";
    case Field::version:
      return "version";
  }
  return "unknown";
}

bool has_mendable(const std::vector<FieldDrift>& drift) {
  return std::any_of(drift.begin(), drift.end(),
                     [](const FieldDrift& d) { return !is_informational(d.field); });
}

}  // namespace cr::reconcile
