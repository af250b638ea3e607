#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "reconcile/http/answer_reader.h"
#include "reconcile/http/dialer.h"
#include "reconcile/http/message.h"
#include "reconcile/http/stream.h"
#include "reconcile/http/transport_error.h"

namespace cr::http {

/// An answer that is read while it is being made, over a connection of its own: the body in pieces as they
/// come, and after a change of protocol (101) whatever bytes go both ways. Holds a piece of 64 KiB and a head
/// at most, whatever the server sends; bounds beyond that, and deadlines, are the caller's. Cancelling throws
/// operation_aborted and leaves it unusable.
class StreamedAnswer {
 public:
  StreamedAnswer(std::unique_ptr<Stream> stream, AnswerReader reader);

  /// Without its body.
  [[nodiscard]] const HttpResponse& head() const { return head_; }
  /// The next bytes, at least one; empty at the end of the answer. Good until the next call.
  [[nodiscard]] awaitable<TransportResult<std::string_view>> read();
  /// Sends bytes, after a change of protocol. False if that failed.
  [[nodiscard]] awaitable<bool> write(std::string_view bytes);

 private:
  std::unique_ptr<Stream> stream_;
  AnswerReader reader_;
  std::string piece_;
  HttpResponse head_;
  bool begun_ = false;
  bool raw_ = false;  ///< the protocol has changed
};

/// Dials, writes `message` and reads up to the end of the answer's head, whatever its status.
[[nodiscard]] awaitable<TransportResult<std::unique_ptr<StreamedAnswer>>> open_streamed(
    Dialer& dialer, std::string_view message, Progress& progress);

}  // namespace cr::http
