#include "reconcile/coder/directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_set>
#include <utility>

#include "reconcile/coder/audit_json.h"
#include "reconcile/coder/caller.h"
#include "reconcile/coder/classify.h"
#include "reconcile/coder/list_page.h"
#include "reconcile/coder/search.h"
#include "reconcile/http/url.h"
#include "specs/text/ascii.h"

namespace cr::coder {
namespace {

using boost::asio::awaitable;
using nlohmann::json;
using Outcome = MembersRead::Outcome;

constexpr std::size_t kRowsAPage = 500;
// Somebody comes or goes while it is read: hardly ever twice.
constexpr int kReadings = 3;
// More than any deployment has.
constexpr std::size_t kMostRows = 1'000'000;
// Rows of workspaces are the dearest that there are.
constexpr std::uint64_t kMostNamedAlike = 5'000;

constexpr Route kMembersByPage{.method = "GET",
                               .pattern = "/api/v2/organizations/{organization}/paginated-members",
                               .body_limit = Route::kAllOfThem,
                               .list = true};
// Coder < 2.21 has no other: an array of all of them, in no order.
constexpr Route kMembers{.method = "GET",
                         .pattern = "/api/v2/organizations/{organization}/members",
                         .body_limit = std::size_t{256} << 20,
                         .list = true};
constexpr Route kGroup{.method = "GET",
                       .pattern = "/api/v2/organizations/{organization}/groups/{group}",
                       .body_limit = std::size_t{256} << 20,
                       .list = true};

using Decode = DecodeResult<MembersPage> (*)(std::string_view);

/// "… is a Premium feature. Contact sales!", and whatever that edition was called before.
bool wants_licence(const ApiError& error) {
  return error.status == 403 && error.message.find("Contact sales") != std::string::npos;
}

MembersRead failed(ApiError error) {
  MembersRead read;
  const bool absent = error.status == 404 && !is_unknown_route(error) && error.fault == ApiFault::not_found;
  read.outcome = absent ? Outcome::not_found : Outcome::failed;
  read.error = std::move(error);
  return read;
}

MembersRead incomplete(std::string what) {
  MembersRead read;
  read.outcome = Outcome::incomplete;
  read.what_is_missing = std::move(what);
  return read;
}

bool each_once(const std::vector<Member>& members) {
  std::unordered_set<UserId> seen;
  seen.reserve(members.size());
  return std::ranges::all_of(members, [&](const Member& one) { return seen.insert(one.id).second; });
}

MembersRead whole(MembersPage page) {
  MembersRead read;
  read.outcome = Outcome::whole;
  read.members = std::move(page.rows);
  read.organization = page.organization;
  return read;
}

class HttpDirectory final : public DirectoryReader {
 public:
  explicit HttpDirectory(Caller& caller) : caller_(caller) {}

  awaitable<MembersRead> members_of_organization(const std::string& organization) override {
    const std::string name = http::percent_encode(organization);
    if (!all_in_one_) {
      const CallRequest request(kMembersByPage, "/api/v2/organizations/" + name + "/paginated-members");
      MembersRead read = co_await by_pages(request, decode_members);
      if (read.outcome != Outcome::failed || !is_unknown_route(read.error)) co_return read;
    }
    const CallRequest request(kMembers, "/api/v2/organizations/" + name + "/members");
    auto page = co_await ask(request, decode_members);
    if (!page) co_return failed(page.error());
    all_in_one_ = true;
    if (!each_once(page->rows)) co_return incomplete("its answer has somebody twice");
    co_return whole(std::move(*page));
  }

  awaitable<MembersRead> members_of_group(const std::string& organization,
                                          const std::string& group) override {
    const CallRequest request(kGroup, "/api/v2/organizations/" + http::percent_encode(organization) +
                                          "/groups/" + http::percent_encode(group));
    auto page = co_await ask(request, decode_group);
    if (!page) {
      MembersRead read = failed(page.error());
      if (is_unknown_route(read.error) || wants_licence(read.error)) read.outcome = Outcome::no_groups;
      co_return read;
    }
    if (page->rows.size() != page->count || !each_once(page->rows)) {
      co_return incomplete(fmt::format("it has {} members, and the token may read {} of them", page->count,
                                       page->rows.size()));
    }
    co_return whole(std::move(*page));
  }

  awaitable<MembersRead> suspended_users() override {
    CallRequest request(routes::kUsers, std::string(routes::kUsers.pattern));
    request.query = search_query("status:suspended") + "&";
    co_return co_await by_pages(request, decode_users_page);
  }

  awaitable<ApiResult<std::optional<std::vector<LiveWorkspace>>>> workspaces_named(
      const std::string& name) override {
    const auto term = search_term("name", name);
    if (!term) co_return std::optional<std::vector<LiveWorkspace>>(std::in_place);
    auto read = co_await read_named(*term, text::lower(name));
    // One that moved to a page that was read already was not shown. Those whose template the token may not
    // read never are.
    if (read && *read && !(*read)->is_whole) read = co_await read_named(*term, text::lower(name));
    if (!read) co_return read.error();
    if (!*read) co_return std::nullopt;
    co_return std::optional(std::move((*read)->rows));
  }

  awaitable<ApiResult<bool>> may_read_members(const OrganizationId& organization) override {
    json object = json::object();
    object["resource_type"] = "organization_member";
    object["organization_id"] = organization.to_string();
    return may_read(std::move(object));
  }

  awaitable<ApiResult<bool>> may_read_users() override {
    json object = json::object();
    object["resource_type"] = "user";
    return may_read(std::move(object));
  }

 private:
  struct Named {
    std::vector<LiveWorkspace> rows;
    bool is_whole = true;  ///< as many were shown as Coder counts
  };
  /// Nothing where there are too many.
  awaitable<ApiResult<std::optional<Named>>> read_named(const std::string& term, const std::string& wanted) {
    Named found;
    std::unordered_set<WorkspaceId> seen;
    std::size_t count = 0;
    for (std::size_t offset = 0;; offset += kRowsAPage) {
      CallRequest request(routes::kWorkspaces, std::string(routes::kWorkspaces.pattern));
      request.query = search_query(term) + fmt::format("&limit={}", kRowsAPage);
      if (offset > 0) request.query += fmt::format("&offset={}", offset);
      request.body_limit = body_limit_of_rows(kRowsAPage);
      auto answer = co_await caller_.call(request);
      if (!answer) co_return answer.error();
      auto page = decoder_.page(answer->body, kRowsAPage);
      if (!page) co_return caller_.not_understood(request, *answer, page.error().message);
      if (page->count > kMostNamedAlike) co_return std::nullopt;
      // Coder looks for a part of the name; and rows move between pages.
      for (LiveWorkspace& row : page->rows) {
        if (seen.insert(row.id).second && text::lower(row.name) == wanted)
          found.rows.push_back(std::move(row));
      }
      count = page->count;
      if (offset + kRowsAPage >= count) break;
    }
    found.is_whole = seen.size() >= count;
    co_return std::optional(std::move(found));
  }

  awaitable<ApiResult<bool>> may_read(json object) {
    CallRequest request(routes::kAuthCheck, std::string(routes::kAuthCheck.pattern));
    json check = json::object();
    check["object"] = std::move(object);
    check["action"] = "read";
    json body = json::object();
    body["checks"]["0"] = std::move(check);
    request.body = body.dump();
    auto answer = co_await caller_.call(request);
    if (!answer) co_return answer.error();
    const json root = json::parse(answer->body, nullptr, /*allow_exceptions=*/false);
    const json& allowed = part_at(root, "0");
    if (!allowed.is_boolean()) {
      co_return caller_.not_understood(request, *answer, "\"0\" is not true or false");
    }
    co_return allowed.get<bool>();
  }

  awaitable<ApiResult<MembersPage>> ask(const CallRequest& request, Decode decode) {
    auto answer = co_await caller_.call(request);
    if (!answer) co_return answer.error();
    auto page = decode(answer->body);
    if (!page) co_return caller_.not_understood(request, *answer, page.error().message);
    co_return std::move(*page);
  }

  awaitable<MembersRead> by_pages(const CallRequest& of_all, Decode decode) {
    std::string wrong;
    for (int reading = 0; reading < kReadings; ++reading) {
      MembersPage all;
      wrong.clear();
      for (std::size_t pages = 0;; ++pages) {
        CallRequest request = of_all;
        // Beyond the end some answer 500, and a row that is asked for twice tells whether all stand still.
        const std::size_t offset = all.rows.empty() ? 0 : all.rows.size() - 1;
        request.query += fmt::format("limit={}", kRowsAPage);
        if (offset > 0) request.query += fmt::format("&offset={}", offset);
        request.body_limit = body_limit_of_rows(kRowsAPage);
        auto page = co_await ask(request, decode);
        if (!page) co_return failed(page.error());
        if (pages > 0 &&
            (page->count != all.count || page->rows.empty() || page->rows.front().id != all.rows.back().id)) {
          wrong = "who is in the list changed while it was read";
          break;
        }
        const std::size_t before = all.rows.size();
        all.count = page->count;
        if (all.organization.is_nil()) all.organization = page->organization;
        std::move(page->rows.begin() + (pages > 0 ? 1 : 0), page->rows.end(), std::back_inserter(all.rows));
        if (all.rows.size() >= all.count || all.rows.size() == before || all.rows.size() > kMostRows) break;
      }
      if (!wrong.empty()) continue;
      if (all.rows.size() == all.count && each_once(all.rows)) co_return whole(std::move(all));
      wrong = fmt::format("Coder counts {} and shows {}", all.count, all.rows.size());
    }
    co_return incomplete(std::move(wrong));
  }

  Caller& caller_;
  WorkspaceDecoder decoder_;
  /// This Coder has no pages of members.
  bool all_in_one_ = false;
};

UserStatus status_of(const json& row) {
  const json& status = part_at(row, "status");
  if (status == json("active")) return UserStatus::active;
  if (status == json("suspended")) return UserStatus::suspended;
  if (status == json("dormant")) return UserStatus::dormant;
  return UserStatus::unknown;
}

/// Rows whose user is named by `id_key`.
DecodeResult<std::vector<Member>> read_rows(const json& rows, const char* id_key) {
  std::vector<Member> members;
  // Go writes a list without entries as null in places.
  if (rows.is_null()) return members;
  if (!rows.is_array()) return DecodeError("the list of people is not an array");
  members.reserve(rows.size());
  for (const json& row : rows) {
    const json& id = part_at(row, id_key);
    const json& name = part_at(row, "username");
    const auto parsed = id.is_string() ? UserId::parse(id.get_ref<const std::string&>()) : std::nullopt;
    if (!parsed || !name.is_string() || name.get_ref<const std::string&>().empty()) {
      return DecodeError(fmt::format("row {} has no \"{}\" and \"username\"", members.size(), id_key));
    }
    members.push_back({*parsed, name.get<std::string>(), status_of(row)});
  }
  return members;
}

OrganizationId organization_of(const json& from) {
  const json& id = part_at(from, "organization_id");
  if (!id.is_string()) return {};
  return OrganizationId::parse(id.get_ref<const std::string&>()).value_or(OrganizationId());
}

/// An object with a list and the number of all.
DecodeResult<MembersPage> read_page(const json& root, const char* list, const char* number,
                                    const char* id_key) {
  const json& count = part_at(root, number);
  if (!count.is_number_unsigned()) {
    return DecodeError(fmt::format("\"{}\" is not a number of people", number));
  }
  if (!root.contains(list)) return DecodeError(fmt::format("\"{}\" is missing", list));
  auto rows = read_rows(root[list], id_key);
  if (!rows) return rows.error();
  MembersPage page;
  page.count = count.get<std::uint64_t>();
  page.rows = std::move(*rows);
  return page;
}

}  // namespace

std::unique_ptr<DirectoryReader> http_directory(Caller& caller) {
  return std::make_unique<HttpDirectory>(caller);
}

DecodeResult<MembersPage> decode_members(std::string_view body) {
  const json root = json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (root.is_discarded()) return DecodeError("broken JSON");
  if (root.is_object()) {
    auto page = read_page(root, "members", "count", "user_id");
    if (page && !page->rows.empty()) page->organization = organization_of(root["members"][0]);
    return page;
  }
  if (!root.is_array()) return DecodeError("neither a page of members nor a list of them");
  auto rows = read_rows(root, "user_id");
  if (!rows) return rows.error();
  MembersPage page;
  page.count = rows->size();
  page.rows = std::move(*rows);
  if (!page.rows.empty()) page.organization = organization_of(root[0]);
  return page;
}

DecodeResult<MembersPage> decode_group(std::string_view body) {
  const json root = json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!root.is_object()) return DecodeError("not a group");
  auto page = read_page(root, "members", "total_member_count", "id");
  if (page) page->organization = organization_of(root);
  return page;
}

DecodeResult<MembersPage> decode_users_page(std::string_view body) {
  const json root = json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!root.is_object()) return DecodeError("not a page of users");
  return read_page(root, "users", "count", "id");
}

}  // namespace cr::coder
