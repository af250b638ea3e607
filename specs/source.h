#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "specs/checkout.h"
#include "specs/desired_state.h"
#include "specs/source_texts.h"

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

/// Limits of one load, against input that nobody means. Beyond them there is no new desired state.
struct LoadLimits {
  std::size_t bytes = std::size_t{256} << 20;  ///< of all files together
  std::size_t documents = 200'000;             ///< valid ones, in all files together
  /// Standard input is one file that a program wrote, so it may be larger than files that people keep.
  std::size_t input_bytes = std::size_t{32} << 20;
  std::size_t layered_bytes = std::size_t{256} << 20;  ///< what defaults add to documents, all together
  std::size_t entries = 500'000;  ///< of all directories together, hidden ones and those of no interest too
};

/// Errors beyond this number are kept one a document, without the source line.
inline constexpr std::size_t kMaxFullDiagnostics = 10'000;

/// Reads specs from directories, files or standard input, again and again, parsing only what changed.
///
/// One load reads one revision: each path is resolved once and read below what it resolved to. If a link is
/// swapped or a tree vanishes while it is read, the read starts over (a few times) and otherwise fails; it
/// never mixes two. Not thread-safe. Touches the file system; everything below it (parse, assemble) is pure.
///
/// Defaults are for the documents in their file's directory and below, as its path is shown in diagnostics
/// (directory_of()). Those beside a given file and above a given path count too, as far up as the checkout
/// goes that it lies in; without one nothing above is looked at. Of files up there only what says
/// `kind: WorkspaceDefaults` is read. Each stream is a directory of its own. Where a file may hold defaults
/// and cannot be read, what it may be for is invalid until it can.
class SpecSource {
 public:
  /// `paths`: directories (recursive, hidden entries skipped, symlinks followed), files, or "-" for standard
  /// input; that, under its other names too (`/dev/stdin`), and pipes that a shell has opened (`/dev/fd/63`)
  /// are read once and remembered. Nothing is opened yet. `now` tells files at rest from files that were
  /// written just now.
  using Now = std::function<std::chrono::system_clock::time_point()>;
  explicit SpecSource(std::vector<std::string> paths, Now now = std::chrono::system_clock::now,
                      LoadLimits limits = {});
  /// Of what another one has read (texts()); touches no file, whatever the paths in it say.
  explicit SpecSource(SourceTexts texts, LoadLimits limits = {});
  ~SpecSource();
  SpecSource(SpecSource&&) noexcept;
  SpecSource& operator=(SpecSource&&) noexcept;

  /// What whoever asks for a load knows of the time since the last one that succeeded.
  enum class Files : std::uint8_t {
    may_have_changed,
    /// No file was written to of the directories in which specs were read: the kernel would have told. Then
    /// directories, links and revisions alone are looked at, and not each of ten thousand files.
    were_not_written,
  };
  /// The whole desired state, or why it could not be read (missing directory, permission, ever-moving link).
  /// Single bad files (one that can't be opened, too) or documents are diagnostics in the result, not an
  /// error.
  [[nodiscard]] boost::system::result<DesiredState, SourceError> load(Files files = Files::may_have_changed);

  /// What a first load() would read, and not what that says: to be loaded by somebody else. Streams can be
  /// read once, by this or by load().
  [[nodiscard]] boost::system::result<SourceTexts, SourceError> texts();

  /// Where the paths lie, as the last load that succeeded found them; standard input lies nowhere.
  [[nodiscard]] const std::vector<CheckedOut>& checkouts() const;

  /// Documents parsed by the last load (not taken from the cache); for tests and metrics.
  [[nodiscard]] std::size_t parsed_files() const;

  [[nodiscard]] const std::vector<std::string>& paths() const;

  /// From now on loads as if these files had these texts, be they there or not: what would be, told before it
  /// is written. By path as diagnostics show it, each below one of the paths; a directory that is missing
  /// counts as an empty one then.
  void pretend(std::map<std::string, std::string> texts);

  /// Called with each file's path just before it is read. For tests: the way to make a race happen on
  /// purpose.
  void before_reading(std::function<void(const std::string& file)> hook);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cr::specs
