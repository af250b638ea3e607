#pragma once

#include <string>

#include "daemon/config/config.h"
#include "reconcile/async/clock.h"
#include "reconcile/http/setup_error.h"
#include "reconcile/http/site_client.h"

namespace cr::daemon {

/// A way to the daemon at this URL, which --daemon names. Asks the network nothing; errors name the setting
/// and the remedy. The clock outlives it, and so does the context that its calls run on.
[[nodiscard]] http::SetupResult<http::SiteClient> connect_to_daemon(const std::string& url,
                                                                    const Config& config,
                                                                    async::Clock& clock);

}  // namespace cr::daemon
