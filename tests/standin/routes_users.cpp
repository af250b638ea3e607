// Users and the caller's own key.
#include <fmt/format.h>

#include <algorithm>

#include "tests/standin/lookup.h"
#include "tests/standin/query.h"
#include "tests/standin/timestamp.h"
#include "tests/standin/user_json.h"

namespace cr::standin {
namespace {

using json = nlohmann::ordered_json;
using nlohmann::ordered_json;

Reply one(Call& call) {
  const auto user = user_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&user)) return *wrong;
  return Reply::json(200, user_json(call.state, *std::get<const User*>(user)).dump() + "\n");
}

bool matches(const User& user, const std::vector<SearchTerm>& terms) {
  return std::ranges::all_of(terms, [&](const SearchTerm& term) {
    if (term.key == "search") {
      return lower(user.username).find(term.value) != std::string::npos ||
             lower(user.email).find(term.value) != std::string::npos;
    }
    if (term.key == "status") {
      const auto wanted = split_commas(term.value);
      return std::ranges::find(wanted, to_string(user.status)) != wanted.end();
    }
    if (term.key == "login_type") return term.value == "password";
    return true;
  });
}

Reply list(Call& call) {
  const auto limit = page_number(call, "limit");
  if (const auto* wrong = std::get_if<Reply>(&limit)) return *wrong;
  const auto offset = page_number(call, "offset");
  if (const auto* wrong = std::get_if<Reply>(&offset)) return *wrong;
  const auto q = call.request.query.find("q");
  const auto parsed =
      parse_search(q == call.request.query.end() ? "" : q->second, call.state.age(), "search");
  auto wrong_terms =
      std::holds_alternative<std::vector<Validation>>(parsed)
          ? std::get<std::vector<Validation>>(parsed)
          : check_keys(std::get<0>(parsed), {"search", "status", "role", "login_type"}, {"status"});
  if (!wrong_terms.empty()) return Reply::error(400, "Invalid user search query.", {}, wrong_terms);

  std::vector<const User*> users;
  for (const auto& [id, user] : call.state.users()) {
    if (id != State::kPrebuildsUserId && may_read_user(call.caller, user) &&
        matches(user, std::get<0>(parsed))) {
      users.push_back(&user);
    }
  }
  std::ranges::sort(users, {}, [](const User* user) { return lower(user->username); });
  if (const auto after = call.request.query.find("after_id"); after != call.request.query.end()) {
    const auto last = std::ranges::find(users, after->second, &User::id);
    // The count of a page behind a cursor is that of the rows from there on.
    users.erase(users.begin(), last == users.end() ? users.begin() : last + 1);
  }
  const std::size_t first = std::min(std::get<std::size_t>(offset), users.size());
  const std::size_t wanted = std::get<std::size_t>(limit);
  const std::size_t end = wanted == 0 ? users.size() : std::min(users.size(), first + wanted);
  ordered_json body;
  body["users"] = json::array();
  for (std::size_t i = first; i < end; ++i) body["users"].push_back(user_json(call.state, *users[i]));
  body["count"] = first < users.size() ? users.size() : 0;
  return Reply::json(200, body.dump() + "\n");
}

Reply key(Call& call) {
  const Token& token = *call.caller.token;
  if (call.params[0] != "me" && call.params[0] != call.caller.id()) return Reply::not_found();
  if (call.params[1] != token.key_id()) return Reply::not_found();
  const Time end = token.expires_at.value_or(call.state.now() + std::chrono::days(365));
  ordered_json body;
  body["id"] = token.key_id();
  body["user_id"] = token.user_id;
  body["last_used"] = format_time(call.state.now());
  body["expires_at"] = format_time(end);
  body["created_at"] = format_time(call.caller.user->created_at);
  body["updated_at"] = format_time(call.caller.user->created_at);
  body["login_type"] = "token";
  body["scope"] = token.scopes.empty() ? "all" : *token.scopes.begin();
  if (call.state.since(Age::v2_29)) {
    body["scopes"] = token.scopes.empty() ? json::array({"coder:all"}) : json(token.scopes);
    body["allow_list"] = json::array({"*:*"});
  }
  body["token_name"] = "standin";
  body["lifetime_seconds"] =
      std::chrono::floor<std::chrono::seconds>(end - call.caller.user->created_at).count();
  return Reply::json(200, body.dump() + "\n");
}

}  // namespace

const std::vector<Route>& user_routes() {
  static const std::vector<Route> kRoutes = {
      {"GET", "/api/v2/users", list},
      {"GET", "/api/v2/users/{user}", one},
      {"GET", "/api/v2/users/{user}/keys/{key}", key},
  };
  return kRoutes;
}

}  // namespace cr::standin
