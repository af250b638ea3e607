#include "specs/workspace_set.h"

namespace cr::specs {

std::string_view to_string(OnLeave on_leave) {
  return on_leave == OnLeave::dormant ? "dormant" : "keep";
}

bool says_the_same(const WorkspaceSet& a, const WorkspaceSet& b) {
  WorkspaceSet moved = a;
  moved.where = b.where;
  moved.workspace.where = b.workspace.where;
  moved.workspace.defaulted = b.workspace.defaulted;
  return moved == b;
}

}  // namespace cr::specs
