#pragma once

#include <memory>

#include "reconcile/coder/api.h"

namespace cr::coder {

class Caller;

/// Coder's API over HTTP. The caller outlives them.
[[nodiscard]] std::unique_ptr<CoderReader> http_reader(Caller& caller);
[[nodiscard]] std::unique_ptr<CoderWriter> http_writer(Caller& caller);

}  // namespace cr::coder
