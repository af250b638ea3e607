#pragma once

#include <cstddef>
#include <string_view>

#include "daemon/http/page/html_writer.h"
#include "daemon/http/page/page.h"

/// What a person can do from the page. All of it needs scripts, which ask for the token and keep it in
/// memory; where none run, nothing of it shows, and the commands to copy do the same.
namespace cr::daemon {

/// Whether the page can act at all: a token is set up.
[[nodiscard]] bool can_act(const PageInput& input);

/// "Reconcile now", for whoever can use it: with the token, or on the daemon's own machine without.
void write_reconcile_button(HtmlWriter& out, const PageInput& input);

/// "Approve…", which shows the digest and what would happen before anything is sent. Nothing where the page
/// can't act. `what` is said of the approval: "12 workspaces change".
void write_approve_button(HtmlWriter& out, const PageInput& input, std::string_view digest,
                          std::string_view title, std::string_view what);

/// The dialogs behind the buttons and the keys, closed; and how to set a token up where there is none.
void write_dialogs(HtmlWriter& out, const PageInput& input);

}  // namespace cr::daemon
