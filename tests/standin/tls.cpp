#include "tests/standin/tls.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

namespace cr::standin {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using File = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

void require(bool ok, const char* what) {
  if (!ok) throw std::runtime_error(std::string("cannot make test certificates: ") + what);
}

Key make_key() {
  Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  require(key != nullptr, "key");
  return key;
}

void add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  require(extension != nullptr, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

/// Signed by `issuer`, or by itself if that is null.
Certificate make_certificate(const std::string& name, long serial, EVP_PKEY* key, X509* issuer,
                             EVP_PKEY* issuer_key, const char* alternative_names) {
  Certificate certificate(X509_new(), &X509_free);
  require(certificate != nullptr, "certificate");
  X509* raw = certificate.get();
  X509_set_version(raw, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(raw), serial);
  constexpr long kHour = 3600;
  X509_gmtime_adj(X509_getm_notBefore(raw), -kHour);
  X509_gmtime_adj(X509_getm_notAfter(raw), 24 * kHour);
  X509_set_pubkey(raw, key);
  X509_NAME* subject = X509_get_subject_name(raw);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(raw, issuer == nullptr ? subject : X509_get_subject_name(issuer));
  add_extension(raw, issuer == nullptr ? raw : issuer, NID_basic_constraints,
                issuer == nullptr ? "critical,CA:TRUE" : "CA:FALSE");
  if (issuer == nullptr) add_extension(raw, raw, NID_key_usage, "critical,keyCertSign,cRLSign");
  if (alternative_names != nullptr) add_extension(raw, issuer, NID_subject_alt_name, alternative_names);
  require(X509_sign(raw, issuer_key, EVP_sha256()) != 0, "signature");
  return certificate;
}

File open(const std::filesystem::path& path) {
  File file(std::fopen(path.c_str(), "w"), &std::fclose);
  require(file != nullptr, path.c_str());
  return file;
}

void write(const std::filesystem::path& path, X509* certificate) {
  require(PEM_write_X509(open(path).get(), certificate) == 1, path.c_str());
}

void write(const std::filesystem::path& path, EVP_PKEY* key) {
  require(PEM_write_PrivateKey(open(path).get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
          path.c_str());
}

}  // namespace

TlsFiles make_tls_files(const std::filesystem::path& directory) {
  TlsFiles files;
  files.ca_cert = directory / "ca.pem";
  files.server_cert = directory / "server.pem";
  files.server_key = directory / "server.key";
  files.client_cert = directory / "client.pem";
  files.client_key = directory / "client.key";

  const Key ca_key = make_key();
  const Certificate ca = make_certificate("Stand-in CA", 1, ca_key.get(), nullptr, ca_key.get(), nullptr);
  const Key server_key = make_key();
  const Certificate server = make_certificate("localhost", 2, server_key.get(), ca.get(), ca_key.get(),
                                              "DNS:localhost,IP:127.0.0.1");
  const Key client_key = make_key();
  const Certificate client = make_certificate("client", 3, client_key.get(), ca.get(), ca_key.get(), nullptr);
  write(files.ca_cert, ca.get());
  write(files.server_cert, server.get());
  write(files.server_key, server_key.get());
  write(files.client_cert, client.get());
  write(files.client_key, client_key.get());
  return files;
}

}  // namespace cr::standin
