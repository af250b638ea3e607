#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "reconcile/feed/setting.h"
#include "reconcile/model/audit_row.h"
#include "reconcile/model/author.h"
#include "reconcile/model/ids.h"

namespace cr::reconcile::feed {

/// Numbers the looks, the first one 1: rows told in a later look than that before a read may be about what
/// came after that read.
using LookNumber = std::uint32_t;

/// A setting that was another one in the read before.
struct ChangeSeen {
  WorkspaceId workspace;
  TemplateId template_id;
  Setting setting = Setting::name;
  std::string value;           ///< kept_text of what it is now
  LookNumber told_before = 0;  ///< the last look before the read that showed the former value
  AuditTime after{};           ///< by Coder's clock: not before that read
  AuditTime before{};          ///< nor after the read that showed this one
};

/// The rows of the last looks about workspaces and templates of ours. Bounded by number: the oldest told are
/// forgotten.
class RecentRows {
 public:
  explicit RecentRows(std::size_t most = 20'000) : most_(most) {}

  /// Only what can have changed a setting is kept: no refused calls, no new versions of templates.
  void add(const AuditRow& row, bool ours, LookNumber look);

  /// Whether a row tells of the change: one that set this value, or one of its template, whose policy may
  /// have. A dormancy also ends with a build, of which the row comes when that ends.
  [[nodiscard]] bool tells(const ChangeSeen& change) const;

  /// Who made it: the user of the row that set this value, and no row of that setting after it. Nobody where
  /// there is none, where the last one set another value or is ours, and where Coder itself may have set it
  /// since, as a template's policy does.
  [[nodiscard]] Author author_of(const ChangeSeen& change) const;

  [[nodiscard]] std::size_t size() const { return order_.size(); }

 private:
  struct Row {
    AuditTime at;
    LookNumber look = 0;
    bool ours = false;
    bool build = false;
    std::string user{};
    std::string client{};
    std::vector<std::pair<Setting, std::string>> set{};  ///< as_kept
    [[nodiscard]] const std::string* value_of(Setting setting) const;
  };
  /// Both are UUIDs of their own kind.
  using Key = std::variant<WorkspaceId, TemplateId>;
  [[nodiscard]] const std::deque<Row>* rows_of(const Key& key) const;
  [[nodiscard]] std::optional<AuditTime> last_template_row(const ChangeSeen& change) const;

  std::size_t most_;
  std::map<Key, std::deque<Row>> rows_;  ///< in the order in which they were told
  std::deque<Key> order_;
};

}  // namespace cr::reconcile::feed
