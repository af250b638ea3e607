#include "daemon/news/signature.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>

namespace cr::daemon {

std::string signature_of(std::string_view body, std::chrono::sys_seconds at, std::string_view secret) {
  const std::string text = fmt::format("{}.{}", at.time_since_epoch().count(), body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  if (::HMAC(::EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes, text.size(),
             digest.data(), &size) == nullptr) {
    throw std::runtime_error("HMAC-SHA256 is not to be had");
  }
  std::string made = "v1=";
  for (unsigned int i = 0; i < size; ++i) made += fmt::format("{:02x}", digest.at(i));
  return made;
}

}  // namespace cr::daemon
