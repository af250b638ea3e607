#pragma once

#include <string>
#include <string_view>

namespace cr::reconcile::feed {

/// What client_of calls this program.
inline constexpr std::string_view kOwnClient = "coder-reconciler";

/// The client behind a user agent, as people call it: "dashboard", "CLI", "VS Code", "JetBrains IDE",
/// "Terraform", "coder-reconciler"; of others "API" and how it names itself: "API (Python-urllib)". Empty
/// where there is none, as in rows of builds.
[[nodiscard]] std::string client_of(std::string_view user_agent);

/// Whether this program said in it that it made a workspace for this set (made_for_set()).
[[nodiscard]] bool was_made_for_set(std::string_view user_agent, std::string_view set);

}  // namespace cr::reconcile::feed
