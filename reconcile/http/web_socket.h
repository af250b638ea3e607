#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace cr::http {

/// What a client asks a WebSocket with (RFC 6455, 4.1): 16 bytes of chance, in Base64.
[[nodiscard]] std::string web_socket_key();
/// What a server that speaks the protocol answers to such a key.
[[nodiscard]] std::string web_socket_accept(std::string_view key);

/// What a server sends over a WebSocket, from bytes as they come, however they are cut (RFC 6455, 5). There
/// are no extensions. Whether text is UTF-8 is for whoever reads it.
///
/// Holds a message of `limit` bytes, a control frame and the head of a frame at most, whatever comes.
class WebSocketParser {
 public:
  explicit WebSocketParser(std::size_t limit) : limit_(limit) {}

  struct Told {
    std::function<void(std::string&)> on_message;     ///< whole; it may be moved from
    std::function<void(const std::string&)> on_ping;  ///< to be answered by a pong with the same bytes
    std::function<void()> on_close;                   ///< nothing that follows counts
  };
  /// False where the bytes are against the protocol, or a message is longer than the limit: the stream is of
  /// no more use then.
  [[nodiscard]] bool take(std::string_view bytes, const Told& told);

 private:
  enum class Opcode : std::uint8_t { more = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

  [[nodiscard]] bool take_head(char byte);
  [[nodiscard]] bool begin_frame();
  [[nodiscard]] bool is_control() const { return opcode_ >= Opcode::close; }
  void end_frame(const Told& told);

  std::size_t limit_;
  std::array<unsigned char, 10> head_{};
  std::size_t head_taken_ = 0;
  bool in_payload_ = false;
  Opcode opcode_ = Opcode::more;
  bool last_ = false;          ///< frame of its message
  std::uint64_t missing_ = 0;  ///< of the frame's payload
  bool in_message_ = false;    ///< one has begun and not ended
  bool closed_ = false;
  std::string message_;
  std::string control_;  ///< payload of a control frame
};

/// A pong as a client sends it. At most 125 bytes, which is what a ping has.
[[nodiscard]] std::string pong_frame(std::string_view payload, std::uint32_t mask);

}  // namespace cr::http
