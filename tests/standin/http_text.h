#pragma once

#include <string>

#include "tests/standin/message.h"

namespace cr::standin {

/// A reply as bytes. As in Go's server, short bodies have a Content-Length and long ones come in chunks.
struct HttpText {
  std::string head;
  std::string body;
};

[[nodiscard]] HttpText to_http(const Reply& reply, bool keep_alive);

}  // namespace cr::standin
