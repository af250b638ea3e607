#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "reconcile/model/ids.h"

namespace cr::reconcile {

struct CycleState;

/// Which user each owner's name meant when this process first saw it. Coder lets a user be renamed and
/// another take the name: what is declared for a name is not meant for whoever has it next.
class OwnersSeen {
 public:
  /// Who has the name (in lower case) now; the one who had it first, if that is somebody else.
  std::optional<UserId> see(std::string_view name, const UserId& id);
  /// Forgets names that no spec gives any more.
  void retain(const std::function<bool(std::string_view)>& declared);

 private:
  std::map<std::string, UserId, std::less<>> first_;
};

/// Marks each declared workspace whose owner's name has passed to another user, as live rows and look-ups of
/// this cycle show it. Owners that are given by UUID cannot change. No I/O.
void mark_changed_owners(CycleState& state);

}  // namespace cr::reconcile
