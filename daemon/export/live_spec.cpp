#include "daemon/export/live_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "daemon/export/secrets.h"
#include "specs/decode/field_value.h"
#include "specs/duration.h"
#include "specs/name.h"
#include "specs/schedule.h"
#include "specs/source_text.h"
#include "specs/text/ascii.h"

namespace cr::daemon {
namespace {

using coder::LiveWorkspace;
using specs::FieldValue;

LiveValue autostart_of(const LiveWorkspace& row) {
  if (row.autostart_schedule.empty()) return {FieldValue(specs::Cleared{}), {}};
  const auto schedule = specs::parse_schedule(row.autostart_schedule);
  if (schedule) return {FieldValue(*schedule), {}};
  return {std::nullopt, fmt::format("it has {}, which a spec cannot say: {}",
                                    specs::in_quotes(row.autostart_schedule), schedule.error().message())};
}

LiveValue ttl_of(const LiveWorkspace& row) {
  if (!row.ttl || row.ttl->count() <= 0) return {FieldValue(specs::Cleared{}), {}};
  // A part of a minute is not compared either.
  const auto minutes = std::chrono::floor<std::chrono::minutes>(*row.ttl);
  if (minutes >= specs::kShortestTtl && minutes <= specs::kLongestTtl) return {FieldValue(minutes), {}};
  const bool too_short = minutes < specs::kShortestTtl;
  return {std::nullopt, fmt::format("it has {} ms, {} that a spec can say", row.ttl->count(),
                                    too_short ? "less than the minute" : "more than the 30 days")};
}

LiveValue automatic_updates_of(const LiveWorkspace& row) {
  switch (row.automatic_updates) {
    case reconcile::LiveAutomaticUpdates::always:
      return {FieldValue(specs::AutomaticUpdates::always), {}};
    case reconcile::LiveAutomaticUpdates::never:
      return {FieldValue(specs::AutomaticUpdates::never), {}};
    case reconcile::LiveAutomaticUpdates::unknown:
      break;
  }
  return {std::nullopt, "Coder has a value that this program does not know"};
}

/// It is gone in a moment; of a failed delete it stays.
bool is_being_deleted(const reconcile::LiveBuild& build) {
  using reconcile::BuildStatus;
  return build.transition == reconcile::Transition::del &&
         (build.status == BuildStatus::pending || build.status == BuildStatus::deleting ||
          build.status == BuildStatus::deleted);
}

LiveParameter judged(const std::string& name, const std::string& value,
                     const std::vector<coder::RichParameter>& known) {
  const auto found = std::ranges::find(known, name, &coder::RichParameter::name);
  if (found == known.end())
    return {name, std::nullopt, "Coder does not list it for this workspace, so it may be a secret"};
  if (found->ephemeral) return {name, std::nullopt, "it is ephemeral, given anew with each build"};
  if (found->masked) return {name, std::nullopt, "its template masks it, so it may be a secret"};
  switch (suspicion_of(name, value)) {
    case Suspicion::name:
      return {name, std::nullopt, "by its name it may be a secret"};
    case Suspicion::value:
      return {name, std::nullopt, "by its value it may be a secret"};
    case Suspicion::none:
      break;
  }
  const bool sayable =
      !name.empty() && specs::stored_text_problem(name).empty() && specs::stored_text_problem(value).empty();
  if (!sayable) return {name, std::nullopt, "its text is none that a spec can say"};
  return {name, value, {}};
}

}  // namespace

std::optional<NotExported> why_not_exported(const LiveWorkspace& row) {
  if (row.prebuild) return NotExported::prebuild;
  if (row.task) return NotExported::task;
  if (is_being_deleted(row.build)) return NotExported::being_deleted;
  if (!specs::name_problem(row.name).empty()) return NotExported::no_name;
  return std::nullopt;
}

std::string owner_of(const LiveWorkspace& row) {
  return specs::username_problem(row.owner_name).empty() ? row.owner_name : row.owner_id.to_string();
}

std::string template_of(const LiveWorkspace& row) {
  return specs::name_problem(row.template_name).empty() ? row.template_name : row.template_id.to_string();
}

std::string organization_of(const LiveWorkspace& row, const FleetFacts& facts) {
  const auto found = facts.organizations.find(row.organization_id);
  const bool named = found != facts.organizations.end() && specs::name_problem(found->second).empty();
  return named ? found->second : row.organization_id.to_string();
}

std::optional<LiveValue> value_of(std::string_view key, const LiveWorkspace& row) {
  if (key == "autostart") return autostart_of(row);
  if (key == "ttl") return ttl_of(row);
  if (key == "automaticUpdates") return automatic_updates_of(row);
  if (key == "dormant") return LiveValue{FieldValue(row.dormant), {}};
  return std::nullopt;
}

std::vector<LiveParameter> parameters_of(const LiveWorkspace& row, const FleetFacts& facts) {
  std::vector<LiveParameter> parameters;
  const auto given = facts.parameters.find(row.build.id);
  if (given == facts.parameters.end()) return parameters;
  const auto version = facts.versions.find(row.build.version);
  static const std::vector<coder::RichParameter> kNone;
  const bool told = version != facts.versions.end() && !facts.untold.contains(row.build.id);
  const std::vector<coder::RichParameter>& known = told ? version->second : kNone;
  specs::StringPairs pairs = given->second;
  std::ranges::sort(pairs);
  parameters.reserve(pairs.size());
  for (const auto& [name, value] : pairs) {
    // Coder has each once.
    if (!parameters.empty() && parameters.back().name == name) continue;
    parameters.push_back(judged(name, value, known));
  }
  return parameters;
}

specs::NewDocument document_of(const LiveWorkspace& row, const FleetFacts& facts, Policy policy) {
  specs::NewDocument document;
  document.name = row.name;
  document.owner = owner_of(row);
  document.values.organization = organization_of(row, facts);
  document.values.template_ref = template_of(row);
  document.policy.create = document.policy.update = policy == Policy::managed;
  for (LiveParameter& parameter : parameters_of(row, facts)) {
    if (parameter.value) {
      document.values.parameters.emplace_back(std::move(parameter.name), std::move(*parameter.value));
    } else {
      document.remarks.push_back(
          fmt::format("parameter {} is left out: {}", specs::in_quotes(parameter.name), parameter.why));
    }
  }
  if (!document.remarks.empty())
    document.remarks.emplace_back("what is left out stays as it is; to declare it, add it to parameters");
  for (const specs::Field& field : specs::spec_fields()) {
    if (field.key == "dormant" && !row.dormant) continue;
    const std::optional<LiveValue> live = value_of(field.key, row);
    if (!live) continue;
    if (live->value) {
      document.values.fields.set(field.key, *live->value);
    } else {
      document.remarks.push_back(fmt::format("{} is left out: {}", field.key, live->why));
    }
  }
  return document;
}

}  // namespace cr::daemon
