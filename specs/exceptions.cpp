#include "specs/exceptions.h"

#include <fmt/format.h>

#include "specs/text/timestamp.h"

namespace cr::specs {

bool is_open(const AwakeWindow& window, std::chrono::sys_seconds now) {
  return now < window.until && (!window.from || *window.from <= now);
}

const AwakeWindow* open_window(const KeepAwake& windows, std::chrono::sys_seconds now) {
  const AwakeWindow* last = nullptr;
  for (const AwakeWindow& window : windows) {
    if (is_open(window, now) && (!last || last->until < window.until)) last = &window;
  }
  return last;
}

std::string to_text(const AwakeWindow& window) {
  const std::string from =
      window.from ? fmt::format("from {} ", text::format_timestamp(*window.from)) : std::string();
  return fmt::format("{}until {} ({})", from, text::format_timestamp(window.until), window.reason);
}

std::string to_text(const KeepAwake& windows) {
  std::string text;
  for (const AwakeWindow& window : windows) text += (text.empty() ? "" : ", ") + to_text(window);
  return text.empty() ? "none" : text;
}

std::string to_text(const Retention& retention) {
  return fmt::format("until {} ({})", text::format_timestamp(retention.until), retention.reason);
}

}  // namespace cr::specs
