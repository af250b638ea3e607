#pragma once

#include <optional>
#include <string_view>

#include "specs/defaults/layering.h"
#include "specs/file_cache.h"
#include "specs/parse.h"
#include "specs/shared_values.h"

namespace cr::specs {

/// What of a file counts.
enum class Kept {
  all,
  /// Of one that somebody may have for another program: defaults, and what may be meant as such in a file
  /// that speaks of them, or held some before.
  defaults,
};

// What a file is taken for depends on what it held before: it may be cut off while it is written, or be no
// longer readable. What says what it said before stays the object that it was, for others know it by that.

/// A new text of the file.
void take_text(CachedFile& file, std::string_view text, Kept kept, const ParseLimits& limits,
               SharedValues& values);
/// Nothing of the file can be told, for this reason.
void take_failure(CachedFile& file, Diagnostic reason);

/// What defaults have made of the file anew. The specs of a file are of one piece, so that they stay the
/// objects that they were together or not at all.
[[nodiscard]] LayeredFile relayered(const std::optional<LayeredFile>& before, LayeredFile now);

}  // namespace cr::specs
