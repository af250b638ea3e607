#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "tests/unit/daemon/temp_folder.h"

namespace cr::testing {

/// Specs whose every document carries the number of its revision, twice: in a label and in the TTL.
///
/// The first of them may be written, the rest report drift alone, which makes a cycle cheap and shows what is
/// declared. Odd revisions have a file more than even ones.
struct MarkedSpecs {
  static constexpr int kWritable = 4;
  static constexpr int kFiles = 36;

  [[nodiscard]] static std::chrono::minutes ttl(int mark) { return std::chrono::minutes(60 + mark); }
  [[nodiscard]] static std::string label(int mark) { return "r" + std::to_string(mark); }
  [[nodiscard]] static std::string name(int file) { return "ws-" + std::to_string(file); }
  [[nodiscard]] static int files(int mark) { return kFiles + mark % 2; }
  [[nodiscard]] static std::string document(int file, int mark);
};

/// Puts one revision after another where a daemon reads it, as something else does beside real ones.
class Publisher {
 public:
  virtual ~Publisher() = default;
  Publisher() = default;
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  /// What the daemon is given.
  [[nodiscard]] virtual std::string specs() const = 0;
  /// What the daemon should call that revision; empty where revisions have no name.
  [[nodiscard]] virtual std::string revision(int mark) const = 0;
  /// Writes the revision beside the one in force.
  virtual void prepare(int mark) = 0;
  /// Lets it take the place of the one before in one step, and tidies up, at once or some flips later.
  virtual void flip(int mark) = 0;
};

/// git-sync: a worktree named after its commit, beside the others; a link that is renamed over the old one;
/// the old tree removed, at once or (--stale-worktree-timeout) some flips later.
class GitSync final : public Publisher {
 public:
  [[nodiscard]] std::string specs() const override { return folder_.path("git/root/current/specs"); }
  [[nodiscard]] std::string revision(int mark) const override;
  void prepare(int mark) override;
  void flip(int mark) override;
  /// For trees of another content: writes a file of that revision's worktree.
  void write(int mark, const std::string& file, const std::string& text) const;

 private:
  [[nodiscard]] std::string worktree(int mark) const { return "git/root/.worktrees/" + revision(mark); }

  TempFolder folder_;
  std::vector<std::string> stale_;  ///< trees that wait for their removal
};

/// The kubelet: a directory named after the time, `..data` renamed to point at it, links to each key, the
/// old directory removed, sooner or later. Keys that are new or gone are linked and unlinked after the swap.
class ConfigMapVolume final : public Publisher {
 public:
  [[nodiscard]] std::string specs() const override { return folder_.path("specs"); }
  [[nodiscard]] std::string revision(int) const override { return {}; }
  void prepare(int mark) override;
  void flip(int mark) override;

 private:
  [[nodiscard]] static std::string directory(int mark);

  TempFolder folder_;
  std::vector<std::string> stale_;  ///< trees that wait for their removal
};

}  // namespace cr::testing
