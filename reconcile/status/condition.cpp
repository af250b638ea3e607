#include "reconcile/status/condition.h"

namespace cr::reconcile {

namespace {

constexpr Reason kReasons[] = {
    Reason::InSync,
    Reason::Creating,
    Reason::Updating,
    Reason::Stopping,
    Reason::BackingOff,
    Reason::RateLimited,
    Reason::Drifted,
    Reason::Missing,
    Reason::Suspended,
    Reason::Held,
    Reason::Forbidden,
    Reason::OwnerNotFound,
    Reason::OwnerChanged,
    Reason::OwnerSuspended,
    Reason::OrganizationNotFound,
    Reason::TemplateNotFound,
    Reason::TemplateAmbiguous,
    Reason::TemplateDeprecated,
    Reason::VersionNotFound,
    Reason::ParametersRejected,
    Reason::Rejected,
    Reason::PolicyForbids,
    Reason::Overridden,
    Reason::Contested,
    Reason::BuildFailed,
    Reason::NotManageable,
    Reason::NotRead,
    Reason::Unauthorized,
    Reason::Unreachable,
};

enum class Group { in_sync, on_its_way, waits_for_person, unknown };

Group group_of(Reason reason) {
  switch (reason) {
    case Reason::InSync:
      return Group::in_sync;
    case Reason::Creating:
    case Reason::Updating:
    case Reason::Stopping:
    case Reason::BackingOff:
    case Reason::RateLimited:
      return Group::on_its_way;
    case Reason::Drifted:
    case Reason::Missing:
    case Reason::Suspended:
    case Reason::Held:
    case Reason::Forbidden:
    case Reason::OwnerNotFound:
    case Reason::OwnerChanged:
    case Reason::OwnerSuspended:
    case Reason::OrganizationNotFound:
    case Reason::TemplateNotFound:
    case Reason::TemplateAmbiguous:
    case Reason::TemplateDeprecated:
    case Reason::VersionNotFound:
    case Reason::ParametersRejected:
    case Reason::Rejected:
    case Reason::PolicyForbids:
    case Reason::Overridden:
    case Reason::Contested:
    case Reason::BuildFailed:
    case Reason::NotManageable:
      return Group::waits_for_person;
    case Reason::NotRead:
    case Reason::Unauthorized:
    case Reason::Unreachable:
      return Group::unknown;
  }
  return Group::unknown;
}

}  // namespace

std::span<const Reason> all_reasons() {
  return kReasons;
}

std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::InSync:
      return "InSync";
    case Reason::Creating:
      return "Creating";
    case Reason::Updating:
      return "Updating";
    case Reason::Stopping:
      return "Stopping";
    case Reason::BackingOff:
      return "BackingOff";
    case Reason::RateLimited:
      return "RateLimited";
    case Reason::Drifted:
      return "Drifted";
    case Reason::Missing:
      return "Missing";
    case Reason::Suspended:
      return "Suspended";
    case Reason::Held:
      return "Held";
    case Reason::Forbidden:
      return "Forbidden";
    case Reason::OwnerNotFound:
      return "OwnerNotFound";
    case Reason::OwnerChanged:
      return "OwnerChanged";
    case Reason::OwnerSuspended:
      return "OwnerSuspended";
    case Reason::OrganizationNotFound:
      return "OrganizationNotFound";
    case Reason::TemplateNotFound:
      return "TemplateNotFound";
    case Reason::TemplateAmbiguous:
      return "TemplateAmbiguous";
    case Reason::TemplateDeprecated:
      return "TemplateDeprecated";
    case Reason::VersionNotFound:
      return "VersionNotFound";
    case Reason::ParametersRejected:
      return "ParametersRejected";
    case Reason::Rejected:
      return "Rejected";
    case Reason::PolicyForbids:
      return "PolicyForbids";
    case Reason::Overridden:
      return "Overridden";
    case Reason::Contested:
      return "Contested";
    case Reason::BuildFailed:
      return "BuildFailed";
    case Reason::NotManageable:
      return "NotManageable";
    case Reason::NotRead:
      return "NotRead";
    case Reason::Unauthorized:
      return "Unauthorized";
    case Reason::Unreachable:
      return "Unreachable";
  }
  return "Unknown";
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
  switch (group_of(reason)) {
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
  return group_of(reason) == Group::waits_for_person;
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
