#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "reconcile/read/read_plan.h"
#include "tests/support/builders.h"

namespace cr::testing {

/// "alice/dev", its id not known.
inline reconcile::Target unknown(std::string owner, std::string name) {
  reconcile::Target target;
  target.identity = {std::move(owner), std::move(name)};
  return target;
}

/// "alice/dev", its id known from before.
inline reconcile::Target known(std::uint32_t number, std::string owner, std::string name) {
  reconcile::Target target = unknown(std::move(owner), std::move(name));
  target.id = a_workspace_id(number);
  target.stage = reconcile::Stage::by_id;
  return target;
}

/// "w00007" of "u0001" (seven workspaces each) …, sorted by identity.
inline std::vector<reconcile::Target> many_unknown(std::size_t count, std::size_t per_owner) {
  std::vector<reconcile::Target> targets;
  const auto padded = [](char letter, std::size_t number) {
    const std::string digits = std::to_string(number);
    return letter + std::string(5 - digits.size(), '0') + digits;
  };
  for (std::size_t i = 0; i < count; ++i)
    targets.push_back(unknown(padded('u', i / per_owner), padded('w', i)));
  return targets;
}

}  // namespace cr::testing
