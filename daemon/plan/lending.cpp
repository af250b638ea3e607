#include "daemon/plan/lending.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace cr::daemon {

void Lending::end_cycle(const reconcile::Reconciler& lender) {
  lender_ = &lender;
  for (const std::shared_ptr<Slip>& slip : std::exchange(waiting_, {})) {
    // Nobody holds a slip any more who has given up.
    if (slip.use_count() > 1) fill(*slip);
  }
}

void Lending::fill(Slip& slip) const {
  reconcile::KnowledgePtr known = lender_->knowledge();
  const std::lock_guard lock(slip.mutex);
  slip.known = std::move(known);
  slip.filled.notify_all();
}

reconcile::KnowledgePtr Lending::borrow(async::SteadyTime until, const std::stop_token& stop) {
  const auto slip = std::make_shared<Slip>();
  boost::asio::post(loop_, [this, slip] {
    if (slip.use_count() == 1) return;  // whoever asked has given up
    if (lender_ != nullptr) {
      fill(*slip);
    } else {
      waiting_.push_back(slip);
    }
  });
  std::unique_lock lock(slip->mutex);
  slip->filled.wait_until(lock, stop, until, [&] { return slip->known != nullptr; });
  return std::move(slip->known);
}

}  // namespace cr::daemon
