#include "reconcile/forecast/cause.h"

#include <algorithm>
#include <array>

namespace cr::reconcile {
namespace {

constexpr std::array kCauses = {
    CauseText{Cause::ParametersMismatch, "ParametersMismatch",
              "it would move to its template's active version, which does not accept its parameters",
              "update it by hand and give the missing values"},
    CauseText{Cause::LastBuildFailed, "LastBuildFailed", "its last build failed or was canceled",
              "look at the build's log, then start it by hand"},
    CauseText{Cause::LastStopFailed, "LastStopFailed", "its last stop failed",
              "look at the build's log, then stop it again"},
    CauseText{Cause::Dormant, "Dormant", "it is dormant", "wake it"},
    CauseText{Cause::OwnerSuspended, "OwnerSuspended", "its owner is not active",
              "activate the owner; one whose status is dormant signs in"},
    CauseText{Cause::DayNotAllowed, "DayNotAllowed", "its template does not allow starts on that day",
              "choose another day, or change the template's autostart requirement"},
    CauseText{Cause::TemplateForbidsAutostart, "TemplateForbidsAutostart",
              "its template does not allow autostart",
              "remove the schedule, or allow autostart in the template"},
    CauseText{Cause::NoProvisioner, "NoProvisioner", "its build waits for a provisioner and none matches",
              "start a provisioner with the template's tags"},
    CauseText{Cause::BuildStuck, "BuildStuck", "its build has been under way for more than half an hour",
              "look at the build's log, and cancel it"},
    CauseText{Cause::AlreadyRunning, "AlreadyRunning", "it is running already, and no stop has ended by then",
              ""},
};
static_assert(std::ranges::is_sorted(kCauses, {}, &CauseText::cause) &&
              kCauses.size() == static_cast<std::size_t>(Cause::AlreadyRunning) + 1);

}  // namespace

std::span<const CauseText> all_causes() {
  return kCauses;
}

}  // namespace cr::reconcile
