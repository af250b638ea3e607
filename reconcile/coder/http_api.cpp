#include "reconcile/coder/http_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <map>
#include <set>
#include <type_traits>
#include <utility>

#include "reconcile/coder/caller.h"
#include "reconcile/coder/classify.h"
#include "reconcile/coder/list_page.h"
#include "reconcile/coder/search.h"
#include "reconcile/coder/wire.h"
#include "reconcile/http/url.h"
#include "specs/text/ascii.h"

namespace cr::coder {
namespace {

// Hardly anybody has as many; without a limit the price of a row grows with their number.
constexpr std::uint64_t kRowsOfOwner = 500;
constexpr int kPagesOfOwner = 40;
// More users than any deployment has; whoever is beyond is not known to be suspended.
constexpr std::size_t kUsersAPage = 1'000;
constexpr std::size_t kMostPagesOfUsers = 100;

/// Coder's word for the token's own user.
constexpr std::string_view kMe = "me";

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

template <class Value>
std::string encoded(const Value& value) {
  if constexpr (std::is_convertible_v<Value, std::string_view>) {
    return http::percent_encode(value);
  } else {
    return http::percent_encode(value.to_string());
  }
}

/// The route's path with these values, in their order.
std::string path_of(const Route& route, std::initializer_list<std::string> values) {
  std::string path;
  std::string_view rest = route.pattern;
  for (const std::string& value : values) {
    path += rest.substr(0, rest.find('{'));
    path += value;
    rest.remove_prefix(std::min(rest.size(), rest.find('}') + 1));
  }
  path += rest;
  return path;
}

template <const Route& kRoute, class... Values>
CallRequest request_of(const Values&... values) {
  static_assert(kRoute.values() == sizeof...(Values), "the route's path takes as many values");
  return CallRequest(kRoute, path_of(kRoute, {encoded(values)...}));
}

ApiError not_sent(const Route& route, std::string message) {
  ApiError error(ApiFault::rejected, std::move(message));
  error.method = route.method;
  error.path = route.pattern;
  return error;
}

// Every Coder answers it; those from 2.14 on call it deprecated.
constexpr Route kCreateInOrganization{
    .method = "POST",
    .pattern = "/api/v2/organizations/{organization}/members/{user}/workspaces",
    .repeat = Repeat::if_unseen};

// Coder >= 2.16. Nobody needs it so much that it is worth another try.
constexpr Route kTimings{
    .method = "GET", .pattern = "/api/v2/workspaces/{workspace}/timings", .repeat = Repeat::if_unseen};

class HttpReader final : public CoderReader {
 public:
  explicit HttpReader(Caller& caller) : caller_(caller) {}

  awaitable<ApiResult<WorkspaceRows>> workspaces_by_ids(const std::vector<WorkspaceId>& ids) override {
    // An empty term would be refused, and without one everything would come.
    if (ids.empty()) co_return WorkspaceRows();
    // A read without a limit is the dearest that there is, even where the ids bound it.
    co_return co_await list(search_query(search_ids("id", ids)) + fmt::format("&limit={}", ids.size()),
                            ids.size());
  }

  awaitable<ApiResult<WorkspaceRows>> workspaces_of_owner(const std::string& username) override {
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

  awaitable<ApiResult<WorkspaceRows>> workspaces_page(std::uint64_t offset, std::uint32_t limit) override {
    // Coder reads 0 as "no limit".
    if (limit == 0) co_return not_sent(routes::kWorkspaces, "a page of no rows was asked for");
    co_return co_await list(fmt::format("limit={}&offset={}", limit, offset), limit);
  }

  awaitable<ApiResult<NameLook>> workspace_by_name(const std::string& owner,
                                                   const std::string& name) override {
    CallRequest request = request_of<routes::kWorkspaceByName>(owner, name);
    // A live one goes before those that are no more.
    request.query = "include_deleted=true";
    auto row = co_await one_workspace(request);
    if (!row) co_return row.error();
    NameLook look;
    if (*row && (*row)->build.status == BuildStatus::deleted) {
      look.deleted =
          (*row)->build.reason == BuildReason::autodelete ? Deleted::by_coder : Deleted::by_somebody;
    } else {
      look.live = std::move(*row);
    }
    co_return look;
  }

  awaitable<ApiResult<std::optional<LiveWorkspace>>> workspace_by_id(const WorkspaceId& id) override {
    const CallRequest request = request_of<routes::kWorkspace>(id);
    co_return co_await one_workspace(request);
  }

  awaitable<ApiResult<BuildInfo>> build_info() override {
    const CallRequest request = request_of<routes::kBuildInfo>();
    co_return co_await call_and_decode(caller_, request, decode_build_info);
  }

  awaitable<ApiResult<Me>> me() override {
    const CallRequest request = request_of<routes::kUser>(kMe);
    co_return co_await call_and_decode(caller_, request, decode_me);
  }

  awaitable<ApiResult<TokenFacts>> token_facts() override {
    const CallRequest request = request_of<routes::kTokenKey>(kMe, caller_.key_id());
    co_return co_await call_and_decode(caller_, request, decode_token_facts);
  }

  awaitable<ApiResult<std::vector<bool>>> check_access(
      const std::vector<AccessQuestion>& questions) override {
    if (questions.empty()) co_return std::vector<bool>();
    CallRequest request = request_of<routes::kAuthCheck>();
    request.body = encode_access_questions(questions);
    const std::size_t count = questions.size();
    auto decode = [count](std::string& body) { return decode_access_answers(body, count); };
    co_return co_await call_and_decode(caller_, request, decode);
  }

  awaitable<ApiResult<User>> user(const std::string& name_or_id) override {
    const CallRequest request = request_of<routes::kUser>(name_or_id);
    co_return co_await call_and_decode(caller_, request, decode_user);
  }

  awaitable<ApiResult<std::vector<Organization>>> organizations() override {
    const CallRequest request = request_of<routes::kOrganizations>();
    co_return co_await call_and_decode(caller_, request, decode_organizations);
  }

  awaitable<ApiResult<std::vector<Template>>> templates_named(const std::string& name) override {
    const auto term = search_term("exact_name", name);
    if (!term) co_return std::vector<Template>();
    auto found = co_await templates(*term);
    if (!found) co_return found.error();
    auto deprecated = co_await templates(*term + " deprecated:true");
    if (!deprecated) co_return deprecated.error();
    // Coder before 2.23 lists deprecated ones both times.
    for (Template& candidate : *deprecated) {
      const bool known = std::any_of(found->begin(), found->end(),
                                     [&](const Template& other) { return other.id == candidate.id; });
      if (!known) found->push_back(std::move(candidate));
    }
    std::erase_if(*found,
                  [&](const Template& entry) { return !text::equal_ignoring_case(entry.name, name); });
    co_return std::move(*found);
  }

  awaitable<ApiResult<Template>> template_by_id(const TemplateId& id) override {
    const CallRequest request = request_of<routes::kTemplate>(id);
    co_return co_await call_and_decode(caller_, request, decode_template);
  }

  awaitable<ApiResult<std::vector<Template>>> templates_by_ids(const std::vector<TemplateId>& ids) override {
    if (ids.empty()) co_return std::vector<Template>();
    auto found = co_await templates(search_ids("ids", ids), ids.size());
    if (!found) co_return found.error();
    // Coder before 2.14 searches nothing and lists them all.
    std::erase_if(*found,
                  [&](const Template& entry) { return std::ranges::find(ids, entry.id) == ids.end(); });
    co_return std::move(*found);
  }

  awaitable<ApiResult<TemplateVersion>> version_named(const TemplateId& id,
                                                      const std::string& name) override {
    const CallRequest request = request_of<routes::kVersionByName>(id, name);
    co_return co_await call_and_decode(caller_, request, decode_version);
  }

  awaitable<ApiResult<TemplateVersion>> version_by_id(const VersionId& id) override {
    const CallRequest request = request_of<routes::kVersion>(id);
    co_return co_await call_and_decode(caller_, request, decode_version);
  }

  awaitable<ApiResult<std::vector<RichParameter>>> rich_parameters(const VersionId& id) override {
    const CallRequest request = request_of<routes::kRichParameters>(id);
    co_return co_await call_and_decode(caller_, request, decode_rich_parameters);
  }

  awaitable<ApiResult<std::vector<RichParameter>>> parameters_for(
      const VersionId& id, const UserId& owner,
      const std::vector<std::pair<std::string, std::string>>& values) override {
    CallRequest request = request_of<routes::kDynamicParameters>(id);
    request.body = encode_parameter_question(owner, values);
    co_return co_await call_and_decode(caller_, request, decode_dynamic_parameters);
  }

  awaitable<ApiResult<std::vector<Preset>>> presets(const VersionId& id) override {
    const CallRequest request = request_of<routes::kPresets>(id);
    auto presets = co_await call_and_decode(caller_, request, decode_presets);
    if (!presets && is_unknown_route(presets.error())) co_return std::vector<Preset>();
    co_return presets;
  }

  [[nodiscard]] std::optional<std::chrono::seconds> clock_ahead() const override {
    return caller_.clock_ahead();
  }

  awaitable<ApiResult<std::vector<std::pair<std::string, std::string>>>> build_parameters(
      const BuildId& id) override {
    const CallRequest request = request_of<routes::kBuildParameters>(id);
    co_return co_await call_and_decode(caller_, request, decode_build_parameters);
  }

  awaitable<ApiResult<bool>> autostart_mismatch(const WorkspaceId& id) override {
    const CallRequest request = request_of<routes::kResolveAutostart>(id);
    co_return co_await call_and_decode(caller_, request, decode_autostart_mismatch);
  }

  awaitable<ApiResult<std::vector<TimedSpan>>> timings(const WorkspaceId& id) override {
    const CallRequest request = request_of<kTimings>(id);
    auto spans = co_await call_and_decode(caller_, request, decode_timings);
    if (!spans && is_unknown_route(spans.error())) co_return std::vector<TimedSpan>();
    co_return spans;
  }

  awaitable<ApiResult<std::vector<User>>> inactive_users() override {
    std::vector<User> all;
    for (std::size_t pages = 0; pages < kMostPagesOfUsers; ++pages) {
      CallRequest request = request_of<routes::kUsers>();
      request.query = search_query("status:suspended,dormant") +
                      fmt::format("&limit={}&offset={}", kUsersAPage, all.size());
      auto page = co_await call_and_decode(caller_, request, decode_users);
      if (!page) co_return page.error();
      std::ranges::move(*page, std::back_inserter(all));
      if (page->size() < kUsersAPage) break;
    }
    co_return std::move(all);
  }

 private:
  awaitable<ApiResult<WorkspaceRows>> list(std::string query, std::size_t rows) {
    CallRequest request = request_of<routes::kWorkspaces>();
    request.query = std::move(query);
    request.body_limit = body_limit_of_rows(rows);
    auto decode = [this, rows](std::string& body) { return decoder_.page(body, rows); };
    co_return co_await call_and_decode(caller_, request, decode);
  }

  awaitable<ApiResult<std::optional<LiveWorkspace>>> one_workspace(const CallRequest& request) {
    auto decode = [this](std::string& body) { return decoder_.workspace(body); };
    auto found = co_await call_and_decode(caller_, request, decode);
    if (found) co_return std::optional<LiveWorkspace>(std::move(*found));
    ApiError error = found.error();
    if (error.fault == ApiFault::not_found || error.fault == ApiFault::gone)
      co_return std::optional<LiveWorkspace>();
    co_return error;
  }

  awaitable<ApiResult<std::vector<Template>>> templates(std::string search, std::size_t rows = 0) {
    CallRequest request = request_of<routes::kTemplates>();
    request.query = search_query(search);
    request.body_limit = std::max(request.body_limit, body_limit_of_rows(rows));
    co_return co_await call_and_decode(caller_, request, decode_templates);
  }

  Caller& caller_;
  WorkspaceDecoder decoder_;
};

class HttpWriter final : public CoderWriter {
 public:
  explicit HttpWriter(Caller& caller) : caller_(caller) {}

  awaitable<ApiResult<Created>> create_workspace(const CreateRequest& create) override {
    if (!by_organization_) {
      CallRequest request = request_of<routes::kCreateWorkspace>(create.owner);
      auto created = co_await send(std::move(request), create);
      if (created || !is_unknown_route(created.error())) co_return created;
    }
    const auto organization = co_await organization_of(create.template_id);
    if (!organization) co_return organization.error();
    CallRequest request = request_of<kCreateInOrganization>(*organization, create.owner);
    auto created = co_await send(std::move(request), create);
    if (created || !is_unknown_route(created.error())) by_organization_ = true;
    co_return created;
  }

  awaitable<ApiResult<Kept>> set(const WorkspaceId& id, const Setting& setting) override {
    CallRequest request(*setting.route, path_of(*setting.route, {encoded(id)}));
    request.body = setting.body;
    auto answer = co_await caller_.call(request);
    if (!answer) co_return answer.error();
    Kept kept;
    kept.was_so = answer->status == 304;
    kept.request_id = answer->request_id;
    if (kept.was_so || setting.route->answer != Answer::json_or_same) co_return kept;
    auto workspace = decoder_.workspace(answer->body);
    if (!workspace) co_return caller_.not_understood(request, *answer, workspace.error().message);
    kept.row = std::move(*workspace);
    co_return kept;
  }

  awaitable<ApiResult<Queued>> queue_build(const WorkspaceId& id, Transition transition) override {
    if (transition != Transition::start && transition != Transition::stop) {
      co_return not_sent(routes::kBuilds, "only start and stop builds are ever queued");
    }
    CallRequest request = request_of<routes::kBuilds>(id);
    request.body = encode_build(transition);
    auto answer = co_await caller_.call(request);
    if (!answer) co_return answer.error();
    auto build = decoder_.build(answer->body);
    if (!build) co_return caller_.not_understood(request, *answer, build.error().message);
    co_return Queued{std::move(*build), std::move(answer->request_id)};
  }

 private:
  /// Asked once for each template.
  awaitable<ApiResult<OrganizationId>> organization_of(const TemplateId& id) {
    const auto known = organizations_.find(id);
    if (known != organizations_.end()) co_return known->second;
    const CallRequest request = request_of<routes::kTemplate>(id);
    auto found = co_await call_and_decode(caller_, request, decode_template);
    if (!found) co_return found.error();
    organizations_.emplace(id, found->organization_id);
    co_return found->organization_id;
  }

  awaitable<ApiResult<Created>> send(CallRequest request, const CreateRequest& create) {
    request.body = encode_create(create);
    request.comment = create.made_for;
    auto answer = co_await caller_.call(request);
    if (!answer) co_return answer.error();
    auto row = decoder_.workspace(answer->body);
    if (!row) co_return caller_.not_understood(request, *answer, row.error().message);
    co_return Created{std::move(*row), std::move(answer->request_id)};
  }

  Caller& caller_;
  WorkspaceDecoder decoder_;
  /// This Coder knows no create by owner alone (< 2.14).
  bool by_organization_ = false;
  std::map<TemplateId, OrganizationId> organizations_;  ///< of templates, for that form
};

}  // namespace

std::unique_ptr<CoderReader> http_reader(Caller& caller) {
  return std::make_unique<HttpReader>(caller);
}

std::unique_ptr<CoderWriter> http_writer(Caller& caller) {
  return std::make_unique<HttpWriter>(caller);
}

}  // namespace cr::coder
