#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "daemon/commands/commands.h"
#include "daemon/commands/one_shot.h"
#include "daemon/commands/process.h"
#include "daemon/commands/session.h"
#include "daemon/commands/spec_text.h"
#include "daemon/commands/specs_failure.h"
#include "daemon/export/file_names.h"
#include "daemon/export/live_spec.h"
#include "daemon/export/merge.h"
#include "daemon/export/write_files.h"
#include "reconcile/async/structured.h"
#include "reconcile/read/fleet_reader.h"
#include "reconcile/report/render.h"
#include "specs/name.h"
#include "specs/parse.h"
#include "specs/source.h"
#include "specs/source_text.h"
#include "specs/visible.h"
#include "specs/workspace_spec.h"

namespace cr::daemon {
namespace {

using async::awaitable;
using coder::ApiError;
using coder::ApiFault;
using coder::LiveWorkspace;

// Each path has a rate limit of its own at Coder; its database is everybody's.
constexpr std::size_t kAtATime = 4;

bool is_one_of(const std::vector<std::string>& wanted, std::string_view name, const std::string& id) {
  return wanted.empty() || std::ranges::any_of(wanted, [&](const std::string& one) {
           return specs::compare_lower(one, specs::is_uuid(one) ? std::string_view(id) : name) == 0;
         });
}

/// Reads all that the specs are made of. Whole, or an error.
class Reading {
 public:
  Reading(const Config& config, Session& session)
      : config_(config), session_(session), reader_(session.client().reader()) {}

  awaitable<std::optional<ApiError>> run() {
    auto all = read_all();
    co_await std::move(all);
    co_return failed_;
  }

  [[nodiscard]] FleetFacts take_facts() { return std::move(facts_); }
  /// How many there were before those that were not asked for were dropped.
  [[nodiscard]] std::size_t seen() const { return seen_; }

 private:
  awaitable<void> read_all() {
    auto owners = usernames();
    const std::vector<std::string> of_whom = co_await std::move(owners);
    if (failed_) co_return;
    auto reading = reconcile::read_fleet(reader_, of_whom, session_.observer());
    auto rows = co_await std::move(reading);
    if (!rows) co_return fail(rows.error());
    facts_.rows = std::move(*rows);
    seen_ = facts_.rows.size();
    auto names = reader_.organizations();
    auto organizations = co_await std::move(names);
    if (!organizations) co_return fail(organizations.error());
    for (coder::Organization& one : *organizations) facts_.organizations.emplace(one.id, std::move(one.name));
    select();
    auto versions = read_versions();
    co_await std::move(versions);
    auto parameters = read_parameters();
    co_await std::move(parameters);
  }

  void fail(const ApiError& error) {
    if (!failed_) failed_ = error;
  }

  /// The list is asked for usernames alone.
  awaitable<std::vector<std::string>> usernames() {
    std::vector<std::string> names;
    for (const std::string& owner : config_.owners) {
      if (!specs::is_uuid(owner)) {
        names.push_back(owner);
        continue;
      }
      auto asking = reader_.user(owner);
      auto user = co_await std::move(asking);
      if (user) {
        names.push_back(user->username);
      } else {
        fail(user.error());
      }
    }
    co_return names;
  }

  void select() {
    std::erase_if(facts_.rows, [&](const LiveWorkspace& row) {
      const auto organization = facts_.organizations.find(row.organization_id);
      const std::string_view name =
          organization == facts_.organizations.end() ? std::string_view() : organization->second;
      return !is_one_of(config_.templates, row.template_name, row.template_id.to_string()) ||
             !is_one_of(config_.organizations, name, row.organization_id.to_string());
    });
  }

  /// Which parameters the versions in use have.
  awaitable<void> read_versions() {
    std::set<coder::VersionId> wanted;
    for (const LiveWorkspace& row : facts_.rows) {
      if (!why_not_exported(row)) wanted.insert(row.build.version);
    }
    std::vector<coder::VersionId> versions(wanted.begin(), wanted.end());
    auto each = [this](const coder::VersionId& id) { return read_version(id); };
    auto all = async::for_each_bounded(versions, kAtATime, each);
    co_await std::move(all);
  }
  awaitable<void> read_version(const coder::VersionId& id) {
    if (failed_) co_return;
    auto asking = reader_.rich_parameters(id);
    auto parameters = co_await std::move(asking);
    if (parameters) {
      facts_.versions.emplace(id, std::move(*parameters));
      co_return;
    }
    // What Coder does not show to this token it will not show to it a minute later either.
    const ApiFault fault = parameters.error().fault;
    const bool hidden = fault == ApiFault::not_found || fault == ApiFault::forbidden ||
                        fault == ApiFault::not_ready || fault == ApiFault::gone;
    if (!hidden) fail(parameters.error());
  }

  /// Parameters are not in the list: one request a workspace.
  awaitable<void> read_parameters() {
    std::vector<coder::BuildId> builds;
    for (const LiveWorkspace& row : facts_.rows) {
      if (!why_not_exported(row)) builds.push_back(row.build.id);
    }
    std::size_t done = 0;
    auto each = [&](const coder::BuildId& id) -> awaitable<void> {
      if (failed_) co_return;
      auto asking = reader_.build_parameters(id);
      auto parameters = co_await std::move(asking);
      if (!parameters) co_return fail(parameters.error());
      facts_.parameters.emplace(id, std::move(*parameters));
      session_.show_doing(fmt::format("reading parameters, {} of {}", ++done, builds.size()));
    };
    auto all = async::for_each_bounded(builds, kAtATime, each);
    co_await std::move(all);
  }

  const Config& config_;
  Session& session_;
  coder::CoderReader& reader_;
  FleetFacts facts_;
  std::size_t seen_ = 0;
  std::optional<ApiError> failed_;
};

/// "1 file", "2 files"
std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

/// What there is no spec of, by why.
class LeftOut {
 public:
  void add(std::size_t count, std::string_view why) {
    if (count == 0) return;
    all_ += count;
    why_ += fmt::format("{}{} {}", why_.empty() ? "" : ", ", count, why);
  }
  [[nodiscard]] std::string text() const {
    return all_ == 0 ? std::string() : fmt::format("; {} left out: {}", all_, why_);
  }

 private:
  std::size_t all_ = 0;
  std::string why_;
};

/// What an export makes of what it has read.
class Export {
 public:
  Export(const Config& config, Terminal& terminal, FleetFacts facts,
         const std::optional<specs::DesiredState>& existing)
      : config_(config), terminal_(terminal), facts_(std::move(facts)), existing_(existing) {}

  ExitCode run() {
    std::size_t prebuilds = 0;
    std::size_t tasks = 0;
    std::size_t without_name = 0;
    for (const LiveWorkspace& row : facts_.rows) {
      const auto why = why_not_exported(row);
      if (!why) rows_.push_back(&row);
      prebuilds += why == NotExported::prebuild;
      tasks += why == NotExported::task;
      without_name += why == NotExported::no_name;
      if (why == NotExported::no_name)
        say(fmt::format("{}/{} is left out: {} {}", row.owner_name, row.name, specs::in_quotes(row.name),
                        specs::name_problem(row.name)));
    }
    left_out_.add(prebuilds, "prebuilt");
    left_out_.add(tasks, "of AI tasks");
    left_out_.add(without_name, "with names that no spec may have");
    if (config_.output_dir.empty()) return to_output();
    if (config_.merge) return into_directory_with_specs();
    return into_directory();
  }

 private:
  void say(std::string_view text) const { terminal_.err("coder-reconciler: " + specs::visible(text) + "\n"); }

  [[nodiscard]] FiledDocument filed(const LiveWorkspace& row) const {
    const Policy policy = config_.managed ? Policy::managed : Policy::report_only;
    return {document_of(row, facts_, policy),
            config_.by == FileBy::owner ? row.owner_name : row.template_name};
  }
  [[nodiscard]] std::vector<FiledDocument> filed(const std::vector<const LiveWorkspace*>& rows) const {
    std::vector<FiledDocument> documents;
    documents.reserve(rows.size());
    for (const LiveWorkspace* row : rows) documents.push_back(filed(*row));
    return documents;
  }

  ExitCode to_output() {
    std::size_t count = 0;
    std::string text;
    for (const NewFile& file : into_files(filed(rows_))) {
      count += file.documents;
      if (!text.empty()) text += "---\n";
      text += file.text;
    }
    terminal_.out(text);
    say(fmt::format("wrote {}{}", counted(count, "workspace"), left_out_.text()));
    if (text.size() > specs::ParseLimits{}.bytes)
      say("that is more than a file of specs may have (1 MiB); for several files use --output-dir");
    return ExitCode::ok;
  }

  [[nodiscard]] std::string path_of(std::string_view name) const {
    return (std::filesystem::path(config_.output_dir) / name).string();
  }

  ExitCode into_directory() {
    std::vector<FiledDocument> documents = filed(rows_);
    std::vector<FileToWrite> files;
    std::string shared;
    if (config_.defaults) shared = take_defaults(documents);
    if (!shared.empty()) files.push_back({path_of(kDefaultsFile), std::move(shared), std::nullopt});
    for (NewFile& file : into_files(std::move(documents)))
      files.push_back({path_of(file.name), std::move(file.text), std::nullopt});
    if (const ExitCode code = refuse_existing(files); code != ExitCode::ok) return code;
    return write(files, fmt::format("wrote {}, {}", counted(files.size(), "file"),
                                    counted(rows_.size(), "workspace")));
  }

  static std::string take_defaults(std::vector<FiledDocument>& documents) {
    std::vector<specs::NewDocument> all;
    all.reserve(documents.size());
    for (FiledDocument& one : documents) all.push_back(std::move(one.document));
    const specs::NewValues shared = specs::take_shared(all);
    for (std::size_t i = 0; i < all.size(); ++i) documents[i].document = std::move(all[i]);
    return shared == specs::NewValues() ? std::string() : specs::write_defaults("shared", shared);
  }

  /// All that are there already, before any is written.
  ExitCode refuse_existing(const std::vector<FileToWrite>& files) const {
    bool any = false;
    for (const FileToWrite& file : files) {
      std::error_code error;
      const auto status = std::filesystem::symlink_status(file.path, error);
      if (!std::filesystem::exists(status)) continue;
      any = true;
      say(file.path + " exists");
    }
    if (any) say("nothing was written; use --merge, or another --output-dir");
    return any ? ExitCode::usage : ExitCode::ok;
  }

  ExitCode into_directory_with_specs() {
    Merge merge = plan_merge(*existing_, rows_, facts_);
    left_out_.add(merge.invalid, "declared by invalid documents");
    left_out_.add(merge.renamed, "to be renamed by a document");
    left_out_.add(merge.maybe_declared, "possibly declared by a document that cannot be read");
    left_out_.add(merge.maybe_of_set, "possibly of a WorkspaceSet");
    std::map<std::string, Changed> changed;
    std::size_t fields = 0;
    for (const auto& [path, edits] : merge.edits) {
      Changed* file = open(path, changed, merge.remarks);
      if (!file) continue;
      MergedFile merged = merge_file(file->text, edits);
      file->text = std::move(merged.text);
      fields += merged.made;
      std::ranges::move(merged.remarks, std::back_inserter(merge.remarks));
    }
    const auto edited = static_cast<std::size_t>(std::ranges::count_if(
        changed, [](const auto& one) { return one.second.text != one.second.replaces; }));
    for (const std::string& remark : merge.remarks) say(remark);
    if (const auto problem = add_undeclared(merge.undeclared, changed)) {
      say(*problem + "; nothing was written");
      return ExitCode::failure;
    }
    std::vector<FileToWrite> files;
    for (auto& [path, file] : changed) {
      if (file.replaces && file.text == *file.replaces) continue;
      files.push_back({path, std::move(file.text), std::move(file.replaces)});
    }
    const ExitCode code =
        write(files, fmt::format("set {} in {}, added {}", counted(fields, "field"), counted(edited, "file"),
                                 counted(merge.undeclared.size(), "workspace")));
    const bool invalid = !existing_->diagnostics.empty();
    return code == ExitCode::ok && invalid ? ExitCode::invalid_specs : code;
  }

  struct Changed {
    std::string text;
    std::optional<std::string> replaces;
  };

  /// The file as it is to be, by where it really is; null: it is not touched, which has been said.
  Changed* open(const std::string& path, std::map<std::string, Changed>& changed,
                std::vector<std::string>& remarks) const {
    const auto place = place_below(config_.output_dir, path);
    const auto text = place ? read_spec_text(*place) : std::nullopt;
    if (!text) {
      remarks.push_back(path + " stays as it is: it cannot be read again, or leads out of --output-dir");
      return nullptr;
    }
    const auto [opened, fresh] = changed.try_emplace(*place);
    if (fresh) opened->second = {*text, *text};
    return &opened->second;
  }

  /// Where the workspaces of an owner or template are declared, if that is one file.
  [[nodiscard]] std::map<std::string, std::string> files_of_groups() const {
    std::map<std::string, std::set<std::string>> files;
    for (const specs::SpecPtr& spec : existing_->specs) {
      const std::string_view group = config_.by == FileBy::owner ? spec->owner : spec->template_ref;
      files[file_name_of(group)].insert(std::string(spec->where.path()));
    }
    std::map<std::string, std::string> of_groups;
    for (const auto& [group, paths] : files) {
      if (paths.size() == 1) of_groups.emplace(group, *paths.begin());
    }
    return of_groups;
  }

  /// Adds them behind the documents of their file. Why not, if that fails.
  std::optional<std::string> add_undeclared(const std::vector<const LiveWorkspace*>& rows,
                                            std::map<std::string, Changed>& changed) const {
    const std::map<std::string, std::string> of_groups = files_of_groups();
    for (const NewFile& file : into_files(filed(rows))) {
      const auto known = of_groups.find(file.name);
      const std::string path = known == of_groups.end() ? path_of(file.name) : known->second;
      std::error_code error;
      if (!std::filesystem::exists(std::filesystem::symlink_status(path, error))) {
        changed[path] = {file.text, std::nullopt};
        continue;
      }
      std::vector<std::string> ignored;
      Changed* there = open(path, changed, ignored);
      if (!there) return ignored.front();
      const std::size_t before = specs::parse(there->text, nullptr).specs.size();
      std::string text = appended(std::move(there->text), file.text);
      if (specs::parse(text, nullptr).specs.size() != before + file.documents)
        return "nothing can be added to " + path + ": it would be too large, or is no YAML to its end";
      there->text = std::move(text);
    }
    return std::nullopt;
  }

  ExitCode write(const std::vector<FileToWrite>& files, const std::string& summary) {
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
    terminal_.out(summary + left_out_.text() + "\n");
    return ExitCode::ok;
  }

  const Config& config_;
  Terminal& terminal_;
  FleetFacts facts_;
  const std::optional<specs::DesiredState>& existing_;
  std::vector<const LiveWorkspace*> rows_;  ///< those that are exported
  LeftOut left_out_;
};

/// What a person should know who gets nothing.
std::string nothing_found(const Config& config, std::size_t seen) {
  if (!config.templates.empty() || !config.organizations.empty()) {
    return fmt::format("none of the {} that were read is of the given templates and organizations",
                       counted(seen, "workspace"));
  }
  if (!config.owners.empty()) return "the given owners have no workspaces";
  return "Coder has no workspaces, or this token may not see any";
}

awaitable<reconcile::ReportPtr> read(Reading& reading) {
  auto all = reading.run();
  const std::optional<ApiError> failed = co_await std::move(all);
  if (failed) co_return nothing_known(*failed);
  co_return std::make_shared<reconcile::CycleReport>();
}

awaitable<ExitCode> read_and_write(const Config& config, Terminal& terminal, Session& session,
                                   const AnswerWatch& watch,
                                   const std::optional<specs::DesiredState>& existing) {
  TimeLimit limit(session, watch, config.timeout.value_or(kApplyTimeout), {});
  Reading reading(config, session);
  auto all = read(reading);
  reconcile::ReportPtr report = co_await limit.bound(std::move(all));
  if (!report) report = limit.report_of_silence();
  session.end_progress();
  if (report->failure) {
    terminal.err("coder-reconciler: nothing was written, since not everything could be read: " +
                 reconcile::visible(report->failure->to_string()) + "\n");
    co_return ExitCode::unreachable;
  }
  FleetFacts facts = reading.take_facts();
  if (facts.rows.empty()) {
    terminal.err("coder-reconciler: " + nothing_found(config, reading.seen()) + "\n");
    co_return ExitCode::ok;
  }
  Export made(config, terminal, std::move(facts), existing);
  co_return made.run();
}

/// Why specs cannot be written there; empty: they can.
std::string directory_problem(const Config& config) {
  std::error_code error;
  const std::filesystem::path directory = config.output_dir;
  const auto status = std::filesystem::status(directory, error);
  if (!std::filesystem::exists(status)) return {};
  if (!std::filesystem::is_directory(status)) return config.output_dir + " is not a directory";
  if (!config.defaults) return {};
  const std::filesystem::directory_iterator entries(directory, error);
  if (error) return fmt::format("cannot read {}: {}", config.output_dir, error.message());
  return entries == std::filesystem::directory_iterator()
             ? std::string()
             : config.output_dir + " is not empty: defaults would fill in what specs in it leave unmanaged";
}

}  // namespace

ExitCode export_specs(const Config& config, Terminal& terminal) {
  std::optional<specs::DesiredState> existing;
  if (!config.output_dir.empty()) {
    if (const std::string problem = directory_problem(config); !problem.empty()) {
      terminal.err("coder-reconciler: --output-dir: " + specs::visible(problem) + "\n");
      return ExitCode::usage;
    }
    std::error_code error;
    existing.emplace();
    if (config.merge && std::filesystem::exists(config.output_dir, error)) {
      specs::SpecSource source({config.output_dir});
      auto loaded = source.load();
      if (!loaded) return specs_failure(loaded.error(), OutputFormat::text, terminal);
      existing = std::move(*loaded);
      for (const specs::Diagnostic& diagnostic : existing->diagnostics)
        terminal.err(specs::render(diagnostic));
    }
  }
  boost::asio::io_context io(1);  // outlives the connections that the session keeps
  AnswerWatch watch;
  Session session(config, terminal, Session::Kind::command, {&watch});
  if (!session.connect()) return ExitCode::usage;
  return run_to_end(io, read_and_write(config, terminal, session, watch, existing), {});
}

}  // namespace cr::daemon
