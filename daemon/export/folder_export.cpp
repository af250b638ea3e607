#include "daemon/export/folder_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <memory>
#include <system_error>
#include <utility>

#include "daemon/commands/spec_text.h"
#include "daemon/commands/specs_failure.h"
#include "daemon/export/declared.h"
#include "daemon/text/counted.h"
#include "specs/diagnostic.h"
#include "specs/parse.h"

namespace cr::daemon {
namespace {

// Each round mends all that the one before has found; what is left after a few is no matter of defaults.
constexpr int kRounds = 5;

bool is_there(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(std::filesystem::symlink_status(path, error));
}

bool is_link(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_symlink(path, error);
}

/// What the document says without any defaults.
specs::WorkspaceSpec spec_of(const specs::NewDocument& document) {
  const specs::ParsedFile file = specs::parse(specs::write_document(document), nullptr);
  return file.specs.empty() ? specs::WorkspaceSpec() : *file.specs.front();
}

std::string_view why_of(DeclaredStanding standing) {
  switch (standing) {
    case DeclaredStanding::invalid:
      return "declared by invalid documents";
    case DeclaredStanding::renamed:
      return "to be renamed by a document";
    case DeclaredStanding::maybe_declared:
      return "possibly declared by a document that cannot be read";
    case DeclaredStanding::maybe_of_set:
      return "possibly of a WorkspaceSet";
    case DeclaredStanding::undeclared:
    case DeclaredStanding::declared:
      break;
  }
  return {};
}

/// What keeps a new document of it from being written; empty: nothing.
std::string claim_text(const Declared::Answer& answer) {
  switch (answer.standing) {
    case DeclaredStanding::undeclared:
      break;
    case DeclaredStanding::declared:
      return fmt::format("is declared at {}", answer.spec->where.to_string());
    case DeclaredStanding::renamed:
      return fmt::format("is to be renamed by the document at {}", answer.spec->where.to_string());
    case DeclaredStanding::maybe_of_set:
      return fmt::format("is, or may be, one of WorkspaceSet {} at {}", answer.of_set->name,
                         answer.of_set->where.to_string());
    case DeclaredStanding::invalid:
      return "is declared by an invalid document";
    case DeclaredStanding::maybe_declared:
      return "may be declared by a document that cannot be read";
  }
  return {};
}

}  // namespace

FolderExport::FolderExport(const Config& config, Terminal& terminal, const FleetFacts& facts,
                           std::vector<const coder::LiveWorkspace*> rows, specs::SpecSource& source,
                           LeftOut& left_out)
    : config_(config),
      terminal_(terminal),
      facts_(facts),
      rows_(std::move(rows)),
      source_(source),
      left_out_(left_out) {}

void FolderExport::say(std::string_view text) const {
  daemon::say(terminal_, text);
}

void FolderExport::fail(std::string_view why) const {
  say(fmt::format("nothing was written: {}", why));
}

std::string FolderExport::path_of(std::string_view name) const {
  return (std::filesystem::path(config_.output_dir) / name).string();
}

ExitCode FolderExport::run() {
  // Reading the fleet may have taken minutes: what counts is what the files say now.
  if (is_there(config_.output_dir)) {
    auto loaded = source_.load();
    if (!loaded) return specs_failure(loaded.error(), OutputFormat::text, terminal_);
    existing_ = std::move(*loaded);
  }
  for (const specs::Diagnostic& diagnostic : existing_.diagnostics) terminal_.err(specs::render(diagnostic));
  merge_ = plan_merge(existing_, rows_, facts_);
  if (!config_.merge && refuse_declared())
    return existing_.diagnostics.empty() ? ExitCode::usage : ExitCode::invalid_specs;

  const Policy policy = config_.managed ? Policy::managed : Policy::report_only;
  documents_.reserve(merge_.undeclared.size());
  for (const coder::LiveWorkspace* row : merge_.undeclared) {
    documents_.push_back({document_of(*row, facts_, policy),
                          config_.by == FileBy::owner ? row->owner_name : row->template_name});
  }
  for (int round = 0; round < kRounds; ++round) {
    const ChangedFiles files = compose();
    if (!config_.merge && refuse_existing(files)) return ExitCode::usage;
    switch (prove(files)) {
      case Proof::holds:
        return write(files);
      case Proof::mended:
        break;
      case Proof::fails:
        return ExitCode::failure;
    }
  }
  fail("defaults keep changing what the specs say; this is a defect of ours");
  return ExitCode::failure;
}

/// One that is declared already would be invalid with a second document.
bool FolderExport::refuse_declared() const {
  const Declared declared(existing_);
  std::vector<std::string> claims;
  for (const coder::LiveWorkspace* row : rows_) {
    const std::string claim = claim_text(declared.of(*row));
    if (!claim.empty()) claims.push_back(fmt::format("{}/{} {}", row->owner_name, row->name, claim));
  }
  if (claims.empty()) return false;
  const std::string others = claims.size() == 1
                                 ? std::string()
                                 : fmt::format(", and {} like it", counted(claims.size() - 1, "workspace"));
  say(*std::ranges::min_element(claims) + others);
  say("nothing was written; use --merge, or another --output-dir");
  return true;
}

/// All that are there already, before any is written.
bool FolderExport::refuse_existing(const ChangedFiles& files) const {
  bool any = false;
  for (const auto& [path, file] : files) {
    if (!is_there(path)) continue;
    any = true;
    say(path + " exists");
  }
  if (any) say("nothing was written; use --merge, or another --output-dir");
  return any;
}

/// The files as they are to be, and what they are to mean.
FolderExport::ChangedFiles FolderExport::compose() {
  ChangedFiles files;
  fields_ = edited_files_ = 0;
  remarks_ = merge_.remarks;
  meant_.clear();
  meant_.reserve(documents_.size() + existing_.specs.size());
  for (const FiledDocument& one : documents_) meant_.push_back({spec_of(one.document), {}});
  edit(files);
  add(files);
  return files;
}

void FolderExport::edit(ChangedFiles& files) {
  std::map<const specs::WorkspaceSpec*, specs::WorkspaceSpec> edited;
  for (const auto& [path, planned] : merge_.edits) {
    std::vector<MergeEdit> edits;
    std::ranges::copy_if(planned, std::back_inserter(edits),
                         [&](const MergeEdit& one) { return !untouched_.contains(one.spec); });
    if (edits.empty()) continue;
    Changed* file = open(path, files);
    if (!file) {
      remarks_.push_back(path + " stays as it is: it cannot be read again, or leads out of --output-dir");
      continue;
    }
    MergedFile merged = merge_file(file->text, edits);
    edited_files_ += file->text != merged.text;
    file->text = std::move(merged.text);
    fields_ += merged.made.size();
    std::ranges::move(merged.remarks, std::back_inserter(remarks_));
    for (const MergeEdit* one : merged.made)
      apply(*one, edited.try_emplace(one->spec, *one->spec).first->second);
  }
  for (const specs::SpecPtr& spec : existing_.specs) {
    const auto found = edited.find(spec.get());
    meant_.push_back({found == edited.end() ? *spec : found->second, std::string(spec->where.path())});
  }
}

/// Adds new documents: with --merge behind those of their file.
void FolderExport::add(ChangedFiles& files) {
  std::vector<FiledDocument> documents = documents_;
  if (config_.defaults) {
    std::vector<specs::NewDocument> all;
    all.reserve(documents.size());
    for (FiledDocument& one : documents) all.push_back(std::move(one.document));
    const specs::NewValues shared = specs::take_shared(all);
    for (std::size_t i = 0; i < all.size(); ++i) documents[i].document = std::move(all[i]);
    const std::string path = path_of(kDefaultsFile);
    if (shared != specs::NewValues()) files[path] = {path, specs::write_defaults("shared", shared), {}};
  }
  const std::map<std::string, std::string> of_groups = files_of_groups();
  for (const NewFile& file : into_files(documents)) {
    const auto known = of_groups.find(file.name);
    const std::string path = known == of_groups.end() ? path_of(file.name) : known->second;
    std::string into = path;
    // What a link leads to may be a file of others, under another name.
    const bool of_others = config_.merge && known == of_groups.end() && is_link(path);
    const bool there = config_.merge && (files.contains(path) || is_there(path));
    if (of_others || (there && !append(file, path, files))) into = free_path(file.name, files);
    if (!there || into != path) files[into] = {into, file.text, std::nullopt};
    for (const std::size_t index : file.documents) meant_[index].file = into;
  }
}

/// Puts new documents behind those of a file. False where that cannot be: it leads out of --output-dir, or
/// has no room for more.
bool FolderExport::append(const NewFile& file, const std::string& path, ChangedFiles& files) const {
  Changed* there = open(path, files);
  if (!there) return false;
  std::string text = appended(there->text, file.text);
  const std::size_t before = specs::parse(there->text, nullptr).documents();
  if (specs::parse(text, nullptr).documents() != before + file.documents.size()) return false;
  there->text = std::move(text);
  return true;
}

/// Beside `name`: alice-2.yaml
std::string FolderExport::free_path(const std::string& name, const ChangedFiles& files) const {
  const std::filesystem::path of(name);
  for (int number = 2;; ++number) {
    std::string path = path_of(fmt::format("{}-{}{}", of.stem().string(), number, of.extension().string()));
    if (!files.contains(path) && !is_there(path)) return path;
  }
}

/// The file as it is to be; null where it is not touched.
FolderExport::Changed* FolderExport::open(const std::string& path, ChangedFiles& files) const {
  if (const auto found = files.find(path); found != files.end()) return &found->second;
  const auto place = place_below(config_.output_dir, path);
  const auto text = place ? read_spec_text(*place) : std::nullopt;
  if (!text) return nullptr;
  return &files.emplace(path, Changed{*place, *text, *text}).first->second;
}

/// Where the workspaces of an owner or template are declared, if that is one file.
std::map<std::string, std::string> FolderExport::files_of_groups() const {
  std::map<std::string, std::set<std::string>> files;
  for (const specs::SpecPtr& spec : existing_.specs) {
    const std::string_view group = config_.by == FileBy::owner ? spec->owner : spec->body->template_ref;
    files[file_name_of(group)].insert(std::string(spec->where.path()));
  }
  std::map<std::string, std::string> of_groups;
  for (const auto& [group, paths] : files) {
    if (config_.merge && paths.size() == 1) of_groups.emplace(group, *paths.begin());
  }
  return of_groups;
}

FolderExport::Proof FolderExport::prove(const ChangedFiles& files) {
  if (files.empty()) return Proof::holds;
  std::map<std::string, std::string> texts;
  for (const auto& [path, file] : files) texts.emplace(path, file.text);
  source_.pretend(std::move(texts));
  const auto read = source_.load();
  if (!read) {
    fail(read.error().message());
    return Proof::fails;
  }
  const std::vector<Deviation> found =
      deviations(meant_, *read, config_.defaults ? path_of(kDefaultsFile) : std::string());
  if (found.empty()) {
    if (read->diagnostics.size() <= existing_.diagnostics.size() &&
        read->sets.size() == existing_.sets.size())
      return Proof::holds;
    for (const specs::Diagnostic& diagnostic : read->diagnostics) terminal_.err(specs::render(diagnostic));
    fail("these specs would be invalid then");
    return Proof::fails;
  }
  dropped_.clear();
  if (!std::ranges::all_of(found, [&](const Deviation& deviation) { return mend(deviation); }))
    return Proof::fails;
  std::vector<FiledDocument> kept;
  kept.reserve(documents_.size());
  for (std::size_t i = 0; i < documents_.size(); ++i) {
    if (!dropped_.contains(i)) kept.push_back(std::move(documents_[i]));
  }
  documents_ = std::move(kept);
  return Proof::mended;
}

/// False where that cannot be, which has been said.
bool FolderExport::mend(const Deviation& deviation) {
  if (deviation.meant >= documents_.size()) {
    const specs::SpecPtr& spec = existing_.specs[deviation.meant - documents_.size()];
    const std::string name = specs::identity_of(*spec).to_string();
    const auto edits = merge_.edits.find(std::string(spec->where.path()));
    const bool edited =
        edits != merge_.edits.end() &&
        std::ranges::any_of(edits->second, [&](const MergeEdit& one) { return one.spec == spec.get(); });
    if (!edited || !untouched_.insert(spec.get()).second) {
      fail(fmt::format("{} at {} would no longer mean what it does: {}", name, spec->where.to_string(),
                       deviation.why));
      return false;
    }
    merge_.remarks.push_back(
        fmt::format("{} stays as declared: with the live values it would not mean what "
                    "it is to mean: {}",
                    name, deviation.why));
    return true;
  }
  std::vector<std::string>& refused = documents_[deviation.meant].document.refused;
  const std::size_t before = refused.size();
  for (const std::string& field : deviation.filled_in) {
    // Their null is a wish for none, and nothing else says that they are nobody's business.
    if (field == "autostart" || field == "ttl") {
      leave_out_new(deviation.meant, deviation.why);
      return true;
    }
    if (std::ranges::find(refused, field) == refused.end()) refused.push_back(field);
  }
  if (refused.size() == before) leave_out_new(deviation.meant, deviation.why);
  std::ranges::sort(refused);
  return true;
}

void FolderExport::leave_out_new(std::size_t document, std::string_view why) {
  const specs::NewDocument& left = documents_[document].document;
  merge_.remarks.push_back(fmt::format("{}/{} is left out: {}", left.owner, left.name, why));
  dropped_.insert(document);
  ++unsayable_;
}

ExitCode FolderExport::write(const ChangedFiles& changed) {
  for (const std::string& remark : remarks_) say(remark);
  for (const auto& [standing, count] : merge_.others) left_out_.add(count, why_of(standing));
  left_out_.add(unsayable_, "that no spec can say there");
  const std::string defaults = path_of(kDefaultsFile);
  std::vector<FileToWrite> files;
  for (const auto& [path, file] : changed) {
    if (file.replaces && file.text == *file.replaces) continue;
    // Without defaults the others might not be valid; by themselves they do no harm.
    files.insert(path == defaults ? files.begin() : files.end(), {file.place, file.text, file.replaces});
  }
  std::error_code error;
  if (!files.empty()) std::filesystem::create_directories(config_.output_dir, error);
  if (error) {
    say(fmt::format("cannot create {}: {}", config_.output_dir, error.message()));
    return ExitCode::failure;
  }
  if (const auto failure = write_files(files)) {
    say(failure->message);
    say(failure->written.empty()
            ? std::string("nothing was written")
            : fmt::format("{} of {} files were written", failure->written.size(), files.size()));
    return ExitCode::failure;
  }
  const std::string summary =
      config_.merge ? fmt::format("set {} in {}, added {}", counted(fields_, "field"),
                                  counted(edited_files_, "file"), counted(documents_.size(), "workspace"))
                    : fmt::format("wrote {}, {}", counted(files.size(), "file"),
                                  counted(documents_.size(), "workspace"));
  terminal_.out(summary + left_out_.text() + "\n");
  return existing_.diagnostics.empty() ? ExitCode::ok : ExitCode::invalid_specs;
}

}  // namespace cr::daemon
