#include "daemon/log/change.h"

#include <variant>

#include "specs/duration.h"

namespace cr::daemon {
namespace {

std::string or_none(const std::string& text) {
  return text.empty() ? "none" : text;
}

struct Describe {
  Change operator()(const reconcile::CreateWorkspace& action) const {
    return {"missing", "", action.template_name};
  }
  Change operator()(const reconcile::RetryFirstBuild&) const { return {}; }
  Change operator()(const reconcile::SetAutomaticUpdates& action) const {
    return {"automatic_updates", action.from_always ? "always" : "never",
            action.to_always ? "always" : "never"};
  }
  Change operator()(const reconcile::SetAutostart& action) const {
    return {"autostart", or_none(action.from), or_none(action.to)};
  }
  Change operator()(const reconcile::SetTtl& action) const {
    return {"ttl", action.from ? specs::format_duration(*action.from) : "none",
            action.to ? specs::format_duration(*action.to) : "none"};
  }
  Change operator()(const reconcile::StopWorkspace&) const { return {}; }
  Change operator()(const reconcile::SetDormant& action) const {
    return {"dormant", action.to ? "false" : "true", action.to ? "true" : "false"};
  }
};

}  // namespace

Change change_of(const reconcile::Action& action) {
  return std::visit(Describe{}, action);
}

}  // namespace cr::daemon
