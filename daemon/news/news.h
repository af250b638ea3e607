#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "specs/desired_state.h"

namespace cr::daemon {

/// What is worth a message to people: a closed set.
enum class NewsKind : std::uint8_t {
  PlanHeld,          ///< the guard holds a plan: with its digest, and the way out
  CoderUnreachable,  ///< a cycle could not read Coder, or its token was refused
  SpecsInvalid,      ///< documents are left out that were not before
  NeedsPerson,       ///< a workspace waits for somebody
  BuildFailed,       ///< likewise, for a build of ours
  WillNotStart,      ///< a start that its schedule names will not come
  DeletionAhead,     ///< Coder will delete it
  DriftFound,        ///< somebody has changed what is declared
  DriftRepaired,     ///< it is as declared again
  Recovered,         ///< one of the others is over
  Converged,         ///< a revision is live, wholly
};
[[nodiscard]] std::span<const NewsKind> all_news_kinds();
[[nodiscard]] std::string_view to_string(NewsKind kind);
/// Whether somebody should do something.
[[nodiscard]] bool is_grave(NewsKind kind);

/// One piece of news, of all workspaces for which it is the same.
struct News {
  NewsKind kind = NewsKind::NeedsPerson;
  std::string reason{};  ///< "Forbidden", "ttl"; of a recovery: what is over; empty: the kind says all
  std::string text{};    ///< what to know or do, one line, free of control characters
  std::string author{};  ///< of drift, where known
  std::vector<specs::Identity> workspaces{};  ///< at most kNamed; none: it is about the whole
  std::size_t count = 0;                      ///< of workspaces, or of invalid documents: all of them
  static constexpr std::size_t kNamed = 10;
};

/// What one cycle brought. Never empty.
struct Bulletin {
  std::chrono::sys_seconds at{};
  std::string revision;    ///< in force; may be empty
  std::string digest;      ///< of the plan that is held; else empty
  std::vector<News> news;  ///< the gravest first, at most kMost
  std::size_t more = 0;    ///< pieces that were left out
  static constexpr std::size_t kMost = 20;
};

}  // namespace cr::daemon
