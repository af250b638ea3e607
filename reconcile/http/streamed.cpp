#include "reconcile/http/streamed.h"

#include <fmt/format.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <utility>

namespace cr::http {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kRawSize = std::size_t{64} << 10;

TransportError broken_off(Stream& stream, const boost::system::error_code& cause, std::string_view doing) {
  return TransportError(TransportFault::unreachable,
                        cause == asio::error::eof
                            ? "the connection was closed without a response"
                            : fmt::format("while {}: {}", doing, stream.describe(cause)));
}

}  // namespace

StreamedAnswer::StreamedAnswer(std::unique_ptr<Stream> stream, AnswerReader reader)
    : stream_(std::move(stream)),
      reader_(std::move(reader)),
      piece_(reader_.take_body()),
      head_(reader_.response()),
      raw_(head_.status == 101) {
  if (raw_) piece_ = reader_.take_rest();
}

awaitable<TransportResult<std::string_view>> StreamedAnswer::read() {
  static constexpr std::string_view kDoing = "reading the stream";
  if (!std::exchange(begun_, true) && !piece_.empty()) co_return std::string_view(piece_);
  piece_.clear();
  while (piece_.empty() && !(reader_.done() && !raw_)) {
    if (raw_) piece_.resize(kRawSize);
    const asio::mutable_buffer space = raw_ ? asio::buffer(piece_) : reader_.space();
    const auto got = co_await stream_->read_some(space);
    if (raw_) piece_.resize(got ? *got : 0);
    if (got.has_error() && got.error() != asio::error::eof)
      co_return broken_off(*stream_, got.error(), kDoing);
    if (got.has_error() && (raw_ || reader_.take_end())) break;
    if (got.has_error()) co_return closed_in_the_middle();
    if (raw_) continue;
    if (auto error = reader_.take(*got)) co_return std::move(*error);
    piece_ = reader_.take_body();
  }
  co_return std::string_view(piece_);
}

awaitable<bool> StreamedAnswer::write(std::string_view bytes) {
  const asio::const_buffer all(bytes.data(), bytes.size());
  const auto written = co_await stream_->write(all);
  co_return written.has_value();
}

awaitable<TransportResult<std::unique_ptr<StreamedAnswer>>> open_streamed(Dialer& dialer,
                                                                          std::string_view message,
                                                                          Progress& progress) {
  auto dialed = co_await dialer.dial(progress);
  if (!dialed) co_return dialed.error();
  std::unique_ptr<Stream> stream = std::move(*dialed);
  progress.doing = "sending the request";
  progress.sent = true;
  const asio::const_buffer bytes(message.data(), message.size());
  // What is wrong with the connection is told by reading: a server may answer before it has read everything.
  (void)co_await stream->write(bytes);
  progress.doing = "waiting for the response";
  const Expected expected;
  AnswerReader reader(expected, AnswerReader::Whole::streamed);
  while (!reader.head_done()) {
    const asio::mutable_buffer space = reader.space();
    const auto got = co_await stream->read_some(space);
    if (!got) co_return broken_off(*stream, got.error(), progress.doing);
    if (auto error = reader.take(*got)) co_return std::move(*error);
  }
  co_return std::make_unique<StreamedAnswer>(std::move(stream), std::move(reader));
}

}  // namespace cr::http
