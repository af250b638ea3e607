#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "reconcile/coder/api.h"
#include "reconcile/fields/managed_field.h"
#include "reconcile/plan/action.h"

// The managed fields by name, their writes as actions and as calls: the product knows neither.
namespace cr::testing {

namespace field {

// Their places in kManagedFields; ManagedFields.StandWhereTestsLookForThem holds these.
inline constexpr reconcile::Field name = reconcile::managed_field_at(0);
inline constexpr reconcile::Field automatic_updates = reconcile::managed_field_at(1);
inline constexpr reconcile::Field autostart = reconcile::managed_field_at(2);
inline constexpr reconcile::Field ttl = reconcile::managed_field_at(3);
inline constexpr reconcile::Field favorite = reconcile::managed_field_at(4);
inline constexpr reconcile::Field awake = reconcile::managed_field_at(5);
inline constexpr reconcile::Field retain = reconcile::managed_field_at(6);
inline constexpr reconcile::Field dormant = reconcile::managed_field_at(7);

}  // namespace field

[[nodiscard]] inline specs::FieldValue wish_for_ttl(std::optional<std::chrono::minutes> ttl) {
  return ttl ? specs::FieldValue(*ttl) : specs::FieldValue(specs::Cleared{});
}
/// Empty text: none.
[[nodiscard]] inline specs::FieldValue wish_for_autostart(const std::string& schedule) {
  if (schedule.empty()) return specs::Cleared{};
  return specs::parse_schedule(schedule).value();
}
[[nodiscard]] inline specs::FieldValue wish_for_updates(bool always) {
  return always ? specs::AutomaticUpdates::always : specs::AutomaticUpdates::never;
}

[[nodiscard]] inline reconcile::WriteField set_ttl(specs::Identity workspace, reconcile::WorkspaceId id,
                                                   std::optional<std::chrono::milliseconds> from,
                                                   std::optional<std::chrono::minutes> to) {
  reconcile::LiveWorkspace live;
  live.ttl = from;
  return {std::move(workspace), id, {field::ttl, reconcile::kTtl.live_text(live, {}), wish_for_ttl(to)}};
}
[[nodiscard]] inline reconcile::WriteField set_autostart(specs::Identity workspace, reconcile::WorkspaceId id,
                                                         const std::string& from, const std::string& to) {
  return {std::move(workspace), id, {field::autostart, from.empty() ? "none" : from, wish_for_autostart(to)}};
}
[[nodiscard]] inline reconcile::WriteField set_automatic_updates(specs::Identity workspace,
                                                                 reconcile::WorkspaceId id, bool from_always,
                                                                 bool to_always) {
  return {std::move(workspace),
          id,
          {field::automatic_updates, from_always ? "always" : "never", wish_for_updates(to_always)}};
}
[[nodiscard]] inline reconcile::WriteField set_dormant(specs::Identity workspace, reconcile::WorkspaceId id,
                                                       bool to) {
  return {std::move(workspace), id, {field::dormant, to ? "false" : "true", to}};
}

using SetCall = boost::asio::awaitable<coder::ApiResult<coder::Kept>>;
[[nodiscard]] inline SetCall send_field(coder::CoderWriter& writer, reconcile::WorkspaceId id,
                                        reconcile::Field field, specs::FieldValue to) {
  const coder::Setting setting = reconcile::entry_of(field).write(to);
  auto call = writer.set(id, setting);
  co_return co_await std::move(call);
}
[[nodiscard]] inline SetCall send_autostart(coder::CoderWriter& writer, reconcile::WorkspaceId id,
                                            const std::string& schedule) {
  return send_field(writer, id, field::autostart, wish_for_autostart(schedule));
}
[[nodiscard]] inline SetCall send_ttl(coder::CoderWriter& writer, reconcile::WorkspaceId id,
                                      std::optional<std::chrono::minutes> ttl) {
  return send_field(writer, id, field::ttl, wish_for_ttl(ttl));
}
[[nodiscard]] inline SetCall send_automatic_updates(coder::CoderWriter& writer, reconcile::WorkspaceId id,
                                                    bool always) {
  return send_field(writer, id, field::automatic_updates, wish_for_updates(always));
}
[[nodiscard]] inline SetCall send_dormant(coder::CoderWriter& writer, reconcile::WorkspaceId id,
                                          bool dormant) {
  return send_field(writer, id, field::dormant, dormant);
}

}  // namespace cr::testing
