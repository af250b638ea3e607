#include "daemon/activity/activity_log.h"

#include <algorithm>
#include <utility>

#include "specs/text/message_text.h"

namespace cr::daemon {
namespace {

void shorten(std::string& text, std::size_t most) {
  if (text.size() > most) text = std::string(text::cut(text, most)) + "…";
  text.shrink_to_fit();
}

void shorten(Event& event) {
  for (std::string* text :
       {&event.workspace.owner, &event.workspace.name, &event.set, &event.what, &event.field, &event.from,
        &event.to, &event.by, &event.result, &event.digest, &event.request_id})
    shorten(*text, ActivityLog::kLongestValue);
  shorten(event.text, ActivityLog::kLongestText);
}

/// What makes events alike. Of words of ours alone, so that nobody can make sorts without end.
std::string sort_of(const Event& event) {
  std::string sort(to_string(event.kind));
  for (const std::string* part : {&event.what, &event.field, &event.result}) (sort += '\0') += *part;
  if (event.kind == EventKind::transition) (sort += '\0') += event.to;
  return sort;
}

Event nothing() {
  Event none;
  none.count = 0;
  return none;
}

}  // namespace

void ActivityLog::join(Event& others, const Event& event) {
  if (others.count == 0) {
    others = event;
    others.count = 1;
    return;
  }
  ++others.count;
  others.duration.reset();
  if (others.workspace != event.workspace) others.workspace = {};
  for (const auto part : {&Event::set, &Event::from, &Event::to, &Event::by, &Event::text, &Event::digest,
                          &Event::request_id}) {
    if (others.*part != event.*part) (others.*part).clear();
  }
}

void ActivityLog::add(Event event) {
  shorten(event);
  Crowd& crowd = crowds_.try_emplace(sort_of(event), Crowd{.seen = 0, .others = nothing()}).first->second;
  ++crowd.seen;
  // The first of a sort is always named: what is rare in a crowd is what matters.
  const std::size_t singly = event.result == "skipped" ? 1 : kSingly;
  const bool named = crowd.seen == 1 || (crowd.seen <= singly && singly_ < kSinglyInAll);
  if (!named) {
    join(crowd.others, event);
    if (crowd.others.count < kTogether) return;
    crowd.others.at = event.at;
    return keep(std::exchange(crowd.others, nothing()));
  }
  ++singly_;
  keep(std::move(event));
}

void ActivityLog::settle(async::WallTime at) {
  for (auto& [sort, crowd] : crowds_) {
    if (crowd.others.count == 0) continue;
    crowd.others.at = at;
    keep(std::move(crowd.others));
  }
  crowds_.clear();
  singly_ = 0;
}

void ActivityLog::keep(Event event) {
  event.number = ++newest_;
  bytes_ += size_of(event);
  events_.push_back(std::make_shared<const Event>(std::move(event)));
  while (events_.size() > kMost || bytes_ > kMostBytes) {
    bytes_ -= size_of(*events_.front());
    events_.pop_front();
  }
}

Happened ActivityLog::snapshot() const {
  return after(0);
}

Happened ActivityLog::after(std::uint64_t number) const {
  Happened happened;
  happened.newest = newest_;
  happened.oldest = newest_ + 1 - events_.size();
  const std::uint64_t skipped =
      number < happened.oldest ? 0 : std::min<std::uint64_t>(number - happened.oldest + 1, events_.size());
  happened.events.assign(events_.begin() + static_cast<std::ptrdiff_t>(skipped), events_.end());
  return happened;
}

}  // namespace cr::daemon
