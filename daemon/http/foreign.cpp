#include "daemon/http/foreign.h"

#include <boost/beast/core/string.hpp>

namespace cr::daemon {
namespace {

bool from_another_site(std::string_view fetch_site) {
  return !fetch_site.empty() && !boost::beast::iequals(fetch_site, "same-origin") &&
         !boost::beast::iequals(fetch_site, "none");
}

}  // namespace

bool is_foreign(const RequestOrigin& origin, const AllowedHosts& hosts) {
  if (from_another_site(origin.fetch_site)) return true;
  if (origin.origin.empty()) return false;
  std::string_view rest = origin.origin;
  const auto authority = take_authority(rest);
  if (!authority || !rest.empty()) return true;
  const auto host = host_of_authority(*authority);
  if (!host) return true;
  return !boost::beast::iequals(*authority, origin.host) && !hosts.names(*host);
}

}  // namespace cr::daemon
