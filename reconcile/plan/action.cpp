#include "reconcile/plan/action.h"

namespace cr::reconcile {
namespace {

struct KindOf {
  ActionKind operator()(const CreateWorkspace&) const { return ActionKind::create; }
  ActionKind operator()(const RetryFirstBuild&) const { return ActionKind::create; }
  ActionKind operator()(const SetAutomaticUpdates&) const { return ActionKind::set_automatic_updates; }
  ActionKind operator()(const SetAutostart&) const { return ActionKind::set_autostart; }
  ActionKind operator()(const SetTtl&) const { return ActionKind::set_ttl; }
  ActionKind operator()(const StopWorkspace&) const { return ActionKind::stop; }
  ActionKind operator()(const SetDormant&) const { return ActionKind::set_dormant; }
};

struct FieldWriteOf {
  using Write = std::optional<FieldWrite>;
  Write operator()(const CreateWorkspace&) const { return std::nullopt; }
  Write operator()(const RetryFirstBuild&) const { return std::nullopt; }
  Write operator()(const StopWorkspace&) const { return std::nullopt; }
  Write operator()(const SetAutomaticUpdates& one) const {
    return FieldWrite{Field::automatic_updates, one.id};
  }
  Write operator()(const SetAutostart& one) const { return FieldWrite{Field::autostart, one.id}; }
  Write operator()(const SetTtl& one) const { return FieldWrite{Field::ttl, one.id}; }
  Write operator()(const SetDormant& one) const { return FieldWrite{Field::dormant, one.id}; }
};

}  // namespace

std::string_view to_string(ActionKind kind) {
  switch (kind) {
    case ActionKind::create:
      return "create";
    case ActionKind::stop:
      return "stop";
    case ActionKind::set_autostart:
      return "set_autostart";
    case ActionKind::set_ttl:
      return "set_ttl";
    case ActionKind::set_automatic_updates:
      return "set_automatic_updates";
    case ActionKind::set_dormant:
      return "set_dormant";
  }
  return "unknown";
}

ActionKind kind_of(const Action& action) {
  return std::visit(KindOf{}, action);
}

const Identity& workspace_of(const Action& action) {
  return std::visit([](const auto& one) -> const Identity& { return one.workspace; }, action);
}

std::optional<FieldWrite> field_write_of(const Action& action) {
  return std::visit(FieldWriteOf{}, action);
}

}  // namespace cr::reconcile
