#include "reconcile/feed/feed_trust.h"

namespace cr::reconcile::feed {

std::string_view to_string(Trust state) {
  switch (state) {
    case Trust::off:
      return "off";
    case Trust::on_probation:
      return "on_probation";
    case Trust::trusted:
      return "trusted";
  }
  return {};
}

std::string_view to_string(Distrust why) {
  switch (why) {
    case Distrust::refused:
      return "the token may not read the audit log";
    case Distrust::unanswered:
      return "the audit log does not answer";
    case Distrust::gap:
      return "rows of the audit log may be missing";
    case Distrust::missed_change:
      return "a read found a change that the audit log had not told";
    case Distrust::no_row_of_ours:
      return "the audit log has no row of a change that we made";
  }
  return {};
}

void FeedTrust::looked() {
  if (state_ != Trust::off) return;
  state_ = Trust::on_probation;
  why_.reset();
}

void FeedTrust::earn() {
  state_ = Trust::trusted;
  why_.reset();
}

void FeedTrust::saw_row_of_ours() {
  if (state_ != Trust::off) earn();
}

void FeedTrust::swept() {
  if (state_ == Trust::on_probation && ++sweeps_ == kSweepsToEarn) earn();
}

void FeedTrust::lose(Distrust why) {
  const bool is_asked = why != Distrust::refused && why != Distrust::unanswered;
  state_ = is_asked ? Trust::on_probation : Trust::off;
  sweeps_ = 0;
  why_ = why;
}

}  // namespace cr::reconcile::feed
