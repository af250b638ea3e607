#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/basic_endpoint.hpp>
#include <boost/system/result.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace boost::asio::ip {
class tcp;
}

namespace cr::http {

using boost::asio::awaitable;

using Endpoints = std::vector<boost::asio::ip::basic_endpoint<boost::asio::ip::tcp>>;
/// Name and port to addresses, in the order in which to try them.
using Resolve =
    std::function<awaitable<boost::system::result<Endpoints>>(const std::string& host, std::uint16_t port)>;

/// The system's resolver. When cancelled it returns at once; the thread that asks the system may stay busy
/// until the system gives up, and so keep the program from ending for as long.
[[nodiscard]] awaitable<boost::system::result<Endpoints>> resolve_by_system(const std::string& host,
                                                                            std::uint16_t port);

}  // namespace cr::http
