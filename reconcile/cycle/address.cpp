#include "reconcile/cycle/address.h"

#include <fmt/format.h>

#include "reconcile/read/reader.h"

namespace cr::reconcile {

using coder::ApiError;
using coder::ApiFault;

async::awaitable<std::optional<ApiError>> check_address(CycleState& state) {
  const coder::ApiResult<coder::BuildInfo> info = co_await state.memory.reader.build_info();
  if (!info) {
    // Where nobody answers for this page nobody answers for any, and asking costs minutes each time.
    const bool silent = info.error().fault == ApiFault::timeout || info.error().fault == ApiFault::throttled;
    if (silent) co_return info.error();
    // Where this page is blocked, the reads themselves tell whether it is Coder.
    state.address_checked = !coder::is_transient(info.error().fault);
    co_return std::nullopt;
  }
  state.address_checked = !info->workspace_proxy;
  if (!info->workspace_proxy) co_return std::nullopt;
  ApiError error(
      ApiFault::contract,
      fmt::format("this is a workspace proxy, which does not serve Coder's API; use the primary deployment's "
                  "access URL{}{}",
                  info->dashboard_url.empty() ? "" : " ", info->dashboard_url));
  error.method = coder::routes::kBuildInfo.method;
  error.path = coder::routes::kBuildInfo.pattern;
  co_return error;
}

}  // namespace cr::reconcile
