#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>

#include "daemon/http/server.h"

namespace cr::daemon {

/// What the server has to know of a connection in order to choose one that makes room.
struct SessionActivity {
  enum class Turn : std::uint8_t {
    clients,  ///< something has to come from it, or to be taken
    nobodys,  ///< it takes a stream
    ours,     ///< its answer is being made
  };
  Turn turn = Turn::clients;
  async::SteadyTime since{};
};
/// Of two the one that makes room for another connection.
[[nodiscard]] bool makes_room_before(const SessionActivity& a, const SessionActivity& b);

/// What the connections of a server share. Used on its thread.
struct ServerShared {
  Lanes lanes;
  std::size_t large_requests = 0;  ///< that are being received
  std::size_t streams = 0;         ///< that are open
};

/// Answers the requests of one connection until the client goes, is too slow, or asks for the end; ends well
/// in all of these. References outlive it.
[[nodiscard]] async::awaitable<void> serve_connection(boost::asio::ip::tcp::socket socket,
                                                      async::Clock& clock, const ServerLimits& limits,
                                                      const ServerParts& parts, ServerShared& shared,
                                                      SessionActivity& activity);

}  // namespace cr::daemon
