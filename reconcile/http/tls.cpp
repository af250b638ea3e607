#include "reconcile/http/tls.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>
#include <fstream>

namespace cr::http {
namespace {

namespace ssl = boost::asio::ssl;

bool is_address(const std::string& host) {
  boost::system::error_code failed;
  boost::asio::ip::make_address(host, failed);
  return !failed;
}

std::string reason(const boost::system::error_code& failed) {
  const char* text = ERR_reason_error_string(static_cast<unsigned long>(failed.value()));
  return failed.category() == boost::asio::error::get_ssl_category() && text != nullptr ? text
                                                                                        : failed.message();
}

SetupResult<bool> readable(const std::string& path, std::string_view setting, const char* what) {
  if (std::ifstream(path)) return true;
  return SetupError(fmt::format("{} {}: cannot read {}; use a readable PEM file", setting, path, what));
}

}  // namespace

SetupResult<std::unique_ptr<ssl::context>> make_tls_context(const TlsSettings& settings,
                                                            const SettingNames& names) {
  auto context = std::make_unique<ssl::context>(ssl::context::tls_client);
  boost::system::error_code failed;
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  // A server that closes without TLS's goodbye is judged by HTTP's own framing.
  SSL_CTX_set_options(context->native_handle(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  // An encrypted key must not ask a terminal for its pass phrase.
  context->set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string(); },
                                 failed);

  if (settings.ca_file.empty()) {
    context->set_default_verify_paths(failed);
  } else {
    if (auto ok = readable(settings.ca_file, names.ca_file, "the CA file"); !ok) return ok.error();
    context->load_verify_file(settings.ca_file, failed);
    if (failed) {
      return SetupError(
          fmt::format("{} {}: contains no usable CA certificate ({}); use certificates in PEM format",
                      names.ca_file, settings.ca_file, reason(failed)));
    }
  }
  context->set_verify_mode(settings.insecure_skip_verify ? ssl::verify_none : ssl::verify_peer, failed);

  if (settings.client_cert.empty() != settings.client_key.empty()) {
    return SetupError(fmt::format("{} and {} must be set together; {} is missing", names.client_cert,
                                  names.client_key,
                                  settings.client_cert.empty() ? names.client_cert : names.client_key));
  }
  if (!settings.client_cert.empty()) {
    if (auto ok = readable(settings.client_cert, names.client_cert, "the certificate"); !ok)
      return ok.error();
    if (auto ok = readable(settings.client_key, names.client_key, "the key"); !ok) return ok.error();
    context->use_certificate_chain_file(settings.client_cert, failed);
    if (failed) {
      return SetupError(fmt::format("{} {}: not a certificate in PEM format ({})", names.client_cert,
                                    settings.client_cert, reason(failed)));
    }
    context->use_private_key_file(settings.client_key, ssl::context::pem, failed);
    if (failed) {
      return SetupError(
          fmt::format("{} {}: not a key that matches the certificate, or encrypted ({}); use its key in PEM "
                      "format without a passphrase",
                      names.client_key, settings.client_key, reason(failed)));
    }
    if (SSL_CTX_check_private_key(context->native_handle()) != 1) {
      return SetupError(fmt::format("{} {}: not the key of {} {}", names.client_key, settings.client_key,
                                    names.client_cert, settings.client_cert));
    }
  }
  return SetupResult<std::unique_ptr<ssl::context>>(std::move(context));
}

bool expect_host(SSL* connection, const std::string& host, bool insecure) {
  const bool address = is_address(host);
  if (!address && SSL_set_tlsext_host_name(connection, host.c_str()) != 1) return false;
  if (insecure) return true;
  if (address) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), host.c_str()) == 1;
  SSL_set_hostflags(connection, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(connection, host.c_str()) == 1;
}

std::string describe_tls_failure(const boost::system::error_code& failed, SSL* connection,
                                 const std::string& host, const SettingNames& names) {
  const long verdict = SSL_get_verify_result(connection);
  if (verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH) {
    return fmt::format("the certificate is not valid for {}: check the host in {}", host, names.url);
  }
  if (verdict == X509_V_ERR_CERT_HAS_EXPIRED || verdict == X509_V_ERR_CERT_NOT_YET_VALID) {
    return fmt::format("the certificate of {}: {}", host, X509_verify_cert_error_string(verdict));
  }
  if (verdict != X509_V_OK) {
    return fmt::format("the certificate of {} is not trusted: {}; set its CA with {}", host,
                       X509_verify_cert_error_string(verdict), names.ca_file);
  }
  if (failed.category() == boost::asio::error::get_ssl_category()) {
    const int code = ERR_GET_REASON(static_cast<unsigned long>(failed.value()));
    if (code == SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED || code == SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE) {
      const std::string remedy = names.client_cert.empty()
                                     ? ""
                                     : fmt::format(": set {} and {}", names.client_cert, names.client_key);
      return fmt::format("{} requires a client certificate ({}){}", host, reason(failed), remedy);
    }
    if (code == SSL_R_TLSV1_ALERT_UNKNOWN_CA || code == SSL_R_SSLV3_ALERT_BAD_CERTIFICATE) {
      return fmt::format("{} rejects the client certificate ({})", host, reason(failed));
    }
    if (code == SSL_R_WRONG_VERSION_NUMBER || code == SSL_R_HTTP_REQUEST) {
      return fmt::format("{} does not speak TLS on this port: is it http:// instead of https://?", host);
    }
  }
  return reason(failed);
}

}  // namespace cr::http
