#include "daemon/http/lanes.h"

#include <utility>

#include "daemon/http/place.h"

namespace cr::daemon {
namespace {

HttpResponse refusal(Lane lane) {
  const bool alone = lane == Lane::one_at_a_time;
  HttpResponse response =
      alone ? error_response(429, "busy with another request of this kind; retry in a few seconds")
            : error_response(503, "too many pending requests; retry in a second");
  response.headers.emplace_back("Retry-After", alone ? "5" : "1");
  return response;
}

}  // namespace

async::awaitable<HttpResponse> Lanes::answer(Lane lane, std::function<HttpResponse()> make) {
  if (lane == Lane::at_once) co_return make();
  Queue& queue = queues_[static_cast<std::size_t>(lane) - 1];
  const std::size_t most = lane == Lane::one_at_a_time ? 1 : most_waiting_;
  if (queue.waiting >= most) co_return refusal(lane);
  const Place place(queue.waiting);
  if (!queue.worker) queue.worker.emplace();
  auto made = queue.worker->run(std::move(make));
  co_return co_await std::move(made);
}

}  // namespace cr::daemon
