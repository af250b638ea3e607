#include "specs/spec_fields.h"

#include "specs/named_fields.h"

namespace cr::specs {

static_assert(kSpecFields.size() <= kMaxSpecFields);

// Alone in its file: a program that links its own has another table.
std::span<const Field> spec_fields() {
  return kSpecFields;
}

}  // namespace cr::specs
