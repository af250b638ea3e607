#include "reconcile/http/transport.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/throw_exception.hpp>
#include <stdexcept>
#include <utility>

#include "reconcile/async/structured.h"

namespace cr::http {
namespace {

// A request that must not be sent twice does not go over a connection that may have died unseen: one that
// answered this short a time ago has not been closed for being idle.
constexpr std::chrono::seconds kFreshEnough{2};

/// What to set aside for the next answer, where this one was `seen`. Room that is not used costs nothing, and
/// room that is missing costs a copy: so one small answer, as the last of a list, tells little.
std::size_t next_size(std::size_t known, std::size_t seen) {
  return seen >= known ? seen : known - (known - seen) / 8;
}

}  // namespace

void throw_exception_from_error(const TransportError& error, const boost::source_location& where) {
  boost::throw_exception(std::runtime_error(error.message), where);
}

Transport::Transport(async::Clock& clock, Dialer dialer, ConnectionLimits limits)
    : clock_(clock), dialer_(std::move(dialer)), limits_(limits), slots_(limits.max_connections) {}

awaitable<TransportResult<HttpResponse>> Transport::send(const Request& request) {
  Progress progress;
  auto work = send_now(request, progress);
  auto response = co_await async::with_deadline(clock_, request.deadline, std::move(work));
  if (response) co_return std::move(*response);
  TransportError error(
      TransportFault::timeout,
      fmt::format("no complete response within {} s; stopped while {}",
                  std::chrono::duration_cast<std::chrono::seconds>(request.allowed).count(), progress.doing));
  error.unsent = !progress.sent;
  co_return error;
}

awaitable<TransportResult<HttpResponse>> Transport::send_now(const Request& request, Progress& progress) {
  const auto slot = co_await slots_.acquire();
  std::size_t& body_size = body_sizes_.try_emplace(std::string(request.kind)).first->second;
  std::unique_ptr<Stream> stream = take_kept(request.repeatable);
  bool kept = stream != nullptr;
  while (true) {
    if (!stream) {
      auto dialed = co_await dialer_.dial(progress);
      if (!dialed) co_return dialed.error();
      stream = std::move(*dialed);
    }
    Expected expected;
    expected.body_limit = request.body_limit;
    expected.body_size = std::min(body_size + body_size / 8, request.body_limit);
    auto response = co_await exchange(*stream, request.message, expected, progress);
    if (response) body_size = next_size(body_size, response->body.size());
    if (!response && kept && request.repeatable && response.error().closed_before_answer) {
      stream.reset();
      kept = false;
      continue;
    }
    if (response && response->keep_alive) {
      Kept back;
      back.stream = std::move(stream);
      back.since = clock_.now();
      idle_.push_back(std::move(back));
    }
    co_return response;
  }
}

std::unique_ptr<Stream> Transport::take_kept(bool repeatable) {
  const async::SteadyTime now = clock_.now();
  std::erase_if(idle_, [&](const Kept& kept) { return now - kept.since >= limits_.keep_idle; });
  while (!idle_.empty()) {
    if (!repeatable && now - idle_.back().since > kFreshEnough) return nullptr;
    std::unique_ptr<Stream> stream = std::move(idle_.back().stream);
    idle_.pop_back();
    if (!stream->looks_dead()) return stream;
  }
  return nullptr;
}

}  // namespace cr::http
