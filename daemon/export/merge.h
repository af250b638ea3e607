#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/export/declared.h"
#include "daemon/export/live_spec.h"
#include "specs/desired_state.h"
#include "specs/write/field_edit.h"

/// An export into specs that are there already. Pure.
namespace cr::daemon {

/// A declared value that is to be set to the live one.
struct MergeEdit {
  specs::FieldEdit edit;
  const specs::WorkspaceSpec* spec = nullptr;  ///< of this document
  std::optional<specs::FieldValue> field;      ///< of a field that is kept as declared
  std::string what;                            ///< for people: "alice/dev: ttl"
};

/// What is to become of specs that are there.
struct Merge {
  std::map<std::string, std::vector<MergeEdit>> edits;  ///< by file, as specs::SourcePosition names it
  std::vector<const coder::LiveWorkspace*> undeclared;  ///< no file declares them
  std::map<DeclaredStanding, std::size_t> others;       ///< how many are left as they are, and why
  std::vector<std::string> remarks;                     ///< what of declared ones is left as it is, and why
};

/// Holds each workspace against what `desired` declares. A declared field whose live value differs is set to
/// that, be it declared by the document or by defaults. What a document does not name stays unnamed, since
/// that means unmanaged; a field in mode `initial` is its owner's, and a suspended document waits for a
/// person: both stay. `rows`: exported ones; they and `desired` outlive the result.
[[nodiscard]] Merge plan_merge(const specs::DesiredState& desired,
                               const std::vector<const coder::LiveWorkspace*>& rows, const FleetFacts& facts);

struct MergedFile {
  std::string text;
  std::vector<const MergeEdit*> made;
  std::vector<std::string> remarks;  ///< edits that were not made, and why
};
/// The text of a file after these edits. A document that one of them would make invalid is left as it is, and
/// the whole file where one of the documents is no longer where it was: somebody else has edited it.
[[nodiscard]] MergedFile merge_file(std::string_view text, const std::vector<MergeEdit>& edits);

/// What a document declares after an edit.
void apply(const MergeEdit& edit, specs::WorkspaceSpec& spec);

/// `documents` behind what is there, with the line ends of that.
[[nodiscard]] std::string appended(std::string text, std::string_view documents);

}  // namespace cr::daemon
