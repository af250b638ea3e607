#include "daemon/http/endpoints.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <nlohmann/json.hpp>
#include <span>
#include <sstream>
#include <utility>
#include <vector>

#include "daemon/activity/event_json.h"
#include "daemon/diagnostics_json.h"
#include "daemon/http/event_stream.h"
#include "daemon/http/page/activity.h"
#include "daemon/http/page/page.h"
#include "daemon/http/page/workspace_filter.h"
#include "daemon/http/page/workspace_page.h"
#include "daemon/json_fields.h"
#include "reconcile/report/forecast_view.h"
#include "reconcile/report/render.h"
#include "specs/duration.h"
#include "specs/name.h"
#include "specs/text/ascii.h"
#include "specs/text/number.h"

namespace cr::daemon {
namespace {

using reconcile::WorkspaceStatus;

constexpr std::size_t kMostListed = 1000;
constexpr std::size_t kListedByDefault = 100;
constexpr std::size_t kMostDiagnostics = 100;
// What a query may cost: each workspace is searched for each word and each term.
constexpr std::size_t kMostParameters = 20;
constexpr std::size_t kLongestParameter = 256;
constexpr std::ptrdiff_t kMostWords = 10;
constexpr std::ptrdiff_t kMostTerms = 10;
constexpr std::size_t kLongestDigest = 64;
constexpr std::chrono::hours kForecastByDefault{24};
constexpr std::chrono::days kFurthestForecast{366};

HttpResponse json_response(const nlohmann::json& json, int status = 200) {
  return {.status = status, .body = reconcile::dump(json) + "\n", .headers = {}};
}

HttpResponse accepted_response(std::string_view what, const std::string& digest = {}) {
  nlohmann::json made;
  const Keys<json_parts::kAccepted> object(made);
  object["status"] = what;
  if (!digest.empty()) object["digest"] = digest;
  return json_response(made, 202);
}

HttpResponse plain(int status, std::string_view text) {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .body = std::string{text} + "\n",
          .headers = {}};
}

HttpResponse not_begun() {
  return error_response(503, "no cycle has finished yet");
}

/// A number of the query; nothing if it is there and none.
std::optional<std::size_t> number_in(const HttpRequest& request, std::string_view key, std::size_t fallback) {
  const auto found = request.query.find(key);
  if (found == request.query.end()) return fallback;
  return text::parse_number<std::size_t>(found->second);
}

/// Which bound the query exceeds; empty: none.
std::string unbounded(const HttpRequest& request) {
  if (request.parameters > kMostParameters)
    return "the query has more than " + std::to_string(kMostParameters) + " parameters";
  for (const auto& [key, value] : request.query) {
    if (key.size() > kLongestParameter || value.size() > kLongestParameter)
      return "a parameter of the query has more than " + std::to_string(kLongestParameter) + " bytes";
    if (key == "q") {
      std::istringstream text(value);
      if (std::distance(std::istream_iterator<std::string>(text), {}) > kMostWords)
        return "q has more than " + std::to_string(kMostWords) + " words";
    } else if (key == "label" && std::ranges::count(value, ',') >= kMostTerms) {
      return "label has more than " + std::to_string(kMostTerms) + " terms";
    }
  }
  return {};
}

/// The part of a list that is asked for; `problem` if it can't be read.
struct Paging {
  std::size_t limit = kListedByDefault;
  std::size_t offset = 0;
  std::string problem;
};
Paging paging_in(const HttpRequest& request) {
  Paging paging;
  const auto limit = number_in(request, "limit", kListedByDefault);
  const auto offset = number_in(request, "offset", 0);
  if (!limit || *limit == 0 || *limit > kMostListed) {
    paging.problem = "limit must be a number from 1 to 1000";
  } else if (!offset) {
    paging.problem = "offset must be a number from 0 up";
  } else {
    paging.limit = *limit;
    paging.offset = *offset;
  }
  return paging;
}

HttpResponse wrong_token(std::string_view message) {
  HttpResponse response = error_response(401, message);
  response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"coder-reconciler\"");
  return response;
}

HttpResponse sent_by_foreign_page() {
  return error_response(
      403,
      "sent by a web page of another server; behind a proxy that changes the Host header, add "
      "the name that browsers use to --allowed-hosts");
}

/// `digest=…` in the query, {"digest": "…"} or the bare digest in the body.
std::string digest_in(const HttpRequest& request) {
  if (const auto found = request.query.find("digest"); found != request.query.end()) return found->second;
  const auto json = nlohmann::json::parse(request.body, nullptr, false);
  if (json.is_object() && json.contains("digest") && json["digest"].is_string()) return json["digest"];
  if (json.is_string()) return json;
  std::string bare = request.body;
  std::erase_if(bare, [](char c) { return c == ' ' || c == '\r' || c == '\n' || c == '\t'; });
  return bare;
}

/// Null where there is none. Rows are in the order of their identities.
const WorkspaceStatus* find_row(const reconcile::Rows& rows, std::string_view owner, std::string_view name) {
  const auto order = [&](const WorkspaceStatus& row) {
    const auto owners = specs::compare_lower(row.spec->owner, owner);
    return owners != 0 ? owners : specs::compare_lower(row.spec->name, name);
  };
  const auto found = std::ranges::partition_point(rows, [&](const auto& row) { return order(row) < 0; });
  return found == rows.end() || order(*found) != 0 ? nullptr : &*found;
}

/// What waits for a person's yes.
struct Held {
  std::string digest;
  std::size_t changes = 0;
  std::string set{};  ///< whose owners would leave; empty: the plan
};

std::vector<Held> all_held(const reconcile::CycleReport& report) {
  std::vector<Held> held;
  if (report.verdict.held) held.push_back({report.verdict.digest, report.verdict.changes});
  for (const reconcile::sets::SetStatus& set : report.sets) {
    if (!set.digest.empty()) held.push_back({set.digest, set.held, set.name});
  }
  return held;
}

std::string others_held(const std::vector<Held>& held) {
  constexpr std::size_t kNamed = 3;
  std::string text;
  for (const Held& one : std::span(held).first(std::min(kNamed, held.size()))) {
    text += text.empty() ? "" : ", ";
    text += one.set.empty() ? "a different plan is held, with the digest " + one.digest
                            : "owners of set " + one.set + " are held, with the digest " + one.digest;
  }
  if (held.size() > kNamed) text += fmt::format(", and {} more", held.size() - kNamed);
  return text + "; review it (/api/v1/plan, /api/v1/summary) and approve that one";
}

std::span<const std::string_view> methods_of(std::string_view route) {
  static constexpr std::string_view kReads[] = {"GET", "HEAD"};
  static constexpr std::string_view kPosts[] = {"POST"};
  if (route.starts_with("/-/")) return kPosts;
  // What has no end has no length that HEAD could tell.
  return route == "/api/v1/events/stream" ? std::span(kReads).first(1) : std::span(kReads);
}

}  // namespace

bool same_secret(const std::string& a, const std::string& b) {
  // Digests have one length, whatever the secrets' are.
  std::array<unsigned char, SHA256_DIGEST_LENGTH> left{}, right{};
  SHA256(reinterpret_cast<const unsigned char*>(a.data()), a.size(), left.data());
  SHA256(reinterpret_cast<const unsigned char*>(b.data()), b.size(), right.data());
  return CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

Lane lane_of(const HttpRequest& request) {
  if (request.path == "/healthz" || request.path == "/readyz") return Lane::at_once;
  if (Endpoints::asks_for_plan(request)) return Lane::one_at_a_time;
  return request.path == "/metrics" || request.path == "/api/v1/events/stream" || request.method == "POST"
             ? Lane::brief
             : Lane::lengthy;
}

std::string_view Endpoints::route_of(const HttpRequest& request) {
  static constexpr std::string_view kRoutes[] = {"/",
                                                 "/metrics",
                                                 "/healthz",
                                                 "/readyz",
                                                 "/api/v1/summary",
                                                 "/api/v1/plan",
                                                 "/api/v1/forecast",
                                                 "/api/v1/workspaces",
                                                 "/api/v1/events",
                                                 "/api/v1/events/stream",
                                                 "/activity",
                                                 "/-/reconcile",
                                                 "/-/approve",
                                                 "/-/plan"};
  const auto* found = std::ranges::find(kRoutes, request.path);
  if (found != std::end(kRoutes)) return *found;
  const auto& segments = request.segments;
  // Links of that page are relative: another slash would lead them astray.
  if (segments.size() == 3 && segments[0] == "w" && !request.path.ends_with('/')) return "/w/{owner}/{name}";
  const bool one =
      segments.size() == 5 && segments[0] == "api" && segments[1] == "v1" && segments[2] == "workspaces";
  return one ? "/api/v1/workspaces/{owner}/{name}" : "other";
}

std::chrono::nanoseconds Endpoints::delay(const HttpRequest& request) const {
  const bool asks = request.method == "POST" && (request.path == "/-/approve" || request.path == "/-/plan" ||
                                                 (request.path == "/-/reconcile" && !request.local));
  return asks ? guesses_.delay(parts_.clock.now()) : std::chrono::nanoseconds{0};
}

HttpResponse Endpoints::handle(const HttpRequest& request) const {
  const std::string_view route = route_of(request);
  if (route == "other") return error_response(404, "not found");
  const auto allowed = methods_of(route);
  if (std::ranges::find(allowed, request.method) == allowed.end()) {
    HttpResponse response = error_response(405, "method " + request.method + " not allowed");
    response.headers.emplace_back("Allow", fmt::format("{}", fmt::join(allowed, ", ")));
    return response;
  }
  if (const std::string problem = unbounded(request); !problem.empty()) return error_response(400, problem);
  if (route == "/healthz") return healthz();
  if (route == "/readyz") return readyz();
  if (route == "/-/reconcile") return reconcile(request);
  if (route == "/-/plan") {
    if (auto refusal = refuse_plan(request)) return std::move(*refusal);
    return parts_.plan(request);
  }
  const Board board = parts_.board.snapshot();
  if (route == "/-/approve") return approve(request, board);
  if (auto refusal = refuse_read(request)) return std::move(*refusal);
  if (route == "/metrics") return metrics();
  if (route == "/api/v1/summary") return summary(board);
  if (route == "/api/v1/plan") return plan(request, board);
  if (route == "/api/v1/forecast") return forecast(request, board);
  if (route == "/api/v1/workspaces") return workspaces(request, board);
  if (route == "/api/v1/events") return events(request);
  if (route == "/api/v1/events/stream") return event_stream(request);
  if (route == "/") return page(request, board, parse_page_query(request.query), status_page);
  if (route == "/activity") {
    const EventQuery query = parse_activity_query(request.query);
    return page(request, board, {}, [&](const PageInput& input) { return activity_page(input, query); });
  }
  if (route == "/w/{owner}/{name}") return workspace_page(request, board);
  return workspace(request.segments[3], request.segments[4], board);
}

HttpResponse Endpoints::metrics() const {
  return {
      .status = 200, .content_type = parts_.metrics_content_type, .body = parts_.metrics(), .headers = {}};
}

HttpResponse Endpoints::healthz() const {
  const Health health = alive(parts_.board.vitals().heartbeat, parts_.clock.now());
  return plain(health.good ? 200 : 503, (health.good ? "ok: " : "failing: ") + health.reason);
}

HttpResponse Endpoints::readyz() const {
  const Health health = ready(parts_.board.vitals().cycles, parts_.clock.now());
  return plain(health.good ? 200 : 503, (health.good ? "ok: " : "not ready: ") + health.reason);
}

HttpResponse Endpoints::summary(const Board& board) const {
  if (!board.report) return not_begun();
  nlohmann::json made = reconcile::summary_json(*board.report);
  const Keys<json_parts::kSummary> object(made);
  const Keys<json_parts::kSpecs> specs(object["specs"]);
  specs["stale"] = !board.stale.empty();
  if (!board.stale.empty()) specs["staleReason"] = board.stale;
  if (board.desired) {
    specs["valid"] = board.desired->specs.size();
    specs["sets"] = board.desired->sets.size();
    specs["invalid"] = board.desired->invalid_documents;
    specs["duplicates"] = board.desired->duplicate_documents;
    specs["files"] = board.desired->files;
    specs["diagnostics"] = diagnostics_json(*board.desired, kMostDiagnostics);
  }
  const Health health = ready(board.cycles, parts_.clock.now());
  const Keys<json_parts::kDaemon> daemon(object["daemon"]);
  daemon["ready"] = health.good;
  daemon["reason"] = health.reason;
  return json_response(made);
}

HttpResponse Endpoints::plan(const HttpRequest& request, const Board& board) const {
  for (const auto& [key, value] : request.query) {
    if (key != "limit" && key != "offset")
      return error_response(400, "unknown parameter \"" + key + "\"; available: limit, offset");
  }
  const Paging paging = paging_in(request);
  if (!paging.problem.empty()) return error_response(400, paging.problem);
  if (!board.report) return not_begun();
  return json_response(reconcile::plan_json(*board.report, {.offset = paging.offset, .limit = paging.limit}));
}

HttpResponse Endpoints::forecast(const HttpRequest& request, const Board& board) const {
  std::chrono::nanoseconds within = kForecastByDefault;
  for (const auto& [key, value] : request.query) {
    if (key == "within") {
      const auto parsed = specs::parse_duration(value);
      if (!parsed || *parsed < std::chrono::seconds(1) || *parsed > kFurthestForecast)
        return error_response(400, "within must be a duration from 1s to 366d, such as 24h");
      within = *parsed;
    } else if (key != "limit" && key != "offset") {
      return error_response(400, "unknown parameter \"" + key + "\"; available: within, limit, offset");
    }
  }
  const Paging paging = paging_in(request);
  if (!paging.problem.empty()) return error_response(400, paging.problem);
  if (!board.report) return not_begun();
  return json_response(reconcile::forecast_json(*board.report,
                                                std::chrono::floor<std::chrono::seconds>(within),
                                                {.offset = paging.offset, .limit = paging.limit}));
}

HttpResponse Endpoints::workspaces(const HttpRequest& request, const Board& board) const {
  for (const auto& [key, value] : request.query) {
    if (!is_filter(key) && key != "limit" && key != "offset") {
      return error_response(
          400, "unknown parameter \"" + key +
                   "\"; available: q, reason, remark, state, owner, template, set, label, limit, offset");
    }
  }
  const ParsedFilter parsed = parse_filter(request.query);
  if (!parsed.problems.empty()) return error_response(400, parsed.problems.front());
  const Paging paging = paging_in(request);
  if (!paging.problem.empty()) return error_response(400, paging.problem);
  if (!board.report) return not_begun();

  const auto rows = filter_rows(*board.report, parsed.filter);
  nlohmann::json made;
  const Keys<json_parts::kWorkspaces> object(made);
  object["formatVersion"] = reconcile::kFormatVersion;
  object["total"] = rows.size();
  object["limit"] = paging.limit;
  object["offset"] = paging.offset;
  nlohmann::json& list = object["workspaces"] = nlohmann::json::array();
  for (std::size_t i = paging.offset; i < rows.size() && list.size() < paging.limit; ++i)
    list.push_back(reconcile::status_json(*rows[i]));
  return json_response(made);
}

HttpResponse Endpoints::workspace(const std::string& owner, const std::string& name,
                                  const Board& board) const {
  if (!board.report) return not_begun();
  const WorkspaceStatus* found = find_row(board.report->workspaces, owner, name);
  if (!found) {
    return error_response(404, "workspace " + text::lower(owner) + '/' + text::lower(name) +
                                   " not found: it is not declared, or not selected");
  }
  nlohmann::json made = reconcile::status_json(*found);
  const Keys<json_parts::kWorkspace> object(made);
  object["formatVersion"] = reconcile::kFormatVersion;
  return json_response(made);
}

HttpResponse Endpoints::events(const HttpRequest& request) const {
  const EventQuery query = parse_event_query(request.query, {"since", "epoch", "workspace", "kind", "limit"});
  if (!query.problem.empty()) return error_response(400, query.problem);
  return json_response(events_json(parts_.activity.snapshot(), query));
}

HttpResponse Endpoints::event_stream(const HttpRequest& request) const {
  EventQuery query = parse_event_query(request.query, {"since", "epoch", "workspace", "kind"});
  if (!query.problem.empty()) return error_response(400, query.problem);
  // A proxy that collects an answer before it passes it on would keep all of this one.
  HttpResponse response{.status = 200,
                        .content_type = "text/event-stream; charset=utf-8",
                        .body = {},
                        .headers = {{"X-Accel-Buffering", "no"}}};
  response.stream = std::make_shared<EventStream>(parts_.activity, std::move(query), request.last_event_id);
  return response;
}

template <class Make>
HttpResponse Endpoints::page(const HttpRequest& request, const Board& board, PageQuery query,
                             Make make) const {
  const async::SteadyTime now = parts_.clock.now();
  const WayOut way_out = parts_.way_out();
  const auto checkouts = board.checkouts ? std::span{*board.checkouts} : std::span<const specs::CheckedOut>{};
  const PageInput input{.board = board,
                        .alive = alive(parts_.board.vitals().heartbeat, now),
                        .ready = ready(board.cycles, now),
                        .steady = now,
                        .now = parts_.clock.wall(),
                        .query = std::move(query),
                        .coder = CoderLinks(parts_.coder_url),
                        .way_out = way_out,
                        .happened = parts_.activity.snapshot(),
                        .sources = SourceLinks(parts_.source_url, checkouts),
                        .local = request.local};
  HttpResponse response{
      .status = 200, .content_type = "text/html; charset=utf-8", .body = make(input), .headers = {}};
  response.headers.emplace_back("Content-Security-Policy", status_page_policy());
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  response.headers.emplace_back("X-Frame-Options", "DENY");
  response.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  response.headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  return response;
}

HttpResponse Endpoints::workspace_page(const HttpRequest& request, const Board& board) const {
  const std::string& owner = request.segments[1];
  const std::string& name = request.segments[2];
  const WorkspaceStatus* row = board.report ? find_row(board.report->workspaces, owner, name) : nullptr;
  const specs::WorkspaceSpec* spec = row ? row->spec.get() : nullptr;
  if (!row && board.desired) {
    const specs::SpecPtr* declared =
        specs::find_spec(board.desired->specs, {text::lower(owner), text::lower(name)});
    if (declared) spec = declared->get();
  }
  if (spec)
    return page(request, board, {},
                [&](const PageInput& input) { return daemon::workspace_page(input, *spec, row); });
  HttpResponse response = page(
      request, board, {}, [&](const PageInput& input) { return unknown_workspace_page(input, owner, name); });
  response.status = knows_what_is_declared(board) ? 404 : 503;
  return response;
}

HttpResponse Endpoints::reconcile(const HttpRequest& request) const {
  if (request.foreign) return sent_by_foreign_page();
  if (!request.local) {
    if (auto refusal = refuse(request)) return std::move(*refusal);
  }
  parts_.reconcile();
  return accepted_response("a cycle starts now, or when the current one has finished");
}

HttpResponse Endpoints::approve(const HttpRequest& request, const Board& board) const {
  Approval approval{.peer = request.peer, .forwarded = request.forwarded};
  HttpResponse response = judge_approval(request, board, approval);
  if (parts_.on_approval) parts_.on_approval(approval);
  return response;
}

HttpResponse Endpoints::judge_approval(const HttpRequest& request, const Board& board,
                                       Approval& approval) const {
  const std::string digest = digest_in(request);
  approval.digest = digest.substr(0, kLongestDigest);
  if (request.foreign) {
    approval.why = "a web page of another server sent it";
    return sent_by_foreign_page();
  }
  if (auto refusal = refuse(request)) {
    approval.why = refusal->status == 403         ? "no token is configured"
                   : request.bearer_token.empty() ? "no token was given"
                                                  : "wrong token";
    approval.wrong_token = refusal->status != 403 && !request.bearer_token.empty();
    return std::move(*refusal);
  }
  const std::vector<Held> held = board.report ? all_held(*board.report) : std::vector<Held>();
  approval.result = metrics::ApprovalResult::mismatched;
  if (digest.empty()) {
    approval.why = "no digest was given";
    return error_response(400, "no digest given; send {\"digest\": \"…\"} or ?digest=…");
  }
  if (held.empty()) {
    approval.why = "no plan is held";
    return error_response(409, "no plan is held, and no owners of a set are");
  }
  const auto found = std::ranges::find(held, digest, &Held::digest);
  if (found == held.end()) {
    approval.why = "a different plan is held";
    return error_response(409, others_held(held));
  }
  approval.result = metrics::ApprovalResult::approved;
  approval.changes = found->changes;
  approval.set = found->set;
  parts_.approve(digest);
  if (found->set.empty())
    return accepted_response("approved; the plan is executed in the next cycle", digest);
  return accepted_response(fmt::format("approved; {} {} leave set {} in the next cycle that reads the same",
                                       found->changes, found->changes == 1 ? "owner" : "owners", found->set),
                           digest);
}

std::optional<HttpResponse> Endpoints::refuse(const HttpRequest& request) const {
  const auto token = parts_.api_token();
  if (!token || token->empty()) {
    return error_response(403,
                          "no API token is configured; start the daemon with --api-token-file, with at least "
                          "16 characters in that file");
  }
  if (!request.bearer_token.empty() && same_secret(request.bearer_token, token->reveal()))
    return std::nullopt;
  guesses_.refused(parts_.clock.now());
  return wrong_token(request.bearer_token.empty()
                         ? "missing token; send that of --api-token-file: Authorization: Bearer …"
                         : "wrong token; send that of --api-token-file");
}

bool Endpoints::asks_for_plan(const HttpRequest& request) {
  return request.method == "POST" && request.path == "/-/plan";
}

HttpResponse Endpoints::admit(const HttpRequest& request) const {
  if (auto refusal = refuse_plan(request)) return std::move(*refusal);
  return {.status = 100, .body = {}, .headers = {}};
}

std::optional<HttpResponse> Endpoints::refuse_plan(const HttpRequest& request) const {
  const auto token = parts_.plan_token ? parts_.plan_token() : std::nullopt;
  if (!token || token->empty()) {
    return error_response(403,
                          "this daemon plans for nobody; start it with --plan-token-file, with at least 16 "
                          "characters in that file");
  }
  if (!request.bearer_token.empty() && same_secret(request.bearer_token, token->reveal()))
    return std::nullopt;
  guesses_.refused(parts_.clock.now());
  return wrong_token(request.bearer_token.empty()
                         ? "missing token; send that of --plan-token-file: Authorization: Bearer …"
                         : "wrong token; send that of --plan-token-file");
}

std::optional<HttpResponse> Endpoints::refuse_read(const HttpRequest& request) const {
  if (!parts_.read_token) return std::nullopt;
  const auto token = parts_.read_token();
  const bool right = token && !token->empty() && !request.bearer_token.empty() &&
                     same_secret(request.bearer_token, token->reveal());
  if (right) return std::nullopt;
  return wrong_token(request.bearer_token.empty()
                         ? "missing token; send that of --read-token-file: Authorization: Bearer …"
                         : "wrong token; send that of --read-token-file");
}

}  // namespace cr::daemon
