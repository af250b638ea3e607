#pragma once

#include <functional>
#include <string_view>

#include "daemon/http/page/alerts.h"
#include "daemon/http/page/html_writer.h"
#include "daemon/http/page/link.h"

/// What all pages of this program have around what they show.
namespace cr::daemon {

/// `root`: as seen from this page. `tone`: of the icon.
void write_head(HtmlWriter& out, std::string_view title, Tone tone);
/// With a way to skip it; `skip_to`: a place on this page, and its name.
/// `actions`: writes what can be done from this page.
void write_bar(HtmlWriter& out, const Root& root, const CoderLinks& coder, const Link& skip_to,
               std::string_view skip_name, const std::function<void()>& actions = {});
/// `more`: writes what this page alone has there.
void write_footer(HtmlWriter& out, const Root& root, const std::function<void()>& more = {});
/// What is not seen: where scripts speak, and they themselves. `events`: where they hear of what happens.
void write_scripts(HtmlWriter& out, const Link& events);

}  // namespace cr::daemon
