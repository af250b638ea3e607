#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reconcile/report/report.h"
#include "specs/desired_state.h"
#include "specs/diagnostic.h"
#include "specs/field_places.h"
#include "specs/warnings.h"

/// What a command has found, as the views of CI systems show it. Pure, and free of control characters.
namespace cr::daemon::ci {

enum class Level : std::uint8_t {
  note,     ///< to be known: a change that a plan would make
  warning,  ///< valid, and hardly meant
  error,    ///< somebody has to act
};

struct Finding {
  Level level = Level::error;
  std::string rule;  ///< what kind it is of, from a closed set: "schema", "long_ttl", "Forbidden", "set_ttl"
  std::string message;            ///< one line
  specs::SourcePosition where{};  ///< no path: of no file
};

/// A workspace or a document, and all that was found of it.
struct Check {
  std::string name;  ///< "alice/api-dev", "set payments"; a document that does not tell it: by its line
  specs::SourcePosition where{};
  bool skipped = false;  ///< nothing is done about it, by order
  std::vector<Finding> findings{};
};

/// Where the specs are, for views that show files by their place in the repository. Absolute paths without
/// "." and ".."; empty: nobody knows.
struct Checkout {
  std::string root;         ///< of the repository
  std::string working_dir;  ///< what relative paths of specs are relative to
  bool operator==(const Checkout&) const = default;
};
/// A path as it was given, relative to the root; absolute where it is not below that, and as it was given
/// where the root is not known. Of standard input, and of no file, what was given.
[[nodiscard]] std::string path_in(const Checkout& checkout, std::string_view path);

/// One run of one command.
struct Checks {
  std::string_view command;
  std::chrono::sys_seconds at{};
  Checkout checkout{};
  std::vector<Check> list;
  std::string failure{};  ///< why nothing could be checked; empty: it was
  bool strict = false;    ///< a warning fails the run
};

/// Of `validate`.
[[nodiscard]] Checks checks_of(const specs::DesiredState& desired,
                               const std::vector<specs::Warning>& warnings, specs::FieldPlaces& places);
/// Of `plan`: what is invalid, which sets are not ready, what waits for somebody or is not known, and what
/// would change.
[[nodiscard]] Checks checks_of(const reconcile::CycleReport& report, const specs::DesiredState& desired,
                               specs::FieldPlaces& places);
/// Of a command that could not check anything.
[[nodiscard]] Checks failed(std::string_view command, std::string_view why);

}  // namespace cr::daemon::ci
