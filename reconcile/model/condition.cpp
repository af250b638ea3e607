#include "reconcile/model/condition.h"

#include <algorithm>
#include <array>
#include <vector>

namespace cr::reconcile {
namespace {

enum class Group : std::uint8_t { in_sync, on_its_way, waits_for_person, unknown };

/// All that is said of a reason.
struct Row {
  Reason reason;
  std::string_view name;
  Group group;
  Guidance guidance;
};

// What is missing is looked up anew in every cycle, so most reasons end with the next one.
constexpr std::string_view kNextCycle = "in the next cycle after the cause is gone";

constexpr std::array kRows = {
    Row{Reason::InSync,
        "InSync",
        Group::in_sync,
        {"every declared field reads as declared; if we created it, its first build has succeeded", "", ""}},
    Row{Reason::Creating,
        "Creating",
        Group::on_its_way,
        {"it is created, or its first build is queued or running",
         "if it stays: look at its build and at the provisioners in Coder",
         "when its first build has ended"}},
    Row{Reason::Updating,
        "Updating",
        Group::on_its_way,
        {"a field is written, or waits for a build or a delete that is under way", "",
         "when a read shows the declared value"}},
    Row{Reason::Stopping,
        "Stopping",
        Group::on_its_way,
        {"it is stopped, so that it can be made dormant", "if it stays: look at its build in Coder",
         "when the stop has ended"}},
    Row{Reason::BackingOff,
        "BackingOff",
        Group::on_its_way,
        {"a write failed in a way that a later try may cure",
         "if it stays: the message has Coder's answer and request id",
         "by itself: tried after 5 s, then up to once a minute, or after a refusal 30 s to an hour; at once "
         "when its spec or live state changes"}},
    Row{Reason::RateLimited,
        "RateLimited",
        Group::on_its_way,
        {"Coder answered 429 (too many requests)",
         "if it stays: see who else uses this token or, before 2.32, this address",
         "by itself, after the time that Coder asks for"}},
    Row{Reason::Drifted,
        "Drifted",
        Group::waits_for_person,
        {"it differs, and its spec says `reconcilePolicy.update: false`",
         "remove that line to have it changed, or change the workspace or its spec", "when both agree"}},
    Row{Reason::Missing,
        "Missing",
        Group::waits_for_person,
        {"there is none, and its spec says `reconcilePolicy.create: false`",
         "remove that line to have it created, create it by hand, or remove the spec", "when it is there"}},
    Row{Reason::Suspended,
        "Suspended",
        Group::waits_for_person,
        {"its spec has the annotation `coder-reconciler/suspend`", "remove the annotation to go on",
         "on the date in the annotation, if it names one"}},
    Row{Reason::Held,
        "Held",
        Group::waits_for_person,
        {"the plan changes more workspaces than the limit allows",
         "look at `plan`; then approve its digest, raise the limit, or take the change back",
         "when it is approved or small enough"}},
    Row{Reason::Forbidden,
        "Forbidden",
        Group::waits_for_person,
        {"the token may not see, create or change it, or its owner has not linked an account that the "
         "template needs",
         "as the message says; mostly: the role Owner or Organization Admin for the token's user, no "
         "scopes for the token",
         "if it is to be created, in the next cycle; if it is to be changed, with the next try (within an "
         "hour) "
         "or a restart"}},
    Row{Reason::OwnerNotFound,
        "OwnerNotFound",
        Group::waits_for_person,
        {"it is to be created for a user that the token cannot see",
         "correct `spec.owner`, or create the user", kNextCycle}},
    Row{Reason::OwnerChanged,
        "OwnerChanged",
        Group::waits_for_person,
        {"its owner's name belongs to another user than this process has seen under it",
         "give the owner's UUID in `spec.owner`, or restart if the new one is meant", kNextCycle}},
    Row{Reason::OwnerSuspended,
        "OwnerSuspended",
        Group::waits_for_person,
        {"it is to be created for a suspended user: Coder would stop it at once",
         "activate the user, or remove the spec", kNextCycle}},
    Row{Reason::OrganizationNotFound,
        "OrganizationNotFound",
        Group::waits_for_person,
        {"it is to be created in an organization that the token cannot see",
         "correct `spec.organization`, or make the token's user a member", kNextCycle}},
    Row{Reason::TemplateNotFound,
        "TemplateNotFound",
        Group::waits_for_person,
        {"it is to be created from a template that the token cannot see",
         "correct `spec.template`, or let the token's user use it", kNextCycle}},
    Row{Reason::TemplateAmbiguous,
        "TemplateAmbiguous",
        Group::waits_for_person,
        {"more than one organization has a template of this name", "set `spec.organization`", kNextCycle}},
    Row{Reason::TemplateDeprecated,
        "TemplateDeprecated",
        Group::waits_for_person,
        {"it is to be created from a deprecated template", "declare another template", kNextCycle}},
    Row{Reason::VersionNotFound,
        "VersionNotFound",
        Group::waits_for_person,
        {"it is to be created from a version that the template does not have, or that is archived",
         "correct `spec.templateVersion`, or leave it out for the active version", kNextCycle}},
    Row{Reason::ParametersRejected,
        "ParametersRejected",
        Group::waits_for_person,
        {"it is to be created with a parameter that the version does not take: its name, its value, or one "
         "that lacks",
         "use the names and values that the message allows",
         "when its spec changes; else it is tried again, at the latest after an hour"}},
    Row{Reason::Rejected,
        "Rejected",
        Group::waits_for_person,
        {"Coder refused a value, or one owner given by name and by UUID makes two specs one workspace",
         "correct what the message names",
         "at once when its spec or live state changes; else tried again ever more rarely, up to once an "
         "hour"}},
    Row{Reason::PolicyForbids,
        "PolicyForbids",
        Group::waits_for_person,
        {"the template's policy does not let this field be set", "change the policy, or drop the field",
         kNextCycle}},
    Row{Reason::Overridden,
        "Overridden",
        Group::waits_for_person,
        {"Coder took a write, and keeps another value",
         "look for a policy of the template, or for another tool that sets it",
         "when the value stays; tried again after a minute, then ever more rarely up to once an hour"}},
    Row{Reason::Contested,
        "Contested",
        Group::waits_for_person,
        {"somebody set a field back three times within a day; it is no longer written",
         "agree on who owns it, then drop the field or declare another value",
         "when its declared value changes, or after a restart"}},
    Row{Reason::BuildFailed,
        "BuildFailed",
        Group::waits_for_person,
        {"its first build, or the stop that dormancy needs, failed and was tried again three times",
         "read the build's log in Coder; mend the template or the spec; build it by hand",
         "when a build has succeeded; a changed spec makes it try again"}},
    Row{Reason::NotManageable,
        "NotManageable",
        Group::waits_for_person,
        {"it is a prebuilt workspace, or belongs to an AI task", "remove the spec", "never by itself"}},
    Row{Reason::NotRead,
        "NotRead",
        Group::unknown,
        {"it could not be read as a whole, so it is left as it is",
         "if it stays: the message says what Coder answered", "with the next read that succeeds"}},
    Row{Reason::Unauthorized,
        "Unauthorized",
        Group::unknown,
        {"Coder refused the token; nothing is changed", "give a valid token",
         "in the next cycle after the token file holds a valid one"}},
    Row{Reason::Unreachable,
        "Unreachable",
        Group::unknown,
        {"Coder could not be reached, or did not answer in time; nothing is changed",
         "check Coder, its URL, the proxy and certificates", "in the next cycle after Coder answers"}},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].reason) != i || kRows[i].name.empty()) return false;
  }
  return kRows.size() == static_cast<std::size_t>(Reason::Unreachable) + 1;
}
static_assert(in_order(), "one row a reason, in the order of the enumeration");

const Row& row_of(Reason reason) {
  return kRows[static_cast<std::size_t>(reason)];
}

}  // namespace

std::span<const Reason> all_reasons() {
  static constexpr auto kReasons = [] {
    std::array<Reason, kRows.size()> reasons{};
    std::ranges::transform(kRows, reasons.begin(), &Row::reason);
    return reasons;
  }();
  return kReasons;
}

std::string_view to_string(Reason reason) {
  return row_of(reason).name;
}

const Guidance& guidance_of(Reason reason) {
  return row_of(reason).guidance;
}

std::string_view to_string(Ready ready) {
  switch (ready) {
    case Ready::True:
      return "True";
    case Ready::False:
      return "False";
    case Ready::Unknown:
      return "Unknown";
  }
  return "Unknown";
}

Ready ready_of(Reason reason) {
  switch (row_of(reason).group) {
    case Group::in_sync:
      return Ready::True;
    case Group::on_its_way:
    case Group::waits_for_person:
      return Ready::False;
    case Group::unknown:
      return Ready::Unknown;
  }
  return Ready::Unknown;
}

bool waits_for_person(Reason reason) {
  return row_of(reason).group == Group::waits_for_person;
}

std::string_view to_string(Remark remark) {
  switch (remark) {
    case Remark::LastBuildFailed:
      return "LastBuildFailed";
    case Remark::ParametersDiffer:
      return "ParametersDiffer";
    case Remark::TemplateDiffers:
      return "TemplateDiffers";
    case Remark::VersionDiffers:
      return "VersionDiffers";
    case Remark::Ineffective:
      return "Ineffective";
  }
  return "Unknown";
}

}  // namespace cr::reconcile
