#include "daemon/http/event_stream.h"

#include <fmt/format.h>

#include <utility>

#include "daemon/activity/event_json.h"
#include "specs/text/number.h"

namespace cr::daemon {
namespace {

/// How long a browser waits before it comes again.
constexpr int kRetryMilliseconds = 5000;

/// Where a client goes on; `number` absent: it says nothing that can be read.
struct Place {
  std::string_view epoch;
  std::optional<std::uint64_t> number;
};

Place place_of(std::string_view id) {
  const std::size_t dash = id.rfind('-');
  if (dash == std::string_view::npos) return {};
  return {id.substr(0, dash), text::parse_number<std::uint64_t>(id.substr(dash + 1))};
}

}  // namespace

EventStream::EventStream(const SharedActivity& activity, EventQuery query, std::string_view last_event_id)
    : activity_(activity), filter_(std::move(query.filter)) {
  const std::uint64_t newest = activity.newest();
  Place place{query.epoch.empty() ? std::string_view(activity.epoch()) : query.epoch, query.since};
  if (!last_event_id.empty()) place = place_of(last_event_id);
  sent_ = newest;
  greeting_ = fmt::format("retry: {}\n\n", kRetryMilliseconds);
  const bool goes_on = !last_event_id.empty() || query.since || !query.epoch.empty();
  if (!goes_on) return;
  const bool ours = place.epoch == activity.epoch() && (!place.number || *place.number <= newest);
  if (ours && place.number) {
    sent_ = *place.number;
  } else if (!ours || !last_event_id.empty()) {
    greeting_ += fmt::format("event: reload\nid: {0}-{1}\ndata: {{\"epoch\":\"{0}\",\"newest\":{1}}}\n\n",
                             activity.epoch(), newest);
  }
}

std::string EventStream::take() {
  std::string piece = std::exchange(greeting_, {});
  if (activity_.newest() == sent_) return piece;
  const Happened happened = activity_.after(sent_);
  if (happened.oldest > sent_ + 1) {
    piece += fmt::format("event: gap\nid: {}-{}\ndata: {{\"dropped\":{}}}\n\n", happened.epoch,
                         happened.oldest - 1, happened.oldest - sent_ - 1);
    sent_ = happened.oldest - 1;
  }
  std::size_t put = 0;
  for (const EventPtr& event : happened.events) {
    if (filter_.matches(*event)) {
      if (put++ == kAtOnce || piece.size() > kLongestPiece) return piece;
      piece += fmt::format("id: {}-{}\ndata: {}\n\n", happened.epoch, event->number, event_line(*event));
    }
    sent_ = event->number;
  }
  return piece;
}

}  // namespace cr::daemon
