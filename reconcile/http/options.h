#pragma once

#include <chrono>
#include <cstddef>
#include <string>

/// What can be set about connections to one server.
namespace cr::http {

struct TlsSettings {
  std::string ca_file;      ///< PEM; trusted in place of the system's; empty: the system's
  std::string client_cert;  ///< PEM, chain included; with client_key, or neither
  std::string client_key;   ///< PEM, not encrypted
  bool insecure_skip_verify = false;
};

struct DialTimeouts {
  std::chrono::milliseconds resolve{5'000};
  std::chrono::milliseconds connect{10'000};  ///< over all addresses, the proxy's CONNECT included apart
  std::chrono::milliseconds handshake{10'000};
};

struct ConnectionLimits {
  std::size_t max_connections = 8;
  std::chrono::seconds keep_idle{60};  ///< unused longer than this: closed rather than used
};

}  // namespace cr::http
