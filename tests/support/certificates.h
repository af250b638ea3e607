#pragma once

#include <filesystem>
#include <string>

namespace cr::testing {

/// A certificate authority made on the spot, and what it signs: PEM files in a directory of their own, which
/// lives as long as this. Valid from yesterday to tomorrow. Throws std::runtime_error where OpenSSL fails.
class CertificateAuthority {
 public:
  struct Files {
    std::string cert;
    std::string key;
  };

  explicit CertificateAuthority(const std::string& name);
  ~CertificateAuthority();
  CertificateAuthority(const CertificateAuthority&) = delete;
  CertificateAuthority& operator=(const CertificateAuthority&) = delete;

  [[nodiscard]] const std::string& cert_file() const { return ca_.cert; }
  /// `subject_alt_names` as OpenSSL writes them: "DNS:coder.test,IP:127.0.0.1"; empty for a client.
  [[nodiscard]] Files issue(const std::string& name, const std::string& subject_alt_names);

 private:
  struct Keys;
  [[nodiscard]] Files write(const std::string& name, const std::string& subject_alt_names, bool authority);

  std::filesystem::path directory_;
  std::string name_;
  Files ca_;
  Keys* keys_;
};

}  // namespace cr::testing
