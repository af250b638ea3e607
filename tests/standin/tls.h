#pragma once

#include <filesystem>

namespace cr::standin {

/// PEM files of a certificate authority made on the spot, and of what it signed.
struct TlsFiles {
  std::filesystem::path ca_cert;
  std::filesystem::path server_cert;  ///< For localhost and 127.0.0.1.
  std::filesystem::path server_key;
  std::filesystem::path client_cert;
  std::filesystem::path client_key;
};

/// Writes the files into `directory`, which must exist. Valid for a day from now. Throws std::runtime_error.
[[nodiscard]] TlsFiles make_tls_files(const std::filesystem::path& directory);

}  // namespace cr::standin
