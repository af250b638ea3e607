#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "daemon/http/server.h"

namespace cr::daemon {

/// What the server has to know of a connection in order to choose one that makes room.
struct SessionActivity {
  async::SteadyTime waiting_since{};  ///< since when it is its client's turn
};

/// What the connections of a server share. Used on its thread.
struct ServerShared {
  Lanes lanes;
  std::size_t large_requests = 0;  ///< that are being received
};

/// Answers the requests of one connection until the client goes, is too slow, or asks for the end; ends well
/// in all of these. References outlive it.
[[nodiscard]] async::awaitable<void> serve_connection(boost::asio::ip::tcp::socket socket,
                                                      async::Clock& clock, const ServerLimits& limits,
                                                      const ServerParts& parts, ServerShared& shared,
                                                      SessionActivity& activity);

}  // namespace cr::daemon
