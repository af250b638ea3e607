#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <utility>

namespace cr::http {

enum class TransportFault : std::uint8_t {
  unreachable,  ///< no connection, or one that ended before the whole answer
  timeout,
  contract,  ///< what came is too large, or no HTTP
};

/// Why there is no answer to a request.
class TransportError {
 public:
  TransportError() = default;
  TransportError(TransportFault fault_, std::string message_) : fault(fault_), message(std::move(message_)) {}

  TransportFault fault = TransportFault::unreachable;
  std::string message;  ///< for people: what was being done, with whom, what went wrong
  /// Nothing of the request can have reached the server.
  bool unsent = true;
  /// Not a byte of the answer had come when the connection ended.
  bool closed_before_answer = false;

  bool operator==(const TransportError&) const = default;
};

template <class T>
using TransportResult = boost::system::result<T, TransportError>;

[[noreturn]] void throw_exception_from_error(const TransportError& error,
                                             const boost::source_location& where);

}  // namespace cr::http
