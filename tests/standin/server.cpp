#include "tests/standin/server.h"

#include "tests/standin/listener.h"

namespace cr::standin {

class Server::Impl : public Listener {
 public:
  using Listener::Listener;
};

Server::Server(ServerOptions options) : impl_(std::make_unique<Impl>(options)) {}
Server::~Server() = default;

std::uint16_t Server::port() const {
  return impl_->port();
}
std::string Server::url() const {
  return (impl_->tls() ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port());
}
const TlsFiles& Server::tls_files() const {
  return impl_->tls_files();
}
std::recursive_mutex& Server::mutex() const {
  return impl_->exchange.mutex;
}
State& Server::state() {
  return impl_->exchange.state();
}

void Server::before_each_request(std::function<void(State&, const RequestRecord&)> hook) {
  const std::scoped_lock lock(mutex());
  impl_->exchange.set_hook(std::move(hook));
}

FaultId Server::add_fault(FaultRule rule) {
  const std::scoped_lock lock(mutex());
  return impl_->exchange.faults().add(std::move(rule));
}
void Server::remove_fault(FaultId id) {
  const std::scoped_lock lock(mutex());
  impl_->exchange.faults().remove(id);
}
void Server::clear_faults() {
  const std::scoped_lock lock(mutex());
  impl_->exchange.faults().clear();
}
void Server::set_fault_seed(std::uint64_t seed) {
  const std::scoped_lock lock(mutex());
  impl_->exchange.faults().set_seed(seed);
}
std::size_t Server::faults_applied(FaultId id) const {
  const std::scoped_lock lock(mutex());
  return impl_->exchange.faults().applied(id);
}
std::size_t Server::faults_applied() const {
  const std::scoped_lock lock(mutex());
  return impl_->exchange.faults().applied();
}
void Server::stop_listening() {
  impl_->run_inside([this] { impl_->stop_listening(); });
}
void Server::start_listening() {
  impl_->run_inside([this] { impl_->listen(); });
}
void Server::close_connections() {
  impl_->run_inside([this] { impl_->close_connections(); });
}
void Server::set_keep_alive(bool on) {
  impl_->set_keep_alive(on);
}
void Server::set_longest_target(std::size_t bytes) {
  const std::scoped_lock lock(mutex());
  impl_->exchange.set_longest_target(bytes);
}
void Server::set_delay(std::chrono::milliseconds delay) {
  impl_->set_delay(delay);
}
void Server::hold(std::string target_prefix) {
  const std::scoped_lock lock(mutex());
  impl_->exchange.hold(std::move(target_prefix));
}
void Server::set_watch(WatchBehaviour behaviour) {
  const std::scoped_lock lock(mutex());
  impl_->exchange.set_watch(std::move(behaviour));
}
void Server::ping_streams() {
  impl_->streams().ping();
}
std::size_t Server::open_streams() const {
  return impl_->streams().open();
}
std::size_t Server::most_streams() const {
  return impl_->streams().most();
}
void Server::wake_streams() {
  impl_->streams().wake();
}
void Server::release() {
  {
    const std::scoped_lock lock(mutex());
    impl_->exchange.release();
  }
  impl_->run_inside([this] { impl_->open_gate(); });
}

std::vector<RequestRecord> Server::requests() const {
  const std::scoped_lock lock(mutex());
  return impl_->exchange.log().records();
}
std::vector<RequestRecord> Server::requests_to(std::string_view target_prefix,
                                               std::string_view method) const {
  const std::scoped_lock lock(mutex());
  return impl_->exchange.log().to(target_prefix, method);
}
std::vector<RequestRecord> Server::writes() const {
  const std::scoped_lock lock(mutex());
  return impl_->exchange.log().writes();
}
std::size_t Server::request_count(std::string_view target_prefix, std::string_view method) const {
  const std::scoped_lock lock(mutex());
  return impl_->exchange.log().count(target_prefix, method);
}
std::size_t Server::most_at_once(std::string_view target_prefix, std::string_view method) const {
  const std::scoped_lock lock(mutex());
  return impl_->exchange.log().most_at_once(target_prefix, method);
}
std::size_t Server::connections_accepted() const {
  return impl_->accepted();
}
void Server::clear_requests() {
  const std::scoped_lock lock(mutex());
  impl_->exchange.log().clear();
}
bool Server::wait_for_faults(FaultId id, std::size_t times, std::chrono::milliseconds timeout) const {
  std::unique_lock lock(mutex());
  return impl_->exchange.progress.wait_for(lock, timeout,
                                           [&] { return impl_->exchange.faults().applied(id) >= times; });
}
bool Server::wait_for_requests(std::string_view target_prefix, std::size_t count,
                               std::chrono::milliseconds timeout) const {
  std::unique_lock lock(mutex());
  return impl_->exchange.progress.wait_for(
      lock, timeout, [&] { return impl_->exchange.log().count(target_prefix) >= count; });
}

}  // namespace cr::standin
