#include "tests/support/scripted_api.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/builders.h"

namespace cr::testing {
namespace {

using coder::awaitable;
using nlohmann::json;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
  return text;
}

template <class Id>
std::string last_digits(const Id& id) {
  const std::string text = id.to_string();
  const std::size_t from = text.find_first_not_of('0', 24);
  return from == std::string::npos ? "0" : text.substr(from);
}

bool begins_with(const std::string& text, std::string_view prefix) {
  return text.starts_with(prefix);
}

}  // namespace

std::size_t ScriptedCoder::count(std::string_view prefix) const {
  return static_cast<std::size_t>(
      std::count_if(calls_.begin(), calls_.end(),
                    [&](const std::string& call_text) { return begins_with(call_text, prefix); }));
}

std::vector<std::string> ScriptedCoder::writes() const {
  std::vector<std::string> found;
  for (const std::string& text : calls_) {
    for (const std::string_view kind : {"create", "autostart", "ttl", "updates", "dormant", "build "}) {
      if (begins_with(text, kind)) found.push_back(text);
    }
  }
  return found;
}

void ScriptedCoder::fail(std::string prefix, ApiFault fault, int times, bool after_effect) {
  fail(std::move(prefix), ApiError(fault, "scripted failure"), times, after_effect);
}
void ScriptedCoder::fail(std::string prefix, ApiError error, int times, bool after_effect) {
  faults_.push_back(Fault{std::move(prefix), std::move(error), times, after_effect});
}

void ScriptedCoder::hold(std::string prefix, std::function<void()> reached) {
  held_prefix_ = std::move(prefix);
  held_reached_ = std::move(reached);
}
void ScriptedCoder::release() {
  held_prefix_.clear();
  for (boost::asio::steady_timer* timer : held_) timer->cancel();
}

LiveWorkspace* ScriptedCoder::find(std::string_view owner, std::string_view name) {
  const std::string wanted_owner = lower(std::string(owner));
  const std::string wanted_name = lower(std::string(name));
  for (LiveWorkspace& row : fleet) {
    if (lower(row.name) != wanted_name) continue;
    if (lower(row.owner_name) == wanted_owner || row.owner_id.to_string() == wanted_owner) return &row;
  }
  return nullptr;
}
LiveWorkspace* ScriptedCoder::find(const WorkspaceId& id) {
  const auto found =
      std::find_if(fleet.begin(), fleet.end(), [&](const LiveWorkspace& row) { return row.id == id; });
  return found == fleet.end() ? nullptr : &*found;
}

ScriptedCoder::Fault* ScriptedCoder::fault_of(const std::string& text) {
  for (Fault& fault : faults_) {
    if (fault.times > 0 && begins_with(text, fault.prefix)) return &fault;
  }
  return nullptr;
}

coder::User* ScriptedCoder::user_named(const std::string& name_or_id) {
  for (coder::User& candidate : users) {
    if (lower(candidate.username) == lower(name_or_id) || candidate.id.to_string() == lower(name_or_id)) {
      return &candidate;
    }
  }
  return nullptr;
}

template <class T>
awaitable<ApiResult<T>> ScriptedCoder::call(std::string text, std::function<ApiResult<T>()> effect) {
  calls_.push_back(text);
  most_at_a_time_ = std::max(most_at_a_time_, ++in_flight_);
  struct Leave {
    std::size_t& in_flight;
    ~Leave() { --in_flight; }
  } leave{in_flight_};

  auto executor = co_await boost::asio::this_coro::executor;
  co_await boost::asio::post(executor,
                             boost::asio::use_awaitable);  // others get their turn, as with a socket
  if (!held_prefix_.empty() && begins_with(text, held_prefix_)) {
    boost::asio::steady_timer never(executor, boost::asio::steady_timer::time_point::max());
    held_.push_back(&never);
    boost::system::error_code woken;
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, woken);
    held_reached_();
    co_await never.async_wait(token);
    std::erase(held_, &never);
  }
  if (before) before(text);
  Fault* fault = fault_of(text);
  if (fault) --fault->times;
  if (fault && !fault->after_effect) co_return fault->error;
  const ApiError error = fault ? fault->error : ApiError();
  ApiResult<T> result = effect();
  if (fault) co_return error;
  co_return result;
}

awaitable<ApiResult<coder::WorkspaceRows>> ScriptedCoder::workspaces_by_ids(
    const std::vector<WorkspaceId>& ids) {
  return call<coder::WorkspaceRows>("ids " + std::to_string(ids.size()), [this, ids] {
    coder::WorkspaceRows rows;
    for (const LiveWorkspace& row : fleet) {
      if (std::find(ids.begin(), ids.end(), row.id) != ids.end()) rows.rows.push_back(row);
    }
    rows.count = rows.rows.size();
    return rows;
  });
}

awaitable<ApiResult<coder::WorkspaceRows>> ScriptedCoder::workspaces_of_owner(const std::string& username) {
  return call<coder::WorkspaceRows>("owner " + username, [this, username] {
    coder::WorkspaceRows rows;
    for (const LiveWorkspace& row : fleet) {
      if (lower(row.owner_name) == lower(username)) rows.rows.push_back(row);
    }
    rows.count = rows.rows.size() + withheld;
    return rows;
  });
}

awaitable<ApiResult<coder::WorkspaceRows>> ScriptedCoder::workspaces_page(std::uint64_t offset,
                                                                          std::uint32_t limit) {
  return call<coder::WorkspaceRows>(
      "page " + std::to_string(offset) + "+" + std::to_string(limit), [this, offset, limit] {
        coder::WorkspaceRows rows;
        for (std::uint64_t i = offset; i < fleet.size() && i < offset + limit; ++i) {
          rows.rows.push_back(fleet[i]);
        }
        rows.count = fleet.size() + withheld;
        return rows;
      });
}

awaitable<ApiResult<coder::NameLook>> ScriptedCoder::workspace_by_name(const std::string& owner,
                                                                       const std::string& name) {
  return call<coder::NameLook>("name " + owner + "/" + name, [this, owner, name] {
    coder::NameLook look;
    if (const LiveWorkspace* row = find(owner, name)) look.live = *row;
    const auto fate = deleted.find(owner + "/" + name);
    if (!look.live && fate != deleted.end()) look.deleted = fate->second;
    return look;
  });
}

awaitable<ApiResult<std::optional<LiveWorkspace>>> ScriptedCoder::workspace_by_id(const WorkspaceId& id) {
  return call<std::optional<LiveWorkspace>>("id " + last_digits(id), [this, id] {
    const LiveWorkspace* row = find(id);
    return row ? std::optional(*row) : std::nullopt;
  });
}

awaitable<ApiResult<coder::BuildInfo>> ScriptedCoder::build_info() {
  return call<coder::BuildInfo>("buildinfo", [] { return coder::BuildInfo{"v2.35.1+abcdef0", false, ""}; });
}
awaitable<ApiResult<coder::Me>> ScriptedCoder::me() {
  return call<coder::Me>("me", [] {
    coder::Me me;
    me.user = coder::User{a_user_id(1), "admin", coder::UserStatus::active};
    me.roles = {"owner"};
    return me;
  });
}
awaitable<ApiResult<coder::TokenFacts>> ScriptedCoder::token_facts() {
  return call<coder::TokenFacts>("token", [] { return coder::TokenFacts{}; });
}
awaitable<ApiResult<std::vector<bool>>> ScriptedCoder::check_access(
    const std::vector<coder::AccessQuestion>& questions) {
  return call<std::vector<bool>>("access " + std::to_string(questions.size()),
                                 [size = questions.size()] { return std::vector<bool>(size, true); });
}
awaitable<ApiResult<coder::User>> ScriptedCoder::user(const std::string& name_or_id) {
  return call<coder::User>("user " + name_or_id, [this, name_or_id]() -> ApiResult<coder::User> {
    if (const coder::User* found = user_named(name_or_id)) return *found;
    return ApiError(ApiFault::not_found, "no such user");
  });
}
awaitable<ApiResult<std::vector<coder::Organization>>> ScriptedCoder::organizations() {
  return call<std::vector<coder::Organization>>("organizations", [] {
    return std::vector{coder::Organization{an_id<OrganizationId>(1), "coder", true}};
  });
}
awaitable<ApiResult<std::vector<coder::Template>>> ScriptedCoder::templates_named(const std::string& name) {
  return call<std::vector<coder::Template>>("templates " + name, [name] {
    coder::Template found;
    found.id = an_id<TemplateId>(1);
    found.organization_id = an_id<OrganizationId>(1);
    found.name = name;
    found.active_version = an_id<VersionId>(1);
    return std::vector{found};
  });
}
awaitable<ApiResult<coder::Template>> ScriptedCoder::template_by_id(const TemplateId& id) {
  return call<coder::Template>("template " + last_digits(id), [this, id] {
    coder::Template found;
    found.id = id;
    found.name = "docker";
    if (on_template) on_template(found);
    return found;
  });
}
awaitable<ApiResult<std::vector<coder::Template>>> ScriptedCoder::templates_by_ids(
    const std::vector<TemplateId>& ids) {
  return call<std::vector<coder::Template>>("templates_by_ids " + std::to_string(ids.size()), [this, ids] {
    std::vector<coder::Template> found;
    for (const TemplateId& id : ids) {
      if (std::find(unlisted.begin(), unlisted.end(), id) != unlisted.end()) continue;
      found.emplace_back().id = id;
      if (on_template) on_template(found.back());
    }
    return found;
  });
}
awaitable<ApiResult<coder::TemplateVersion>> ScriptedCoder::version_named(const TemplateId& id,
                                                                          const std::string& name) {
  return call<coder::TemplateVersion>("version " + name, [id, name] {
    return coder::TemplateVersion{an_id<VersionId>(1), id, name, false};
  });
}
awaitable<ApiResult<coder::TemplateVersion>> ScriptedCoder::version_by_id(const VersionId& id) {
  return call<coder::TemplateVersion>("version " + last_digits(id), [id] {
    return coder::TemplateVersion{id, an_id<TemplateId>(1), "v1", false};
  });
}
awaitable<ApiResult<std::vector<coder::Preset>>> ScriptedCoder::presets(const VersionId&) {
  return call<std::vector<coder::Preset>>("presets", [] { return std::vector<coder::Preset>(); });
}
awaitable<ApiResult<std::vector<coder::RichParameter>>> ScriptedCoder::parameters_for(
    const VersionId& id, const UserId&, const std::vector<std::pair<std::string, std::string>>&) {
  return call<std::vector<coder::RichParameter>>("parameters_for " + last_digits(id),
                                                 [] { return std::vector<coder::RichParameter>(); });
}
awaitable<ApiResult<std::vector<coder::RichParameter>>> ScriptedCoder::rich_parameters(const VersionId& id) {
  return call<std::vector<coder::RichParameter>>("rich_parameters " + last_digits(id),
                                                 [] { return std::vector<coder::RichParameter>(); });
}
awaitable<ApiResult<std::vector<std::pair<std::string, std::string>>>> ScriptedCoder::build_parameters(
    const BuildId& id) {
  return call<std::vector<std::pair<std::string, std::string>>>("build_parameters " + last_digits(id), [] {
    return std::vector<std::pair<std::string, std::string>>();
  });
}
awaitable<ApiResult<bool>> ScriptedCoder::autostart_mismatch(const WorkspaceId& id) {
  return call<bool>("autostart_mismatch " + last_digits(id),
                    [this, id] { return std::ranges::find(mismatched, id) != mismatched.end(); });
}
awaitable<ApiResult<std::vector<reconcile::TimedSpan>>> ScriptedCoder::timings(const WorkspaceId& id) {
  return call<std::vector<reconcile::TimedSpan>>("timings " + last_digits(id), [this] { return timed; });
}
awaitable<ApiResult<std::vector<coder::User>>> ScriptedCoder::inactive_users() {
  return call<std::vector<coder::User>>("inactive_users", [this] {
    std::vector<coder::User> found;
    std::ranges::copy_if(users, std::back_inserter(found), [](const coder::User& user) {
      return user.status == coder::UserStatus::suspended || user.status == coder::UserStatus::dormant;
    });
    return found;
  });
}

awaitable<ApiResult<coder::Created>> ScriptedCoder::create_workspace(const coder::CreateRequest& request) {
  return call<coder::Created>("create " + request.name, [this, request]() -> ApiResult<coder::Created> {
    if (find(request.owner.to_string(), request.name)) return ApiError(ApiFault::conflict, "name in use");
    const coder::User* owner = user_named(request.owner.to_string());
    LiveWorkspace row = a_live(next_id_++, owner ? owner->username : "somebody", request.name);
    row.owner_id = request.owner;
    row.autostart_schedule = request.autostart_schedule;
    if (request.ttl) row.ttl = *request.ttl;
    if (request.automatic_updates_always.value_or(false))
      row.automatic_updates = LiveAutomaticUpdates::always;
    row.build.number = 1;
    row.build.transition = Transition::start;
    row.build.status = BuildStatus::pending;
    row.build.initiator = a_user_id(1);
    if (on_create) on_create(row);
    fleet.push_back(row);
    return coder::Created{row, request_id};
  });
}

awaitable<ApiResult<coder::Kept>> ScriptedCoder::set(const WorkspaceId& id, const coder::Setting& setting) {
  const json body = json::parse(setting.body);
  const std::string_view pattern = setting.route->pattern;
  const std::string_view what = pattern.substr(pattern.rfind('/') + 1);
  if (what == "autostart") {
    const std::string schedule = body["schedule"].is_null() ? "" : body["schedule"].get<std::string>();
    return change(id, "autostart", schedule,
                  [schedule](LiveWorkspace& row) { row.autostart_schedule = schedule; });
  }
  if (what == "ttl") {
    std::optional<std::chrono::milliseconds> ttl;
    if (!body["ttl_ms"].is_null()) ttl = std::chrono::milliseconds(body["ttl_ms"].get<std::int64_t>());
    const std::string value =
        ttl ? std::to_string(std::chrono::floor<std::chrono::minutes>(*ttl).count()) + "m" : "none";
    return change(id, "ttl", value, [ttl](LiveWorkspace& row) { row.ttl = ttl; });
  }
  if (what == "autoupdates") {
    const std::string value = body["automatic_updates"];
    const auto kept = value == "always" ? LiveAutomaticUpdates::always : LiveAutomaticUpdates::never;
    return change(id, "updates", value, [kept](LiveWorkspace& row) { row.automatic_updates = kept; });
  }
  const bool dormant = body["dormant"];
  auto sleep = [this, id, dormant]() -> ApiResult<coder::Kept> {
    LiveWorkspace* row = find(id);
    if (!row || row->dormant == dormant)
      return coder::Kept{.row = {}, .was_so = true, .request_id = request_id};
    row->dormant = dormant;
    return coder::Kept{.row = *row, .request_id = request_id};
  };
  return call<coder::Kept>("dormant " + last_digits(id) + (dormant ? " true" : " false"), std::move(sleep));
}

awaitable<ApiResult<coder::Kept>> ScriptedCoder::change(const WorkspaceId& id, const std::string& what,
                                                        const std::string& value,
                                                        std::function<void(LiveWorkspace&)> effect) {
  return call<coder::Kept>(what + ' ' + last_digits(id) + ' ' + value,
                           [this, id, effect = std::move(effect)]() -> ApiResult<coder::Kept> {
                             // Coder takes writes to deleted workspaces, and nothing comes of them.
                             if (LiveWorkspace* row = find(id)) effect(*row);
                             return coder::Kept{.row = {}, .request_id = request_id};
                           });
}

awaitable<ApiResult<coder::Queued>> ScriptedCoder::queue_build(const WorkspaceId& id, Transition transition) {
  const std::string which = transition == Transition::stop ? " stop" : " start";
  return call<coder::Queued>("build " + last_digits(id) + which,
                             [this, id, transition]() -> ApiResult<coder::Queued> {
                               LiveWorkspace* row = find(id);
                               if (!row) return ApiError(ApiFault::not_found, "no such workspace");
                               if (row->build.active())
                                 return ApiError(ApiFault::conflict, "a build is active");
                               row->build.id = an_id<BuildId>(next_id_++);
                               ++row->build.number;
                               row->build.transition = transition;
                               row->build.status = BuildStatus::pending;
                               row->build.reason = BuildReason::initiator;
                               row->build.initiator = a_user_id(1);
                               return coder::Queued{row->build, request_id};
                             });
}

}  // namespace cr::testing
