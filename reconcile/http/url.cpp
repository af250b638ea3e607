#include "reconcile/http/url.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/throw_exception.hpp>
#include <boost/url/authority_view.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/grammar/lut_chars.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/parse_path.hpp>
#include <boost/url/pct_string_view.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <stdexcept>

#include "specs/text/ascii.h"
#include "specs/text/number.h"

namespace cr::http {
namespace {

namespace urls = boost::urls;
using text::lower;
using text::trim;

const char* const kHostProblem = "invalid character in the host name";
const char* const kPortProblem = "the port must be a number from 1 to 65535";

/// Why `text` is no host with or without a port.
SetupError authority_problem(std::string_view text) {
  std::size_t host_end = text.find(':');
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return SetupError("unclosed bracket of the IPv6 address");
    host_end = end + 1;
    if (host_end < text.size() && text[host_end] != ':')
      return SetupError("unexpected text after the bracket");
    if (!urls::parse_authority(text.substr(0, host_end)))
      return SetupError("no IPv6 address between the brackets");
  } else if (host_end != text.rfind(':')) {
    return SetupError("an IPv6 address needs brackets: [2001:db8::1]");
  } else if (!urls::parse_authority(text.substr(0, host_end))) {
    return SetupError(kHostProblem);
  }
  return host_end < text.size() ? SetupError(kPortProblem) : SetupError(kHostProblem);
}

}  // namespace

void throw_exception_from_error(const SetupError& error, const boost::source_location& where) {
  boost::throw_exception(std::runtime_error(error.message), where);
}

std::string percent_encode(std::string_view text, std::string_view kept) {
  const auto plain = [kept](char c) {
    return urls::unreserved_chars(c) || kept.find(c) != std::string_view::npos;
  };
  return urls::encode(text, urls::grammar::lut_chars(plain));
}

std::string percent_decode(std::string_view text) {
  const auto escaped = urls::make_pct_string_view(text);
  return escaped ? escaped->decode() : std::string(text);
}

SetupResult<HostPort> parse_host_port(std::string_view text) {
  const auto authority = urls::parse_authority(text);
  if (!authority) return authority_problem(text);
  if (authority->has_userinfo()) return SetupError(kHostProblem);
  // RFC 3986 knows names with other characters; a resolver does not.
  const auto in_host_name = [](char c) { return urls::unreserved_chars(c); };
  HostPort out{.host = lower(authority->host_address()), .port = 0};
  if (out.host.empty()) return SetupError("the host is missing");
  const bool name = authority->host_type() == urls::host_type::name;
  if (authority->host_type() == urls::host_type::ipvfuture ||
      (name && !std::all_of(out.host.begin(), out.host.end(), in_host_name))) {
    return SetupError(kHostProblem);
  }
  if (authority->has_port()) {
    const auto port = text::parse_number<std::uint16_t>(std::string_view(authority->port()));
    if (!port || *port == 0) return SetupError(kPortProblem);
    out.port = *port;
  }
  return out;
}

namespace {

UserInfo parse_user_info(std::string_view text) {
  UserInfo out;
  const std::size_t colon = text.find(':');
  out.has_password = colon != std::string_view::npos;
  out.user = percent_decode(text.substr(0, colon));
  if (out.has_password) out.password = percent_decode(text.substr(colon + 1));
  return out;
}

}  // namespace

SetupResult<Url> parse_url(std::string_view text) {
  text = trim(text);
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos || scheme_end == 0) {
    const std::string_view bare = text.substr(std::min(text.find_first_not_of('/'), text.size()));
    if (bare.empty() || bare.front() == ':' || bare.find('@') != std::string_view::npos) {
      return SetupError("the scheme is missing");
    }
    return SetupError(fmt::format("the scheme is missing; did you mean https://{}?", bare));
  }
  const std::string scheme = lower(text.substr(0, scheme_end));
  if (scheme != "https" && scheme != "http") return SetupError("the scheme must be http or https");
  const std::string_view rest = text.substr(scheme_end + 3);
  const std::size_t authority_end = std::min(rest.find_first_of("/?#"), rest.size());
  std::string_view authority = rest.substr(0, authority_end);
  std::string_view path = rest.substr(authority_end);

  Url url;
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    url.user = parse_user_info(authority.substr(0, at));
    authority.remove_prefix(at + 1);
  }
  if (path.find('@') != std::string_view::npos) {
    return SetupError(
        "unexpected @ after the host; in a user or password write / as %2F, ? as %3F, # as %23");
  }
  if (path.find_first_of("?#") != std::string_view::npos) {
    return SetupError("a query or fragment is not allowed");
  }
  if (!urls::parse_path(path)) {
    return SetupError("the path has a character that has to be written as %XX, such as %20 for a space");
  }
  url.base.tls = scheme == "https";
  const SetupResult<HostPort> host = parse_host_port(authority);
  if (!host) return host.error();
  url.base.host = host->host;
  url.base.port = host->port != 0 ? host->port : (url.base.tls ? std::uint16_t{443} : std::uint16_t{80});
  while (path.ends_with('/')) path.remove_suffix(1);
  url.base.prefix = path;
  return url;
}

std::string shown_url(std::string_view text) {
  text = trim(text);
  if (text.find('@') == std::string_view::npos) return std::string(text.substr(0, text.find_first_of("?#")));
  const std::size_t scheme_end = text.find("://");
  const std::string_view scheme = text.substr(0, scheme_end);
  const bool named =
      scheme_end != std::string_view::npos &&
      std::all_of(scheme.begin(), scheme.end(), [](char c) { return urls::unreserved_chars(c); });
  return named ? fmt::format("{}://…", scheme) : "…";
}

std::string BaseUrl::authority() const {
  if (port == (tls ? 443 : 80)) return host.find(':') == std::string::npos ? host : "[" + host + "]";
  return host_and_port();
}

std::string BaseUrl::host_and_port() const {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                             : fmt::format("[{}]:{}", host, port);
}

std::string BaseUrl::to_string() const {
  return fmt::format("{}://{}{}", tls ? "https" : "http", authority(), prefix);
}

}  // namespace cr::http
