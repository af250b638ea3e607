#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "daemon/commands/commands.h"
#include "daemon/commands/one_shot.h"
#include "daemon/commands/process.h"
#include "daemon/commands/session.h"
#include "daemon/commands/specs_failure.h"
#include "daemon/export/file_names.h"
#include "daemon/export/fleet_reading.h"
#include "daemon/export/folder_export.h"
#include "daemon/export/left_out.h"
#include "daemon/export/live_spec.h"
#include "daemon/text/counted.h"
#include "specs/name.h"
#include "specs/parse.h"
#include "specs/source.h"
#include "specs/source_text.h"

namespace cr::daemon {
namespace {

using async::awaitable;
using coder::ApiError;
using coder::LiveWorkspace;

/// Those that there are specs of; the others are counted.
std::vector<const LiveWorkspace*> exported_rows(const FleetFacts& facts, Terminal& terminal,
                                                LeftOut& left_out) {
  std::vector<const LiveWorkspace*> rows;
  rows.reserve(facts.rows.size());
  std::size_t prebuilds = 0;
  std::size_t tasks = 0;
  std::size_t without_name = 0;
  std::size_t being_deleted = 0;
  for (const LiveWorkspace& row : facts.rows) {
    const auto why = why_not_exported(row);
    if (!why) rows.push_back(&row);
    prebuilds += why == NotExported::prebuild;
    tasks += why == NotExported::task;
    without_name += why == NotExported::no_name;
    being_deleted += why == NotExported::being_deleted;
    if (why == NotExported::no_name) {
      say(terminal, fmt::format("{}/{} is left out: {} {}", row.owner_name, row.name,
                                specs::in_quotes(row.name), specs::name_problem(row.name)));
    }
  }
  left_out.add(prebuilds, "prebuilt");
  left_out.add(tasks, "of AI tasks");
  left_out.add(being_deleted, "being deleted");
  left_out.add(without_name, "with names that no spec may have");
  return rows;
}

ExitCode to_output(const Config& config, Terminal& terminal, const FleetFacts& facts,
                   const std::vector<const LiveWorkspace*>& rows, const LeftOut& left_out) {
  const Policy policy = config.managed ? Policy::managed : Policy::report_only;
  std::vector<FiledDocument> documents;
  documents.reserve(rows.size());
  for (const LiveWorkspace* row : rows) {
    documents.push_back({document_of(*row, facts, policy),
                         config.by == FileBy::owner ? row->owner_name : row->template_name});
  }
  std::string text;
  for (const NewFile& file : into_files(documents)) {
    if (!text.empty()) text += "---\n";
    text += file.text;
  }
  terminal.out(text);
  say(terminal, fmt::format("wrote {}{}", counted(rows.size(), "workspace"), left_out.text()));
  if (text.size() > specs::ParseLimits{}.bytes)
    say(terminal, "that is more than a file of specs may have (1 MiB); for several files use --output-dir");
  return ExitCode::ok;
}

/// What a person should know who gets nothing.
std::string nothing_found(const Config& config, std::size_t seen) {
  if (!config.templates.empty() || !config.organizations.empty()) {
    return fmt::format("none of the {} that were read is of the given templates and organizations",
                       counted(seen, "workspace"));
  }
  if (!config.owners.empty()) return "the given owners have no workspaces";
  return "Coder has no workspaces, or this token may not see any";
}

awaitable<reconcile::ReportPtr> read(FleetReading& reading) {
  auto all = reading.run();
  const std::optional<ApiError> failed = co_await std::move(all);
  if (failed) co_return nothing_known(*failed);
  co_return std::make_shared<reconcile::CycleReport>();
}

awaitable<ExitCode> read_and_write(const Config& config, Terminal& terminal, Session& session,
                                   const AnswerWatch& watch, specs::SpecSource& source) {
  TimeLimit limit(session, watch, config.timeout.value_or(kApplyTimeout), {});
  FleetReading reading(config, session);
  auto all = read(reading);
  reconcile::ReportPtr report = co_await limit.bound(std::move(all));
  if (!report) report = limit.report_of_silence();
  session.end_progress();
  if (report->failure) {
    say(terminal, "nothing was written, since not everything could be read: " + report->failure->to_string());
    co_return ExitCode::unreachable;
  }
  const FleetFacts facts = reading.take_facts();
  if (facts.rows.empty()) {
    say(terminal, nothing_found(config, reading.seen()));
    co_return ExitCode::ok;
  }
  LeftOut left_out;
  std::vector<const LiveWorkspace*> rows = exported_rows(facts, terminal, left_out);
  if (config.output_dir.empty()) co_return to_output(config, terminal, facts, rows, left_out);
  FolderExport into(config, terminal, facts, std::move(rows), source, left_out);
  co_return into.run();
}

/// Says why specs cannot be written there before a fleet is read for nothing.
ExitCode check_directory(const Config& config, Terminal& terminal, specs::SpecSource& source) {
  std::error_code error;
  const auto status = std::filesystem::status(config.output_dir, error);
  if (!std::filesystem::exists(status)) return ExitCode::ok;
  const auto refuse = [&](std::string_view why) {
    say(terminal, fmt::format("--output-dir: {} {}", config.output_dir, why));
    return ExitCode::usage;
  };
  if (!std::filesystem::is_directory(status)) return refuse("is not a directory");
  const auto loaded = source.load();
  if (!loaded) return specs_failure(loaded.error(), OutputFormat::text, terminal);
  if (config.defaults && (loaded->files > 0 || !loaded->diagnostics.empty()))
    return refuse("has specs: defaults would fill in what they leave unmanaged");
  return ExitCode::ok;
}

}  // namespace

ExitCode export_specs(const Config& config, Terminal& terminal) {
  specs::SpecSource source({config.output_dir});
  if (!config.output_dir.empty()) {
    if (const ExitCode code = check_directory(config, terminal, source); code != ExitCode::ok) return code;
  }
  boost::asio::io_context io(1);  // outlives the connections that the session keeps
  AnswerWatch watch;
  Session session(config, terminal, Session::Kind::command, {&watch});
  if (!session.connect()) return ExitCode::usage;
  return run_to_end(io, read_and_write(config, terminal, session, watch, source), {});
}

}  // namespace cr::daemon
