#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "reconcile/fields/managed_field.h"

namespace cr::reconcile {
namespace {

using specs::FieldValue;

bool wants_always(const FieldValue& declared) {
  return declared == FieldValue(specs::AutomaticUpdates::always);
}

Match compare(const FieldValue& declared, const LiveWorkspace& live, const FieldContext&) {
  switch (live.automatic_updates) {
    case LiveAutomaticUpdates::unknown:
      return Match::unreadable;
    case LiveAutomaticUpdates::always:
      return wants_always(declared) ? Match::same : Match::differs;
    case LiveAutomaticUpdates::never:
      return wants_always(declared) ? Match::differs : Match::same;
  }
  return Match::unreadable;
}

std::string live_text(const LiveWorkspace& live, const FieldContext&) {
  switch (live.automatic_updates) {
    case LiveAutomaticUpdates::always:
      return "always";
    case LiveAutomaticUpdates::never:
      return "never";
    case LiveAutomaticUpdates::unknown:
      break;
  }
  return "unknown";
}

std::string ineffective_under(const coder::Template& policy, const FieldValue&) {
  if (!policy.require_active_version) return {};
  return fmt::format("automaticUpdates has no effect: template {} requires its active version at every start",
                     policy.name);
}

bool at_creation(coder::CreateRequest& create, const FieldValue& declared) {
  create.automatic_updates_always = wants_always(declared);
  return true;
}

coder::Setting write(const FieldValue& declared) {
  return {&coder::routes::kAutomaticUpdates,
          nlohmann::json{{"automatic_updates", specs::to_text(declared)}}.dump()};
}

}  // namespace

constexpr ManagedField kAutomaticUpdates{.key = "automaticUpdates",
                                         .name = "automatic_updates",
                                         .action = "set_automatic_updates",
                                         .compare = compare,
                                         .live_text = live_text,
                                         .refused_by = never,
                                         .ineffective_under = ineffective_under,
                                         .at_creation = at_creation,
                                         .after_creation = never,
                                         .needs_stop = needs_no_stop,
                                         .write = write};
static_assert(has_names(kAutomaticUpdates, specs::kSpecFields));

}  // namespace cr::reconcile
