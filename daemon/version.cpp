#include "daemon/version.h"

namespace cr::daemon {

std::string_view version() {
  return CR_VERSION;
}

std::string_view revision() {
  return CR_REVISION;
}

std::string user_agent() {
  return "coder-reconciler/" + std::string{version()};
}

}  // namespace cr::daemon
