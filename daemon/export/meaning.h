#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "specs/desired_state.h"
#include "specs/workspace_spec.h"

/// Whether files mean what they were written for, told by what a loader makes of them. Pure.
namespace cr::daemon {

/// A spec as it is to be read from the files, wherever it will stand in this one, and whatever of it will
/// come from defaults.
struct Meant {
  specs::WorkspaceSpec spec;
  std::string file;  ///< as diagnostics show it
};

/// One that is not read as it is meant.
struct Deviation {
  std::size_t meant = 0;               ///< its index
  std::vector<std::string> filled_in;  ///< by defaults, as DefaultedField::field; sorted
  std::string why;                     ///< for people: "berlin/defaults.yaml:7 gives it a ttl"
};

/// `own`: a file of defaults that is written along with the specs, and that their values are to come from;
/// empty: none.
[[nodiscard]] std::vector<Deviation> deviations(std::span<const Meant> all, const specs::DesiredState& read,
                                                std::string_view own = {});

/// Whether two specs declare the same, wherever they stand and wherever their values come from.
[[nodiscard]] bool mean_the_same(const specs::WorkspaceSpec& a, const specs::WorkspaceSpec& b);

}  // namespace cr::daemon
