#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>
#include <memory>
#include <string>

#include "reconcile/http/options.h"
#include "reconcile/http/setup_error.h"

namespace cr::http {

/// A client context (TLS 1.2 or later) by these settings. Errors name the file, the setting and the remedy.
[[nodiscard]] SetupResult<std::unique_ptr<boost::asio::ssl::context>> make_tls_context(
    const TlsSettings& settings, const SettingNames& names = {});

/// Prepares a connection to check that the certificate is this host's (name or IP address), and asks for it
/// by name where it has one. With `insecure` nothing is checked.
[[nodiscard]] bool expect_host(SSL* connection, const std::string& host, bool insecure);

/// What went wrong in a handshake or later, in words that lead to the remedy.
[[nodiscard]] std::string describe_tls_failure(const boost::system::error_code& failed, SSL* connection,
                                               const std::string& host, const SettingNames& names = {});

}  // namespace cr::http
