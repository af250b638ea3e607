#include "tests/standin/control.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "tests/standin/seed.h"
#include "tests/standin/workspace_json.h"

namespace cr::standin {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

Reply answer_with(const ordered_json& body) {
  return Reply::json(200, body.dump() + "\n");
}

ordered_json request_counts(const RequestLog& log) {
  ordered_json body;
  std::map<std::string, std::size_t> by_method;
  for (const auto& record : log.records()) ++by_method[record.method];
  body["total"] = log.records().size();
  body["writes"] = log.writes().size();
  body["by_method"] = by_method;
  body["requests"] = json::array();
  for (const auto& record : log.records()) {
    ordered_json entry;
    entry["method"] = record.method;
    entry["target"] = record.target;
    entry["status"] = record.status;
    body["requests"].push_back(std::move(entry));
  }
  return body;
}

ordered_json workspaces(const State& state) {
  ordered_json rows = json::array();
  for (const auto& shot : state.snapshot()) {
    ordered_json row;
    row["owner"] = shot.owner;
    row["name"] = shot.name;
    row["template"] = shot.template_name;
    row["autostart"] = shot.schedule ? json(*shot.schedule) : json();
    row["ttl_ms"] = shot.ttl_ms ? json(*shot.ttl_ms) : json();
    row["automatic_updates"] = shot.always_update ? "always" : "never";
    row["dormant"] = shot.dormant;
    row["favorite"] = shot.favorite;
    row["transition"] = to_string(shot.transition);
    row["job"] = to_string(shot.job);
    rows.push_back(std::move(row));
  }
  return rows;
}

/// {"owner": …, "name": …} and any of autostart, ttl_ms, automatic_updates, dormant, favorite, running,
/// deleted.
void drift(State& state, const json& body) {
  const auto owner = body.at("owner").get<std::string>();
  const auto name = body.at("name").get<std::string>();
  if (state.find_workspace(owner, name) == nullptr) {
    throw std::out_of_range("no workspace " + owner + "/" + name);
  }
  if (body.contains("autostart")) {
    std::optional<std::string> schedule;
    if (!body["autostart"].is_null()) schedule = body["autostart"].get<std::string>();
    state.set_autostart(owner, name, schedule);
  }
  if (body.contains("ttl_ms")) {
    std::optional<std::int64_t> ttl;
    if (!body["ttl_ms"].is_null()) ttl = body["ttl_ms"].get<std::int64_t>();
    state.set_ttl(owner, name, ttl);
  }
  if (body.contains("automatic_updates")) {
    state.set_always_update(owner, name, body["automatic_updates"] == "always");
  }
  if (body.contains("dormant")) state.set_dormant(owner, name, body["dormant"].get<bool>());
  if (body.contains("favorite")) state.set_favorite(owner, name, body["favorite"].get<bool>());
  if (body.contains("running")) state.set_running(owner, name, body["running"].get<bool>());
  if (body.contains("deleted") && body["deleted"] != false) {
    const bool by_coder = body["deleted"] == "by-coder";
    state.delete_workspace(owner, name, by_coder ? DeletedBy::coder : DeletedBy::person);
  }
}

/// Whose changes those that follow are.
void set_person(State& state, const json& body) {
  Person person;
  person.username = body.value("username", person.username);
  person.user_agent = body.value("user_agent", person.user_agent);
  if (!person.username.empty() && state.find_user(person.username) == nullptr) {
    throw std::out_of_range("no user " + person.username);
  }
  state.set_person(std::move(person));
}

void befall(AuditLog& log, const json& body) {
  if (body.contains("writing")) log.set_writing(body["writing"].get<bool>());
  if (body.contains("forbidden")) log.set_forbidden(body["forbidden"].get<bool>());
  if (body.contains("prune")) log.prune(body["prune"].get<std::size_t>());
  if (body.contains("restore_without")) log.restore_without(body["restore_without"].get<std::size_t>());
  if (body.contains("lose_next")) log.lose_next(body["lose_next"].get<std::size_t>());
  if (body.contains("double_next_answers")) {
    log.double_next_answers(body["double_next_answers"].get<std::size_t>());
  }
  if (body.contains("delay_next")) {
    const std::chrono::milliseconds by(body.at("delay_ms").get<std::int64_t>());
    log.delay_next(body["delay_next"].get<std::size_t>(), by);
  }
}

ordered_json read_cost(const ReadCost& cost) {
  ordered_json body;
  body["workspace_rows"] = cost.workspace_rows;
  body["audit_rows"] = cost.audit_rows;
  body["audit_rows_counted"] = cost.audit_rows_counted;
  body["bytes"] = cost.bytes;
  return body;
}

FaultRule parse_fault(const json& body) {
  const auto kind = parse_fault_kind(body.at("kind").get<std::string>());
  if (!kind) throw std::invalid_argument("no such kind of fault");
  FaultRule rule(*kind);
  rule.method = body.value("method", rule.method);
  rule.target_prefix = body.value("target_prefix", rule.target_prefix);
  rule.nth = body.value("nth", rule.nth);
  rule.times = body.value("times", rule.times);
  rule.probability = body.value("probability", rule.probability);
  rule.status = body.value("status", rule.status);
  rule.message = body.value("message", rule.message);
  rule.detail = body.value("detail", rule.detail);
  rule.after_effect = body.value("after_effect", rule.after_effect);
  rule.retry_after_seconds = body.value("retry_after", rule.retry_after_seconds);
  return rule;
}

Reply dispatch(Exchange& exchange, const Request& request) {
  State& state = exchange.state();
  const std::string what = request.method + " " + request.path.substr(std::string_view("/standin").size());
  const json body = request.body.empty() ? json::object() : json::parse(request.body);
  ordered_json done;
  done["ok"] = true;
  if (what == "GET /requests") return answer_with(request_counts(exchange.log()));
  if (what == "DELETE /requests") {
    exchange.log().clear();
    return answer_with(done);
  }
  if (what == "GET /workspaces") return answer_with(workspaces(state));
  if (what == "POST /drift") {
    drift(state, body);
    return answer_with(done);
  }
  if (what == "POST /seed") {
    apply_seed(state, body);
    return answer_with(done);
  }
  if (what == "POST /fault") {
    done["id"] = exchange.faults().add(parse_fault(body));
    return answer_with(done);
  }
  if (what == "GET /faults") {
    done["applied"] = exchange.faults().applied();
    return answer_with(done);
  }
  if (what == "DELETE /faults") {
    exchange.faults().clear();
    return answer_with(done);
  }
  if (what == "POST /person") {
    set_person(state, body);
    return answer_with(done);
  }
  if (what == "GET /audit") {
    done["rows"] = state.audit().size();
    return answer_with(done);
  }
  if (what == "POST /audit") {
    befall(state.audit_log(), body);
    return answer_with(done);
  }
  if (what == "GET /cost") return answer_with(read_cost(state.read_cost()));
  if (what == "DELETE /cost") {
    state.read_cost() = ReadCost();
    return answer_with(done);
  }
  if (what == "POST /finish-builds") {
    state.finish_builds();
    return answer_with(done);
  }
  if (what == "POST /rate-limit") {
    state.rate_limit().set_limit(body.at("per_minute").get<std::int64_t>());
    return answer_with(done);
  }
  return Reply::error(404, "The stand-in has no such control.");
}

}  // namespace

Reply control(Exchange& exchange, const Request& request) {
  const std::scoped_lock lock(exchange.mutex);
  try {
    return dispatch(exchange, request);
  } catch (const std::exception& failure) {
    return Reply::error(400, failure.what());
  }
}

}  // namespace cr::standin
