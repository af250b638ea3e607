#pragma once

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <string>

#include "tests/standin/server.h"

namespace cr::standin {

/// One blocking request over a real socket, for tests of the stand-in itself.
struct Probe {
  boost::system::error_code error;
  int status = 0;
  std::string body;
  boost::beast::http::response<boost::beast::http::string_body> response;
};

inline boost::beast::http::request<boost::beast::http::string_body> probe_request(
    const std::string& method, const std::string& target, const std::string& body = {}) {
  boost::beast::http::request<boost::beast::http::string_body> request;
  request.method_string(method);
  request.target(target);
  request.set(boost::beast::http::field::host, "127.0.0.1");
  request.set("Coder-Session-Token", std::string(State::kAdminToken));
  request.body() = body;
  request.prepare_payload();
  return request;
}

template <class Stream>
Probe exchange_on(Stream& stream,
                  const boost::beast::http::request<boost::beast::http::string_body>& request) {
  Probe probe;
  boost::beast::http::write(stream, request, probe.error);
  if (probe.error) return probe;
  boost::beast::flat_buffer buffer;
  boost::beast::http::read(stream, buffer, probe.response, probe.error);
  probe.status = static_cast<int>(probe.response.result_int());
  probe.body = probe.response.body();
  return probe;
}

inline boost::asio::ip::tcp::socket connect_to(boost::asio::io_context& context, std::uint16_t port,
                                               boost::system::error_code& error) {
  boost::asio::ip::tcp::socket socket(context);
  socket.connect({boost::asio::ip::address_v4::loopback(), port}, error);
  return socket;
}

inline Probe probe(std::uint16_t port, const std::string& method, const std::string& target,
                   const std::string& body = {}) {
  boost::asio::io_context context;
  boost::system::error_code error;
  auto socket = connect_to(context, port, error);
  if (error) {
    Probe failed;
    failed.error = error;
    return failed;
  }
  return exchange_on(socket, probe_request(method, target, body));
}

/// Sends these bytes and returns everything that comes until the server closes.
inline std::string raw_probe(std::uint16_t port, const std::string& bytes) {
  boost::asio::io_context context;
  boost::system::error_code error;
  auto socket = connect_to(context, port, error);
  if (!error) boost::asio::write(socket, boost::asio::buffer(bytes), error);
  std::string answer;
  if (!error) boost::asio::read(socket, boost::asio::dynamic_buffer(answer), error);
  return answer;
}

}  // namespace cr::standin
