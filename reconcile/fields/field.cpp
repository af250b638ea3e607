#include "reconcile/fields/field.h"

#include <algorithm>

#include "reconcile/fields/managed_field.h"

namespace cr::reconcile {
namespace {

constexpr std::string_view kNames[Field::kFirstManaged] = {"missing", "parameters", "template", "version"};

std::optional<Field> find(auto matches) {
  const auto all = managed_fields();
  const auto found = std::ranges::find_if(all, matches);
  if (found == all.end()) return std::nullopt;
  return managed_field_at(static_cast<std::size_t>(found - all.begin()));
}

}  // namespace

std::string_view to_string(Field field) {
  return is_managed(field) ? entry_of(field).name : kNames[field.place()];
}

std::vector<Field> all_fields() {
  std::vector<Field> fields;
  const std::size_t count = Field::kFirstManaged + managed_fields().size();
  for (std::size_t place = 0; place < count; ++place) fields.emplace_back(static_cast<std::uint8_t>(place));
  return fields;
}

std::vector<Field> fields_that_drift() {
  std::vector<Field> fields = all_fields();
  std::erase_if(fields, [](Field field) { return is_managed(field) && !entry_of(field).is_drift; });
  return fields;
}

const ManagedField& entry_of(Field field) {
  return *managed_fields()[static_cast<std::size_t>(field.place()) - Field::kFirstManaged];
}

std::optional<Field> field_of_key(std::string_view spec_key) {
  return find([&](const ManagedField* entry) { return entry->key == spec_key; });
}

bool has_mendable(const std::vector<Change>& drift) {
  return std::ranges::any_of(drift, [](const Change& change) { return !is_informational(change.field); });
}

bool depends_on_policy(const ManagedField& field) {
  return !field.refused_by.is(never) || !field.ineffective_under.is(never);
}

specs::FieldValue as_declared(const specs::FieldValue& declared, const LiveWorkspace&, const FieldContext&) {
  return declared;
}

std::string never_left(const specs::FieldValue&, const FieldContext&) {
  return {};
}

std::string never(const coder::Template&, const specs::FieldValue&) {
  return {};
}

}  // namespace cr::reconcile
