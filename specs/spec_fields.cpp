#include "specs/spec_fields.h"

namespace cr::specs {

// Alone in its file: a program that links its own has another table.
std::span<const Field> spec_fields() {
  return kSpecFields;
}

}  // namespace cr::specs
