#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>
#include <string>
#include <utility>

namespace cr::coder {

/// Why a JSON body is not what Coder's API promises: names the key (and the row), never whole values.
class DecodeError {
 public:
  DecodeError() = default;
  explicit DecodeError(std::string message_) : message(std::move(message_)) {}

  std::string message;
  bool operator==(const DecodeError&) const = default;
};

template <class T>
using DecodeResult = boost::system::result<T, DecodeError>;

[[noreturn]] void throw_exception_from_error(const DecodeError& error, const boost::source_location& where);

}  // namespace cr::coder
