#include "daemon/http/lanes.h"

#include <utility>

#include "daemon/http/place.h"

namespace cr::daemon {
namespace {

HttpResponse refusal(Lane lane) {
  if (lane == Lane::one_at_a_time) {
    return {.status = 429,
            .body = "{\"error\":\"busy with another request of this kind; retry in a few seconds\"}\n",
            .headers = {{"Retry-After", "5"}}};
  }
  return {.status = 503,
          .body = "{\"error\":\"too many pending requests; retry in a second\"}\n",
          .headers = {{"Retry-After", "1"}}};
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
