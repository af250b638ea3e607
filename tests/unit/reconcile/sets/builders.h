#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "reconcile/coder/members.h"
#include "reconcile/sets/owner.h"
#include "specs/workspace_set.h"
#include "tests/unit/reconcile/decision_builders.h"

namespace cr::testing {

/// A set "payments" at payments.yaml:7 with workspaces "dev" of template docker for alice and bob.
class SetBuilder {
 public:
  SetBuilder() {
    set_.name = "payments";
    set_.owners.list = {"alice", "bob"};
    set_.workspace = specs::WorkspaceSpec(a_spec("", "dev"));
    set_.workspace.owner = specs::SharedText();
    at("payments.yaml", 7);
    name("payments");
  }
  SetBuilder& name(std::string text) {
    set_.name = std::move(text);
    set_.workspace.body.edit().set = set_.name;
    return *this;
  }
  SetBuilder& at(const std::string& file, std::uint32_t line) {
    set_.where = {std::make_shared<const std::string>(file), line, 1};
    set_.workspace.where = set_.where;
    return *this;
  }
  SetBuilder& list(std::vector<std::string> owners) {
    set_.owners = {};
    return set_.owners.list = std::move(owners), *this;
  }
  SetBuilder& organization(std::string name) {
    set_.owners = {};
    return set_.owners.organization = std::move(name), *this;
  }
  SetBuilder& group(std::string organization, std::string name) {
    set_.owners = {};
    set_.owners.group = specs::OwnerGroup{std::move(organization), std::move(name)};
    return *this;
  }
  SetBuilder& except(std::vector<std::string> owners) {
    return set_.owners.except = std::move(owners), *this;
  }
  SetBuilder& spread(std::chrono::minutes span) { return set_.spread_autostart = span, *this; }
  SetBuilder& dormant_on_leave() { return set_.on_leave = specs::OnLeave::dormant, *this; }
  specs::WorkspaceSpec& workspace() { return set_.workspace; }

  [[nodiscard]] const specs::WorkspaceSet& value() const { return set_; }
  [[nodiscard]] specs::SetPtr share() const { return std::make_shared<const specs::WorkspaceSet>(set_); }

 private:
  specs::WorkspaceSet set_;
};

[[nodiscard]] inline coder::Member a_member(std::uint32_t id, std::string username,
                                            coder::UserStatus status = coder::UserStatus::active) {
  return {a_user_id(id), std::move(username), status};
}
[[nodiscard]] inline coder::MembersRead whole_read(std::vector<coder::Member> members) {
  coder::MembersRead read;
  read.outcome = coder::MembersRead::Outcome::whole;
  read.members = std::move(members);
  return read;
}

/// Owners that one read has told, active all of them. Names in order.
[[nodiscard]] inline std::vector<reconcile::sets::Owner> owners(const std::vector<std::string>& names) {
  std::vector<reconcile::sets::Owner> list;
  list.reserve(names.size());
  for (const std::string& name : names) {
    std::uint32_t id = 1;
    for (const char c : name) id = id * 31 + static_cast<unsigned char>(c);
    list.push_back({specs::SharedText(name), a_user_id(id % 1'000'000), true});
  }
  return list;
}

}  // namespace cr::testing
