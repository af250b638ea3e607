#include "reconcile/http/resolve.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <memory>
#include <utility>

namespace cr::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// A resolver call that outlives whoever waits for it: getaddrinfo cannot be interrupted.
struct PendingResolve {
  explicit PendingResolve(const asio::any_io_executor& executor)
      : resolver(executor), done(executor, asio::steady_timer::time_point::max()) {}
  tcp::resolver resolver;
  asio::steady_timer done;
  bool finished = false;
  boost::system::error_code failed;
  Endpoints endpoints;
};

void start_resolve(const std::shared_ptr<PendingResolve>& pending, const std::string& host,
                   std::uint16_t port) {
  pending->resolver.async_resolve(
      host, std::to_string(port), tcp::resolver::numeric_service | tcp::resolver::address_configured,
      [pending](const boost::system::error_code& failed, const tcp::resolver::results_type& results) {
        pending->finished = true;
        pending->failed = failed;
        for (const auto& entry : results) pending->endpoints.push_back(entry.endpoint());
        pending->done.cancel();
      });
}

}  // namespace

awaitable<boost::system::result<Endpoints>> resolve_by_system(const std::string& host, std::uint16_t port) {
  auto pending = std::make_shared<PendingResolve>(co_await asio::this_coro::executor);
  start_resolve(pending, host, port);
  boost::system::error_code woken;
  auto token = asio::redirect_error(asio::use_awaitable, woken);
  co_await pending->done.async_wait(token);
  if (!pending->finished) throw boost::system::system_error(asio::error::operation_aborted);
  if (pending->failed) co_return pending->failed;
  co_return std::move(pending->endpoints);
}

}  // namespace cr::http
