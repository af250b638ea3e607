#include "reconcile/feed/client.h"

#include <algorithm>
#include <cctype>

#include "reconcile/model/audit_row.h"

namespace cr::reconcile::feed {
namespace {

struct Known {
  std::string_view part;  ///< of its user agent, in lower case
  std::string_view name;
};
/// In this order: an IDE's own browser also says Mozilla, and so does the dashboard's.
constexpr Known kKnown[] = {
    {kOwnClient, kOwnClient},
    {"coder gateway", "JetBrains IDE"},
    {"coder toolbox", "JetBrains IDE"},
    {"jetbrains", "JetBrains IDE"},
    {"vscode", "VS Code"},
    {"visual studio code", "VS Code"},
    {"code-oss", "VS Code"},
    {"terraform", "Terraform"},
    {"opentofu", "Terraform"},
    {"coder-cli", "CLI"},
    {"mozilla/", "dashboard"},
};
constexpr std::size_t kLongest = 40;

}  // namespace

std::string client_of(std::string_view user_agent) {
  std::string lower(user_agent);
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const Known& one : kKnown) {
    if (lower.find(one.part) != std::string::npos) return std::string(one.name);
  }
  const std::string_view token = user_agent.substr(0, user_agent.find_first_of(" /("));
  const bool plain = !token.empty() && token.size() <= kLongest &&
                     std::ranges::all_of(token, [](unsigned char c) { return c > ' ' && c < 0x7F; });
  if (plain) return "API (" + std::string(token) + ")";
  return user_agent.empty() ? "" : "API";
}

bool was_made_for_set(std::string_view user_agent, std::string_view set) {
  return client_of(user_agent) == kOwnClient && user_agent.ends_with(" (" + made_for_set(set) + ")");
}

}  // namespace cr::reconcile::feed
