#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reconcile/model/ids.h"

namespace cr::reconcile {

using AuditRowId = Id<struct AuditRowIdTag>;
/// A moment of Coder's clock, as finely as its audit log tells it.
using AuditTime = std::chrono::sys_time<std::chrono::microseconds>;

/// One row of Coder's audit log. It is a hint and no truth: rows may lack, come late or out of order.
struct AuditRow {
  enum class About : std::uint8_t { workspace, build, template_, other };
  /// One field that the call changed, in Coder's words: "autostart_schedule", a TTL in nanoseconds.
  struct Part {
    std::string field;
    std::string before, now;  ///< "none" where there is none, "(secret)" where Coder hides it
    bool operator==(const Part&) const = default;
  };

  AuditRowId id;
  AuditTime at;
  About about = About::other;
  std::optional<WorkspaceId> workspace;   ///< of a workspace's row, and of a build's that tells it
  std::optional<TemplateId> template_id;  ///< of a template's row
  std::optional<UserId> user;
  std::string username;          ///< empty: of nobody that is known
  std::string user_agent;        ///< of the client; empty for builds
  std::string action;            ///< "create", "write", "delete", "start", "stop"
  std::string build_reason;      ///< of a build's row
  int status = 0;                ///< of the reply: from 400 on it was refused
  std::string request_id;        ///< as the reply's header had it; of a build the id of its job
  std::vector<Part> parts;       ///< none: it changed nothing, or was refused; of a create not listed
  std::optional<BuildId> build;  ///< of a build's row
  bool operator==(const AuditRow&) const = default;
};

/// What Coder does by itself, such as making dormant what nobody uses, it may enter under the owner's name:
/// no client has asked for it (coderd/autobuild).
[[nodiscard]] inline bool is_coders_own(const AuditRow& row) {
  return row.about == AuditRow::About::workspace && row.user_agent.empty();
}

/// One request for rows, the newest first.
struct AuditQuery {
  std::size_t limit = 1;
  std::size_t offset = 0;
  /// Rows of this day (UTC) and later are enough; 1970-01-01: all. Servers before 2.29 count all that match,
  /// at each request.
  std::chrono::sys_days since{};
  bool operator==(const AuditQuery&) const = default;
};

/// The newest rows first, as one request gets them.
struct AuditPage {
  std::vector<AuditRow> rows;
  std::uint64_t count = 0;  ///< of all rows that match; some servers stop counting at 2001
  AuditTime asked_at;       ///< by Coder's clock (`Date`); the request left then or later
  bool operator==(const AuditPage&) const = default;
};

/// How a create says in its user agent, which the log keeps, that a set wanted it: "set payments-dev".
[[nodiscard]] inline std::string made_for_set(std::string_view set) {
  return "set " + std::string(set);
}

}  // namespace cr::reconcile
