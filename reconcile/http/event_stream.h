#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace cr::http {

/// One event of a stream of server-sent events.
struct ServerEvent {
  std::string type;  ///< "message" where the server names none
  std::string data;  ///< its lines, with a line feed between them
};

/// Server-sent events from bytes as they come, however they are cut, as the WHATWG's HTML standard reads them
/// (9.2.6): lines end with CRLF, LF or CR, an event with an empty line; one without data is none, and what
/// the end of the stream cuts off neither.
///
/// Holds a line and an event, each of `limit` bytes at most, whatever comes.
class EventStreamParser {
 public:
  explicit EventStreamParser(std::size_t limit) : limit_(limit) {}

  using OnEvent = std::function<void(ServerEvent&)>;
  /// Tells each event that these bytes end; it may be moved from. False where a line or an event is longer
  /// than the limit: the stream is of no more use then.
  [[nodiscard]] bool take(std::string_view bytes, const OnEvent& on_event);

 private:
  [[nodiscard]] bool take_line(const OnEvent& on_event);
  void take_field(std::string_view name, std::string_view value);

  std::size_t limit_;
  std::string line_;  ///< as far as it has come
  ServerEvent event_;
  bool any_line_ = false;
  bool after_return_ = false;  ///< a line feed that follows ends the same line
};

}  // namespace cr::http
