#include "reconcile/coder/history.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "reconcile/coder/audit_json.h"
#include "reconcile/coder/caller.h"
#include "reconcile/coder/search.h"
#include "reconcile/http/url.h"
#include "specs/text/timestamp.h"

namespace cr::coder {
namespace {

using boost::asio::awaitable;
using nlohmann::json;

constexpr std::string_view kBuildsPattern = "/api/v2/workspaces/{workspace}/builds";
constexpr Route kPastBuilds{.method = "GET", .pattern = kBuildsPattern, .body_limit = Route::kAllOfThem};

Instant time_at(const json& from, const char* key) {
  const auto at = text::parse_timestamp(text_at(from, key));
  return at ? Instant(*at) : Instant();
}

PastBuild read_build(const json& from) {
  PastBuild build;
  const json& number = part_at(from, "build_number");
  if (number.is_number_unsigned()) build.number = number.get<std::uint64_t>();
  build.transition = text_at(from, "transition");
  build.status = text_at(part_at(from, "job"), "status");
  build.reason = text_at(from, "reason");
  build.initiator = text_at(from, "initiator_name");
  build.version = text_at(from, "template_version_name");
  build.error = text_at(part_at(from, "job"), "error");
  build.created = time_at(from, "created_at");
  return build;
}

PastChange read_change(const json& from) {
  PastChange change;
  change.at = time_at(from, "time");
  change.user = text_at(part_at(from, "user"), "username");
  change.user_agent = text_at(from, "user_agent");
  change.action = text_at(from, "action");
  change.status = status_at(from, "status_code");
  change.parts = changed_parts(from);
  return change;
}

class HttpHistory final : public HistoryReader {
 public:
  explicit HttpHistory(Caller& caller) : caller_(caller) {}

  awaitable<ApiResult<std::vector<PastBuild>>> builds_of(const WorkspaceId& id, std::size_t most) override {
    std::string path(kBuildsPattern);
    constexpr std::string_view kPlace = "{workspace}";
    path.replace(path.find(kPlace), kPlace.size(), id.to_string());
    CallRequest request(kPastBuilds, std::move(path));
    request.query = fmt::format("limit={}", most);
    auto answer = co_await caller_.call(request);
    if (!answer) co_return answer.error();
    auto builds = decode_past_builds(answer->body);
    if (!builds) co_return caller_.not_understood(request, *answer, builds.error().message);
    if (builds->size() > most) builds->resize(most);
    co_return std::move(*builds);
  }

  awaitable<ApiResult<std::vector<PastChange>>> changes_of(const WorkspaceId& id, std::size_t most) override {
    CallRequest request(routes::kAudit, std::string(routes::kAudit.pattern));
    request.query = search_query("resource_type:workspace resource_id:" + id.to_string()) +
                    fmt::format("&limit={}", most);
    auto answer = co_await caller_.call(request);
    if (!answer) co_return answer.error();
    auto changes = decode_past_changes(answer->body);
    if (!changes) co_return caller_.not_understood(request, *answer, changes.error().message);
    if (changes->size() > most) changes->resize(most);
    co_return std::move(*changes);
  }

 private:
  Caller& caller_;
};

}  // namespace

std::unique_ptr<HistoryReader> http_history(Caller& caller) {
  return std::make_unique<HttpHistory>(caller);
}

DecodeResult<std::vector<PastBuild>> decode_past_builds(std::string_view body) {
  const json root = json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (root.is_discarded()) return DecodeError("broken JSON");
  std::vector<PastBuild> builds;
  if (root.is_null()) return builds;
  if (!root.is_array()) return DecodeError("expected an array");
  for (const json& one : root) builds.push_back(read_build(one));
  return builds;
}

DecodeResult<std::vector<PastChange>> decode_past_changes(std::string_view body) {
  const json root = json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (root.is_discarded()) return DecodeError("broken JSON");
  const json& rows = part_at(root, "audit_logs");
  std::vector<PastChange> changes;
  if (rows.is_null() && root.is_object() && root.contains("audit_logs")) return changes;
  if (!rows.is_array()) return DecodeError("\"audit_logs\" is not an array");
  for (const json& one : rows) changes.push_back(read_change(one));
  return changes;
}

}  // namespace cr::coder
