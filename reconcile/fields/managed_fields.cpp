#include "reconcile/fields/managed_field.h"

namespace cr::reconcile {

// Alone in its file: a program that links its own has other fields.
std::span<const ManagedField* const> managed_fields() {
  return kManagedFields;
}

}  // namespace cr::reconcile
