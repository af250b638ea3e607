#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "reconcile/memory/facts.h"
#include "reconcile/model/ids.h"

namespace cr::reconcile {

/// Which user each owner's name meant when this process first saw it. Coder lets a user be renamed and
/// another take the name: what is declared for a name is not meant for whoever has it next. Owners that are
/// given by UUID cannot change.
class OwnersSeen {
 public:
  /// Who had this name (in lower case) first, if that is somebody else than who has it now.
  [[nodiscard]] std::optional<UserId> before(std::string_view name, const UserId& now) const;

  /// Names that no spec gives any more are forgotten.
  void observe(const CycleFacts& cycle);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const { return std::hash<std::string_view>()(name); }
  };
  std::unordered_map<std::string, UserId, Hash, std::equal_to<>> first_;
};

/// Why nothing is created or changed for an owner whose name has passed to another user.
[[nodiscard]] Excluded owner_changed(std::string_view name, const UserId& now, const UserId& before);

}  // namespace cr::reconcile
