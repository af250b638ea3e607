#include "reconcile/http/proxy.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include "specs/text/ascii.h"
#include "specs/text/encoding.h"

namespace cr::http {
namespace {

namespace ip = boost::asio::ip;

std::optional<ip::address> parse_address(std::string_view text) {
  boost::system::error_code failed;
  const ip::address address = ip::make_address(text, failed);
  if (failed) return std::nullopt;
  return address;
}

bool in_network(const ip::address& address, std::string_view cidr) {
  boost::system::error_code failed;
  if (address.is_v4()) {
    const auto network = ip::make_network_v4(std::string(cidr), failed);
    if (failed) return false;
    const auto mask = network.netmask().to_uint();
    return (address.to_v4().to_uint() & mask) == (network.address().to_uint() & mask);
  }
  const auto network = ip::make_network_v6(std::string(cidr), failed);
  if (failed) return false;
  const auto bytes = address.to_v6().to_bytes();
  const auto base = network.address().to_bytes();
  for (int bit = 0; bit < network.prefix_length(); ++bit) {
    const auto index = static_cast<std::size_t>(bit / 8);
    if (((bytes[index] ^ base[index]) >> (7 - bit % 8) & 1) != 0) return false;
  }
  return true;
}

bool entry_matches(std::string_view entry, const BaseUrl& target, const std::optional<ip::address>& address) {
  if (entry == "*") return true;
  if (entry.find('/') != std::string_view::npos) return address && in_network(*address, entry);
  if (const auto listed = parse_address(entry)) return address && *listed == *address;

  // A port counts only if it is given; an address in brackets is one entry with or without it.
  std::string host(entry);
  if (const SetupResult<HostPort> parts =
          parse_host_port(entry.starts_with("*.") ? entry.substr(1) : entry)) {
    if (parts->port != 0 && parts->port != target.port) return false;
    host = parts->host;
    if (const auto listed = parse_address(host)) return address && *listed == *address;
  }
  if (address) return false;
  if (host.starts_with("*.")) host.erase(0, 1);
  if (host.starts_with('.')) return target.host.ends_with(host);
  return target.host == host || target.host.ends_with("." + host);
}

bool goes_straight(std::string_view no_proxy, const BaseUrl& target) {
  const auto address = parse_address(target.host);
  if (target.host == "localhost" || (address && address->is_loopback())) return true;
  while (!no_proxy.empty()) {
    const std::size_t comma = no_proxy.find(',');
    const std::string entry = text::lower(text::trim(no_proxy.substr(0, comma)));
    no_proxy = comma == std::string_view::npos ? "" : no_proxy.substr(comma + 1);
    if (!entry.empty() && entry_matches(entry, target, address)) return true;
  }
  return false;
}

}  // namespace

std::string basic_authorization(std::string_view user, std::string_view password) {
  return "Basic " + text::base64(fmt::format("{}:{}", user, password));
}

SetupResult<std::optional<Proxy>> choose_proxy(const ProxySettings& settings, const BaseUrl& target,
                                               const SettingNames& names) {
  const std::string_view setting = target.tls ? names.https_proxy : names.http_proxy;
  std::string_view text = text::trim(target.tls ? settings.https_proxy : settings.http_proxy);
  if (text.empty() || goes_straight(settings.no_proxy, target)) return std::optional<Proxy>();

  if (const std::size_t scheme_end = text.find("://"); scheme_end != std::string_view::npos) {
    const std::string scheme = text::lower(text.substr(0, scheme_end));
    if (scheme != "http") {
      return SetupError(
          fmt::format("{}: unsupported proxy scheme {}://; use an http:// proxy, or list {} in {}", setting,
                      scheme, target.host, names.no_proxy));
    }
    text.remove_prefix(scheme_end + 3);
  }
  const SetupResult<Url> url = parse_url(fmt::format("http://{}", text.substr(0, text.find_first_of("/?#"))));
  if (!url) {
    return SetupError(fmt::format("{}: {} (write a URL such as http://proxy.example.com:3128)", setting,
                                  url.error().message));
  }
  Proxy proxy;
  proxy.host = url->base.host;
  proxy.port = url->base.port;
  if (url->user) proxy.authorization = basic_authorization(url->user->user, url->user->password);
  return std::optional<Proxy>(std::move(proxy));
}

}  // namespace cr::http
