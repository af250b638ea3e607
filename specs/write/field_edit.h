#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "specs/diagnostic.h"
#include "specs/field_places.h"
#include "specs/write/scalar.h"

namespace cr::specs {

/// Sets one field of one document to a value of one scalar.
struct FieldEdit {
  SourcePosition document;  ///< where it begins (WorkspaceSpec::where), of a list's item likewise
  FieldPath path;           ///< to a key of a mapping that is there
  Scalar value;
};

/// An edit that was not made: the file says it in a way that is not touched.
struct RefusedEdit {
  std::size_t edit = 0;  ///< its index
  std::string why;       ///< for people: "an alias shares this value"
};

struct EditedFile {
  std::string text;
  std::vector<RefusedEdit> refused;  ///< by index
};

/// The text of a file after these edits, of which no two are of one field.
///
/// Nothing but the values is touched: comments, order, blanks, quotes, line ends and every line without an
/// edit are byte for byte as they were. A key that its mapping does not have is inserted behind the last
/// entry that ends on its own line, at the mapping's indentation; of one in braces it becomes the first
/// entry. Not edited is what several lines hold (`|`, text that is folded), what an alias shares, and what
/// has a tag.
///
/// Each result is proven: it is parsed again, and is what it was but for the edits; one that is not is
/// refused. Pure.
[[nodiscard]] EditedFile edit_fields(std::string_view file, std::span<const FieldEdit> edits);

}  // namespace cr::specs
