#pragma once

#include <boost/asio/io_context.hpp>

#include "daemon/commands/terminal.h"
#include "daemon/config/config.h"
#include "daemon/exit_code.h"
#include "metrics/recorder.h"

namespace cr::daemon {

/// Leaves the metrics of a run that is over where the settings say: textfile, Pushgateway, both or neither.
///
/// Whatever goes wrong has been said on standard error; it never changes what the run did. The run's exit
/// code stays unless it is `ok`: then `failure`, so that a run whose figures got lost is seen (and, as a Job,
/// may be run again, which changes nothing and publishes). Takes at most some 15 s; `io` is idle before and
/// after.
[[nodiscard]] ExitCode publish(const metrics::Recorder& recorder, ExitCode ended, const Config& config,
                               Terminal& terminal, boost::asio::io_context& io);

}  // namespace cr::daemon
