#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "reconcile/coder/api_error.h"
#include "reconcile/coder/decode_result.h"
#include "reconcile/coder/types.h"
#include "reconcile/model/audit_row.h"

/// What became of one workspace, and by whom: for a person who asks, never for a decision.
namespace cr::coder {

class Caller;

/// A build of the past, or the present one.
struct PastBuild {
  std::uint64_t number = 0;
  std::string transition;  ///< "start"
  std::string status;      ///< as Coder calls it: "succeeded" of its job
  std::string reason;      ///< what for: "autostart", or a client; "initiator" is somebody's wish
  std::string initiator;   ///< username
  std::string version;     ///< of the template
  std::string error;       ///< of its job; empty: none
  Instant created;
  bool operator==(const PastBuild&) const = default;
};

/// A change of a workspace's settings, as the audit log has it.
struct PastChange {
  using Part = reconcile::AuditRow::Part;
  Instant at;
  std::string user;         ///< username; empty: of nobody that is known
  std::string user_agent;   ///< of the client
  std::string action;       ///< "create", "write"
  int status = 0;           ///< of the reply: from 400 on it was refused
  std::vector<Part> parts;  ///< none: it changed nothing, or was refused; of a create not listed
  bool operator==(const PastChange&) const = default;
};

/// As CoderReader's, calls are bounded and repeated inside.
class HistoryReader {
 public:
  virtual ~HistoryReader() = default;
  /// The newest builds first, at most `most`.
  [[nodiscard]] virtual boost::asio::awaitable<ApiResult<std::vector<PastBuild>>> builds_of(
      const WorkspaceId& id, std::size_t most) = 0;
  /// The newest changes first, at most `most`. `forbidden` where the token may not read the audit log.
  [[nodiscard]] virtual boost::asio::awaitable<ApiResult<std::vector<PastChange>>> changes_of(
      const WorkspaceId& id, std::size_t most) = 0;
};
/// The caller outlives it.
[[nodiscard]] std::unique_ptr<HistoryReader> http_history(Caller& caller);

/// Unknown keys are passed over; what is too long for people is cut.
[[nodiscard]] DecodeResult<std::vector<PastBuild>> decode_past_builds(std::string_view body);
[[nodiscard]] DecodeResult<std::vector<PastChange>> decode_past_changes(std::string_view body);

}  // namespace cr::coder
