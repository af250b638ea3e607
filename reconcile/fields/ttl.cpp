#include <chrono>
#include <nlohmann/json.hpp>

#include "reconcile/fields/managed_field.h"
#include "specs/duration.h"

namespace cr::reconcile {
namespace {

using specs::FieldValue;

std::optional<std::chrono::milliseconds> wish_of(const FieldValue& declared) {
  const auto* ttl = std::get_if<specs::Ttl>(&declared);
  return ttl ? std::optional<std::chrono::milliseconds>(*ttl) : std::nullopt;
}

Match compare(const FieldValue& declared, const LiveWorkspace& live, const FieldContext&) {
  // Coder keeps whole minutes; a template's default may be anything, and reads show it as it is.
  std::optional<std::chrono::milliseconds> kept;
  if (live.ttl && live.ttl->count() > 0) kept = std::chrono::floor<std::chrono::minutes>(*live.ttl);
  return kept == wish_of(declared) ? Match::same : Match::differs;
}

std::string live_text(const LiveWorkspace& live, const FieldContext&) {
  if (!live.ttl || live.ttl->count() <= 0) return "none";
  return specs::format_duration(std::chrono::floor<std::chrono::seconds>(*live.ttl));
}

std::string refused_by(const coder::Template& policy, const FieldValue&) {
  if (policy.allow_user_autostop) return {};
  return "does not allow users to set a TTL and applies its own default instead";
}

bool at_creation(coder::CreateRequest& create, const FieldValue& declared) {
  const auto* ttl = std::get_if<specs::Ttl>(&declared);
  if (ttl) create.ttl = *ttl;
  return ttl != nullptr;
}

std::string after_creation(const coder::Template& policy, const FieldValue& declared) {
  // A create without one inherits the template's.
  const bool inherits = std::holds_alternative<specs::Cleared>(declared) && policy.default_ttl.count() > 0;
  return inherits ? "ttl none once it is created" : "";
}

coder::Setting write(const FieldValue& declared) {
  const auto wish = wish_of(declared);
  return {&coder::routes::kTtl,
          nlohmann::json{{"ttl_ms", wish ? nlohmann::json(wish->count()) : nlohmann::json(nullptr)}}.dump()};
}

}  // namespace

constexpr ManagedField kTtl{.key = "ttl",
                            .name = "ttl",
                            .action = "set_ttl",
                            .compare = compare,
                            .live_text = live_text,
                            .refused_by = refused_by,
                            .ineffective_under = never,
                            .at_creation = at_creation,
                            .after_creation = after_creation,
                            .needs_stop = needs_no_stop,
                            .write = write};
static_assert(has_names(kTtl, specs::kSpecFields));

}  // namespace cr::reconcile
