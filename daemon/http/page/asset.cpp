#include "daemon/http/page/asset.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>

#include "daemon/http/page/embedded.h"

namespace cr::daemon {
namespace {

std::string sha256_source(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::array<unsigned char, 4 * ((SHA256_DIGEST_LENGTH + 2) / 3) + 1> base64{};
  const int length = EVP_EncodeBlock(base64.data(), digest.data(), SHA256_DIGEST_LENGTH);
  return "'sha256-" +
         std::string{reinterpret_cast<const char*>(base64.data()), static_cast<std::size_t>(length)} + "'";
}

}  // namespace

Asset::Asset(std::string_view text) : text_(text), csp_source_(sha256_source(text)) {}

const Asset& Asset::style() {
  static const Asset asset{embedded::style_css};
  return asset;
}
const Asset& Asset::script() {
  static const Asset asset{embedded::script_js};
  return asset;
}
const Asset& Asset::live() {
  static const Asset asset{embedded::live_js};
  return asset;
}
const Asset& Asset::console_style() {
  static const Asset asset{embedded::console_css};
  return asset;
}
const Asset& Asset::console_script() {
  static const Asset asset{embedded::console_js};
  return asset;
}
const Asset& Asset::icon_good() {
  static const Asset asset{embedded::icon_good_svg};
  return asset;
}
const Asset& Asset::icon_busy() {
  static const Asset asset{embedded::icon_busy_svg};
  return asset;
}
const Asset& Asset::icon_bad() {
  static const Asset asset{embedded::icon_bad_svg};
  return asset;
}

}  // namespace cr::daemon
