#pragma once

#include <memory>

#include "daemon/config/config.h"
#include "reconcile/coder/client.h"

namespace cr::daemon {

/// The settings that concern the way to Coder, as its client wants them. Pure.
[[nodiscard]] coder::ClientOptions client_options(const Config& config);

}  // namespace cr::daemon
