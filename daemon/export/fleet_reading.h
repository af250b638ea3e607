#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/commands/session.h"
#include "daemon/config/config.h"
#include "daemon/export/live_spec.h"
#include "reconcile/async/clock.h"
#include "reconcile/coder/api.h"

namespace cr::daemon {

/// Reads all that specs of the workspaces are made of which the settings select. Whole, or an error: a part
/// of a fleet looks like a whole one. Runs once; what is given to the constructor outlives it.
class FleetReading {
 public:
  FleetReading(const Config& config, Session& session);

  /// Nothing where everything was read.
  [[nodiscard]] async::awaitable<std::optional<coder::ApiError>> run();

  [[nodiscard]] FleetFacts take_facts();
  /// How many workspaces there were before those that were not asked for were dropped.
  [[nodiscard]] std::size_t seen() const { return seen_; }

 private:
  async::awaitable<void> read_all();
  void fail(const coder::ApiError& error);
  async::awaitable<std::vector<std::string>> usernames();
  void select();
  async::awaitable<void> read_templates();
  async::awaitable<void> read_versions();
  async::awaitable<void> read_version(const coder::VersionId& id);
  async::awaitable<void> read_parameters();
  async::awaitable<void> read_dynamic_versions();
  using Rows = std::vector<const coder::LiveWorkspace*>;
  struct Look {
    enum class Answer : std::uint8_t { told, refused, unknown_route } answer;
    std::vector<coder::RichParameter> parameters;
    std::optional<coder::ApiError> error{};  ///< of a route that is unknown
  };
  async::awaitable<Look> look(const Rows& rows);

  const Config& config_;
  Session& session_;
  coder::CoderReader& reader_;
  FleetFacts facts_;
  Rows exported_;                        ///< rows of facts_ that there are specs of
  std::set<coder::TemplateId> dynamic_;  ///< templates with dynamic parameters
  std::size_t seen_ = 0;
  std::optional<coder::ApiError> failed_;
};

}  // namespace cr::daemon
