#include "specs/workspace_spec.h"

#include <algorithm>

#include "specs/name.h"

namespace cr::specs {

// What every one costs, beside a long name and what is held once for many.
static_assert(sizeof(WorkspaceSpec) <= 80);

std::string_view to_string(Recreate recreate) {
  switch (recreate) {
    case Recreate::always:
      return "always";
    case Recreate::unless_expired:
      return "unlessExpired";
    case Recreate::never:
      return "never";
  }
  return "unlessExpired";
}

bool in_force(const Suspension& suspension, std::chrono::sys_seconds now) {
  return !suspension.until || now < *suspension.until;
}

bool says_the_same(const WorkspaceSpec& a, const WorkspaceSpec& b) {
  // What is shared is compared as it is held, so this costs little where it is the same.
  WorkspaceSpec moved = a;
  moved.where = b.where;
  if (!moved.body->defaulted.is_same(b.body->defaulted)) moved.body.edit().defaulted = b.body->defaulted;
  return moved == b;
}

const DefaultedField* find_default(const DefaultedFields& defaulted, std::string_view field) {
  const auto found = std::ranges::lower_bound(
      defaulted, field, {}, [](const DefaultedField& one) -> std::string_view { return one.field; });
  return found != defaulted.end() && found->field == field ? &*found : nullptr;
}

const DefaultedField* default_of(const WorkspaceSpec& spec, std::string_view field) {
  return find_default(spec.body->defaulted, field);
}

SharedText default_text(const DefaultedFields& defaulted, std::string_view field) {
  const DefaultedField* from = find_default(defaulted, field);
  return from ? from->shown : SharedText{};
}
SharedText default_text(const WorkspaceSpec& spec, std::string_view field) {
  return default_text(*spec.body->defaulted, field);
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool hyphen_here = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (hyphen_here ? c != '-' : !hex) return false;
  }
  return true;
}

bool refers_to(std::string_view reference, std::string_view name, std::string_view id) {
  return compare_lower(reference, is_uuid(reference) ? id : name) == 0;
}

}  // namespace cr::specs
