#include "specs/exception_limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "specs/exceptions.h"
#include "specs/text/timestamp.h"

namespace cr::specs {
namespace {

constexpr std::string_view kKeepAwakeKey = "keepAwake";
constexpr std::string_view kRetainKey = "retain";

constexpr std::string_view kTooFarRemedy = "write an earlier end, and move it on when that comes";

struct TooFar {
  std::string field;
  std::string message;
};

TooFar too_far(std::string field, std::chrono::sys_seconds until, std::chrono::days longest) {
  return {std::move(field),
          fmt::format("{} is more than {} days ahead", text::format_timestamp(until), longest.count())};
}

std::optional<TooFar> find_too_far(const WorkspaceSpec& spec, std::chrono::sys_seconds now) {
  if (const auto* windows = spec.fields.get<KeepAwake>(kKeepAwakeKey)) {
    std::size_t place = 0;
    for (const AwakeWindow& window : *windows) {
      if (window.until > now + kLongestAwake)
        return too_far(fmt::format("spec.keepAwake[{}].until", place), window.until, kLongestAwake);
      ++place;
    }
  }
  const auto* retention = spec.fields.get<Retention>(kRetainKey);
  if (retention && retention->until > now + kLongestRetention)
    return too_far("spec.retain.until", retention->until, kLongestRetention);
  return std::nullopt;
}

ExceptionState state_of(std::chrono::sys_seconds until, std::chrono::sys_seconds now) {
  return until <= now ? ExceptionState::over : ExceptionState::open;
}

}  // namespace

std::string_view to_string(ExceptionKind kind) {
  switch (kind) {
    case ExceptionKind::keep_awake:
      return "keep_awake";
    case ExceptionKind::retain:
      return "retain";
    case ExceptionKind::suspend:
      return "suspend";
  }
  return "keep_awake";
}

std::string_view to_string(ExceptionState state) {
  switch (state) {
    case ExceptionState::open:
      return "open";
    case ExceptionState::ahead:
      return "ahead";
    case ExceptionState::over:
      return "over";
  }
  return "open";
}

std::vector<ExceptionInTime> exceptions_of(const WorkspaceSpec& spec, std::chrono::sys_seconds now) {
  std::vector<ExceptionInTime> all;
  if (const auto* windows = spec.fields.get<KeepAwake>(kKeepAwakeKey)) {
    std::size_t place = 0;
    for (const AwakeWindow& window : *windows) {
      const bool ahead = window.from && now < *window.from;
      all.push_back({ExceptionKind::keep_awake, ahead ? ExceptionState::ahead : state_of(window.until, now),
                     window.until, place++, "keepAwake " + to_text(window)});
    }
  }
  if (const auto* retention = spec.fields.get<Retention>(kRetainKey)) {
    all.push_back({ExceptionKind::retain, state_of(retention->until, now), retention->until, 0,
                   "retain " + to_text(*retention)});
  }
  if (spec.body->suspension) {
    const auto& until = spec.body->suspension->until;
    const std::chrono::sys_seconds end =
        until ? std::chrono::sys_seconds(*until) : std::chrono::sys_seconds::max();
    all.push_back({ExceptionKind::suspend, state_of(end, now), end, 0,
                   until ? "suspend until " + text::format_timestamp(end) : "suspend"});
  }
  return all;
}

std::string exception_problem(const WorkspaceSpec& spec, std::chrono::sys_seconds now) {
  const auto found = find_too_far(spec, now);
  return found ? fmt::format("{}: {}; {}", found->field, found->message, kTooFarRemedy) : std::string();
}

void refuse_endless_exceptions(DesiredState& desired, std::chrono::sys_seconds now) {
  const auto refuse = [&](const WorkspaceSpec& spec, std::string_view parent) {
    auto found = find_too_far(spec, now);
    if (!found) return false;
    Diagnostic diagnostic;
    diagnostic.where = spec.where;
    diagnostic.document = spec.where.line;
    diagnostic.document_column = spec.where.column;
    diagnostic.field = std::string(parent) + found->field;
    diagnostic.message = std::move(found->message);
    diagnostic.remedy = kTooFarRemedy;
    desired.diagnostics.push_back(std::move(diagnostic));
    ++desired.invalid_documents;
    return true;
  };
  desired.specs.erase_if([&](const SpecPtr& spec) { return refuse(*spec, ""); });
  std::erase_if(desired.sets, [&](const SetPtr& set) { return refuse(set->workspace, "spec.template."); });
}

std::string ended_exceptions(const WorkspaceSpec& spec, std::chrono::sys_seconds now) {
  std::string ended;
  for (const ExceptionInTime& one : exceptions_of(spec, now)) {
    if (one.state != ExceptionState::over) continue;
    if (!ended.empty()) ended += ", ";
    ended += one.text;
  }
  return ended;
}

}  // namespace cr::specs
