#pragma once

#include <string>
#include <string_view>

#include "daemon/http/page/page.h"

namespace cr::daemon {

/// The page of one workspace: how it stands and what to do, each field with its declared value, where that
/// stands, what Coder has and who decides, what comes next, what the plan has for it, its history, and where
/// Coder shows more. `row`: null before it was looked at for the first time; then it says so. All text is
/// escaped. Pure.
[[nodiscard]] std::string workspace_page(const PageInput& input, const specs::WorkspaceSpec& spec,
                                         const reconcile::WorkspaceStatus* row);

/// Whether it is known what is declared: the specs are read, and the sets among them have been resolved once.
[[nodiscard]] bool knows_what_is_declared(const Board& board);

/// What is shown instead where no spec is known to declare it: why that may be, and where to look.
[[nodiscard]] std::string unknown_workspace_page(const PageInput& input, std::string_view owner,
                                                 std::string_view name);

}  // namespace cr::daemon
