#include "reconcile/coder/fault.h"

#include <algorithm>
#include <array>

namespace cr::coder {
namespace {

using reconcile::Reason;

constexpr std::string_view kLookAtCoder =
    "Nothing is changed until it responds again; no restart is needed. Check Coder and the network path to "
    "it: DNS, proxy, certificates.";
constexpr std::string_view kNothingIsChanged = "Nothing is changed until this is resolved.";
constexpr std::string_view kIsItThere =
    "check that Coder is running and that its URL, the proxy and the certificates are correct";

constexpr std::array kFaults{
    FaultTraits{.fault = ApiFault::unreachable,
                .name = "unreachable",
                .transient = true,
                .may_be_done = true,
                .silent = true,
                .resend = Resend::if_harmless,
                .cure = Cure::time,
                .read_reason = Reason::Unreachable,
                .write_reason = Reason::BackingOff,
                .remedy = kIsItThere,
                .notice = kLookAtCoder},
    FaultTraits{.fault = ApiFault::timeout,
                .name = "timeout",
                .transient = true,
                .may_be_done = true,
                .silent = true,
                .resend = Resend::if_harmless,
                .cure = Cure::time,
                .read_reason = Reason::Unreachable,
                .write_reason = Reason::BackingOff,
                .remedy = kIsItThere,
                .notice = kLookAtCoder},
    FaultTraits{.fault = ApiFault::throttled,
                .name = "throttled",
                .transient = true,
                .may_be_done = false,
                .silent = false,
                .resend = Resend::always,
                .cure = Cure::time,
                .read_reason = Reason::RateLimited,
                .write_reason = Reason::RateLimited,
                .remedy = "Coder is rate limiting requests; retry in a minute or two",
                .notice = "Coder is rate limiting requests. Reconciling resumes by itself."},
    FaultTraits{.fault = ApiFault::server,
                .name = "server",
                .transient = true,
                .may_be_done = true,
                .silent = false,
                .resend = Resend::if_harmless,
                .cure = Cure::time,
                .read_reason = Reason::NotRead,
                .write_reason = Reason::BackingOff,
                .remedy = "",
                .notice = kLookAtCoder},
    // Its cure is the next token, which is everybody's.
    FaultTraits{.fault = ApiFault::unauthorized,
                .name = "unauthorized",
                .transient = false,
                .may_be_done = false,
                .silent = false,
                .resend = Resend::never,
                .cure = Cure::time,
                .read_reason = Reason::Unauthorized,
                .write_reason = Reason::Unauthorized,
                .remedy = "provide a valid token: this one is unknown or expired, or its user is suspended",
                .notice = "Coder rejects the token. Write a new one to the token file; it is re-read at "
                          "once, no restart is needed."},
    FaultTraits{
        .fault = ApiFault::forbidden,
        .name = "forbidden",
        .transient = false,
        .may_be_done = false,
        .silent = false,
        .resend = Resend::never,
        .cure = Cure::change,
        .read_reason = Reason::NotRead,
        .write_reason = Reason::Forbidden,
        .remedy =
            "the token is not allowed to do this: give its user the role Owner or Organization Admin, and do "
            "not limit the token's scopes",
        .notice = "The token lacks a permission. Nothing is changed until it is granted."},
    // It went away between read and write: the next read tells.
    FaultTraits{.fault = ApiFault::not_found,
                .name = "not_found",
                .transient = false,
                .may_be_done = false,
                .silent = false,
                .resend = Resend::never,
                .cure = Cure::change,
                .read_reason = Reason::NotRead,
                .write_reason = Reason::BackingOff,
                .remedy = "",
                .notice = kNothingIsChanged},
    FaultTraits{.fault = ApiFault::gone,
                .name = "gone",
                .transient = false,
                .may_be_done = false,
                .silent = false,
                .resend = Resend::never,
                .cure = Cure::change,
                .read_reason = Reason::NotRead,
                .write_reason = Reason::BackingOff,
                .remedy = "",
                .notice = kNothingIsChanged},
    FaultTraits{.fault = ApiFault::conflict,
                .name = "conflict",
                .transient = false,
                .may_be_done = false,
                .silent = false,
                .resend = Resend::never,
                .cure = Cure::change,
                .read_reason = Reason::NotRead,
                .write_reason = Reason::BackingOff,
                .remedy = "",
                .notice = kNothingIsChanged},
    FaultTraits{.fault = ApiFault::not_ready,
                .name = "not_ready",
                .transient = true,
                .may_be_done = false,
                .silent = false,
                .resend = Resend::never,
                .cure = Cure::time,
                .read_reason = Reason::NotRead,
                .write_reason = Reason::BackingOff,
                .remedy = "",
                .notice = kNothingIsChanged},
    FaultTraits{.fault = ApiFault::rejected,
                .name = "rejected",
                .transient = false,
                .may_be_done = false,
                .silent = false,
                .resend = Resend::never,
                .cure = Cure::change,
                .read_reason = Reason::NotRead,
                .write_reason = Reason::Rejected,
                .remedy = "fix the spec or the template's policy; it is retried when either changes",
                .notice = kNothingIsChanged},
    FaultTraits{
        .fault = ApiFault::contract,
        .name = "contract",
        .transient = false,
        .may_be_done = true,
        .silent = false,
        .resend = Resend::never,
        .cure = Cure::time,
        .read_reason = Reason::NotRead,
        .write_reason = Reason::BackingOff,
        .remedy =
            "the response is not from Coder's API: check that this is the access URL, with no login page "
            "in front of it",
        .notice = "The response is not from Coder's API: check the URL and any proxy in front of "
                  "it."},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kFaults.size(); ++i) {
    if (static_cast<std::size_t>(kFaults[i].fault) != i || kFaults[i].name.empty()) return false;
  }
  return kFaults.size() == static_cast<std::size_t>(ApiFault::contract) + 1;
}
static_assert(in_order(), "one row a fault, in the order of the enumeration");

/// A create for an owner who has not linked an account that the template needs.
bool wants_external_auth(const ApiError& error) {
  return std::ranges::any_of(
      error.validations, [](const Validation& validation) { return validation.field == "external_auth"; });
}

/// Values that do not fit the template; Coder alone knows all rules for them.
bool refuses_parameters(const ApiError& error) {
  return error.fault == ApiFault::rejected && error.message.starts_with("Unable to validate parameter");
}

}  // namespace

const FaultTraits& traits_of(ApiFault fault) {
  return kFaults[static_cast<std::size_t>(fault)];
}

std::span<const FaultTraits> all_faults() {
  return kFaults;
}

std::string_view to_string(ApiFault fault) {
  return traits_of(fault).name;
}

bool is_transient(ApiFault fault) {
  return traits_of(fault).transient;
}

Reason reason_of_read_failure(const ApiError& error) {
  return traits_of(error.fault).read_reason;
}

Reason reason_of_write_failure(const ApiError& error) {
  return refuses_parameters(error) ? Reason::ParametersRejected : traits_of(error.fault).write_reason;
}

std::string_view remedy_of(const ApiError& error) {
  if (error.fault == ApiFault::forbidden && wants_external_auth(error))
    return "the workspace's owner must first link these accounts in Coder (Account, External Authentication)";
  if (error.fault == ApiFault::contract && !error.request_id.empty())
    return "this response is from Coder itself: its release may not be supported";
  return traits_of(error.fault).remedy;
}

}  // namespace cr::coder
