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

}  // namespace cr::reconcile::feed
