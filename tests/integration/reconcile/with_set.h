#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ages.h"
#include "reconcile/sets/status.h"

namespace cr::testing {

/// A set "everybody" of organization "coder" without admin, with a workspace "dev" for each of alice, bob,
/// carol and dora; that of whoever leaves becomes dormant.
class WithSet : public WithAge {
 protected:
  WithSet() : WithAge(held_as_shipped()) {
    set_.name = "everybody";
    set_.owners.organization = "coder";
    set_.owners.except = {"admin"};
    set_.on_leave = specs::OnLeave::dormant;
    set_.where = {std::make_shared<const std::string>("sets.yaml"), 4, 1};
    set_.workspace.name = "dev";
    auto& body = set_.workspace.body.edit();
    body.template_ref = "docker";
    body.set = "everybody";
    set_.workspace.where = set_.where;
    set_.workspace.fields.set("ttl", specs::Ttl(480));
    edit([](standin::State& state) {
      for (const char* name : {"bob", "carol", "dora"}) state.add_user(name);
    });
  }
  static reconcile::Limits held_as_shipped() {
    reconcile::Limits limits;
    limits.idle_before_stop = std::chrono::seconds(0);
    return limits;
  }

  void declare_sets() {
    std::vector<specs::SetPtr> sets;
    sets.reserve(1 + others_.size());
    if (!left_out_) sets.push_back(std::make_shared<const specs::WorkspaceSet>(set_));
    for (const specs::WorkspaceSet& one : others_)
      sets.push_back(std::make_shared<const specs::WorkspaceSet>(one));
    world_.declare_sets(std::move(sets));
    world_.leave_out_sets(left_out_ ? std::vector<std::string>{set_.name} : std::vector<std::string>{});
  }
  reconcile::ReportPtr cycle() {
    declare_sets();
    last_ = world_.cycle();
    return last_;
  }
  reconcile::ReportPtr converge() {
    declare_sets();
    last_ = world_.converge();
    return last_;
  }
  [[nodiscard]] const reconcile::sets::SetStatus& set() const { return last_->sets.at(0); }
  [[nodiscard]] std::vector<std::string> there() {
    std::vector<std::string> names;
    for (const auto& one : world_.fleet())
      names.push_back(one.owner + "/" + one.name + (one.dormant ? " dormant" : ""));
    return names;
  }
  void leaves(const char* name) {
    edit([&](standin::State& state) {
      state.edit_user(name, [](standin::User& user) { user.organization_ids.clear(); });
    });
  }
  std::size_t fail(std::string target, int status = 500) {
    standin::FaultRule rule(standin::FaultKind::status);
    rule.target_prefix = std::move(target);
    rule.status = status;
    return world_.server.add_fault(std::move(rule));
  }

  /// Adds a set that has the first one's template, for these.
  specs::WorkspaceSet& another(std::string name, std::vector<std::string> list) {
    specs::WorkspaceSet& set = others_.emplace_back(set_);
    set.name = std::move(name);
    set.owners = {};
    set.owners.list = std::move(list);
    set.workspace.body.edit().set = set.name;
    return set;
  }
  /// A user whom Coder no longer shows.
  std::size_t hide(const std::string& user) {
    standin::FaultRule rule(standin::FaultKind::status);
    rule.target_prefix = "/api/v2/users/" + user;
    rule.status = 404;
    rule.message = "Resource not found or you do not have access to this resource";
    return world_.server.add_fault(std::move(rule));
  }
  std::string id_of(const char* name) {
    return world_.server.with_state([&](standin::State& state) { return state.find_user(name)->id; });
  }

  specs::WorkspaceSet set_;
  std::vector<specs::WorkspaceSet> others_;
  bool left_out_ = false;  ///< the first set's document is invalid just now
  reconcile::ReportPtr last_;
};

}  // namespace cr::testing
