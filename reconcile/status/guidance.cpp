#include "reconcile/status/guidance.h"

#include <algorithm>
#include <array>

namespace cr::reconcile {
namespace {

struct Entry {
  Reason reason{};
  Guidance guidance;
};

// What is missing is looked up anew in every cycle, so most reasons end with the next one.
constexpr std::string_view kNextCycle = "in the next cycle after the cause is gone";

constexpr std::array kEntries = {
    Entry{
        Reason::InSync,
        {"every declared field reads as declared; if we created it, its first build has succeeded", "", ""}},
    Entry{Reason::Creating,
          {"it is created, or its first build is queued or running",
           "if it stays: look at its build and at the provisioners in Coder",
           "when its first build has ended"}},
    Entry{Reason::Updating,
          {"a field is written, or waits for a build or a delete that is under way", "",
           "when a read shows the declared value"}},
    Entry{Reason::Stopping,
          {"it is stopped, so that it can be made dormant", "if it stays: look at its build in Coder",
           "when the stop has ended"}},
    Entry{
        Reason::BackingOff,
        {"a write failed in a way that a later try may cure",
         "if it stays: the message has Coder's answer and request id",
         "by itself: tried after 5 s, then up to once a minute, or after a refusal 30 s to an hour; at once "
         "when its spec or live state changes"}},
    Entry{Reason::RateLimited,
          {"Coder answered 429 (too many requests)",
           "if it stays: see who else uses this token or, before 2.32, this address",
           "by itself, after the time that Coder asks for"}},
    Entry{Reason::Drifted,
          {"it differs, and its spec says `reconcilePolicy.update: false`",
           "remove that line to have it changed, or change the workspace or its spec", "when both agree"}},
    Entry{Reason::Missing,
          {"there is none, and its spec says `reconcilePolicy.create: false`",
           "remove that line to have it created, create it by hand, or remove the spec", "when it is there"}},
    Entry{Reason::Suspended,
          {"its spec has the annotation `coder-reconciler/suspend`", "remove the annotation to go on",
           "on the date in the annotation, if it names one"}},
    Entry{Reason::Held,
          {"the plan changes more workspaces than `--max-changes`",
           "look at `plan`; then approve its digest, raise the limit, or take the change back",
           "when it is approved or small enough"}},
    Entry{Reason::Forbidden,
          {"the token may not see, create or change it, or its owner has not linked an account that the "
           "template needs",
           "as the message says; mostly: the role Owner or Organization Admin for the token's user, no "
           "scopes for the token",
           "if it is to be created, in the next cycle; if it is to be changed, with the next try (within an "
           "hour) "
           "or a restart"}},
    Entry{Reason::OwnerNotFound,
          {"it is to be created for a user that the token cannot see",
           "correct `spec.owner`, or create the user", kNextCycle}},
    Entry{Reason::OwnerChanged,
          {"its owner's name belongs to another user than this process has seen under it",
           "give the owner's UUID in `spec.owner`, or restart if the new one is meant", kNextCycle}},
    Entry{Reason::OwnerSuspended,
          {"it is to be created for a suspended user: Coder would stop it at once",
           "activate the user, or remove the spec", kNextCycle}},
    Entry{Reason::OrganizationNotFound,
          {"it is to be created in an organization that the token cannot see",
           "correct `spec.organization`, or make the token's user a member", kNextCycle}},
    Entry{Reason::TemplateNotFound,
          {"it is to be created from a template that the token cannot see",
           "correct `spec.template`, or let the token's user use it", kNextCycle}},
    Entry{Reason::TemplateAmbiguous,
          {"more than one organization has a template of this name", "set `spec.organization`", kNextCycle}},
    Entry{Reason::TemplateDeprecated,
          {"it is to be created from a deprecated template", "declare another template", kNextCycle}},
    Entry{Reason::VersionNotFound,
          {"it is to be created from a version that the template does not have, or that is archived",
           "correct `spec.templateVersion`, or leave it out for the active version", kNextCycle}},
    Entry{Reason::ParametersRejected,
          {"it is to be created with a parameter that the version does not take: its name, its value, or one "
           "that lacks",
           "use the names and values that the message allows",
           "when its spec changes; else it is tried again, at the latest after an hour"}},
    Entry{Reason::Rejected,
          {"Coder refused a value, or one owner given by name and by UUID makes two specs one workspace",
           "correct what the message names",
           "at once when its spec or live state changes; else tried again ever more rarely, up to once an "
           "hour"}},
    Entry{Reason::PolicyForbids,
          {"the template's policy does not let this field be set", "change the policy, or drop the field",
           kNextCycle}},
    Entry{Reason::Overridden,
          {"Coder took a write, and keeps another value",
           "look for a policy of the template, or for another tool that sets it",
           "when the value stays; tried again after a minute, then ever more rarely up to once an hour"}},
    Entry{Reason::Contested,
          {"somebody set a field back three times within a day; it is no longer written",
           "agree on who owns it, then drop the field or declare another value",
           "when its declared value changes, or after a restart"}},
    Entry{Reason::BuildFailed,
          {"its first build, or the stop that dormancy needs, failed and was tried again three times",
           "read the build's log in Coder; mend the template or the spec; build it by hand",
           "when a build has succeeded; a changed spec makes it try again"}},
    Entry{Reason::NotManageable,
          {"it is a prebuilt workspace, or belongs to an AI task", "remove the spec", "never by itself"}},
    Entry{Reason::NotRead,
          {"it could not be read as a whole, so it is left as it is",
           "if it stays: the message says what Coder answered", "with the next read that succeeds"}},
    Entry{Reason::Unauthorized,
          {"Coder refused the token; nothing is changed", "give a valid token",
           "in the next cycle after the token file holds a valid one"}},
    Entry{Reason::Unreachable,
          {"Coder could not be reached, or did not answer in time; nothing is changed",
           "check Coder, its URL, the proxy and certificates", "in the next cycle after Coder answers"}},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kEntries.size(); ++i) {
    if (static_cast<std::size_t>(kEntries[i].reason) != i) return false;
  }
  return kEntries.back().reason == Reason::Unreachable;
}
static_assert(in_order(), "one entry for each reason, in the order of the enumeration");

}  // namespace

const Guidance& guidance_of(Reason reason) {
  return kEntries[static_cast<std::size_t>(reason)].guidance;
}

}  // namespace cr::reconcile
