#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "daemon/http/server.h"

namespace cr::daemon {

/// Sends the header of an answer, its body and its stream, until the client goes, takes too long over a
/// piece, or the stream has lasted long enough; ends well in all of these. References outlive it.
[[nodiscard]] async::awaitable<void> send_stream(boost::asio::ip::tcp::socket& socket, async::Clock& clock,
                                                 const ServerLimits& limits, HttpResponse response);

}  // namespace cr::daemon
