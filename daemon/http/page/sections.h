#pragma once

#include <span>

#include "daemon/http/page/html_writer.h"
#include "daemon/http/page/page.h"

/// The parts of the status page. Each writes one section with an id of its own.
namespace cr::daemon {

/// Links to each state and the form for the rest; a part of write_workspaces.
void write_filters(HtmlWriter& out, const PageQuery& query, const FleetCounts& counts);
void write_workspaces(HtmlWriter& out, const PageInput& input, const FleetCounts& counts);
/// The rows by groups, which query.group asks for; a part of write_workspaces.
void write_groups(HtmlWriter& out, const PageQuery& query,
                  std::span<const reconcile::WorkspaceStatus* const> rows);
/// One line for a workspace; a part of write_workspaces.
void write_compact_row(HtmlWriter& out, const PageInput& input, const reconcile::WorkspaceStatus& row);
/// Its name, as a link to its page, and a link to it in Coder where it is there.
void write_workspace_link(HtmlWriter& out, const PageInput& input, const reconcile::WorkspaceStatus& row);

/// What is said once for the whole cycle, and so not in each row.
struct CycleGist {
  const reconcile::CycleReport& report;
  /// The workspace could not be read for the reason for which nothing could.
  [[nodiscard]] bool explains(const reconcile::WorkspaceStatus& row) const;
  /// It is held with the whole plan.
  [[nodiscard]] bool holds(const reconcile::WorkspaceStatus& row) const;
};

void write_plan(HtmlWriter& out, const PageInput& input);
/// Starts, stops and deletions ahead, in a sentence and as a curve; nothing where there are none.
void write_forecast(HtmlWriter& out, const PageInput& input);
/// What comes next for one workspace; a cell of write_workspaces.
void write_next(HtmlWriter& out, const reconcile::WorkspaceStatus& row, async::WallTime now);
/// Each set, how it stands and what there is to do; nothing where there are none.
void write_sets(HtmlWriter& out, const PageInput& input, const FleetCounts& counts);
/// What has happened last; nothing before anything has.
void write_activity(HtmlWriter& out, const PageInput& input);
void write_cycles(HtmlWriter& out, const PageInput& input);
void write_specs(HtmlWriter& out, const PageInput& input);

/// "1 start", "3 starts"
[[nodiscard]] std::string number_of(std::size_t number, std::string_view one, std::string_view many);

/// The head of a column of a table without a style of its own.
void write_column(HtmlWriter& out, std::string_view name);

/// "3 min ago", with the moment itself for machines and for the pointer.
void write_ago(HtmlWriter& out, async::WallTime when, async::WallTime now);

/// A file and a line, as a link to where people read it if there is one. `text` is what is shown of it; the
/// pointer shows the whole path.
void write_source(HtmlWriter& out, const PageInput& input, const specs::SourcePosition& where,
                  std::string_view text);

/// A command in a box of its own, with a button that copies it where scripts run.
void write_command(HtmlWriter& out, std::string_view command);

}  // namespace cr::daemon
