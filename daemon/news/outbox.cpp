#include "daemon/news/outbox.h"

#include <algorithm>
#include <utility>

namespace cr::daemon {

std::size_t Outbox::add(LetterPtr letter) {
  letters_.push_back(std::move(letter));
  if (letters_.size() <= kMost) return 0;
  letters_.pop_front();
  perhaps_taken_ = 0;
  return 1;
}

std::size_t Outbox::drop_old(async::SteadyTime now) {
  std::size_t dropped = 0;
  for (; !letters_.empty() && now - letters_.front()->posted > kOldest; ++dropped) {
    letters_.pop_front();
    perhaps_taken_ = 0;
  }
  return dropped;
}

LetterPtr Outbox::due(async::SteadyTime now) const {
  return letters_.empty() || now < not_before_ ? nullptr : letters_.front();
}

std::optional<async::SteadyTime> Outbox::next_due() const {
  if (letters_.empty()) return std::nullopt;
  return not_before_;
}

void Outbox::settle() {
  letters_.pop_front();
  failures_ = 0;
  perhaps_taken_ = 0;
  not_before_ = async::SteadyTime::min();
}

void Outbox::give_up() {
  letters_.pop_front();
  perhaps_taken_ = 0;
}

void Outbox::postpone(async::SteadyTime now, std::optional<std::chrono::seconds> asked) {
  // Doubled each time; the bound is reached long before the shift could overflow.
  const auto doublings = std::min<std::size_t>(failures_++, 16);
  const std::chrono::seconds own = std::min(kFirstPause * (1U << doublings), kLongestPause);
  not_before_ = now + std::max(own, std::min(asked.value_or(own), kLongestAsked));
}

Delivery delivery_of(int status) {
  if (status >= 200 && status < 300) return Delivery::sent;
  const bool may_pass = status == 408 || status == 425 || status == 429 || status >= 500;
  return may_pass ? Delivery::postponed : Delivery::refused;
}

}  // namespace cr::daemon
