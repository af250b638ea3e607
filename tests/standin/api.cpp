#include "tests/standin/api.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "tests/standin/timestamp.h"
#include "tests/standin/watch.h"

namespace cr::standin {
namespace {

constexpr std::string_view kSignedOut =
    "You are signed out or your session has expired. Please sign in again to continue.";

std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view part = path.substr(0, path.find('/'));
    parts.push_back(part);
    path.remove_prefix(part.size());
  }
  return parts;
}

std::optional<std::vector<std::string>> match(std::string_view pattern,
                                              const std::vector<std::string_view>& path) {
  const auto parts = segments(pattern);
  if (parts.size() != path.size()) return std::nullopt;
  std::vector<std::string> params;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].starts_with('{')) {
      if (path[i].empty()) return std::nullopt;
      params.push_back(decode_component(path[i]));
    } else if (parts[i] != path[i]) {
      return std::nullopt;
    }
  }
  return params;
}

struct Found {
  const Route* route = nullptr;
  std::vector<std::string> params;
  bool path_known = false;
};

Found find_route(const State& state, const Request& request) {
  static const std::array kTables = {
      &server_routes(), &workspace_routes(),    &setting_routes(),  &create_routes(), &build_routes(),
      &user_routes(),   &organization_routes(), &template_routes(), &audit_routes(),  &watch_routes()};
  const auto path = segments(request.path);
  Found found;
  for (const auto* table : kTables) {
    for (const Route& route : *table) {
      if (route.since > state.age()) continue;
      auto params = match(route.pattern, path);
      if (!params) continue;
      found.path_known = true;
      if (route.method != request.method) continue;
      found.route = &route;
      found.params = std::move(*params);
      return found;
    }
  }
  return found;
}

std::string token_of(const State& state, const Request& request) {
  const std::string cookies = request.header("cookie");
  constexpr std::string_view kCookie = "coder_session_token=";
  if (const auto at = cookies.find(kCookie); at != std::string::npos) {
    const std::string rest = cookies.substr(at + kCookie.size());
    return rest.substr(0, rest.find(';'));
  }
  if (request.has_query("coder_session_token")) return request.query.at("coder_session_token");
  if (auto token = request.header("coder-session-token"); !token.empty()) return token;
  if (state.since(Age::v2_29)) {
    const std::string bearer = request.header("authorization");
    if (bearer.starts_with("Bearer ")) return bearer.substr(7);
  }
  return {};
}

Reply unauthorized(const State& state, std::string_view message, std::string_view detail,
                   std::string_view why) {
  Reply reply = Reply::error(401, message, detail);
  if (state.since(Age::v2_29)) {
    reply.headers.emplace_back(
        "Www-Authenticate",
        fmt::format(R"(Bearer realm="coder", error="invalid_token", error_description="The access token {}")",
                    why));
  }
  return reply;
}

/// Finds who calls; what comes back otherwise is the 401.
std::optional<Reply> authenticate(const State& state, const Request& request, Caller& caller) {
  const std::string text = token_of(state, request);
  if (text.empty()) {
    return unauthorized(state, kSignedOut,
                        R"(Cookie "coder_session_token" or query parameter must be provided.)",
                        "has expired");
  }
  const auto parts = std::ranges::count(text, '-') + 1;
  if (parts != 2) {
    return unauthorized(
        state, kSignedOut,
        fmt::format("Invalid API key format: incorrect amount of API key parts, expected 2 got {}", parts),
        "has expired");
  }
  const std::size_t dash = text.find('-');
  if (dash != 10) {
    return unauthorized(
        state, kSignedOut,
        fmt::format("Invalid API key format: invalid API key ID length, expected 10 got {}", dash),
        "has expired");
  }
  const Token* token = state.find_token(text);
  if (token == nullptr) return unauthorized(state, kSignedOut, "API key is invalid.", "has expired");
  if (token->expires_at && *token->expires_at <= state.now()) {
    return unauthorized(state, kSignedOut, "API key has expired.", "has expired");
  }
  caller.token = token;
  caller.user = state.find_user(token->user_id);
  if (caller.user->status == UserStatus::suspended) {
    return unauthorized(
        state, R"(User is not active (status = "suspended"). Contact an admin to reactivate your account.)",
        {}, "is invalid");
  }
  return std::nullopt;
}

Reply web_page() {
  Reply reply;
  reply.content_type = "text/html; charset=utf-8";
  reply.body =
      "<!DOCTYPE html>\n<html><head><title>Coder</title></head><body><div id=\"root\"></div></body></html>\n";
  return reply;
}

Reply answer_api(State& state, const Request& request, const std::string& request_id) {
  Caller caller;
  const auto refused = authenticate(state, request, caller);

  // Up to 2.31 the limiter runs before authentication and knows addresses only.
  const bool by_user = state.since(Age::v2_35) && !refused;
  const bool bypass = request.header("x-coder-bypass-ratelimit") == "true";
  if (bypass && by_user && !caller.is_owner()) {
    Reply reply;
    reply.status = 428;
    reply.content_type = "text/plain; charset=utf-8";
    reply.body = "Only owners may bypass the rate limit\n";
    return reply;
  }
  const auto verdict =
      state.rate_limit().count(by_user ? caller.id() : request.peer, request.path, state.now());
  const bool limited = state.rate_limit().limit() > 0 && !(bypass && by_user);
  Reply reply;
  if (limited && !verdict.allowed) {
    reply = Reply::error(
        429,
        fmt::format("You've been rate limited for sending more than {} requests in 1m0s.", verdict.limit));
    reply.headers.emplace_back("Retry-After", "60");
  } else {
    Found found = find_route(state, request);
    // A workspace proxy serves applications and terminals, and says who it is.
    if (state.workspace_proxy() && request.path != "/api/v2/buildinfo") found = Found();
    if (found.route == nullptr) {
      reply = found.path_known ? Reply::empty(405) : Reply::error(404, "Route not found.");
      reply.route_known = false;
    } else if (found.route->needs_token && refused) {
      reply = *refused;
    } else {
      Call call{state, request, caller, std::move(found.params), request_id};
      reply = found.route->handler(call);
    }
  }
  if (limited) {
    reply.headers.emplace_back("X-Ratelimit-Limit", std::to_string(verdict.limit));
    reply.headers.emplace_back("X-Ratelimit-Remaining", std::to_string(verdict.remaining));
    reply.headers.emplace_back("X-Ratelimit-Reset", std::to_string(verdict.reset));
  }
  return reply;
}

}  // namespace

Reply answer(State& state, const Request& request) {
  state.on_request();
  const std::string request_id = state.new_id();
  Reply reply;
  if (request.path.starts_with("/api/")) {
    reply = answer_api(state, request, request_id);
    state.read_cost().bytes += reply.body.size();
  } else if (request.path == "/healthz" || request.path == "/latency-check") {
    reply.content_type = "text/plain; charset=utf-8";
    reply.body = "OK";
  } else {
    reply = web_page();
  }
  reply.headers.emplace_back("X-Coder-Build-Version", state.version());
  reply.headers.emplace_back("X-Coder-Request-Id", request_id);
  reply.headers.emplace_back("Date", format_http_date(state.now()));
  return reply;
}

}  // namespace cr::standin
