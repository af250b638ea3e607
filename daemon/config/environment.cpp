#include "daemon/config/environment.h"

#include <unistd.h>

namespace cr::daemon {

Environment Environment::of_process() {
  std::map<std::string, std::string, std::less<>> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    const auto equal = text.find('=');
    if (equal != std::string_view::npos) {
      variables.emplace(std::string{text.substr(0, equal)}, std::string{text.substr(equal + 1)});
    }
  }
  return Environment{std::move(variables)};
}

}  // namespace cr::daemon
