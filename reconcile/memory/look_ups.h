#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "reconcile/async/clock.h"
#include "reconcile/coder/types.h"
#include "reconcile/diff/diff.h"
#include "reconcile/memory/facts.h"
#include "reconcile/resolve/answers.h"
#include "reconcile/resolve/duplicates.h"

namespace cr::reconcile {

/// What is known, or was refused for good, is asked for again after so long.
inline constexpr std::chrono::minutes kAskAgain{60};
/// The same after a failure in passing.
inline constexpr std::chrono::minutes kTryAgain{1};

/// A value that was looked up once and is good for a while.
template <class T>
struct Remembered {
  std::optional<T> value;
  std::optional<async::SteadyTime> asked;  ///< when it was last asked for, with or without success
  bool failed_in_passing = false;          ///< then: worth another try soon

  [[nodiscard]] bool due(async::SteadyTime now, std::chrono::nanoseconds every) const {
    return !asked || now - *asked >= every;
  }
};

/// What Coder said of a workspace's next autostart, which moves it to another version.
struct KnownMove {
  VersionId to;
  BuildId from;                    ///< the build whose parameters were judged
  std::optional<bool> mismatch{};  ///< absent: Coder could not say
  async::SteadyTime again{};       ///< then: not asked before
};

/// What a look at a name showed a while ago.
struct KnownFate {
  coder::Deleted deleted = coder::Deleted::never;
  async::SteadyTime asked{};
  bool live = false;
};

/// What a workspace's owner sees of it.
struct KnownFavorite {
  Remembered<bool> favorite;
  std::string problem;  ///< of the token at hand: it is not the owner's, or Coder refuses it; empty: none
};

/// What was looked up beside the live state and is good for a while. A cycle's look-ups fill it; `observe`
/// drops what the cycle gave reason to doubt.
struct LookUps {
  Answers answers;                                 ///< for what is to be created
  async::SteadyTime answers_since{};               ///< when the oldest of them may have been asked
  KnownOwners owners;                              ///< kept only while some spec gives its owner by UUID
  std::map<TemplateId, coder::Template> policies;  ///< templates that declared workspaces use
  std::set<TemplateId> unreadable_policies;        ///< of those: Coder does not show them to this token
  async::SteadyTime policies_since{};              ///< when all of them were read anew
  /// Of these a write was refused, or the log names them: good to show until they are read again, and not to
  /// write by.
  std::set<TemplateId> doubted_policies;
  struct KnownParameters {
    BuildId build;  ///< its own are immutable, so good as long as it is the latest
    BuildParameters values;
  };
  std::map<WorkspaceId, KnownParameters> parameters;
  Remembered<UserId> me;
  Remembered<coder::TokenFacts> token;
  Remembered<std::vector<coder::User>> inactive_users;  ///< sorted by id; of those that the token may see
  std::map<Identity, KnownFate> fates;                  ///< of what is declared and absent
  Identity looked_for_last;                             ///< of those that are looked for under previous names
  std::map<Identity, KnownFate> previous_names;         ///< of what is live
  std::map<WorkspaceId, KnownFavorite> favorites;       ///< as their owners see them
  std::map<WorkspaceId, KnownMove> moves;               ///< of those that move at their next autostart

  /// The template of a live workspace, if known.
  [[nodiscard]] const coder::Template* policy_of(const LiveWorkspace& live) const;
  /// Whether it may be written by if it cannot be read now.
  [[nodiscard]] bool is_policy_good(const LiveWorkspace& live) const;
  /// Those of its latest build; null where they are not known.
  [[nodiscard]] const BuildParameters* parameters_of(const LiveWorkspace& live) const;
  /// Whether Coder starts nothing of this user by itself: suspended, or not seen for long.
  [[nodiscard]] bool is_inactive(const UserId& user) const;
  /// Whether Coder stops what runs of this user.
  [[nodiscard]] bool is_suspended(const UserId& user) const;
  /// What is known of the move that its next autostart makes; null if nothing is.
  [[nodiscard]] const KnownMove* move_of(const LiveWorkspace& live) const;
  /// Null where nothing is known.
  [[nodiscard]] const KnownFavorite* favorite_of(const WorkspaceId& workspace) const;
  /// What a diff of this workspace needs beside spec and live state, as far as it was looked up.
  [[nodiscard]] DiffContext context_of(const LiveWorkspace& live) const;

  void observe(const CycleFacts& cycle);

 private:
  void take_favorite(const WorkspaceFacts& one);
  [[nodiscard]] const coder::User* inactive_user(const UserId& user) const;
};

}  // namespace cr::reconcile
