#include "daemon/activity/event.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cr::daemon {
namespace {

std::string turn_of(const Event& event) {
  if (event.from.empty()) return event.to;
  return fmt::format("{} → {}", event.from, event.to.empty() ? "…" : event.to);
}

std::string action_in_words(const Event& event) {
  if (event.what == "create") return event.to.empty() ? "create" : fmt::format("create from {}", event.to);
  if (event.field.empty()) return event.what;
  const std::string turn = turn_of(event);
  return turn.empty() ? event.field : fmt::format("{}: {}", event.field, turn);
}

std::string drift_in_words(const Event& event) {
  if (event.to.empty()) return fmt::format("{} differs", event.field);
  return fmt::format("{} is {}, declared {}", event.field, event.to, event.from.empty() ? "…" : event.from);
}

}  // namespace

std::span<const EventKind> all_event_kinds() {
  static constexpr std::array kAll = {EventKind::action,  EventKind::build, EventKind::transition,
                                      EventKind::drift,   EventKind::held,  EventKind::approval,
                                      EventKind::refusal, EventKind::cycle, EventKind::specs};
  return kAll;
}

std::string_view to_string(EventKind kind) {
  switch (kind) {
    case EventKind::action:
      return "action";
    case EventKind::build:
      return "build";
    case EventKind::transition:
      return "transition";
    case EventKind::drift:
      return "drift";
    case EventKind::held:
      return "held";
    case EventKind::approval:
      return "approval";
    case EventKind::refusal:
      return "refusal";
    case EventKind::cycle:
      return "cycle";
    case EventKind::specs:
      return "specs";
  }
  return "";
}

std::optional<EventKind> parse_event_kind(std::string_view text) {
  for (const EventKind kind : all_event_kinds()) {
    if (to_string(kind) == text) return kind;
  }
  return std::nullopt;
}

std::size_t size_of(const Event& event) {
  // What the block of a string, and the counts of a shared object, take beside their bytes.
  constexpr std::size_t kBlock = 32;
  std::size_t size = sizeof(Event) + kBlock;
  for (const std::string* text :
       {&event.workspace.owner, &event.workspace.name, &event.set, &event.what, &event.field, &event.from,
        &event.to, &event.by, &event.result, &event.text, &event.digest, &event.request_id}) {
    if (text->capacity() > std::string().capacity()) size += text->capacity() + kBlock;
  }
  return size;
}

std::string in_words(const Event& event) {
  switch (event.kind) {
    case EventKind::action:
      return action_in_words(event);
    case EventKind::build:
      return fmt::format("build: {}", event.what);
    case EventKind::transition:
      return turn_of(event);
    case EventKind::drift:
      return drift_in_words(event);
    case EventKind::held:
      return event.set.empty() ? "the plan is held" : "owners of the set are held";
    case EventKind::approval:
      return event.set.empty() ? "the plan was approved" : "leaving the set was approved";
    case EventKind::refusal:
      return "an approval was refused";
    case EventKind::cycle:
      return event.result == "failed" ? "cycles fail" : "cycles succeed again";
    case EventKind::specs:
      if (event.result == "unreadable") return "the specs cannot be read";
      if (event.result == "readable") return "the specs can be read again";
      return event.to.empty() ? "new specs in force" : fmt::format("new specs in force: {}", event.to);
  }
  return "";
}

}  // namespace cr::daemon
