#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

/// How a daemon stands, for a terminal, made of what it tells over HTTP. Pure. A daemon of another version
/// may tell more or less: what is not there, or is no such thing, is left out.
namespace cr::daemon {

/// `summary`: of /api/v1/summary. `waiting`: of /api/v1/workspaces?state=waits_for_person, or null. `url`: of
/// the daemon, for the way out of a held plan. Ends with a newline.
[[nodiscard]] std::string status_text(const nlohmann::json& summary, const nlohmann::json& waiting,
                                      std::string_view url, bool colour);

/// Whether the daemon says that it is ready.
[[nodiscard]] bool says_ready(const nlohmann::json& summary);

}  // namespace cr::daemon
