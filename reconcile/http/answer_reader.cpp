#include "reconcile/http/answer_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/http/error.hpp>
#include <cstring>
#include <utility>

#include "specs/text/ascii.h"
#include "specs/text/message_text.h"

namespace cr::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace beast_http = boost::beast::http;

constexpr std::size_t kReadSize = std::size_t{64} << 10;
constexpr std::uint32_t kHeadLimit = 64U << 10;
constexpr int kMostInterim = 16;
constexpr std::size_t kMostReason = 200;
// Chunks of one byte each come with five more; and there may be as many again for a proxy's extensions.
constexpr std::uint64_t kFramingForAByte = 8;
constexpr std::uint64_t kFreeFraming = std::uint64_t{1} << 20;
constexpr std::size_t kErrorLimit = std::size_t{1} << 20;

template <class Parser>
HttpResponse take_response(Parser& parser, bool head_only) {
  HttpResponse response;
  response.status = static_cast<int>(parser.get().result_int());
  response.reason = text::shortened(std::string_view(parser.get().reason()), kMostReason);
  for (const auto& field : parser.get()) {
    response.headers.emplace_back(std::string(std::string_view(field.name_string())),
                                  std::string(std::string_view(field.value())));
  }
  response.keep_alive = parser.keep_alive() && !head_only;
  response.body = std::move(parser.get().body());
  return response;
}

TransportError too_large(std::uint64_t limit) {
  return TransportError(TransportFault::contract,
                        limit >= std::size_t{1} << 20
                            ? fmt::format("the response is larger than {} MiB", limit >> 20)
                            : fmt::format("the response is larger than {} bytes", limit));
}

TransportError invalid_response(std::string_view what) {
  return TransportError(TransportFault::contract, fmt::format("invalid HTTP response: {}", what));
}

TransportError describe_parse_failure(const beast::error_code& failed, std::uint64_t body_limit) {
  if (failed == beast_http::error::body_limit) return too_large(body_limit);
  if (failed == beast_http::error::partial_message || failed == beast_http::error::end_of_stream) {
    return closed_in_the_middle();
  }
  if (failed == beast_http::error::header_limit) return invalid_response("its header is larger than 64 KiB");
  return invalid_response(failed.message());
}

std::string_view view(const beast::flat_buffer& buffer) {
  return {static_cast<const char*>(buffer.data().data()), buffer.size()};
}

/// Beast wants the blank behind the status code even where no reason follows; servers leave it out. Puts it
/// there. False: more bytes are needed to tell.
bool complete_status_line(beast::flat_buffer& buffer) {
  static constexpr std::string_view kShape = "HTTP/1.1 200";
  const std::string_view line = view(buffer);
  for (std::size_t i = 0; i < std::min(kShape.size(), line.size()); ++i) {
    const bool digit = text::is_digit(kShape[i]);
    const bool fits = digit ? text::is_digit(line[i]) : line[i] == kShape[i];
    if (!fits) return true;  // the parser says what is wrong with it
  }
  if (line.size() <= kShape.size()) return false;
  if (line[kShape.size()] != '\r') return true;
  const std::size_t behind = line.size() - kShape.size();
  buffer.prepare(1);
  buffer.commit(1);
  char* const blank = static_cast<char*>(buffer.data().data()) + kShape.size();
  std::memmove(blank + 1, blank, behind);
  *blank = ' ';
  return true;
}

}  // namespace

TransportError closed_in_the_middle() {
  return TransportError(TransportFault::unreachable,
                        "the connection was closed in the middle of the response");
}

AnswerReader::AnswerReader(const Expected& expected, Whole whole)
    : expected_(expected), whole_(whole), buffer_(kHeadLimit + kReadSize + 1) {
  begin();
}

asio::mutable_buffer AnswerReader::space() {
  return buffer_.prepare(kReadSize);
}

std::optional<TransportError> AnswerReader::take(std::size_t size) {
  buffer_.commit(size);
  while (!done_ && buffer_.size() > 0) {
    if (!parser_->got_some() && !complete_status_line(buffer_)) return std::nullopt;
    beast::error_code failed;
    const bool in_head = !parser_->is_header_done();
    const std::size_t taken = parser_->put(buffer_.data(), failed);
    buffer_.consume(taken);
    (in_head ? head_ : around_body_) += taken;
    const bool wants_more = failed == beast_http::error::need_more;
    if (failed && !wants_more) return describe_parse_failure(failed, limit_);
    if (auto error = check_bounds(wants_more)) return error;
    if (in_head && parser_->is_header_done()) {
      if (auto error = after_head()) return error;
    }
    if (parser_->is_done()) {
      if (auto error = after_message()) return error;
    }
    if (wants_more) return std::nullopt;
  }
  return std::nullopt;
}

bool AnswerReader::take_end() {
  if (!parser_->got_some()) return false;
  beast::error_code failed;
  parser_->put_eof(failed);
  done_ = !failed && parser_->is_done();
  return done_;
}

HttpResponse AnswerReader::response() {
  return take_response(*parser_, expected_.head_only);
}

std::string AnswerReader::take_body() {
  std::string body = std::exchange(parser_->get().body(), {});
  taken_ += body.size();
  return body;
}

std::string AnswerReader::take_rest() {
  std::string rest(view(buffer_));
  buffer_.consume(buffer_.size());
  return rest;
}

void AnswerReader::begin() {
  parser_ = std::make_unique<Parser>();
  limit_ = expected_.body_limit;
  parser_->header_limit(kHeadLimit);
  if (whole_ == Whole::streamed) {
    parser_->body_limit(boost::none);
  } else {
    parser_->body_limit(limit_);
  }
  parser_->skip(expected_.head_only);
}

bool AnswerReader::interim() const {
  const unsigned status = parser_->get().result_int();
  return status / 100 == 1 && !(whole_ == Whole::streamed && status == 101);
}

// The parser's own bound on heads counts only what lies before it unparsed.
std::optional<TransportError> AnswerReader::check_bounds(bool wants_more) {
  if (!parser_->is_header_done()) {
    if (head_ + buffer_.size() > kHeadLimit) return invalid_response("its header is larger than 64 KiB");
    return std::nullopt;
  }
  // What is not taken now is the line of a chunk, or the trailer.
  if (wants_more && buffer_.size() >= kHeadLimit) {
    return invalid_response("a chunk's extension or the trailer is larger than 64 KiB");
  }
  const std::uint64_t body = taken_ + parser_->get().body().size();
  if (around_body_ > body && around_body_ - body > kFreeFraming + kFramingForAByte * body) {
    return invalid_response("its chunks consist mostly of extensions");
  }
  return std::nullopt;
}

std::optional<TransportError> AnswerReader::after_head() {
  // Any three digits are a status to the parser; RFC 9110, 15, begins at 100.
  if (parser_->get().result_int() < 100) return describe_parse_failure(beast_http::error::bad_status, limit_);
  parser_->eager(true);
  if (whole_ == Whole::streamed) return std::nullopt;
  if (parser_->get().result_int() >= 300 && limit_ > kErrorLimit) {
    limit_ = kErrorLimit;
    if (parser_->content_length().value_or(0) > limit_) return too_large(limit_);
    parser_->body_limit(limit_);
  }
  if (!expected_.head_only && !parser_->is_done()) {
    const std::size_t likely = std::min<std::uint64_t>(expected_.body_size, limit_);
    parser_->get().body().reserve(likely + kBodySpare);
  }
  return std::nullopt;
}

std::optional<TransportError> AnswerReader::after_message() {
  if (!interim()) {
    done_ = true;
    return std::nullopt;
  }
  if (++interim_ > kMostInterim) return invalid_response("more than 16 interim responses");
  begin();
  return std::nullopt;
}

}  // namespace cr::http
