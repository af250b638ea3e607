#include "tests/support/certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <stdexcept>

namespace cr::testing {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* cert) const { X509_free(cert); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
  void operator()(std::FILE* file) const { std::fclose(file); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

template <class T>
T* need(T* value) {
  if (value == nullptr) throw std::runtime_error("OpenSSL cannot make a test certificate");
  return value;
}

std::filesystem::path fresh_directory() {
  static std::atomic<int> count{0};
  auto directory = std::filesystem::temp_directory_path() /
                   ("cr-certificates-" + std::to_string(::getpid()) + "-" + std::to_string(++count));
  std::filesystem::create_directories(directory);
  return directory;
}

void extend(X509* cert, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, cert, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION> extension(need(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str())));
  X509_add_ext(cert, extension.get(), -1);
}

}  // namespace

struct CertificateAuthority::Keys {
  Owned<EVP_PKEY> key;
  Owned<X509> cert;
};

CertificateAuthority::CertificateAuthority(const std::string& name)
    : directory_(fresh_directory()), name_(name), keys_(new Keys) {
  ca_ = write(name, "", /*authority=*/true);
}

CertificateAuthority::~CertificateAuthority() {
  delete keys_;
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

CertificateAuthority::Files CertificateAuthority::issue(const std::string& name,
                                                        const std::string& subject_alt_names) {
  return write(name, subject_alt_names, /*authority=*/false);
}

CertificateAuthority::Files CertificateAuthority::write(const std::string& name,
                                                        const std::string& subject_alt_names,
                                                        bool authority) {
  Owned<EVP_PKEY> key(need(EVP_EC_gen("P-256")));
  Owned<X509> cert(need(X509_new()));
  static std::atomic<long> serial{1};
  X509_set_version(cert.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), ++serial);
  constexpr long kDay = 24L * 3600;
  X509_gmtime_adj(X509_getm_notBefore(cert.get()), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(cert.get()), kDay);
  X509_set_pubkey(cert.get(), key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(cert.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509* issuer = authority ? cert.get() : keys_->cert.get();
  X509_set_issuer_name(cert.get(), X509_get_subject_name(issuer));
  extend(cert.get(), issuer, NID_basic_constraints, authority ? "critical,CA:TRUE" : "CA:FALSE");
  if (!subject_alt_names.empty()) extend(cert.get(), issuer, NID_subject_alt_name, subject_alt_names);
  if (X509_sign(cert.get(), authority ? key.get() : keys_->key.get(), EVP_sha256()) == 0) need<X509>(nullptr);

  Files files;
  files.cert = (directory_ / (name + ".pem")).string();
  files.key = (directory_ / (name + ".key")).string();
  const Owned<std::FILE> cert_file(need(std::fopen(files.cert.c_str(), "w")));
  PEM_write_X509(cert_file.get(), cert.get());
  const Owned<std::FILE> key_file(need(std::fopen(files.key.c_str(), "w")));
  PEM_write_PrivateKey(key_file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  if (authority) {
    keys_->key = std::move(key);
    keys_->cert = std::move(cert);
  }
  return files;
}

}  // namespace cr::testing
