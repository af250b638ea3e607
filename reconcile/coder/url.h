#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "reconcile/coder/setup_error.h"

namespace cr::coder {

/// Where Coder listens: its access URL, taken apart.
struct BaseUrl {
  bool tls = true;
  std::string host;  ///< lower case; an IPv6 address without brackets
  std::uint16_t port = 443;
  std::string
      prefix;  ///< path below which Coder's own paths start; empty, or "/…" without a slash at the end

  /// `Host` header and `CONNECT` target without the default port: "coder.example.com", "[::1]:3000".
  [[nodiscard]] std::string authority() const;
  /// The same, always with the port.
  [[nodiscard]] std::string host_and_port() const;
  /// "https://coder.example.com/prefix"
  [[nodiscard]] std::string to_string() const;

  bool operator==(const BaseUrl&) const = default;
};

/// Reads the URL that users give for Coder: http or https, a host, perhaps a port and a path. Slashes at the
/// end and a trailing "/api/v2" do not count. Errors say what to write instead; they do not repeat
/// passwords.
[[nodiscard]] SetupResult<BaseUrl> parse_base_url(std::string_view text);

/// One path segment or query value: everything but unreserved characters, and those of `kept`, as %XX.
[[nodiscard]] std::string percent_encode(std::string_view text, std::string_view kept = {});

/// The other way round, as user information in a proxy's URL needs it. Broken escapes stay as they are.
[[nodiscard]] std::string percent_decode(std::string_view text);

/// host[:port] or [v6][:port] taken apart; port 0 if there is none. Nothing is resolved.
struct HostPort {
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const HostPort&) const = default;
};
[[nodiscard]] SetupResult<HostPort> parse_host_port(std::string_view text);

}  // namespace cr::coder
