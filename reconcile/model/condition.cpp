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
constexpr std::string_view kNextCycle = "in the next cycle after the cause has been fixed";

constexpr std::array kRows = {
    Row{Reason::InSync,
        "InSync",
        Group::in_sync,
        {"every declared field has its declared value; if we created it, its first build has succeeded", "",
         ""}},
    Row{Reason::Creating,
        "Creating",
        Group::on_its_way,
        {"it is being created, or its first build is queued or running",
         "if it persists: check its build and the provisioners in Coder",
         "when its first build has finished"}},
    Row{Reason::Updating,
        "Updating",
        Group::on_its_way,
        {"a field is being written, or waits for a build or a deletion in progress", "",
         "when a read shows the declared value"}},
    Row{Reason::Stopping,
        "Stopping",
        Group::on_its_way,
        {"it is being stopped so that it can be made dormant", "if it persists: check its build in Coder",
         "when the stop has finished"}},
    Row{Reason::InUse,
        "InUse",
        Group::on_its_way,
        {"it is to be dormant, but somebody has started it and is using it",
         "talk to who uses it, or remove `dormant` from the spec",
         "when nobody has used it for a while (30 minutes, unless set): then it is stopped and made "
         "dormant"}},
    Row{Reason::BackingOff,
        "BackingOff",
        Group::on_its_way,
        {"a write failed, and a later attempt may succeed",
         "if it persists: see Coder's response and the request id in the message",
         "by itself: retried after 5 s, then up to once a minute; after a refusal, after 30 s to 1 h; at "
         "once "
         "when its spec or live state changes"}},
    Row{Reason::RateLimited,
        "RateLimited",
        Group::on_its_way,
        {"Coder answered 429 (too many requests)",
         "if it persists: find out what else uses this token or, before Coder 2.32, this address",
         "by itself, after the delay that Coder asks for"}},
    Row{Reason::Drifted,
        "Drifted",
        Group::waits_for_person,
        {"it differs from its spec, which says `reconcilePolicy.update: false`, or `report` for that field",
         "remove that line to have it updated, or change the workspace or its spec", "when both agree"}},
    Row{Reason::Missing,
        "Missing",
        Group::waits_for_person,
        {"it does not exist, and its spec says `reconcilePolicy.create: false`",
         "remove that line to have it created, create it by hand, or remove the spec", "when it exists"}},
    Row{Reason::Suspended,
        "Suspended",
        Group::waits_for_person,
        {"its spec has the annotation `coder-reconciler/suspend`", "remove the annotation to resume",
         "on the date in the annotation, if it names one"}},
    Row{Reason::Held,
        "Held",
        Group::waits_for_person,
        {"the plan changes more workspaces than the limit allows",
         "review `plan`; then approve its digest, raise the limit, or revert the change",
         "when it is approved or small enough"}},
    Row{Reason::Forbidden,
        "Forbidden",
        Group::waits_for_person,
        {"the token may not see, create or change it, or its owner has not linked an account that the "
         "template needs",
         "follow the message; usually: give the token's user the role Owner or Organization Admin, and do "
         "not "
         "limit the token's scopes",
         "a create: in the next cycle; an update: at the next attempt (within an hour) or after a restart"}},
    Row{Reason::OwnerNotFound,
        "OwnerNotFound",
        Group::waits_for_person,
        {"its owner does not exist, or the token cannot see them", "correct `spec.owner`, or create the user",
         kNextCycle}},
    Row{Reason::OwnerChanged,
        "OwnerChanged",
        Group::waits_for_person,
        {"its owner's username now belongs to a different user than before",
         "set `spec.owner` to the owner's UUID, or restart to accept the new user", kNextCycle}},
    Row{Reason::OwnerSuspended,
        "OwnerSuspended",
        Group::waits_for_person,
        {"its owner is suspended: Coder would stop it as soon as it is created",
         "activate the user, or remove the spec", kNextCycle}},
    Row{Reason::OrganizationNotFound,
        "OrganizationNotFound",
        Group::waits_for_person,
        {"its organization does not exist, or the token cannot see it",
         "correct `spec.organization`, or make the token's user a member", kNextCycle}},
    Row{Reason::TemplateNotFound,
        "TemplateNotFound",
        Group::waits_for_person,
        {"its template does not exist, or the token cannot see it",
         "correct `spec.template`, or give the token's user access to it", kNextCycle}},
    Row{Reason::TemplateAmbiguous,
        "TemplateAmbiguous",
        Group::waits_for_person,
        {"more than one organization has a template of this name", "set `spec.organization`", kNextCycle}},
    Row{Reason::TemplateDeprecated,
        "TemplateDeprecated",
        Group::waits_for_person,
        {"its template is deprecated", "declare another template", kNextCycle}},
    Row{Reason::VersionNotFound,
        "VersionNotFound",
        Group::waits_for_person,
        {"its template has no such version, or the version is archived",
         "correct `spec.templateVersion`, or omit it to use the active version", kNextCycle}},
    Row{Reason::PresetNotFound,
        "PresetNotFound",
        Group::waits_for_person,
        {"its template version has no such preset",
         "correct `spec.preset`, or omit it; presets need Coder 2.20 or newer", kNextCycle}},
    Row{Reason::ParametersRejected,
        "ParametersRejected",
        Group::waits_for_person,
        {"the template version rejects `spec.parameters`: an unknown name, an invalid value, or a missing "
         "one",
         "use the names and values that the message allows",
         "when its spec changes; otherwise retried within an hour"}},
    Row{Reason::Rejected,
        "Rejected",
        Group::waits_for_person,
        {"Coder rejected a value, or two specs declare one workspace, its owner once by name and once by "
         "UUID",
         "fix what the message names",
         "at once when its spec or live state changes; otherwise retried with growing delay, up to an hour"}},
    Row{Reason::PolicyForbids,
        "PolicyForbids",
        Group::waits_for_person,
        {"the template's policy does not allow this field to be set",
         "change the policy, or remove the field", kNextCycle}},
    Row{Reason::Overridden,
        "Overridden",
        Group::waits_for_person,
        {"Coder accepted a write but kept another value",
         "check the template's policy, and for another tool that sets the field",
         "when the value persists; retried after a minute, then with growing delay, up to an hour"}},
    Row{Reason::Contested,
        "Contested",
        Group::waits_for_person,
        {"a field was changed back three times within a day; it is no longer written",
         "agree on who owns it, then remove the field or declare another value",
         "when its declared value changes, or after a restart"}},
    Row{Reason::BuildFailed,
        "BuildFailed",
        Group::waits_for_person,
        {"its first build, or the stop before dormancy, failed and was retried three times",
         "read the build log in Coder; fix the template or the spec; start a build by hand",
         "when a build has succeeded; a change of the spec triggers a retry"}},
    Row{Reason::Expired,
        "Expired",
        Group::waits_for_person,
        {"Coder itself deleted it, since nobody had used it for too long; created anew it would be empty",
         "set `reconcilePolicy.recreate: always` to have it created anew, create it by hand, or remove the "
         "spec",
         "when it exists, or its spec allows it to be created anew"}},
    Row{Reason::Deleted,
        "Deleted",
        Group::waits_for_person,
        {"it was deleted, and its spec says `reconcilePolicy.recreate: never`",
         "remove that line to have it created anew, create it by hand, or remove the spec",
         "when it exists, or its spec allows it to be created anew"}},
    Row{Reason::RenameRefused,
        "RenameRefused",
        Group::waits_for_person,
        {"it exists under a previous name, and cannot be renamed: Coder does not allow it, or it is not "
         "clear "
         "which one it is",
         "follow the message: allow renames in Coder, or correct `metadata.previousNames`", kNextCycle}},
    Row{Reason::NotManageable,
        "NotManageable",
        Group::waits_for_person,
        {"it is a prebuilt workspace, or belongs to an AI task", "remove the spec", "never by itself"}},
    Row{Reason::NotRead,
        "NotRead",
        Group::unknown,
        {"it could not be read completely, so it is left as it is",
         "if it persists: see Coder's response in the message", "with the next successful read"}},
    Row{Reason::Unauthorized,
        "Unauthorized",
        Group::unknown,
        {"Coder rejected the token; nothing is changed", "provide a valid token",
         "in the next cycle after the token file contains a valid one"}},
    Row{Reason::Unreachable,
        "Unreachable",
        Group::unknown,
        {"Coder could not be reached, or did not respond in time; nothing is changed",
         "check Coder, its URL, the proxy and certificates", "in the next cycle after Coder responds"}},
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

std::span<const Remark> all_remarks() {
  static constexpr Remark kAll[] = {
      Remark::LastBuildFailed, Remark::ParametersDiffer, Remark::TemplateDiffers,    Remark::VersionDiffers,
      Remark::Ineffective,     Remark::WillNotStart,     Remark::StopsEarlier,       Remark::MissedStart,
      Remark::DeletionAhead,   Remark::ExceptionOver,    Remark::PreviousNameExists, Remark::AlsoInSet};
  return kAll;
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
    case Remark::WillNotStart:
      return "WillNotStart";
    case Remark::StopsEarlier:
      return "StopsEarlier";
    case Remark::MissedStart:
      return "MissedStart";
    case Remark::DeletionAhead:
      return "DeletionAhead";
    case Remark::ExceptionOver:
      return "ExceptionOver";
    case Remark::PreviousNameExists:
      return "PreviousNameExists";
    case Remark::AlsoInSet:
      return "AlsoInSet";
  }
  return "Unknown";
}

}  // namespace cr::reconcile
