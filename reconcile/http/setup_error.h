#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace cr::http {

/// Why a client cannot be made of what the user configured: one sentence that names the setting, its value
/// (never a secret) and what to do about it.
class SetupError {
 public:
  SetupError() = default;
  explicit SetupError(std::string message_) : message(std::move(message_)) {}

  std::string message;
  bool operator==(const SetupError&) const = default;
};

/// How messages name what the user can set for one server; views of literals. A name that is empty stands for
/// what cannot be set, and no message proposes it.
struct SettingNames {
  std::string_view url = "the URL";
  std::string_view ca_file = "the CA file";
  std::string_view client_cert = "the client certificate";
  std::string_view client_key = "the client key";
  std::string_view http_proxy = "the proxy for http";
  std::string_view https_proxy = "the proxy for https";
  std::string_view no_proxy = "the hosts without a proxy";
};

template <class T>
using SetupResult = boost::system::result<T, SetupError>;

[[noreturn]] void throw_exception_from_error(const SetupError& error, const boost::source_location& where);

}  // namespace cr::http
