#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "reconcile/feed/setting.h"
#include "reconcile/model/author.h"
#include "reconcile/model/ids.h"
#include "reconcile/model/live_workspace.h"

namespace cr::reconcile {

/// What the audit log has told of what came before: of one workspace at a time, when it was asked.
struct LookedBack {
  struct Known {
    Author author;
    std::string value;  ///< that the author set, as kept_text
  };
  std::set<WorkspaceId> asked;  ///< once in this process
  std::map<std::pair<WorkspaceId, feed::Setting>, Known> authors;
  bool refused = false;   ///< the token may not read it
  bool has_read = false;  ///< some cycle has read live state

  /// Nobody where it is not known, or the value has changed since.
  [[nodiscard]] Author author_of(const LiveWorkspace& row, feed::Setting setting) const {
    const auto known = authors.find({row.id, setting});
    const bool same = known != authors.end() && known->second.value == feed::kept_text(setting, row);
    return same ? known->second.author : Author();
  }
};

}  // namespace cr::reconcile
