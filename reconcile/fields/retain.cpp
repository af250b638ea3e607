#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "reconcile/fields/managed_field.h"
#include "specs/text/timestamp.h"

namespace cr::reconcile {
namespace {

using namespace std::chrono_literals;
using specs::FieldValue;

// A use a day at most is recorded; Coder shows it within a minute or so.
constexpr std::chrono::hours kBetweenUses{24};

enum Way { kUse, kWake };

std::chrono::seconds threshold_of(const coder::Template* policy) {
  return policy ? std::chrono::floor<std::chrono::seconds>(policy->time_til_dormant) : 0s;
}

const specs::Retention* in_force(const FieldValue& declared, const FieldContext& context) {
  const auto* retention = std::get_if<specs::Retention>(&declared);
  return retention && context.now < retention->until ? retention : nullptr;
}

Match compare(const FieldValue& declared, const LiveWorkspace& live, const FieldContext& context) {
  const specs::Retention* retention = in_force(declared, context);
  if (!retention) return Match::same;
  // Dormant already: woken only where it would be gone before.
  if (live.dormant) {
    const bool lost = live.deleting && *live.deleting < retention->until;
    return lost ? Match::differs : Match::same;
  }
  const auto threshold = threshold_of(context.policy);
  const bool due = threshold > 0s && live.last_used && context.now - *live.last_used > threshold / 2;
  return due ? Match::differs : Match::same;
}

std::string live_text(const LiveWorkspace& live, const FieldContext&) {
  if (live.dormant && live.deleting)
    return fmt::format("dormant, deleted at {}", text::format_timestamp(*live.deleting));
  return live.last_used ? fmt::format("last used {}", text::format_timestamp(*live.last_used)) : "never used";
}

FieldValue next_step(const FieldValue& declared, const LiveWorkspace& live, const FieldContext& context) {
  const specs::Retention* retention = in_force(declared, context);
  if (!retention) return declared;
  if (live.dormant)
    return specs::Step{.text = fmt::format("woken, since retained {}", specs::to_text(*retention)),
                       .body = nlohmann::json{{"dormant", false}}.dump(),
                       .way = kWake};
  return specs::Step{.text = fmt::format("recorded as used, since retained {}", specs::to_text(*retention)),
                     .body = {},
                     .way = kUse};
}

std::string left_alone(const FieldValue&, const FieldContext& context) {
  if (!context.may_retain)
    return fmt::format("retain is not kept: it overrides the template's dormancy, which takes {}",
                       context.retain_setting);
  return {};
}

/// What sleeps already is woken all the same.
std::string ineffective_under(const coder::Template& policy, const FieldValue&) {
  const auto threshold = threshold_of(&policy);
  if (threshold == 0s)
    return fmt::format("retain has no effect: template {} makes nothing dormant", policy.name);
  if (threshold > kBetweenUses) return {};
  return fmt::format(
      "retain is not kept: template {} makes dormant what was not used for a day or less, and one "
      "use a day at most is recorded",
      policy.name);
}

coder::Setting write(const FieldValue& step) {
  const auto& next = std::get<specs::Step>(step);
  return {next.way == kWake ? &coder::routes::kDormant : &coder::routes::kUsage, next.body};
}

}  // namespace

constexpr ManagedField kRetain{.key = "retain",
                               .name = "retain",
                               .action = "retain",
                               .compare = compare,
                               .live_text = live_text,
                               .next_step = next_step,
                               .left_alone = left_alone,
                               .refused_by = never,
                               .ineffective_under = ineffective_under,
                               .at_creation = not_at_creation,
                               .after_creation = never,
                               .needs_stop = needs_no_stop,
                               .write = write,
                               .is_drift = false,
                               .moves = true,
                               .taken_for = kBetweenUses};
static_assert(has_names(kRetain, specs::kSpecFields));

}  // namespace cr::reconcile
