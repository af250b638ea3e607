#include "tests/standin/exchange.h"

#include <algorithm>

#include "tests/standin/api.h"

namespace cr::standin {
namespace {

constexpr std::string_view kPortal =
    "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Please sign in to "
    "continue.</body></html>\n";

Reply page(int status, std::string_view html) {
  Reply reply;
  reply.status = status;
  reply.content_type = "text/html; charset=utf-8";
  reply.body = std::string(html);
  return reply;
}

}  // namespace

std::size_t Exchange::arrive(const Request& request, std::size_t connection) {
  const std::scoped_lock lock(mutex);
  const std::size_t place = log_.begin(request, connection);
  progress.notify_all();
  return place;
}

bool Exchange::is_held(const Request& request) const {
  const std::scoped_lock lock(mutex);
  return std::ranges::any_of(held_,
                             [&](const std::string& prefix) { return request.target.starts_with(prefix); });
}

Outcome Exchange::process(std::size_t place, const Request& request) {
  const std::scoped_lock lock(mutex);
  if (hook_) {
    const RequestRecord record = log_.at(place);
    hook_(state_, record);
  }
  const FaultRule* rule = faults_.choose(request);
  std::optional<FaultKind> fault;
  if (rule != nullptr) fault = rule->kind;
  Outcome outcome;
  if (rule != nullptr) {
    outcome = befall(*rule, request);
  } else if (longest_target_ != 0 && request.target.size() > longest_target_) {
    outcome.reply = page(414, "<html><body><h1>414 Request-URI Too Large</h1></body></html>\n");
  } else {
    outcome.reply = answer(state_, request);
  }
  const bool unanswered =
      outcome.delivery.kind == Delivery::Kind::reset || outcome.delivery.kind == Delivery::Kind::hang;
  log_.answered(place, unanswered ? 0 : outcome.reply.status, outcome.reply, fault);
  progress.notify_all();
  return outcome;
}

Outcome Exchange::befall(const FaultRule& rule, const Request& request) {
  Outcome outcome;
  switch (rule.kind) {
    case FaultKind::reset:
      outcome.delivery.kind = Delivery::Kind::reset;
      return outcome;
    case FaultKind::hang:
      outcome.delivery.kind = Delivery::Kind::hang;
      return outcome;
    case FaultKind::reset_after_effect:
      outcome.reply = answer(state_, request);
      outcome.delivery.kind = Delivery::Kind::reset;
      return outcome;
    case FaultKind::hang_after_effect:
      outcome.reply = answer(state_, request);
      outcome.delivery.kind = Delivery::Kind::hang;
      return outcome;
    case FaultKind::slow_drip:
      outcome.reply = answer(state_, request);
      outcome.delivery.kind = Delivery::Kind::slow_drip;
      outcome.delivery.drip_interval = rule.drip_interval;
      outcome.delivery.drip_bytes = std::max<std::size_t>(1, rule.drip_bytes);
      return outcome;
    case FaultKind::truncated_body:
      outcome.reply = answer(state_, request);
      outcome.delivery.kind = Delivery::Kind::truncated;
      return outcome;
    case FaultKind::broken_json:
      outcome.reply = answer(state_, request);
      outcome.reply.status = 200;
      outcome.reply.content_type = "application/json; charset=utf-8";
      if (outcome.reply.body.empty()) outcome.reply.body = "{}";
      outcome.reply.body.resize((outcome.reply.body.find_last_of("]}") + 1) / 2);
      return outcome;
    case FaultKind::mistyped:
      outcome.reply = answer(state_, request);
      outcome.reply.body = replace_value(std::move(outcome.reply.body), rule.key, rule.json);
      return outcome;
    case FaultKind::html:
    case FaultKind::throttled:
    case FaultKind::status:
      break;
  }
  if (rule.after_effect) static_cast<void>(answer(state_, request));
  if (rule.kind == FaultKind::html) {
    outcome.reply = page(200, kPortal);
    return outcome;
  }
  if (rule.kind == FaultKind::throttled) {
    outcome.reply = Reply::error(429, "You've been rate limited for sending more than 512 requests in 1m0s.");
    outcome.reply.headers.emplace_back("Retry-After", std::to_string(rule.retry_after_seconds));
  } else {
    outcome.reply = Reply::error(rule.status, rule.message, rule.detail);
  }
  outcome.reply.headers.emplace_back("X-Coder-Build-Version", state_.version());
  outcome.reply.headers.emplace_back("X-Coder-Request-Id", state_.new_id());
  return outcome;
}

void Exchange::finish(std::size_t place) {
  const std::scoped_lock lock(mutex);
  log_.finish(place);
}

}  // namespace cr::standin
