#include "reconcile/coder/api_error.h"

#include <fmt/format.h>

#include <boost/throw_exception.hpp>
#include <stdexcept>

namespace cr::coder {

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
