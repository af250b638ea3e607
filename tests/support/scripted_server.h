#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace cr::testing {

/// One thing that the server does on a connection.
struct Step {
  enum class Kind {
    receive,  ///< reads one request, head and body, and remembers it
    send,     ///< writes bytes as they are
    answer,   ///< writes what is made of the last request
    flood,    ///< writes bytes again and again until the peer has had enough
    close,    ///< ends the connection in good order
    reset,    ///< ends it with a TCP reset
    tunnel,   ///< connects to another port of this machine and carries bytes both ways
  };
  Kind kind = Kind::receive;
  std::string bytes;
  std::uint16_t port = 0;
  std::function<std::string(const std::string& request)> make{};
};

[[nodiscard]] Step receive();
[[nodiscard]] Step send(std::string bytes);
[[nodiscard]] Step answer(std::function<std::string(const std::string& request)> make);
[[nodiscard]] Step flood(std::string bytes);
[[nodiscard]] Step close();
[[nodiscard]] Step reset();
[[nodiscard]] Step tunnel_to(std::uint16_t port);

/// A whole answer with a JSON body and a request id. `headers` are whole lines, each with its line end.
[[nodiscard]] std::string json_answer(int status, const std::string& body, const std::string& headers = "");

/// A server on a free port of 127.0.0.1 that does on each connection what a script says, byte by byte, on the
/// caller's context. When a script is done the connection stays open and silent until the peer closes it.
/// Connections without a script are silent from the start.
///
/// The context outlives it. One thread.
class ScriptedServer {
 public:
  using Script = std::vector<Step>;

  explicit ScriptedServer(boost::asio::io_context& context);
  /// With TLS: the handshake comes before the script.
  ScriptedServer(boost::asio::io_context& context, const std::string& cert_file, const std::string& key_file,
                 const std::string& client_ca_file = "");
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  /// What the next connection that has no script yet gets.
  void script(Script script);
  /// Answers this to each request of a connection, and as many connections as come, after the scripts.
  void answer_all(std::string bytes);

  [[nodiscard]] std::uint16_t port() const;
  /// Connections are refused from now on.
  void stop();

  /// Requests in the order in which they came, with head and body as received.
  [[nodiscard]] const std::vector<std::string>& requests() const;
  [[nodiscard]] std::size_t connections() const;
  /// Bytes that were taken from floods, by the peer or by the system for it.
  [[nodiscard]] std::size_t flooded() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// First line of a request without its line end.
[[nodiscard]] std::string request_line(const std::string& request);
/// Value of a header, or "(none)".
[[nodiscard]] std::string header_of(const std::string& request, const std::string& name);
[[nodiscard]] std::string body_of(const std::string& request);

}  // namespace cr::testing
