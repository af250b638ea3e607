#pragma once

#include <string_view>

#include "daemon/http/page/declared_fields.h"
#include "daemon/http/page/html_writer.h"
#include "reconcile/async/clock.h"
#include "reconcile/model/condition.h"
#include "reconcile/report/report.h"

/// What a workspace's row and its own page have in common.
namespace cr::daemon {

/// What Coder has of a declared field, in words.
void write_live_text(HtmlWriter& out, const FieldLine& line);
/// How it is to look: "same", "differs", "unread".
[[nodiscard]] std::string_view class_of_live(FieldMatch match);
/// Both as a cell.
void write_live(HtmlWriter& out, const FieldLine& line);

/// Behind a condition's message: the next try, the last failed call with what finds it in Coder's logs, and
/// each remark.
void write_notes(HtmlWriter& out, const reconcile::WorkspaceStatus& row, async::WallTime now);

/// What is true of every workspace with this reason, one click away. `id`: of the workspace's element.
void write_guidance(HtmlWriter& out, reconcile::Reason reason, std::string_view id);

}  // namespace cr::daemon
