#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/export/live_spec.h"
#include "specs/desired_state.h"
#include "specs/write/field_edit.h"

/// An export into specs that are there already. Pure.
namespace cr::daemon {

/// What is to become of specs that are there.
struct Merge {
  struct Edit {
    specs::FieldEdit edit;
    std::string what;  ///< for people: "alice/dev: ttl"
  };
  std::map<std::string, std::vector<Edit>> edits;       ///< by file, as specs::SourcePosition names it
  std::vector<const coder::LiveWorkspace*> undeclared;  ///< no file declares them
  std::size_t declared = 0;
  std::size_t invalid = 0;           ///< a document that is invalid is about them: left as they are
  std::size_t maybe_declared = 0;    ///< a document that nobody can read may be: likewise
  std::size_t renamed = 0;           ///< a document has their name as a previous one: likewise
  std::size_t maybe_of_set = 0;      ///< a WorkspaceSet may have them among its own: left as they are
  std::vector<std::string> remarks;  ///< what is left as it is, and why
};

/// Holds each workspace against what `desired` declares. A declared field whose live value differs is set to
/// that. What a document does not name stays unnamed, since that means unmanaged; a field in mode `initial`
/// is its owner's, and a suspended document waits for a person: both stay. `rows`: exported ones; they and
/// `desired` outlive the result.
[[nodiscard]] Merge plan_merge(const specs::DesiredState& desired,
                               const std::vector<const coder::LiveWorkspace*>& rows, const FleetFacts& facts);

struct MergedFile {
  std::string text;
  std::size_t made = 0;              ///< edits
  std::vector<std::string> remarks;  ///< edits that were not made, and why
};
/// The text of a file after these edits. A document that one of them would make invalid is left as it is.
[[nodiscard]] MergedFile merge_file(std::string_view text, const std::vector<Merge::Edit>& edits);

/// `documents` behind what is there, with the line ends of that.
[[nodiscard]] std::string appended(std::string text, std::string_view documents);

}  // namespace cr::daemon
