#pragma once

#include <string_view>

#include "daemon/http/page/declared_fields.h"
#include "daemon/http/page/html_writer.h"
#include "reconcile/coder/api_error.h"
#include "reconcile/model/condition.h"

/// What a workspace's row and its own page have in common.
namespace cr::daemon {

/// What Coder has of a declared field, in words.
void write_live_text(HtmlWriter& out, const FieldLine& line);
/// How it is to look: "same", "differs", "unread".
[[nodiscard]] std::string_view class_of_live(FieldMatch match);
/// Both as a cell.
void write_live(HtmlWriter& out, const FieldLine& line);

/// The last failed call, with what finds it in Coder's logs.
void write_error(HtmlWriter& out, const coder::ApiError& error);

/// Whether a condition's message quotes the error, as it often does.
[[nodiscard]] bool quotes(std::string_view message, const coder::ApiError& error);

/// What is true of every workspace with this reason, one click away. `id`: of the workspace's element.
void write_guidance(HtmlWriter& out, reconcile::Reason reason, std::string_view id);

}  // namespace cr::daemon
