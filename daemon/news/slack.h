#pragma once

#include <string>
#include <string_view>

#include "daemon/news/news.h"

namespace cr::daemon {

/// A message for an incoming webhook of Slack: a headline and a block for each piece of
/// news. All names and texts are plain text to it: none is a mention, a link or markup. Within Slack's limits
/// (50 blocks, 3000 characters each). `coder`: which Coder it is about, for the headline.
[[nodiscard]] std::string slack_message(const Bulletin& bulletin, std::string_view coder);

}  // namespace cr::daemon
