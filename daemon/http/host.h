#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cr::daemon {

/// The host of `host[:port]` as a Host header or a URL has it: in lower case, without port, brackets and the
/// dot at the end. Nothing if it is malformed, empty, or carries a user.
[[nodiscard]] std::optional<std::string> host_of_authority(std::string_view authority);

/// Which names the server answers to. A page of a foreign site can have its own name resolve to this machine
/// and then read what the server shows, as far as the browser is concerned from the page's own origin; but it
/// can't choose the name that the browser sends. So only names are answered that no stranger can own: IP
/// addresses, `localhost`, and those that are configured.
class AllowedHosts {
 public:
  AllowedHosts() = default;
  /// Names without regard to case and to a dot at the end; empty ones are left out.
  explicit AllowedHosts(const std::vector<std::string>& names);
  /// `host` as host_of_authority returns it.
  [[nodiscard]] bool allows(std::string_view host) const;
  /// Whether it is one of the configured names, and neither an address nor `localhost`.
  [[nodiscard]] bool names(std::string_view host) const;

 private:
  std::vector<std::string> names_;
};

}  // namespace cr::daemon
