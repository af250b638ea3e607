#pragma once

#include <boost/system/result.hpp>
#include <memory>
#include <string>
#include <vector>

#include "specs/desired_state.h"

namespace cr::specs {

/// Why there is no new desired state; the last good one stays.
class SourceError {
 public:
  SourceError() = default;
  explicit SourceError(std::string message) : message_(std::move(message)) {}
  [[nodiscard]] const std::string& message() const { return message_; }

 private:
  std::string message_;
};
[[noreturn]] void throw_exception_from_error(const SourceError& error, const boost::source_location& where);

/// Reads specs from directories, files or standard input, again and again, parsing only what changed.
///
/// One load reads one revision: each path is resolved once and read below what it resolved to. If a link is swapped
/// or a tree vanishes while it is read, the read starts over (a few times) and otherwise fails; it never mixes two.
/// Not thread-safe. Touches the file system; everything below it (parse, assemble) is pure.
class SpecSource {
 public:
  /// `paths`: directories (recursive, hidden entries skipped, symlinks followed), files, or "-" for standard input
  /// (read once, remembered). Nothing is opened yet.
  explicit SpecSource(std::vector<std::string> paths);
  ~SpecSource();
  SpecSource(SpecSource&&) noexcept;
  SpecSource& operator=(SpecSource&&) noexcept;

  /// The whole desired state, or why it could not be read (missing directory, permission, ever-moving link).
  /// Single bad files or documents are diagnostics in the result, not an error.
  [[nodiscard]] boost::system::result<DesiredState, SourceError> load();

  /// Documents parsed by the last load (not taken from the cache); for tests and metrics.
  [[nodiscard]] std::size_t parsed_files() const;

  [[nodiscard]] const std::vector<std::string>& paths() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cr::specs
