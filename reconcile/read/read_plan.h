#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "reconcile/model/ids.h"
#include "reconcile/read/costs.h"
#include "specs/desired_state.h"

namespace cr::reconcile {

/// Index of a declared workspace in ReadState::targets.
using TargetIndex = std::uint32_t;

// One query is one request to Coder.

/// These known ids. Each comes back or does not; order and fleet play no part. A single one is asked for by
/// `GET /workspaces/{id}`, which costs half of a list of one.
struct ReadIds {
  std::vector<TargetIndex> targets;
  bool operator==(const ReadIds&) const = default;
};
/// Everything that one owner (a username) has.
struct ReadOwner {
  std::string owner;
  std::vector<TargetIndex> targets;  ///< whom the answer settles
  bool operator==(const ReadOwner&) const = default;
};
/// One workspace by owner and name: the only proof of absence.
struct ReadName {
  TargetIndex target = 0;
  bool operator==(const ReadName&) const = default;
};
/// A part of the whole list. Rows move between pages while workspaces start and stop.
struct ReadPage {
  std::uint64_t offset = 0;
  std::uint32_t limit = 500;
  int pass = 0;  ///< how many passes over the pages were given up before
  bool operator==(const ReadPage&) const = default;
};
using Query = std::variant<ReadIds, ReadOwner, ReadName, ReadPage>;
[[nodiscard]] ReadKind kind_of(const Query& query);

enum class Stage : std::uint8_t {
  by_id,    ///< its id is known from before and has not been asked for
  unknown,  ///< no id is known: by name, by owner or by pages, whichever costs least
  by_name,  ///< a cheaper way did not find it: one look by owner and name has the last word
  settled,  ///< live, absent or failed
};

struct Target {
  specs::Identity identity;
  bool owner_is_uuid = false;  ///< the list's owner filter takes usernames only
  WorkspaceId id;              ///< nil: not known
  Stage stage = Stage::unknown;
  ReadKind found_by = ReadKind::ids;  ///< of one that was found live
  std::uint8_t contradictions = 0;    ///< how often another id came under its name
  bool operator==(const Target&) const = default;
};

/// How far a read by pages has come.
struct PageProgress {
  int torn_passes = 0;                 ///< passes that did not add up
  std::uint64_t next_offset = 0;       ///< first row of this pass that has not been asked for
  std::optional<std::uint64_t> count;  ///< rows that there are, as the first page of this pass said
  bool over = false;                   ///< no more pages: whole, torn too often, or one failed
  bool operator==(const PageProgress&) const = default;
};

/// The next pages of a pass, of `limit` rows each, none of which needs another's answer: the first one alone,
/// which tells how many rows there are. Pure.
[[nodiscard]] std::vector<ReadPage> next_pages(const PageProgress& pages, std::uint32_t limit);

/// Everything that the choice of the next queries depends on.
struct ReadState {
  std::vector<Target> targets;  ///< sorted by identity
  PageProgress pages;
  ReadCosts costs;
};

/// The next queries, none of which needs another's answer; empty when there is nothing left to ask. Pure. The
/// caller sends them (at most two at a time), feeds the answers into the state, and plans again.
///
/// Known ids go in batches. Unknown workspaces are read by name or by owner, each owner by what costs less,
/// or by pages of the whole list where that costs less than all of them. How large the fleet is only a page
/// tells: where pages would win in the best case, the first page is asked alone and the choice is made again
/// with its `count`.
///
/// `room`: queries of an earlier round, whose memory is used again.
[[nodiscard]] std::vector<Query> plan_reads(const ReadState& state, std::vector<Query> room = {});

}  // namespace cr::reconcile
