#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/commands/terminal.h"
#include "daemon/config/config.h"
#include "daemon/exit_code.h"
#include "daemon/export/file_names.h"
#include "daemon/export/left_out.h"
#include "daemon/export/live_spec.h"
#include "daemon/export/meaning.h"
#include "daemon/export/merge.h"
#include "daemon/export/write_files.h"
#include "specs/desired_state.h"
#include "specs/source.h"

namespace cr::daemon {

/// An export into a directory of specs: what is to be written is worked out, proven and written.
///
/// The proof: with the new files in place the loader reads each new document and each old one as it is meant,
/// whatever defaults there are. Where these would put something into a new document, that says that it has
/// none; a document that cannot say so is left out, and an old one that would mean something else keeps what
/// it declares. Without that proof nothing is written.
class FolderExport {
 public:
  /// `source`: of --output-dir, which it reads again. All references outlive it.
  FolderExport(const Config& config, Terminal& terminal, const FleetFacts& facts,
               std::vector<const coder::LiveWorkspace*> rows, specs::SpecSource& source, LeftOut& left_out);

  ExitCode run();

 private:
  /// A file on its way to another text.
  struct Changed {
    std::string place;  ///< where it really is
    std::string text;
    std::optional<std::string> replaces;
  };
  using ChangedFiles = std::map<std::string, Changed>;  ///< by path as the loader shows it

  [[nodiscard]] bool refuse_declared() const;
  [[nodiscard]] bool refuse_existing(const ChangedFiles& files) const;
  [[nodiscard]] ChangedFiles compose();
  void edit(ChangedFiles& files);
  void add(ChangedFiles& files);
  [[nodiscard]] bool append(const NewFile& file, const std::string& path, ChangedFiles& files) const;
  Changed* open(const std::string& path, ChangedFiles& files) const;
  [[nodiscard]] std::map<std::string, std::string> files_of_groups() const;
  [[nodiscard]] std::string path_of(std::string_view name) const;
  [[nodiscard]] std::string free_path(const std::string& name, const ChangedFiles& files) const;
  enum class Proof : std::uint8_t { holds, mended, fails };
  [[nodiscard]] Proof prove(const ChangedFiles& files);
  [[nodiscard]] bool mend(const Deviation& deviation);
  void leave_out_new(std::size_t document, std::string_view why);
  ExitCode write(const ChangedFiles& changed);
  void say(std::string_view text) const;
  void fail(std::string_view why) const;

  const Config& config_;
  Terminal& terminal_;
  const FleetFacts& facts_;
  std::vector<const coder::LiveWorkspace*> rows_;
  specs::SpecSource& source_;
  LeftOut& left_out_;
  specs::DesiredState existing_;
  Merge merge_;
  std::vector<FiledDocument> documents_;             ///< new ones
  std::set<const specs::WorkspaceSpec*> untouched_;  ///< old ones whose edits have been dropped
  std::set<std::size_t> dropped_;  ///< of documents_, by the proof of the latest composition
  std::size_t unsayable_ = 0;      ///< documents that were dropped

  // Of the latest composition.
  std::vector<Meant> meant_;      ///< new documents first, in their order
  std::size_t fields_ = 0;        ///< that were set
  std::size_t edited_files_ = 0;  ///< that they are in
  std::vector<std::string> remarks_;
};

}  // namespace cr::daemon
