#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "reconcile/http/message.h"
#include "reconcile/http/padded_body.h"
#include "reconcile/http/transport_error.h"

namespace cr::http {

/// Reads one answer from bytes as they come, and holds no more of them than it must.
///
/// Its bounds are those of `exchange`. Of an answer that is to be streamed the body is taken away as it
/// comes, and may be as long as the server likes.
class AnswerReader {
 public:
  enum class Whole : std::uint8_t {
    whole,     ///< it is over when the body is there
    streamed,  ///< the body is taken in pieces, and a change of protocol (101) is an answer
  };
  explicit AnswerReader(const Expected& expected, Whole whole = Whole::whole);

  /// Where the next bytes go.
  [[nodiscard]] boost::asio::mutable_buffer space();
  /// Takes the bytes that came into `space`. What is wrong with them, if anything is.
  [[nodiscard]] std::optional<TransportError> take(std::size_t size);
  /// The peer has closed in good order. Whether that ends the answer; else it is broken off.
  [[nodiscard]] bool take_end();

  [[nodiscard]] bool done() const { return done_; }
  [[nodiscard]] bool head_done() const { return done_ || (!interim() && parser_->is_header_done()); }
  /// Bytes are left that belong to nothing that we asked.
  [[nodiscard]] bool more_than_asked() const { return buffer_.size() > 0; }
  [[nodiscard]] HttpResponse response();
  /// What has come of the body since the last time.
  [[nodiscard]] std::string take_body();
  /// What came behind the answer.
  [[nodiscard]] std::string take_rest();

 private:
  using Parser = boost::beast::http::response_parser<PaddedBody>;

  void begin();
  [[nodiscard]] bool interim() const;
  std::optional<TransportError> check_bounds(bool wants_more);
  std::optional<TransportError> after_head();
  std::optional<TransportError> after_message();

  const Expected expected_;
  const Whole whole_;
  boost::beast::flat_buffer buffer_;
  std::unique_ptr<Parser> parser_;
  std::uint64_t limit_ = 0;
  std::uint64_t head_ = 0;         ///< bytes of all heads
  std::uint64_t around_body_ = 0;  ///< bytes of the body with what frames its chunks
  std::uint64_t taken_ = 0;        ///< bytes of the body that were taken away
  int interim_ = 0;
  bool done_ = false;
};

[[nodiscard]] TransportError closed_in_the_middle();

}  // namespace cr::http
