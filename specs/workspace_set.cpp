#include "specs/workspace_set.h"

namespace cr::specs {

std::string_view to_string(OnLeave on_leave) {
  return on_leave == OnLeave::dormant ? "dormant" : "keep";
}

bool says_the_same(const WorkspaceSet& a, const WorkspaceSet& b) {
  WorkspaceSet moved = a;
  moved.where = b.where;
  moved.workspace = b.workspace;
  return moved == b && says_the_same(a.workspace, b.workspace);
}

}  // namespace cr::specs
