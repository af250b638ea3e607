#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>
#include <string>
#include <utility>

namespace cr::coder {

/// Why a client cannot be made of what the user configured: one sentence that names the setting, its value
/// (never a secret) and what to do about it.
class SetupError {
 public:
  SetupError() = default;
  explicit SetupError(std::string message_) : message(std::move(message_)) {}

  std::string message;
  bool operator==(const SetupError&) const = default;
};

template <class T>
using SetupResult = boost::system::result<T, SetupError>;

[[noreturn]] void throw_exception_from_error(const SetupError& error, const boost::source_location& where);

}  // namespace cr::coder
