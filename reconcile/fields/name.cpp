#include <nlohmann/json.hpp>

#include "reconcile/fields/managed_field.h"
#include "specs/field_table.h"
#include "specs/name.h"

namespace cr::reconcile {
namespace {

using specs::FieldValue;

/// A name that differs in case alone is the same to Coder.
Match compare(const FieldValue& declared, const LiveWorkspace& live, const FieldContext&) {
  const auto* name = std::get_if<std::string>(&declared);
  return !name || specs::compare_lower(*name, live.name) == 0 ? Match::same : Match::differs;
}

std::string live_text(const LiveWorkspace& live, const FieldContext&) {
  return live.name;
}

coder::Setting write(const FieldValue& declared) {
  return {&coder::routes::kRename, nlohmann::json{{"name", specs::to_text(declared)}}.dump()};
}

}  // namespace

constexpr ManagedField kName{.key = specs::kNameKey,
                             .name = "name",
                             .action = "rename",
                             .compare = compare,
                             .live_text = live_text,
                             .refused_by = never,
                             .ineffective_under = never,
                             .at_creation = not_at_creation,
                             .after_creation = never,
                             .needs_stop = needs_no_stop,
                             .write = write,
                             .caution = "resources named after it may be replaced at its next build"};

}  // namespace cr::reconcile
