#include "reconcile/http/event_stream.h"

#include <algorithm>
#include <utility>

namespace cr::http {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

bool EventStreamParser::take(std::string_view bytes, const OnEvent& on_event) {
  while (!bytes.empty()) {
    if (std::exchange(after_return_, false) && bytes.front() == '\n') {
      bytes.remove_prefix(1);
      continue;
    }
    const std::size_t end = std::min(bytes.find_first_of("\r\n"), bytes.size());
    if (end > limit_ - line_.size()) return false;
    line_.append(bytes.substr(0, end));
    if (end == bytes.size()) return true;
    after_return_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    if (!take_line(on_event)) return false;
  }
  return true;
}

bool EventStreamParser::take_line(const OnEvent& on_event) {
  std::string_view line = line_;
  if (!std::exchange(any_line_, true) && line.starts_with(kByteOrderMark))
    line.remove_prefix(kByteOrderMark.size());
  if (line.empty()) {
    ServerEvent event = std::exchange(event_, {});
    line_.clear();
    if (event.data.empty()) return true;
    event.data.pop_back();
    if (event.type.empty()) event.type = "message";
    on_event(event);
    return true;
  }
  const std::size_t colon = std::min(line.find(':'), line.size());
  std::string_view value = line.substr(std::min(colon + 1, line.size()));
  if (value.starts_with(' ')) value.remove_prefix(1);
  take_field(line.substr(0, colon), value);
  line_.clear();
  return event_.data.size() <= limit_;
}

void EventStreamParser::take_field(std::string_view name, std::string_view value) {
  if (name == "event") {
    event_.type = value;
  } else if (name == "data") {
    event_.data.append(value) += '\n';
  }
}

}  // namespace cr::http
