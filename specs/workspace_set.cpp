#include "specs/workspace_set.h"

namespace cr::specs {

std::string_view to_string(OnLeave on_leave) {
  return on_leave == OnLeave::dormant ? "dormant" : "keep";
}

}  // namespace cr::specs
