#include "tests/standin/faults.h"

#include <array>
#include <utility>

namespace cr::standin {
namespace {

constexpr std::array<std::pair<FaultKind, std::string_view>, 11> kNames = {{
    {FaultKind::reset, "reset"},
    {FaultKind::reset_after_effect, "reset-after-effect"},
    {FaultKind::hang, "hang"},
    {FaultKind::hang_after_effect, "hang-after-effect"},
    {FaultKind::slow_drip, "slow-drip"},
    {FaultKind::truncated_body, "truncated-body"},
    {FaultKind::html, "html"},
    {FaultKind::broken_json, "broken-json"},
    {FaultKind::throttled, "throttled"},
    {FaultKind::status, "status"},
    {FaultKind::mistyped, "mistyped"},
}};

}  // namespace

std::string_view to_string(FaultKind kind) {
  for (const auto& [known, name] : kNames) {
    if (known == kind) return name;
  }
  return "";
}

std::optional<FaultKind> parse_fault_kind(std::string_view text) {
  for (const auto& [kind, name] : kNames) {
    if (name == text) return kind;
  }
  return std::nullopt;
}

FaultId Faults::add(FaultRule rule) {
  const FaultId id = next_++;
  rules_[id].rule = std::move(rule);
  applied_[id] = 0;
  return id;
}

const FaultRule* Faults::choose(const Request& request) {
  const FaultRule* chosen = nullptr;
  for (auto& [id, active] : rules_) {
    const FaultRule& rule = active.rule;
    if (!rule.method.empty() && rule.method != request.method) continue;
    if (!request.target.starts_with(rule.target_prefix)) continue;
    if (rule.when && !rule.when(request)) continue;
    ++active.matched;
    if (chosen != nullptr || applied_[id] >= rule.times) continue;
    if (rule.nth != 0 && active.matched != rule.nth) continue;
    if (rule.probability < 1.0 && std::uniform_real_distribution<>(0, 1)(random_) >= rule.probability)
      continue;
    ++applied_[id];
    chosen = &rule;
  }
  return chosen;
}

std::size_t Faults::applied(FaultId id) const {
  const auto found = applied_.find(id);
  return found == applied_.end() ? 0 : found->second;
}

std::size_t Faults::applied() const {
  std::size_t total = 0;
  for (const auto& [id, times] : applied_) total += times;
  return total;
}

std::string replace_value(std::string body, std::string_view key, std::string_view json) {
  const std::string name = "\"" + std::string(key) + "\":";
  const std::size_t at = body.find(name);
  if (at == std::string::npos) return body;
  const std::size_t first = at + name.size();
  const std::size_t last =
      body[first] == '"' ? body.find('"', first + 1) + 1 : body.find_first_of(",}]", first);
  return body.replace(first, last - first, json);
}

}  // namespace cr::standin
