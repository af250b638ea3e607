#include "reconcile/coder/api_error.h"

#include <fmt/format.h>

#include <boost/throw_exception.hpp>
#include <stdexcept>

namespace cr::coder {

std::string_view to_string(ApiFault fault) {
  switch (fault) {
    case ApiFault::unreachable:
      return "unreachable";
    case ApiFault::timeout:
      return "timeout";
    case ApiFault::throttled:
      return "throttled";
    case ApiFault::server:
      return "server";
    case ApiFault::unauthorized:
      return "unauthorized";
    case ApiFault::forbidden:
      return "forbidden";
    case ApiFault::not_found:
      return "not_found";
    case ApiFault::gone:
      return "gone";
    case ApiFault::conflict:
      return "conflict";
    case ApiFault::not_ready:
      return "not_ready";
    case ApiFault::rejected:
      return "rejected";
    case ApiFault::contract:
      return "contract";
  }
  return "unknown";
}

bool is_transient(ApiFault fault) {
  switch (fault) {
    case ApiFault::unreachable:
    case ApiFault::timeout:
    case ApiFault::throttled:
    case ApiFault::server:
    case ApiFault::not_ready:
      return true;
    case ApiFault::unauthorized:
    case ApiFault::forbidden:
    case ApiFault::not_found:
    case ApiFault::gone:
    case ApiFault::conflict:
    case ApiFault::rejected:
    case ApiFault::contract:
      return false;
  }
  return false;
}

std::string ApiError::to_string() const {
  std::string line;
  if (!method.empty()) line = fmt::format("{} {}: ", method, path);
  if (status != 0) line += fmt::format("{} ", status);
  line += message;
  if (!detail.empty()) line += ": " + detail;
  for (const Validation& validation : validations) {
    line += fmt::format(": {}: {}", validation.field, validation.detail);
  }
  if (!request_id.empty()) line += fmt::format(" (request id {})", request_id);
  return line;
}

void throw_exception_from_error(const ApiError& error, const boost::source_location& where) {
  boost::throw_exception(std::runtime_error(error.to_string()), where);
}

}  // namespace cr::coder
