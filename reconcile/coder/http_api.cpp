#include "reconcile/coder/http_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "reconcile/coder/search.h"
#include "reconcile/coder/url.h"
#include "reconcile/coder/wire.h"

namespace cr::coder {
namespace {

// Hardly anybody has as many; without a limit the price of a row grows with their number.
constexpr std::uint64_t kRowsOfOwner = 500;
constexpr int kPagesOfOwner = 40;

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
  });
}

/// Makes a call and decodes its answer.
template <class Decode>
auto call_and_decode(Caller& caller, const CallRequest& request, Decode decode)
    -> awaitable<ApiResult<typename std::invoke_result_t<Decode, std::string&>::value_type>> {
  auto answer = co_await caller.call(request);
  if (!answer) co_return answer.error();
  auto decoded = decode(answer->body);
  if (!decoded) co_return caller.not_understood(request, *answer, decoded.error().message);
  co_return std::move(*decoded);
}

template <class Id>
CallRequest with_id(const Route& route, std::string_view before, const Id& id, std::string_view after) {
  return CallRequest(route, fmt::format("{}{}{}", before, id.to_string(), after));
}

CallRequest user_path(const Route& route, std::string_view user, std::string_view after) {
  return CallRequest(route, fmt::format("/api/v2/users/{}{}", percent_encode(user), after));
}

ApiError not_sent(const Route& route, std::string message) {
  ApiError error(ApiFault::rejected, std::move(message));
  error.method = route.method;
  error.path = route.pattern;
  return error;
}

}  // namespace

awaitable<ApiResult<WorkspaceRows>> HttpApi::list(std::string query, std::size_t rows) {
  CallRequest request(routes::kWorkspaces, "/api/v2/workspaces");
  request.query = std::move(query);
  request.body_limit = body_limit_of_rows(rows);
  auto decode = [this, rows](std::string& body) { return decoder_.page(body, rows); };
  co_return co_await call_and_decode(caller_, request, decode);
}

awaitable<ApiResult<WorkspaceRows>> HttpApi::workspaces_by_ids(const std::vector<WorkspaceId>& ids) {
  // An empty term would be refused, and without one everything would come.
  if (ids.empty()) co_return WorkspaceRows();
  // A read without a limit is the dearest that there is, even where the ids bound it.
  co_return co_await list(search_query(search_ids("id", ids)) + fmt::format("&limit={}", ids.size()),
                          ids.size());
}

awaitable<ApiResult<WorkspaceRows>> HttpApi::workspaces_of_owner(const std::string& username) {
  const auto term = search_term("owner", username);
  if (!term) co_return WorkspaceRows();
  const std::string query = search_query(*term);
  WorkspaceRows all;
  std::set<WorkspaceId> seen;
  for (int number = 0; number < kPagesOfOwner; ++number) {
    const std::uint64_t offset = number * kRowsOfOwner;
    std::string part = fmt::format("{}&limit={}", query, kRowsOfOwner);
    if (offset > 0) part += fmt::format("&offset={}", offset);
    auto page = co_await list(std::move(part), kRowsOfOwner);
    if (!page) co_return page.error();
    all.count = page->count;
    const bool full = page->rows.size() == kRowsOfOwner;
    const std::size_t before = all.rows.size();
    // Rows move between pages; one that comes twice is one.
    for (LiveWorkspace& row : page->rows) {
      if (seen.insert(row.id).second) all.rows.push_back(std::move(row));
    }
    // Whatever the count says: after a page that is not full, or that brings nothing new, no other follows.
    const bool last = offset + kRowsOfOwner >= all.count;
    if (last || !full || all.rows.size() == before) break;
  }
  co_return std::move(all);
}

awaitable<ApiResult<WorkspaceRows>> HttpApi::workspaces_page(std::uint64_t offset, std::uint32_t limit) {
  // Coder reads 0 as "no limit".
  if (limit == 0) co_return not_sent(routes::kWorkspaces, "a page of no rows was asked for");
  co_return co_await list(fmt::format("limit={}&offset={}", limit, offset), limit);
}

awaitable<ApiResult<std::optional<LiveWorkspace>>> HttpApi::workspace_by_name(const std::string& owner,
                                                                              const std::string& name) {
  const CallRequest request =
      user_path(routes::kWorkspaceByName, owner, "/workspace/" + percent_encode(name));
  co_return co_await one_workspace(request);
}

awaitable<ApiResult<std::optional<LiveWorkspace>>> HttpApi::workspace_by_id(const WorkspaceId& id) {
  const CallRequest request = with_id(routes::kWorkspace, "/api/v2/workspaces/", id, "");
  co_return co_await one_workspace(request);
}

awaitable<ApiResult<std::optional<LiveWorkspace>>> HttpApi::one_workspace(const CallRequest& request) {
  auto decode = [this](std::string& body) { return decoder_.workspace(body); };
  auto found = co_await call_and_decode(caller_, request, decode);
  if (found) co_return std::optional<LiveWorkspace>(std::move(*found));
  ApiError error = found.error();
  if (error.fault == ApiFault::not_found || error.fault == ApiFault::gone)
    co_return std::optional<LiveWorkspace>();
  co_return error;
}

awaitable<ApiResult<BuildInfo>> HttpApi::build_info() {
  const CallRequest request(routes::kBuildInfo, "/api/v2/buildinfo");
  co_return co_await call_and_decode(caller_, request, decode_build_info);
}

awaitable<ApiResult<Me>> HttpApi::me() {
  const CallRequest request = user_path(routes::kUser, "me", "");
  co_return co_await call_and_decode(caller_, request, decode_me);
}

awaitable<ApiResult<TokenFacts>> HttpApi::token_facts() {
  const CallRequest request = user_path(routes::kTokenKey, "me", "/keys/" + caller_.key_id());
  co_return co_await call_and_decode(caller_, request, decode_token_facts);
}

awaitable<ApiResult<std::vector<bool>>> HttpApi::check_access(const std::vector<AccessQuestion>& questions) {
  if (questions.empty()) co_return std::vector<bool>();
  CallRequest request(routes::kAuthCheck, "/api/v2/authcheck");
  request.body = encode_access_questions(questions);
  const std::size_t count = questions.size();
  auto decode = [count](std::string& body) { return decode_access_answers(body, count); };
  co_return co_await call_and_decode(caller_, request, decode);
}

awaitable<ApiResult<User>> HttpApi::user(const std::string& name_or_id) {
  const CallRequest request = user_path(routes::kUser, name_or_id, "");
  co_return co_await call_and_decode(caller_, request, decode_user);
}

awaitable<ApiResult<std::vector<Organization>>> HttpApi::organizations() {
  const CallRequest request(routes::kOrganizations, "/api/v2/organizations");
  co_return co_await call_and_decode(caller_, request, decode_organizations);
}

awaitable<ApiResult<std::vector<Template>>> HttpApi::templates(std::string search,
                                                               std::optional<std::size_t> rows) {
  CallRequest request(routes::kTemplates, "/api/v2/templates");
  request.query = search_query(search);
  if (rows) request.body_limit = body_limit_of_rows(*rows);
  auto decode = [rows](std::string& body) -> DecodeResult<std::vector<Template>> {
    auto found = decode_templates(body);
    if (found && rows && found->size() > *rows) {
      return DecodeError(fmt::format("it has more than the {} rows that were asked for", *rows));
    }
    return found;
  };
  co_return co_await call_and_decode(caller_, request, decode);
}

awaitable<ApiResult<std::vector<Template>>> HttpApi::templates_named(const std::string& name) {
  const auto term = search_term("exact_name", name);
  if (!term) co_return std::vector<Template>();
  auto found = co_await templates(*term, std::nullopt);
  if (!found) co_return found.error();
  auto deprecated = co_await templates(*term + " deprecated:true", std::nullopt);
  if (!deprecated) co_return deprecated.error();
  // Coder before 2.23 lists deprecated ones both times.
  for (Template& candidate : *deprecated) {
    const bool known = std::any_of(found->begin(), found->end(),
                                   [&](const Template& other) { return other.id == candidate.id; });
    if (!known) found->push_back(std::move(candidate));
  }
  std::erase_if(*found, [&](const Template& entry) { return !equal_ignoring_case(entry.name, name); });
  co_return std::move(*found);
}

awaitable<ApiResult<Template>> HttpApi::template_by_id(const TemplateId& id) {
  const CallRequest request = with_id(routes::kTemplate, "/api/v2/templates/", id, "");
  co_return co_await call_and_decode(caller_, request, decode_template);
}

awaitable<ApiResult<std::vector<Template>>> HttpApi::templates_by_ids(const std::vector<TemplateId>& ids) {
  if (ids.empty()) co_return std::vector<Template>();
  co_return co_await templates(search_ids("ids", ids), ids.size());
}

awaitable<ApiResult<TemplateVersion>> HttpApi::version_named(const TemplateId& id, const std::string& name) {
  const CallRequest request =
      with_id(routes::kVersionByName, "/api/v2/templates/", id, "/versions/" + percent_encode(name));
  co_return co_await call_and_decode(caller_, request, decode_version);
}

awaitable<ApiResult<TemplateVersion>> HttpApi::version_by_id(const VersionId& id) {
  const CallRequest request = with_id(routes::kVersion, "/api/v2/templateversions/", id, "");
  co_return co_await call_and_decode(caller_, request, decode_version);
}

awaitable<ApiResult<std::vector<RichParameter>>> HttpApi::rich_parameters(const VersionId& id) {
  const CallRequest request =
      with_id(routes::kRichParameters, "/api/v2/templateversions/", id, "/rich-parameters");
  co_return co_await call_and_decode(caller_, request, decode_rich_parameters);
}

awaitable<ApiResult<std::vector<std::string>>> HttpApi::parameter_names_for(
    const VersionId& id, const UserId& owner,
    const std::vector<std::pair<std::string, std::string>>& values) {
  CallRequest request =
      with_id(routes::kDynamicParameters, "/api/v2/templateversions/", id, "/dynamic-parameters/evaluate");
  request.body = encode_parameter_question(owner, values);
  co_return co_await call_and_decode(caller_, request, decode_parameter_names);
}

awaitable<ApiResult<std::vector<std::pair<std::string, std::string>>>> HttpApi::build_parameters(
    const BuildId& id) {
  const CallRequest request =
      with_id(routes::kBuildParameters, "/api/v2/workspacebuilds/", id, "/parameters");
  co_return co_await call_and_decode(caller_, request, decode_build_parameters);
}

awaitable<ApiResult<LiveWorkspace>> HttpWriter::create_workspace(const CreateRequest& create) {
  CallRequest request = user_path(routes::kCreateWorkspace, create.owner.to_string(), "/workspaces");
  request.body = encode_create(create);
  auto decode = [this](std::string& body) { return decoder_.workspace(body); };
  co_return co_await call_and_decode(caller_, request, decode);
}

awaitable<ApiResult<Kept>> HttpWriter::set(const WorkspaceId& id, const Setting& setting) {
  const std::string_view pattern = setting.route->pattern;
  CallRequest request =
      with_id(*setting.route, "/api/v2/workspaces/", id, pattern.substr(pattern.rfind('/')));
  request.body = setting.body;
  auto answer = co_await caller_.call(request);
  if (!answer) co_return answer.error();
  Kept kept;
  kept.was_so = answer->status == 304;
  if (kept.was_so || setting.route->answer == Answer::nothing) co_return kept;
  auto workspace = decoder_.workspace(answer->body);
  if (!workspace) co_return caller_.not_understood(request, *answer, workspace.error().message);
  kept.row = std::move(*workspace);
  co_return kept;
}

awaitable<ApiResult<LiveBuild>> HttpWriter::queue_build(const WorkspaceId& id, Transition transition) {
  if (transition != Transition::start && transition != Transition::stop) {
    co_return not_sent(routes::kBuilds, "only start and stop builds are ever queued");
  }
  CallRequest request = with_id(routes::kBuilds, "/api/v2/workspaces/", id, "/builds");
  request.body = encode_build(transition);
  auto decode = [this](std::string& body) { return decoder_.build(body); };
  co_return co_await call_and_decode(caller_, request, decode);
}

}  // namespace cr::coder
