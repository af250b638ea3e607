#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "reconcile/coder/api_error.h"
#include "reconcile/coder/decode_result.h"
#include "reconcile/model/audit_row.h"

/// The audit log as a feed of changes: whom to read again, and who it was.
namespace cr::coder {

class Caller;

/// As CoderReader's, calls are bounded and repeated inside.
class AuditReader {
 public:
  virtual ~AuditReader() = default;
  /// The newest rows first, at most as many as are asked for. `forbidden` where the token may not read the
  /// log. `contract` where the answer does not tell when it was given, or its first row cannot be
  /// understood: an answer that looks quiet and is not would be worse than none.
  [[nodiscard]] virtual boost::asio::awaitable<ApiResult<reconcile::AuditPage>> newest(
      const reconcile::AuditQuery& query) = 0;
  /// The newest rows about this workspace from `since` on, at most `most`; `asked_at` is not told.
  [[nodiscard]] virtual boost::asio::awaitable<ApiResult<std::vector<reconcile::AuditRow>>> of_workspace(
      const reconcile::WorkspaceId& id, std::chrono::sys_days since, std::size_t most) = 0;
  /// The rows of its creation, however long ago: one, where the log reaches so far back.
  [[nodiscard]] virtual boost::asio::awaitable<ApiResult<std::vector<reconcile::AuditRow>>> creation_of(
      const reconcile::WorkspaceId& id) = 0;
};
/// The caller outlives it.
[[nodiscard]] std::unique_ptr<AuditReader> http_audit(Caller& caller);

/// All of a page but when it was asked for. Unknown keys are passed over, texts are cut, rows without a
/// legible id, time, or workspace or template that they are about are left out; that must not be the first
/// row.
[[nodiscard]] DecodeResult<reconcile::AuditPage> decode_audit_page(std::string_view body);

}  // namespace cr::coder
