#include "daemon/http/lanes.h"

#include <utility>

#include "daemon/http/place.h"

namespace cr::daemon {
namespace {

HttpResponse refusal() {
  return {.status = 503,
          .body = "{\"error\":\"too many pending requests; retry in a second\"}\n",
          .headers = {{"Retry-After", "1"}}};
}

}  // namespace

async::awaitable<HttpResponse> Lanes::answer(Lane lane, std::function<HttpResponse()> make) {
  if (lane == Lane::at_once) co_return make();
  Queue& queue = queues_[lane == Lane::brief ? 0 : 1];
  if (queue.waiting >= most_waiting_) co_return refusal();
  const Place place(queue.waiting);
  if (!queue.worker) queue.worker.emplace();
  auto made = queue.worker->run(std::move(make));
  co_return co_await std::move(made);
}

}  // namespace cr::daemon
