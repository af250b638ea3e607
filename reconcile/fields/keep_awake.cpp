#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "reconcile/fields/managed_field.h"
#include "specs/text/timestamp.h"

namespace cr::reconcile {
namespace {

using namespace std::chrono_literals;
using specs::FieldValue;
using std::chrono::sys_seconds;

// The deadline is moved in pieces, so that an end that is moved in Git still counts.
constexpr auto kFloor = 2h;
constexpr auto kAhead = 4h;
// Coder refuses a deadline that is less than 29 minutes ahead by its own clock, and speaks of 30.
constexpr auto kNearest = 31min;

const specs::AwakeWindow* window_of(const FieldValue& declared, const FieldContext& context) {
  const auto* windows = std::get_if<specs::KeepAwake>(&declared);
  return windows ? specs::open_window(*windows, context.now) : nullptr;
}

/// The deadline that it would be given now; none: it needs none.
Instant deadline_for(const FieldValue& declared, const LiveWorkspace& live, const FieldContext& context) {
  const specs::AwakeWindow* window = window_of(declared, context);
  const LiveBuild& build = live.build;
  const bool runs = build.transition == Transition::start && build.status == BuildStatus::running;
  // What has no deadline is not stopped, and what is dormant neither.
  if (!window || !runs || live.dormant || !build.deadline) return {};
  // Coder cuts the seconds off.
  const auto needed = std::chrono::floor<std::chrono::minutes>(std::min(window->until, context.now + kFloor));
  if (*build.deadline >= needed) return {};
  sys_seconds target = std::max(std::min(window->until, context.now + kAhead), context.now + kNearest);
  if (build.max_deadline) target = std::min(target, *build.max_deadline);
  target = std::chrono::floor<std::chrono::minutes>(target);
  // A floor, and never a value: what the template's limit leaves no room for stays as it is.
  const bool possible = target >= context.now + kNearest - 1min && target > *build.deadline;
  return possible ? Instant(target) : Instant();
}

Match compare(const FieldValue& declared, const LiveWorkspace& live, const FieldContext& context) {
  return deadline_for(declared, live, context) ? Match::differs : Match::same;
}

std::string live_text(const LiveWorkspace& live, const FieldContext&) {
  if (!live.build.deadline) return "none";
  return fmt::format("stops {}", text::format_timestamp(*live.build.deadline));
}

FieldValue next_step(const FieldValue& declared, const LiveWorkspace& live, const FieldContext& context) {
  const Instant deadline = deadline_for(declared, live, context);
  const specs::AwakeWindow* window = window_of(declared, context);
  if (!deadline || !window) return declared;
  return specs::Step{
      .text = fmt::format("kept until {} ({})", text::format_timestamp(window->until), window->reason),
      .body = nlohmann::json{{"deadline", text::format_timestamp(*deadline)}}.dump()};
}

coder::Setting write(const FieldValue& step) {
  return {&coder::routes::kExtend, std::get<specs::Step>(step).body};
}

}  // namespace

constexpr ManagedField kKeepAwake{.key = "keepAwake",
                                  .name = "awake",
                                  .action = "extend",
                                  .compare = compare,
                                  .live_text = live_text,
                                  .next_step = next_step,
                                  .refused_by = never,
                                  .ineffective_under = never,
                                  .at_creation = not_at_creation,
                                  .after_creation = never,
                                  .needs_stop = needs_no_stop,
                                  .write = write,
                                  .moves = true};
static_assert(has_names(kKeepAwake, specs::kSpecFields));

}  // namespace cr::reconcile
