#include "reconcile/plan/outcome.h"

#include "reconcile/fields/managed_field.h"

namespace cr::reconcile {
namespace {

struct KindOf {
  ActionKind operator()(const CreateWorkspace&) const { return ActionKind::create; }
  ActionKind operator()(const RetryFirstBuild&) const { return ActionKind::create; }
  ActionKind operator()(const StopWorkspace&) const { return ActionKind::stop; }
  ActionKind operator()(const WriteField& one) const { return ActionKind(one.change.field); }
};

}  // namespace

bool is_recreated(specs::Recreate recreate, coder::Deleted deleted) {
  if (deleted == coder::Deleted::never || recreate == specs::Recreate::always) return true;
  return recreate == specs::Recreate::unless_expired && deleted == coder::Deleted::by_somebody;
}

std::vector<ActionKind> all_action_kinds() {
  std::vector<ActionKind> kinds{ActionKind::create, ActionKind::stop};
  for (std::size_t i = 0; i < managed_fields().size(); ++i) kinds.emplace_back(managed_field_at(i));
  return kinds;
}

std::string_view to_string(ActionKind kind) {
  if (kind == ActionKind::create) return "create";
  if (kind == ActionKind::stop) return "stop";
  return entry_of(kind.field()).action;
}

ActionKind kind_of(const Action& action) {
  return std::visit(KindOf{}, action);
}

const Identity& workspace_of(const Action& action) {
  return std::visit([](const auto& one) -> const Identity& { return one.workspace; }, action);
}

std::string_view to_string(ActionResult result) {
  switch (result) {
    case ActionResult::success:
      return "success";
    case ActionResult::failed:
      return "failed";
    case ActionResult::skipped:
      return "skipped";
  }
  return "unknown";
}

}  // namespace cr::reconcile
