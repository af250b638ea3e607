#include "reconcile/coder/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "reconcile/coder/audit_json.h"
#include "reconcile/coder/caller.h"
#include "reconcile/coder/search.h"
#include "specs/text/timestamp.h"

namespace cr::coder {
namespace {

using boost::asio::awaitable;
using nlohmann::json;
using reconcile::AuditPage;
using reconcile::AuditQuery;
using reconcile::AuditRow;

template <class Id>
std::optional<Id> id_at(const json& from, const char* key) {
  const json& text = part_at(from, key);
  return text.is_string() ? Id::parse(text.get_ref<const std::string&>()) : std::nullopt;
}

AuditRow::About about_of(const json& from) {
  const json& type = part_at(from, "resource_type");
  if (type == json("workspace")) return AuditRow::About::workspace;
  if (type == json("workspace_build")) return AuditRow::About::build;
  if (type == json("template")) return AuditRow::About::template_;
  return AuditRow::About::other;
}

/// Nothing if it cannot be told which row it is, when it was written, or what it is about.
std::optional<AuditRow> read_row(const json& from) {
  AuditRow row;
  const auto id = id_at<reconcile::AuditRowId>(from, "id");
  const auto at = text::parse_timestamp_us(text_at(from, "time"));
  if (!id || !at) return std::nullopt;
  row.id = *id;
  row.at = *at;
  row.about = about_of(from);
  const json& more = part_at(from, "additional_fields");
  switch (row.about) {
    case AuditRow::About::workspace:
      row.workspace = id_at<reconcile::WorkspaceId>(from, "resource_id");
      if (!row.workspace) return std::nullopt;
      break;
    case AuditRow::About::build:
      row.build = id_at<reconcile::BuildId>(from, "resource_id");
      row.workspace = id_at<reconcile::WorkspaceId>(more, "workspace_id");
      row.build_reason = text_at(more, "build_reason");
      break;
    case AuditRow::About::template_:
      row.template_id = id_at<reconcile::TemplateId>(from, "resource_id");
      if (!row.template_id) return std::nullopt;
      break;
    case AuditRow::About::other:
      break;
  }
  const json& user = part_at(from, "user");
  row.user = id_at<reconcile::UserId>(user, "id");
  row.username = text_at(user, "username");
  row.user_agent = text_at(from, "user_agent");
  row.action = text_at(from, "action");
  row.status = status_at(from, "status_code");
  row.request_id = text_at(from, "request_id");
  row.parts = changed_parts(from);
  return row;
}

std::string from_day(std::chrono::sys_days since) {
  const std::chrono::year_month_day day(since);
  return fmt::format("date_from:{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

std::string query_of(const AuditQuery& query) {
  std::string text;
  if (query.since != std::chrono::sys_days{}) text = search_query(from_day(query.since)) + "&";
  text += fmt::format("limit={}", query.limit);
  if (query.offset > 0) text += fmt::format("&offset={}", query.offset);
  return text;
}

class HttpAudit final : public AuditReader {
 public:
  explicit HttpAudit(Caller& caller) : caller_(caller) {}

  awaitable<ApiResult<AuditPage>> newest(const AuditQuery& query) override {
    CallRequest request(routes::kAudit, std::string(routes::kAudit.pattern));
    AuditQuery asked = query;
    // Coder reads 0 as "as many as fit".
    asked.limit = std::max<std::size_t>(query.limit, 1);
    request.query = query_of(asked);
    request.body_limit = body_limit_of_rows(asked.limit);
    auto answer = co_await caller_.call(request);
    if (!answer) co_return answer.error();
    if (!answer->asked_at) co_return caller_.not_understood(request, *answer, "no Date in its head");
    auto page = decode(answer->body);
    if (!page) co_return caller_.not_understood(request, *answer, page.error().message);
    if (page->rows.size() > asked.limit) page->rows.resize(asked.limit);
    page->asked_at = *answer->asked_at;
    co_return std::move(*page);
  }

  awaitable<ApiResult<std::vector<AuditRow>>> of_workspace(const reconcile::WorkspaceId& id,
                                                           std::chrono::sys_days since,
                                                           std::size_t most) override {
    return rows_of(id, from_day(since), most);
  }

  awaitable<ApiResult<std::vector<AuditRow>>> creation_of(const reconcile::WorkspaceId& id) override {
    constexpr std::size_t kMost = 2;
    return rows_of(id, "action:create", kMost);
  }

 private:
  /// While nobody does anything, each cycle's answer is that of the one before.
  DecodeResult<AuditPage> decode(std::string_view body) {
    if (last_ && last_->body == body) return last_->page;
    auto page = decode_audit_page(body);
    last_.reset();
    if (page && body.size() <= kShort) last_.emplace(Answer{std::string(body), *page});
    return page;
  }

  awaitable<ApiResult<std::vector<AuditRow>>> rows_of(const reconcile::WorkspaceId& id, std::string filter,
                                                      std::size_t most) {
    CallRequest request(routes::kAudit, std::string(routes::kAudit.pattern));
    request.query = search_query("resource_type:workspace resource_id:" + id.to_string() + " " + filter) +
                    fmt::format("&limit={}", most);
    request.body_limit = body_limit_of_rows(most);
    auto answer = co_await caller_.call(request);
    if (!answer) co_return answer.error();
    auto page = decode_audit_page(answer->body);
    if (!page) co_return caller_.not_understood(request, *answer, page.error().message);
    if (page->rows.size() > most) page->rows.resize(most);
    co_return std::move(page->rows);
  }

  struct Answer {
    std::string body;
    AuditPage page;
  };
  /// A row or two.
  static constexpr std::size_t kShort = std::size_t{16} << 10;

  Caller& caller_;
  std::optional<Answer> last_;  ///< if it was a short one
};

}  // namespace

std::unique_ptr<AuditReader> http_audit(Caller& caller) {
  return std::make_unique<HttpAudit>(caller);
}

DecodeResult<AuditPage> decode_audit_page(std::string_view body) {
  const json root = json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (root.is_discarded()) return DecodeError("broken JSON");
  const json& count = part_at(root, "count");
  if (!count.is_number_unsigned()) return DecodeError("\"count\" is not a number of rows");
  AuditPage page;
  page.count = count.get<std::uint64_t>();
  const json& rows = part_at(root, "audit_logs");
  if (rows.is_null() && root.contains("audit_logs")) return page;
  if (!rows.is_array()) return DecodeError("\"audit_logs\" is not an array");
  for (const json& one : rows) {
    if (auto row = read_row(one)) {
      page.rows.push_back(std::move(*row));
    } else if (page.rows.empty()) {
      return DecodeError("the newest row of \"audit_logs\" cannot be understood");
    }
  }
  return page;
}

}  // namespace cr::coder
