#include "daemon/log/change.h"

#include <variant>

#include "reconcile/fields/field.h"

namespace cr::daemon {
namespace {

struct Describe {
  LoggedChange operator()(const reconcile::CreateWorkspace& action) const {
    return {"missing", "", action.template_name};
  }
  LoggedChange operator()(const reconcile::RetryFirstBuild&) const { return {}; }
  LoggedChange operator()(const reconcile::StopWorkspace&) const { return {}; }
  LoggedChange operator()(const reconcile::WriteField& action) const {
    const reconcile::Change& change = action.change;
    return {to_string(change.field), change.from, specs::to_text(change.to), to_string(change.by)};
  }
};

}  // namespace

LoggedChange logged_change(const reconcile::Action& action) {
  return std::visit(Describe{}, action);
}

}  // namespace cr::daemon
