#include "reconcile/coder/url.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/throw_exception.hpp>
#include <cctype>
#include <charconv>
#include <stdexcept>

namespace cr::coder {
namespace {

// A table, and not std::isalnum: batches of ids make this hot, and the locale has no say in URLs.
constexpr auto kUnreserved = [] {
  std::array<bool, 256> table{};
  for (const char c :
       std::string_view("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._~")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();

constexpr bool is_unreserved(char c) {
  return kUnreserved[static_cast<unsigned char>(c)];
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
  return out;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

bool is_host_character(char c) {
  return is_unreserved(c) || static_cast<unsigned char>(c) >= 0x80;
}

bool is_v6_character(char c) {
  return hex_value(c) >= 0 || c == ':' || c == '.' || c == '%';
}

SetupError bad_url(std::string_view shown, std::string_view why) {
  return SetupError(
      fmt::format("Coder's URL \"{}\": {} (write it like https://coder.example.com)", shown, why));
}

}  // namespace

void throw_exception_from_error(const SetupError& error, const boost::source_location& where) {
  boost::throw_exception(std::runtime_error(error.message), where);
}

std::string percent_encode(std::string_view text, std::string_view kept) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  while (true) {
    const auto end = std::find_if_not(text.begin(), text.end(), [kept](char c) {
      return is_unreserved(c) || kept.find(c) != std::string_view::npos;
    });
    const auto plain = static_cast<std::size_t>(end - text.begin());
    out.append(text.substr(0, plain));
    if (plain == text.size()) return out;
    const auto byte = static_cast<unsigned char>(text[plain]);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 0xF];
    text.remove_prefix(plain + 1);
  }
}

std::string percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

SetupResult<HostPort> parse_host_port(std::string_view text) {
  HostPort out;
  std::string_view port;
  bool has_port = false;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return SetupError("the bracket of the IPv6 address is not closed");
    out.host = lower(text.substr(1, end - 1));
    if (out.host.empty() || !std::all_of(out.host.begin(), out.host.end(), is_v6_character)) {
      return SetupError("there is no IPv6 address between the brackets");
    }
    const std::string_view rest = text.substr(end + 1);
    if (!rest.empty()) {
      if (rest.front() != ':') return SetupError("there is text behind the bracket");
      has_port = true;
      port = rest.substr(1);
    }
  } else {
    const std::size_t colon = text.find(':');
    if (colon != text.rfind(':')) return SetupError("an IPv6 address needs brackets: [2001:db8::1]");
    out.host = lower(text.substr(0, colon));
    if (out.host.empty()) return SetupError("the host is missing");
    if (!std::all_of(out.host.begin(), out.host.end(), is_host_character)) {
      return SetupError("the host has a character that no host name has");
    }
    if (colon != std::string_view::npos) {
      has_port = true;
      port = text.substr(colon + 1);
    }
  }
  if (has_port) {
    const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), out.port);
    if (failed != std::errc{} || end != port.data() + port.size() || out.port == 0) {
      return SetupError("the port is not a number between 1 and 65535");
    }
  }
  return out;
}

SetupResult<BaseUrl> parse_base_url(std::string_view text) {
  text = trim(text);
  if (text.empty()) {
    return SetupError("Coder's URL is missing: set --coder-url or CODER_URL, e.g. https://coder.example.com");
  }
  BaseUrl url;
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) {
    return bad_url(text, fmt::format("the scheme is missing; did you mean https://{}?", text));
  }
  const std::string scheme = lower(text.substr(0, scheme_end));
  std::string_view rest = text.substr(scheme_end + 3);
  const std::size_t authority_end = rest.find_first_of("/?#");
  const std::string_view authority = rest.substr(0, authority_end);
  std::string_view path = authority_end == std::string_view::npos ? "" : rest.substr(authority_end);

  // Checked before anything that shows the URL: what stands before the @ is a secret.
  if (authority.find('@') != std::string_view::npos) {
    return bad_url(fmt::format("{}://…", scheme), "a user or password in the URL is not used; leave it out");
  }
  if (scheme != "https" && scheme != "http") {
    return bad_url(text, fmt::format("the scheme \"{}\" is not http or https", scheme));
  }
  if (path.find_first_of("?#") != std::string_view::npos) {
    return bad_url(text.substr(0, text.find_first_of("?#")), "a query or fragment does not belong there");
  }
  for (const char c : path) {
    if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7F) {
      return bad_url(text, "the path has a space or a character that is not ASCII");
    }
  }
  url.tls = scheme == "https";
  const SetupResult<HostPort> host = parse_host_port(authority);
  if (!host) return bad_url(text, host.error().message);
  url.host = host->host;
  url.port = host->port != 0 ? host->port : (url.tls ? std::uint16_t{443} : std::uint16_t{80});

  while (path.ends_with('/')) path.remove_suffix(1);
  constexpr std::string_view kApi = "/api/v2";
  if (path.ends_with(kApi)) path.remove_suffix(kApi.size());
  while (path.ends_with('/')) path.remove_suffix(1);
  url.prefix = path;
  return url;
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

}  // namespace cr::coder
