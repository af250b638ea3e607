#pragma once

#include <string>
#include <string_view>

#include "tests/standin/state.h"

/// Who may do what. A scoped token may do what its user may, narrowed to its scopes, and cannot touch dormant
/// workspaces by id.
namespace cr::standin {

struct Caller {
  const User* user = nullptr;
  const Token* token = nullptr;

  [[nodiscard]] const std::string& id() const { return user->id; }
  /// "workspace:update" and the like; always true for a token without scopes.
  [[nodiscard]] bool in_scope(std::string_view scope) const;
  [[nodiscard]] bool is_owner() const { return user->has(Role::owner); }
};

[[nodiscard]] bool may_read_user(const Caller& caller, const User& user);
[[nodiscard]] bool may_read_members(const Caller& caller, const Organization& organization);
/// Who sees an organization sees of its members all, or themselves only.
[[nodiscard]] bool may_read_all_members(const State& state, const Caller& caller);
[[nodiscard]] bool may_read_template(const Caller& caller, const Template& of);
[[nodiscard]] bool may_use_template(const Caller& caller, const Template& of);

/// Sees the row in a list (and counts it). Whether its template is readable is another matter.
[[nodiscard]] bool may_list_workspace(const State& state, const Caller& caller, const Workspace& workspace);
/// May get it by id: before 2.34 a Template Admin, and in any release a scoped token, may not if it is
/// dormant.
[[nodiscard]] bool may_read_workspace(const State& state, const Caller& caller, const Workspace& workspace);
[[nodiscard]] bool may_change_workspace(const State& state, const Caller& caller, const Workspace& workspace,
                                        std::string_view action = "update");
[[nodiscard]] bool may_create_workspace(const Caller& caller, const User& owner,
                                        const std::string& organization_id);
[[nodiscard]] bool may_read_audit(const Caller& caller);

}  // namespace cr::standin
