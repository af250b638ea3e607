#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "reconcile/feed/setting.h"
#include "reconcile/model/live_workspace.h"
#include "tests/unit/reconcile/feed/audit_log.h"

/// A Coder, what happens to it, and what its audit log tells of that: all of it from one seed.
namespace cr::testing {

using reconcile::AuditRow;
using reconcile::AuditRowId;
using reconcile::AuditTime;
using reconcile::LiveWorkspace;
using reconcile::feed::Setting;
using std::chrono::milliseconds;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t below(std::uint64_t count) { return engine_() % count; }
  bool once_in(std::uint64_t count) { return below(count) == 0; }
  milliseconds up_to(milliseconds most) {
    return milliseconds(static_cast<std::int64_t>(below(static_cast<std::uint64_t>(most.count()) + 1)));
  }

 private:
  std::mt19937_64 engine_;
};

/// What a history's log, Coder and network do wrong.
struct Faults {
  bool late = false;     ///< rows come up to a minute late
  bool doubled = false;  ///< pages show rows twice and out of order
  bool lost = false;     ///< some rows never come
  bool silent = false;   ///< Coder changes settings by itself, without a row
  bool mute = false;     ///< from some time on no row is written
  bool forgets = false;  ///< rows are pruned, or the log restored from a backup
  bool refused = false;  ///< for some time the token may not read the log
  bool failing = false;  ///< reads, writes and looks fail
  bool bursts = false;   ///< more rows at once than a look takes
  /// Each change makes its row, which stays.
  [[nodiscard]] bool honest() const { return !lost && !silent && !mute && !forgets && !refused && !bursts; }
};

inline constexpr std::uint32_t kNobody = 0;  ///< Coder itself
inline constexpr std::uint32_t kUs = 99;
inline constexpr std::size_t kSettingsUsed = 4;
inline constexpr std::array<Setting, kSettingsUsed> kUsed = {Setting::ttl, Setting::autostart,
                                                             Setting::automatic_updates, Setting::dormant};
inline std::string user_name(std::uint32_t user) {
  return "user-" + std::to_string(user);
}

/// Of two to four values that each setting has.
using Value = std::uint32_t;
[[nodiscard]] std::uint32_t values_of(Setting setting);

struct Event {
  enum class Kind : std::uint8_t {
    write,
    no_change,
    refused,
    policy,
    silent,
    start,
    remove,
    autodelete,
    burst,
    prune,
    restore
  };
  Kind kind = Kind::write;
  milliseconds at{};
  std::size_t workspace = 0;  ///< of a policy: the template
  Setting setting = Setting::ttl;
  Value value = 0;
  std::uint32_t user = 1;
  milliseconds row_after{};  ///< until its row is there
  bool row_lost = false;
};

/// Everything that happens, whoever looks at it.
struct History {
  std::uint64_t seed = 0;
  Faults faults;
  std::size_t workspaces = 0;
  std::size_t templates = 1;
  milliseconds clock_difference{};
  std::vector<std::array<std::optional<Value>, kSettingsUsed>> declared;
  std::vector<Event> events;         ///< by time
  std::vector<milliseconds> cycles;  ///< when each begins
  milliseconds mute_from{};
  milliseconds refused_from{}, refused_until{};

  /// The same whoever asks.
  [[nodiscard]] bool fails(std::size_t cycle, std::string_view what, std::size_t workspace = 0) const;
};
[[nodiscard]] History make_history(std::uint64_t seed, std::chrono::minutes length);

/// The state of that Coder as it goes on.
class World {
 public:
  explicit World(const History& history);

  /// What a setting was set to, by whom, and by which row that can be known.
  struct Write {
    milliseconds at{};
    Value value = 0;
    std::uint32_t user = kNobody;
    std::optional<AuditRowId> row;
  };

  void go_on_until(milliseconds at);
  [[nodiscard]] bool exists(std::size_t workspace) const { return exists_[workspace]; }
  [[nodiscard]] const LiveWorkspace& row(std::size_t workspace) const { return rows_[workspace]; }
  [[nodiscard]] Value value(std::size_t workspace, Setting setting) const {
    return log_of(workspace, setting).back().value;
  }
  /// The newest last. Begins anew with a workspace that is made anew.
  [[nodiscard]] const std::vector<Write>& log_of(std::size_t workspace, Setting setting) const {
    return writes_.at({workspace, setting});
  }
  /// A write of ours: the request id of its row.
  std::string write(std::size_t workspace, Setting setting, Value value);
  /// One that is not there is made as declared.
  std::string create(std::size_t workspace);

  /// Whether the workspace's template has been given another policy since.
  [[nodiscard]] bool is_rewritten_since(std::size_t workspace, milliseconds at) const {
    const auto last = policies_.find(rows_[workspace].template_id);
    return last != policies_.end() && last->second >= at;
  }

  [[nodiscard]] AuditTime coder_time(milliseconds at) const { return kNoon + history_.clock_difference + at; }
  [[nodiscard]] const AuditLog& log() const { return log_; }
  [[nodiscard]] milliseconds now() const { return now_; }

 private:
  void happen(const Event& event);
  void set(std::size_t workspace, Setting setting, Value value, std::uint32_t user,
           std::optional<AuditRowId> row);
  /// Nothing: it is not written.
  std::optional<AuditRowId> add(AuditRow row, milliseconds after, bool lost);
  RowBuilder row_by(std::uint32_t user);
  void make(std::size_t workspace, std::optional<AuditRowId> row);

  const History& history_;
  Dice dice_;
  milliseconds now_{};
  std::size_t next_event_ = 0;
  std::vector<LiveWorkspace> rows_;
  std::vector<bool> exists_;
  std::map<std::pair<std::size_t, Setting>, std::vector<Write>> writes_;
  std::map<reconcile::TemplateId, milliseconds> policies_;  ///< the last one of each
  AuditLog log_;
  std::uint64_t row_number_ = 0;
  std::uint64_t id_number_ = 0;
};

}  // namespace cr::testing
