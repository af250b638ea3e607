#include "reconcile/coder/proxy.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <cctype>

namespace cr::coder {
namespace {

namespace ip = boost::asio::ip;

std::string_view trim(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
  return out;
}

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
    const std::string entry = lower(trim(no_proxy.substr(0, comma)));
    no_proxy = comma == std::string_view::npos ? "" : no_proxy.substr(comma + 1);
    if (!entry.empty() && entry_matches(entry, target, address)) return true;
  }
  return false;
}

std::string base64(std::string_view text) {
  // EVP_EncodeBlock ends what it writes with a NUL.
  std::string out((text.size() + 2) / 3 * 4 + 1, '\0');
  const int written =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(written));
  return out;
}

}  // namespace

ProxySettings ProxySettings::from_environment(
    const std::function<std::optional<std::string>(std::string_view)>& lookup) {
  const auto either = [&](std::string_view upper, std::string_view small) {
    std::optional<std::string> value = lookup(upper);
    if (!value || value->empty()) value = lookup(small);
    return value.value_or("");
  };
  ProxySettings settings;
  settings.http_proxy = either("HTTP_PROXY", "http_proxy");
  settings.https_proxy = either("HTTPS_PROXY", "https_proxy");
  settings.no_proxy = either("NO_PROXY", "no_proxy");
  return settings;
}

std::string basic_authorization(std::string_view user, std::string_view password) {
  return "Basic " + base64(fmt::format("{}:{}", user, password));
}

SetupResult<std::optional<Proxy>> choose_proxy(const ProxySettings& settings, const BaseUrl& target) {
  const std::string_view variable = target.tls ? "HTTPS_PROXY" : "HTTP_PROXY";
  std::string_view text = trim(target.tls ? settings.https_proxy : settings.http_proxy);
  if (text.empty() || goes_straight(settings.no_proxy, target)) return std::optional<Proxy>();

  if (const std::size_t scheme_end = text.find("://"); scheme_end != std::string_view::npos) {
    const std::string scheme = lower(text.substr(0, scheme_end));
    if (scheme != "http") {
      return SetupError(fmt::format(
          "{}: proxies of the kind {}:// are not supported; give an http:// proxy, or list {} in NO_PROXY",
          variable, scheme, target.host));
    }
    text.remove_prefix(scheme_end + 3);
  }
  text = text.substr(0, text.find_first_of("/?#"));
  Proxy proxy;
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    const std::string_view user_info = text.substr(0, at);
    const std::size_t colon = user_info.find(':');
    const std::string user = percent_decode(user_info.substr(0, colon));
    const std::string password =
        colon == std::string_view::npos ? "" : percent_decode(user_info.substr(colon + 1));
    proxy.authorization = basic_authorization(user, password);
    text.remove_prefix(at + 1);
  }
  const SetupResult<HostPort> host = parse_host_port(text);
  if (!host) {
    return SetupError(
        fmt::format("{}: {} (write it like http://proxy.example.com:3128)", variable, host.error().message));
  }
  proxy.host = host->host;
  proxy.port = host->port != 0 ? host->port : std::uint16_t{80};
  return std::optional<Proxy>(std::move(proxy));
}

}  // namespace cr::coder
