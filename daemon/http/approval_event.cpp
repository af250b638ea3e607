#include "daemon/http/approval_event.h"

#include <fmt/format.h>

#include "daemon/text/counted.h"

namespace cr::daemon {

Event event_of(const Approval& approval, async::WallTime at) {
  const bool approved = approval.result == metrics::ApprovalResult::approved;
  Event event;
  event.at = at;
  event.kind = approved ? EventKind::approval : EventKind::refusal;
  event.set = approval.set;
  event.by = approval.peer;
  if (!approval.forwarded.empty()) event.by += fmt::format(" ({})", approval.forwarded);
  event.result = metrics::to_string(approval.result);
  event.digest = approval.digest;
  if (approved) {
    event.text = counted(approval.changes, approval.set.empty() ? "workspace" : "owner");
  } else {
    event.text = approval.why;
  }
  return event;
}

}  // namespace cr::daemon
