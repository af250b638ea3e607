#include "daemon/http/host.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>

#include "daemon/config/values.h"
#include "specs/text/ascii.h"

namespace cr::daemon {
namespace {

namespace ip = boost::asio::ip;

bool is_port(std::string_view text) {
  return text.size() <= 5 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_address(std::string_view text) {
  boost::system::error_code error;
  ip::make_address(text, error);
  return !error;
}

/// Shared by all servers of a machine.
bool is_of_everybody(std::string_view host) {
  return host == "localhost" || is_address(host);
}

/// As names are compared.
std::string canonical(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return text::lower(name);
}

}  // namespace

std::optional<std::string> host_of_authority(std::string_view authority) {
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view host = authority.substr(1, end - 1);
    const std::string_view rest = authority.substr(end + 1);
    boost::system::error_code error;
    ip::make_address_v6(host, error);
    if (error || (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1))))) return std::nullopt;
    return text::lower(host);
  }
  const auto colon = authority.find(':');
  const std::string_view host = authority.substr(0, colon);
  if (colon != std::string_view::npos && !is_port(authority.substr(colon + 1))) return std::nullopt;
  if (!parse_host_name(host)) return std::nullopt;
  return canonical(host);
}

AllowedHosts::AllowedHosts(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (!name.empty()) names_.push_back(canonical(name));
  }
}

bool AllowedHosts::allows(std::string_view host) const {
  return is_of_everybody(host) || std::ranges::find(names_, host) != names_.end();
}

bool AllowedHosts::names(std::string_view host) const {
  return !is_of_everybody(host) && allows(host);
}

}  // namespace cr::daemon
