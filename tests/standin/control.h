#pragma once

#include "tests/standin/exchange.h"
#include "tests/standin/message.h"

namespace cr::standin {

/// Answers what is asked below /standin/: how a shell script reaches into the stand-in. See README.md.
[[nodiscard]] Reply control(Exchange& exchange, const Request& request);

}  // namespace cr::standin
