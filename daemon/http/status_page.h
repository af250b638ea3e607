#pragma once

#include <string>

#include "daemon/loop/board.h"

namespace cr::daemon {

/// The page for people: state, counts by reason, what is not in sync (the first few hundred), what is
/// invalid. All text is escaped; no script, nothing loaded from elsewhere. Pure.
[[nodiscard]] std::string status_page(const Board& board, const Health& ready);

/// SHA-256 of the page's style sheet in base64, for its Content-Security-Policy.
[[nodiscard]] std::string status_page_style_hash();

}  // namespace cr::daemon
