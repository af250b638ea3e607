#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "daemon/export/live_spec.h"
#include "tests/support/builders.h"

namespace cr::testing {

/// A workspace of alice's that runs eight hours from nine on.
inline coder::LiveWorkspace a_row(const std::string& name = "dev") {
  return LiveBuilder(1, "alice", name).ttl(std::chrono::hours{8}).autostart("0 9 * * 1-5");
}

/// All that an export reads of them: each has one parameter.
inline daemon::FleetFacts facts_of(std::vector<coder::LiveWorkspace> rows) {
  daemon::FleetFacts facts;
  for (const coder::LiveWorkspace& row : rows) {
    facts.organizations.emplace(row.organization_id, "coder");
    facts.parameters.emplace(row.build.id, specs::StringPairs{{"cpu", "4"}});
    facts.versions.emplace(row.build.version, std::vector<coder::RichParameter>{{.name = "cpu"}});
  }
  facts.rows = std::move(rows);
  return facts;
}

}  // namespace cr::testing
