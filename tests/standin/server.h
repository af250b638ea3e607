#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/standin/faults.h"
#include "tests/standin/request_log.h"
#include "tests/standin/state.h"
#include "tests/standin/tls.h"
#include "tests/standin/watch.h"

namespace cr::standin {

struct ServerOptions {
  Age age = Age::v2_35;
  std::uint16_t port = 0;  ///< 0: any that is free.
  bool tls = false;
  bool require_client_certificate = false;
};

/// The stand-in Coder on a real socket of 127.0.0.1, in a thread of its own from construction to destruction.
///
/// All members may be called from any thread. One request is answered at a time, under a lock that is also
/// held during with_state(); replies are written concurrently.
class Server {
 public:
  explicit Server(ServerOptions options = {});
  explicit Server(Age age) : Server(with_age(age)) {}
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  /// "http://127.0.0.1:port", or https.
  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::string admin_token() const { return std::string(State::kAdminToken); }
  /// Certificates of a TLS server; they live as long as the server.
  [[nodiscard]] const TlsFiles& tls_files() const;

  /// Calls fn(State&) while no request is being answered. Returns what it returns, which must not refer into
  /// the state if the server is being used meanwhile.
  template <class Fn>
  auto with_state(Fn&& fn) {
    // Streams look when the lock is free again.
    struct WakeAtTheEnd {
      Server& server;
      ~WakeAtTheEnd() { server.wake_streams(); }
    } const wake{*this};
    const std::scoped_lock lock(mutex());
    return std::forward<Fn>(fn)(state());
  }

  /// Called under the lock before each request is answered, to change things at an exact moment.
  void before_each_request(std::function<void(State&, const RequestRecord&)> hook);

  // Faults.
  FaultId add_fault(FaultRule rule);
  void remove_fault(FaultId id);
  void clear_faults();
  void set_fault_seed(std::uint64_t seed);
  [[nodiscard]] std::size_t faults_applied(FaultId id) const;
  [[nodiscard]] std::size_t faults_applied() const;
  /// Nobody listens any more (connects are refused) and open connections are reset; until start_listening(),
  /// which takes the same port again.
  void stop_listening();
  void start_listening();
  /// Closes all connections in good order, as a server does with idle ones.
  void close_connections();
  /// Off: every reply says `Connection: close`.
  void set_keep_alive(bool on);
  /// Longer request targets are answered with 414 and HTML, as many proxies do. 0: no limit.
  void set_longest_target(std::size_t bytes);
  /// Every reply is held back for so long (real time).
  void set_delay(std::chrono::milliseconds delay);
  /// Requests to such targets wait, unanswered, until release().
  void hold(std::string target_prefix);
  void release();

  // Streams of what becomes of a workspace.
  /// What streams do that are opened from now on.
  void set_watch(WatchBehaviour behaviour);
  /// All of them send a ping; Coder does so every 15 s, and so do these (real time).
  void ping_streams();
  [[nodiscard]] std::size_t open_streams() const;
  /// At any one time.
  [[nodiscard]] std::size_t most_streams() const;

  // What was asked. Requests to /standin/… are not noted.
  [[nodiscard]] std::vector<RequestRecord> requests() const;
  [[nodiscard]] std::vector<RequestRecord> requests_to(std::string_view target_prefix,
                                                       std::string_view method = {}) const;
  [[nodiscard]] std::vector<RequestRecord> writes() const;
  [[nodiscard]] std::size_t request_count(std::string_view target_prefix = {},
                                          std::string_view method = {}) const;
  [[nodiscard]] std::size_t most_at_once(std::string_view target_prefix, std::string_view method = {}) const;
  [[nodiscard]] std::size_t connections_accepted() const;
  void clear_requests();
  /// Blocks until `count` such requests have arrived (answered or not); false when `timeout` passed first.
  [[nodiscard]] bool wait_for_requests(std::string_view target_prefix, std::size_t count,
                                       std::chrono::milliseconds timeout = std::chrono::seconds(10)) const;
  /// Blocks until the fault was applied so often; false when `timeout` passed first.
  [[nodiscard]] bool wait_for_faults(FaultId id, std::size_t times,
                                     std::chrono::milliseconds timeout = std::chrono::seconds(10)) const;

 private:
  class Impl;
  static ServerOptions with_age(Age age) {
    ServerOptions options;
    options.age = age;
    return options;
  }
  [[nodiscard]] std::recursive_mutex& mutex() const;
  [[nodiscard]] State& state();
  void wake_streams();

  std::unique_ptr<Impl> impl_;
};

}  // namespace cr::standin
