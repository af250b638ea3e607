#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "reconcile/http/setup_error.h"

namespace cr::http {

/// Where a server listens, and below which path.
struct BaseUrl {
  bool tls = true;
  std::string host;  ///< lower case; an IPv6 address without brackets
  std::uint16_t port = 443;
  std::string prefix;  ///< of all paths; empty, or "/…" without a slash at the end

  /// `Host` header and `CONNECT` target without the default port: "coder.example.com", "[::1]:3000".
  [[nodiscard]] std::string authority() const;
  /// The same, always with the port.
  [[nodiscard]] std::string host_and_port() const;
  /// "https://coder.example.com/prefix"
  [[nodiscard]] std::string to_string() const;

  bool operator==(const BaseUrl&) const = default;
};

/// What stands before the @, decoded: a secret.
struct UserInfo {
  std::string user;
  std::string password;
  bool has_password = false;  ///< there is a colon, with or without something behind it
  bool operator==(const UserInfo&) const = default;
};

struct Url {
  BaseUrl base;
  std::optional<UserInfo> user;
};

/// The one reading of a URL that a user gives: `http(s)://[user[:password]@]host[:port][/path]`, the scheme
/// in any case; white space around it and slashes at the end do not count. An error is one clause that says
/// what is wrong and what to write instead; it repeats the text only where that cannot hold a password.
[[nodiscard]] SetupResult<Url> parse_url(std::string_view text);

/// The text of such a URL, right or wrong, as a message may show it: without query and fragment, and of one
/// that may hold a user or password the scheme alone.
[[nodiscard]] std::string shown_url(std::string_view text);

/// One path segment or query value: everything but unreserved characters, and those of `kept`, as %XX.
[[nodiscard]] std::string percent_encode(std::string_view text, std::string_view kept = {});

/// The other way round, as user information in a URL needs it. A text with a broken escape stays as it is.
[[nodiscard]] std::string percent_decode(std::string_view text);

/// host[:port] or [v6][:port] taken apart; port 0 if there is none. Nothing is resolved.
struct HostPort {
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const HostPort&) const = default;
};
[[nodiscard]] SetupResult<HostPort> parse_host_port(std::string_view text);

}  // namespace cr::http
