#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reconcile/feed/setting.h"
#include "reconcile/model/audit_row.h"
#include "reconcile/model/author.h"

namespace cr::reconcile::feed {

/// What the log of one workspace tells of one of its settings, for a process that has not seen it happen.
struct SettingPast {
  Author author;   ///< who set it to what it is now; nobody where the last row that set it does not say so
  int rounds = 0;  ///< how often somebody set it to another value after we had set it to the declared one
};

/// `rows`: of that workspace, in any order. `live`: the value as kept_text has it. `is_declared`: whether
/// such a value means what is declared, in whatever words. Ours is what `me` did with this program: the
/// token's user may be a person who uses others too. Pure.
[[nodiscard]] SettingPast past_of(std::span<const AuditRow> rows, Setting setting, std::string_view live,
                                  const std::function<bool(std::string_view)>& is_declared, const UserId& me);

}  // namespace cr::reconcile::feed
