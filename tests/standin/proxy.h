#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace cr::standin {

/// A forward proxy on 127.0.0.1: CONNECT tunnels, and requests in absolute form (`GET http://host:port/… `).
/// Runs in a thread of its own from construction to destruction; members may be called from any thread.
class Proxy {
 public:
  /// With credentials ("user:password"), requests without them are answered with 407.
  explicit Proxy(std::string credentials = {});
  ~Proxy();
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::string url() const;  ///< "http://127.0.0.1:port"

  /// "host:port" of each tunnel that was asked for, in order.
  [[nodiscard]] std::vector<std::string> tunnels() const;
  /// URL of each request in absolute form, in order.
  [[nodiscard]] std::vector<std::string> forwarded() const;
  [[nodiscard]] std::size_t unauthorized() const;
  /// From now on CONNECT is answered with this status instead of a tunnel; 0: tunnels again.
  void refuse_tunnels(int status);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cr::standin
