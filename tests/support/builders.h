#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "reconcile/model/live_workspace.h"
#include "specs/desired_state.h"
#include "specs/workspace_spec.h"

/// Values for tests, named by what matters in them. Everything else has a fixed, ordinary value.
namespace cr::testing {

/// The same id for the same number.
template <class AnyId>
[[nodiscard]] AnyId an_id(std::uint32_t number) {
  std::string text = "00000000-0000-4000-8000-000000000000";
  static constexpr char kDigits[] = "0123456789abcdef";
  for (std::size_t i = text.size(); number != 0; number /= 16) text[--i] = kDigits[number % 16];
  return *AnyId::parse(text);
}
[[nodiscard]] inline reconcile::UserId a_user_id(std::uint32_t number) {
  return an_id<reconcile::UserId>(number);
}
[[nodiscard]] inline reconcile::WorkspaceId a_workspace_id(std::uint32_t number) {
  return an_id<reconcile::WorkspaceId>(number);
}

/// A stopped workspace without schedule and TTL; `number` makes its id.
class LiveBuilder {
 public:
  LiveBuilder(std::uint32_t number, std::string owner, std::string name) {
    row_.id = a_workspace_id(number);
    row_.owner_name = std::move(owner);
    row_.owner_id =
        a_user_id(static_cast<std::uint32_t>(std::hash<std::string>{}(row_.owner_name) % 60'000U + 1U));
    row_.organization_id = an_id<reconcile::OrganizationId>(1);
    row_.template_id = an_id<reconcile::TemplateId>(1);
    row_.template_name = "docker";
    row_.name = std::move(name);
    row_.automatic_updates = reconcile::LiveAutomaticUpdates::never;
    row_.build.id = an_id<reconcile::BuildId>(number);
    row_.build.number = 2;
    row_.build.transition = reconcile::Transition::stop;
    row_.build.status = reconcile::BuildStatus::stopped;
    row_.build.version_name = "v1";
  }
  LiveBuilder& owned_by(reconcile::UserId id) { return row_.owner_id = id, *this; }
  LiveBuilder& autostart(std::string text) { return row_.autostart_schedule = std::move(text), *this; }
  LiveBuilder& ttl(std::chrono::milliseconds ttl) { return row_.ttl = ttl, *this; }
  LiveBuilder& running() {
    row_.build.transition = reconcile::Transition::start;
    row_.build.status = reconcile::BuildStatus::running;
    return *this;
  }
  LiveBuilder& dormant() { return row_.dormant = true, *this; }
  /// Whatever else a test needs to be otherwise.
  template <class Edit>
  LiveBuilder& with(Edit edit) {
    edit(row_);
    return *this;
  }
  operator reconcile::LiveWorkspace() const { return row_; }  // NOLINT: a builder stands for what it builds

 private:
  reconcile::LiveWorkspace row_;
};
[[nodiscard]] inline LiveBuilder a_live(std::uint32_t number, std::string owner, std::string name) {
  return {number, std::move(owner), std::move(name)};
}

}  // namespace cr::testing
