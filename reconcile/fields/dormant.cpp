#include <nlohmann/json.hpp>

#include "reconcile/fields/managed_field.h"

namespace cr::reconcile {
namespace {

using specs::FieldValue;

bool wants_sleep(const FieldValue& declared) {
  return declared == FieldValue(true);
}

Match compare(const FieldValue& declared, const LiveWorkspace& live, const FieldContext&) {
  return wants_sleep(declared) == live.dormant ? Match::same : Match::differs;
}

std::string live_text(const LiveWorkspace& live, const FieldContext&) {
  return live.dormant ? "true" : "false";
}

std::string after_creation(const coder::Template&, const FieldValue& declared) {
  return wants_sleep(declared) ? "stop and dormant once its first build has ended" : "";
}

coder::Setting write(const FieldValue& declared) {
  return {&coder::routes::kDormant, nlohmann::json{{"dormant", wants_sleep(declared)}}.dump()};
}

}  // namespace

// Dormancy switches the autostop off and leaves a running workspace running, so that one is stopped first.
constexpr ManagedField kDormant{.key = "dormant",
                                .name = "dormant",
                                .action = "set_dormant",
                                .compare = compare,
                                .live_text = live_text,
                                .refused_by = never,
                                .ineffective_under = never,
                                .at_creation = not_at_creation,
                                .after_creation = after_creation,
                                .needs_stop = wants_sleep,
                                .write = write};
static_assert(has_names(kDormant, specs::kSpecFields));

}  // namespace cr::reconcile
