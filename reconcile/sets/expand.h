#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "specs/desired_state.h"
#include "specs/diagnostic.h"
#include "specs/workspace_set.h"

namespace cr::reconcile::sets {

/// Makes a set's workspaces, one for each owner: the template with the username in place of the placeholder
/// in its name, previous names, and the values of labels, annotations and parameters, and with its start
/// moved within the set's span. What does not name the owner is held once for all of them.
///
/// A start is moved as far as Coder's grammar can say it (specs/schedule_shift.h), and never by more.
class Expander {
 public:
  explicit Expander(specs::SetPtr set);

  /// Null where Coder would refuse it for this owner: `problems` has one more, which names set, owner and
  /// remedy.
  [[nodiscard]] specs::SpecPtr workspace_of(const specs::SharedText& username,
                                            std::vector<specs::Diagnostic>& problems);

  /// What stays declared of the workspace of one who has left: that it is dormant. It is never created, and
  /// nothing else of it is kept as it was.
  [[nodiscard]] static specs::SpecPtr put_to_sleep(const specs::WorkspaceSpec& workspace);

 private:
  [[nodiscard]] const specs::DeclaredFields& fields_of(std::string_view username);
  /// Whether a part of the body names the owner: else all have the set's.
  [[nodiscard]] bool has_own_body() const;
  void name_owner_in(specs::SpecBody& body, std::string_view username) const;

  specs::SetPtr set_;
  specs::WorkspaceSpec common_;  ///< what all have, as far as it is the same for them
  // Which parts differ from owner to owner.
  bool name_, labels_, annotations_, parameters_, previous_names_, reason_;
  /// By how many minutes a start is moved: the fields with it, once somebody has them. Empty: none is moved.
  std::vector<std::optional<specs::DeclaredFields>> moved_;
};

}  // namespace cr::reconcile::sets
