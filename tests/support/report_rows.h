#pragma once

#include <cstddef>

#include "reconcile/report/rows.h"

namespace cr::testing {

/// A row of a report that is still being made: nobody else has it.
inline reconcile::WorkspaceStatus& editable(const reconcile::Rows& rows, std::size_t i) {
  return const_cast<reconcile::WorkspaceStatus&>(rows[i]);
}

}  // namespace cr::testing
