#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>
#include <string>
#include <utility>

#include "reconcile/coder/api_error.h"

namespace cr::coder {

/// Why there is no answer to a request.
class TransportError {
 public:
  TransportError() = default;
  TransportError(ApiFault fault_, std::string message_) : fault(fault_), message(std::move(message_)) {}

  ApiFault fault = ApiFault::unreachable;  ///< unreachable, timeout, or contract (too large, no HTTP)
  std::string message;                     ///< for people: what was being done, with whom, what went wrong
  /// Nothing of the request can have reached Coder.
  bool unsent = true;
  /// Not a byte of the answer had come when the connection ended.
  bool closed_before_answer = false;

  bool operator==(const TransportError&) const = default;
};

template <class T>
using TransportResult = boost::system::result<T, TransportError>;

[[noreturn]] void throw_exception_from_error(const TransportError& error,
                                             const boost::source_location& where);

}  // namespace cr::coder
