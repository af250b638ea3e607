#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include "reconcile/coder/types.h"
#include "reconcile/fields/field.h"
#include "reconcile/model/condition.h"
#include "reconcile/plan/plan.h"
#include "reconcile/report/render.h"
#include "specs/desired_state.h"
#include "specs/schedule.h"
#include "specs/workspace_spec.h"
#include "tests/support/builders.h"

/// Values for tests of the decisions. Everything that is not named has a fixed, ordinary value.
namespace cr::testing {

using namespace std::chrono_literals;

inline constexpr std::uint32_t kMe = 77;
inline constexpr std::uint32_t kSomebody = 88;

[[nodiscard]] inline specs::Schedule a_schedule(const std::string& text) {
  return specs::parse_schedule(text).value();
}

/// alice/dev from template docker, nothing else declared.
class SpecBuilder {
 public:
  explicit SpecBuilder(std::string owner = "alice", std::string name = "dev") {
    spec_.owner = std::move(owner);
    spec_.name = std::move(name);
    spec_.body.edit().template_ref = "docker";
    at("team.yaml", 3);
  }
  SpecBuilder& at(const std::string& file, std::uint32_t line) {
    spec_.where = {std::make_shared<const std::string>(file), line, 1};
    return *this;
  }
  SpecBuilder& template_ref(std::string text) {
    return spec_.body.edit().template_ref = std::move(text), *this;
  }
  SpecBuilder& organization(std::string text) {
    return spec_.body.edit().organization = std::move(text), *this;
  }
  SpecBuilder& version(std::string text) {
    return spec_.body.edit().template_version = std::move(text), *this;
  }
  SpecBuilder& parameter(std::string name, std::string value) {
    return add(spec_.body.edit().parameters, std::move(name), std::move(value));
  }
  SpecBuilder& label(std::string key, std::string value) {
    return add(spec_.body.edit().labels, std::move(key), std::move(value));
  }
  SpecBuilder& set(std::string_view key, specs::FieldValue value) {
    spec_.fields.set(key, std::move(value));
    return *this;
  }
  SpecBuilder& autostart(const std::string& text) { return set("autostart", a_schedule(text)); }
  SpecBuilder& no_autostart() { return set("autostart", specs::Cleared{}); }
  SpecBuilder& ttl(specs::Ttl ttl) { return set("ttl", ttl); }
  SpecBuilder& no_ttl() { return set("ttl", specs::Cleared{}); }
  SpecBuilder& updates(specs::AutomaticUpdates value) { return set("automaticUpdates", value); }
  SpecBuilder& dormant(bool value) { return set("dormant", value); }
  /// Of a field that has been declared before.
  SpecBuilder& mode(std::string_view key, specs::FieldMode mode) {
    const auto declared = *spec_.fields.entry(key);
    spec_.fields.set(declared.key, declared.value, mode);
    return *this;
  }
  SpecBuilder& may_not_create() { return spec_.body.edit().policy.create = false, *this; }
  SpecBuilder& may_not_update() { return spec_.body.edit().policy.update = false, *this; }
  SpecBuilder& suspended(specs::Suspension suspension) {
    return spec_.body.edit().suspension = std::move(suspension), *this;
  }

  operator specs::WorkspaceSpec() const { return spec_; }  // NOLINT: a builder stands for what it builds
  [[nodiscard]] specs::SpecPtr share() const { return std::make_shared<const specs::WorkspaceSpec>(spec_); }

 private:
  SpecBuilder& add(specs::Shared<specs::StringPairs>& pairs, std::string key, std::string value) {
    specs::StringPairs longer = pairs;
    longer.emplace_back(std::move(key), std::move(value));
    pairs = longer;
    return *this;
  }

  specs::WorkspaceSpec spec_;
};
[[nodiscard]] inline SpecBuilder a_spec(std::string owner = "alice", std::string name = "dev") {
  return SpecBuilder(std::move(owner), std::move(name));
}

/// A stopped alice/dev whose last build was somebody else's.
[[nodiscard]] inline reconcile::LiveWorkspace a_live_dev() {
  reconcile::LiveWorkspace live = a_live(1, "alice", "dev");
  live.build.number = 9;
  live.build.initiator = a_user_id(kSomebody);
  live.build.version = an_id<reconcile::VersionId>(1);
  return live;
}

[[nodiscard]] inline reconcile::LiveBuild a_build(std::uint32_t number, reconcile::Transition transition,
                                                  reconcile::BuildStatus status, std::uint32_t initiator) {
  reconcile::LiveBuild build;
  build.id = an_id<reconcile::BuildId>(1000 + number);
  build.number = number;
  build.transition = transition;
  build.status = status;
  build.reason = reconcile::BuildReason::initiator;
  build.initiator = a_user_id(initiator);
  build.version = an_id<reconcile::VersionId>(1);
  build.version_name = "v1";
  return build;
}

/// Template docker in organization coder; allows everything.
[[nodiscard]] inline coder::Template a_template() {
  coder::Template one;
  one.id = an_id<reconcile::TemplateId>(1);
  one.organization_id = an_id<reconcile::OrganizationId>(1);
  one.name = "docker";
  one.organization_name = "coder";
  one.active_version = an_id<reconcile::VersionId>(1);
  return one;
}

}  // namespace cr::testing

/// What gtest prints when a comparison fails.
namespace cr::reconcile {
inline void PrintTo(const Action& action, std::ostream* out) {
  *out << describe(action);
}
/// A change as people read it.
struct Drift {
  Field field;
  std::string live, desired;
  bool operator==(const Drift&) const = default;
};
inline std::vector<Drift> shown(const std::vector<Change>& changes) {
  std::vector<Drift> drift;
  for (const Change& change : changes)
    drift.push_back({change.field, change.from, specs::to_text(change.to)});
  return drift;
}
inline void PrintTo(const Drift& drift, std::ostream* out) {
  *out << to_string(drift.field) << ": " << drift.live << " -> " << drift.desired;
}
inline void PrintTo(const Change& drift, std::ostream* out) {
  *out << to_string(drift.field) << ": " << drift.from << " -> " << specs::to_text(drift.to);
}
inline void PrintTo(Reason reason, std::ostream* out) {
  *out << to_string(reason);
}
inline void PrintTo(const RemarkNote& note, std::ostream* out) {
  *out << to_string(note.remark) << ": " << note.message;
}
}  // namespace cr::reconcile
