#include "reconcile/http/web_socket.h"

#include <openssl/evp.h>

#include <algorithm>
#include <random>

namespace cr::http {
namespace {

// RFC 6455, 1.3.
constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::size_t kMostOfControl = 125;

unsigned char byte_of(char c) {
  return static_cast<unsigned char>(c);
}

std::string base64(const unsigned char* bytes, std::size_t size) {
  std::string text((size + 2) / 3 * 4 + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes, static_cast<int>(size));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

}  // namespace

std::string web_socket_key() {
  std::random_device chance;
  std::array<unsigned char, 16> bytes{};
  std::ranges::generate(bytes, [&] { return static_cast<unsigned char>(chance()); });
  return base64(bytes.data(), bytes.size());
}

std::string web_socket_accept(std::string_view key) {
  const std::string text = std::string(key).append(kGuid);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  return base64(digest.data(), size);
}

bool WebSocketParser::take(std::string_view bytes, const Told& told) {
  while (!bytes.empty() && !closed_) {
    if (!in_payload_) {
      if (!take_head(bytes.front())) return false;
      bytes.remove_prefix(1);
    } else {
      const std::string_view part = bytes.substr(0, std::min<std::uint64_t>(missing_, bytes.size()));
      (is_control() ? control_ : message_).append(part);
      missing_ -= part.size();
      bytes.remove_prefix(part.size());
    }
    if (in_payload_ && missing_ == 0) end_frame(told);
  }
  return true;
}

bool WebSocketParser::take_head(char byte) {
  head_[head_taken_++] = byte_of(byte);
  if (head_taken_ < 2) return true;
  // A server masks nothing.
  if ((head_[1] & 0x80U) != 0) return false;
  const unsigned length = head_[1];
  const std::size_t more = length == 127 ? 8 : length == 126 ? 2 : 0;
  if (head_taken_ < 2 + more) return true;
  missing_ = more == 0 ? length : 0;
  for (std::size_t i = 0; i < more; ++i) missing_ = missing_ << 8U | head_[2 + i];
  head_taken_ = 0;
  return begin_frame();
}

bool WebSocketParser::begin_frame() {
  last_ = (head_[0] & 0x80U) != 0;
  const unsigned opcode = head_[0] & 0x0FU;
  const bool reserved = (head_[0] & 0x70U) != 0 || (opcode > 2 && opcode < 8) || opcode > 10;
  if (reserved) return false;
  opcode_ = static_cast<Opcode>(opcode);
  in_payload_ = true;
  if (is_control()) {
    control_.clear();
    return last_ && missing_ <= kMostOfControl;
  }
  // A message goes on with frames that name no kind, and no other begins before its end.
  if ((opcode_ == Opcode::more) != in_message_) return false;
  in_message_ = true;
  return missing_ <= limit_ - message_.size();
}

void WebSocketParser::end_frame(const Told& told) {
  in_payload_ = false;
  if (opcode_ == Opcode::ping) return told.on_ping(control_);
  if (opcode_ == Opcode::close) {
    closed_ = true;
    return told.on_close();
  }
  if (opcode_ == Opcode::pong || !last_) return;
  in_message_ = false;
  told.on_message(message_);
  message_.clear();
}

std::string pong_frame(std::string_view payload, std::uint32_t mask) {
  payload = payload.substr(0, kMostOfControl);
  std::string frame = {static_cast<char>(0x8A), static_cast<char>(0x80U | payload.size())};
  std::array<unsigned char, 4> key{};
  for (std::size_t i = 0; i < key.size(); ++i) {
    key[i] = static_cast<unsigned char>(mask >> (8 * i));
    frame += static_cast<char>(key[i]);
  }
  for (std::size_t i = 0; i < payload.size(); ++i)
    frame += static_cast<char>(byte_of(payload[i]) ^ key[i % key.size()]);
  return frame;
}

}  // namespace cr::http
