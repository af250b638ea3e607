#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "specs/write/new_document.h"

namespace cr::daemon {

/// A document, and whose file it goes to: the owner's or the template's name.
struct FiledDocument {
  specs::NewDocument document;
  std::string group;
};

/// A file that is to have these documents.
struct NewFile {
  std::string name;
  std::string text;
  std::vector<std::size_t> documents;  ///< which of those that were given
};

/// A name for the file of an owner or template: lower case, letters, digits and `._-` alone, not hidden, not
/// too long. Names that differ in case, or in what no file name should have, may share one: a file says
/// nothing of what is in it.
[[nodiscard]] std::string file_name_of(std::string_view group);

/// Documents by file, in the order of the files' names; within a file by owner and name. What is more than a
/// file may have goes on in `alice-2.yaml`. Pure.
[[nodiscard]] std::vector<NewFile> into_files(std::span<const FiledDocument> documents);

/// The file of defaults.
inline constexpr std::string_view kDefaultsFile = "defaults.yaml";

}  // namespace cr::daemon
