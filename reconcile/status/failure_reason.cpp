#include "reconcile/status/failure_reason.h"

#include <algorithm>

namespace cr::reconcile {

using coder::ApiError;
using coder::ApiFault;

namespace {

/// A create for an owner who has not linked an account that the template needs.
bool wants_external_auth(const ApiError& error) {
  return std::any_of(error.validations.begin(), error.validations.end(),
                     [](const coder::Validation& validation) { return validation.field == "external_auth"; });
}

/// Values that do not fit the template; Coder alone knows all rules for them.
bool refuses_parameters(const ApiError& error) {
  return error.message.starts_with("Unable to validate parameter");
}

}  // namespace

Reason reason_of_read_failure(const ApiError& error) {
  switch (error.fault) {
    case ApiFault::unreachable:
    case ApiFault::timeout:
      return Reason::Unreachable;
    case ApiFault::throttled:
      return Reason::RateLimited;
    case ApiFault::unauthorized:
      return Reason::Unauthorized;
    case ApiFault::server:
    case ApiFault::forbidden:
    case ApiFault::not_found:
    case ApiFault::gone:
    case ApiFault::conflict:
    case ApiFault::not_ready:
    case ApiFault::rejected:
    case ApiFault::contract:
      return Reason::NotRead;
  }
  return Reason::NotRead;
}

Reason reason_of_write_failure(const ApiError& error) {
  switch (error.fault) {
    case ApiFault::throttled:
      return Reason::RateLimited;
    case ApiFault::unauthorized:
      return Reason::Unauthorized;
    case ApiFault::forbidden:
      return Reason::Forbidden;
    case ApiFault::rejected:
      return refuses_parameters(error) ? Reason::ParametersRejected : Reason::Rejected;
    case ApiFault::unreachable:
    case ApiFault::timeout:
    case ApiFault::server:
    case ApiFault::not_found:  // it went away between read and write: the next read tells
    case ApiFault::gone:
    case ApiFault::conflict:
    case ApiFault::not_ready:
    case ApiFault::contract:
      return Reason::BackingOff;
  }
  return Reason::BackingOff;
}

std::string_view remedy_of(const ApiError& error) {
  switch (error.fault) {
    case ApiFault::unreachable:
    case ApiFault::timeout:
      return "check that Coder runs and that its URL, proxy and certificates are right";
    case ApiFault::throttled:
      return "Coder limits requests; it takes more of them in a minute or two";
    case ApiFault::unauthorized:
      return "give a valid token: this one is unknown, expired, or its user is suspended";
    case ApiFault::forbidden:
      if (wants_external_auth(error))
        return "the workspace's owner, not this token, has to link these accounts in Coder first (Account, "
               "External Authentication)";
      return "the token may not do this: give it the role Owner or Organization Admin, and no narrow scope";
    case ApiFault::rejected:
      return "mend the spec, or the template's policy; it is tried again when either changes";
    case ApiFault::contract:
      if (!error.request_id.empty()) return "Coder itself answered so: this release of it is not understood";
      return "what answered does not speak Coder's API: is this the access URL, with no login page in front?";
    case ApiFault::server:
    case ApiFault::not_found:
    case ApiFault::gone:
    case ApiFault::conflict:
    case ApiFault::not_ready:
      return {};
  }
  return {};
}

}  // namespace cr::reconcile
