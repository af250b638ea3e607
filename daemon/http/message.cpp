#include "daemon/http/message.h"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <optional>

#include "daemon/json_fields.h"
#include "daemon/text/escape.h"

namespace cr::daemon {

HttpResponse error_response(int status, std::string_view message) {
  static_assert(reconcile::has_key(json_rows::kFields, json_parts::kRefusal, "error"));
  return {.status = status, .body = "{\"error\":" + quote(message) + "}\n", .headers = {}};
}

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decode(std::string_view text, bool plus_is_blank) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      result += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      result += text[i] == '+' && plus_is_blank ? ' ' : text[i];
    }
  }
  return result;
}

/// Whether the text begins with the lower-case prefix, without regard to case.
bool begins(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && boost::beast::iequals(text.substr(0, prefix.size()), prefix);
}

constexpr std::string_view kMarks[] = {"via",
                                       "forwarded",
                                       "forwarded-for",
                                       "x-real-ip",
                                       "x-client-ip",
                                       "x-cluster-client-ip",
                                       "x-proxyuser-ip",
                                       "client-ip",
                                       "true-client-ip",
                                       "fastly-client-ip",
                                       "cdn-loop",
                                       "x-request-start",
                                       "x-amzn-trace-id"};
/// `CF-Connecting-IP`, `X-Forwarded-Proto`, `X-Original-Forwarded-For`, `X-Envoy-External-Address`, …
constexpr std::string_view kFamilies[] = {"x-forwarded", "x-original-", "x-envoy-", "cf-"};

}  // namespace

bool is_mark_of_proxy(std::string_view field) {
  return std::ranges::any_of(kMarks, [&](auto mark) { return boost::beast::iequals(field, mark); }) ||
         std::ranges::any_of(kFamilies, [&](auto family) { return begins(field, family); });
}

bool is_local(const RequestOrigin& origin) {
  if (!origin.from_loopback || origin.proxied) return false;
  if (!origin.fetch_site.empty() && !boost::beast::iequals(origin.fetch_site, "same-origin") &&
      !boost::beast::iequals(origin.fetch_site, "none")) {
    return false;
  }
  constexpr std::string_view kScheme = "http://";
  return origin.origin.empty() || (!origin.host.empty() && begins(origin.origin, kScheme) &&
                                   boost::beast::iequals(origin.origin.substr(kScheme.size()), origin.host));
}

std::optional<std::string_view> take_authority(std::string_view& target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!begins(target, scheme)) continue;
    const std::string_view rest = target.substr(scheme.size());
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
    target = rest.substr(authority.size());
    return authority;
  }
  return std::nullopt;
}

bool parse_target(std::string_view target, HttpRequest& into) {
  if (!target.starts_with('/')) return false;
  target = target.substr(0, target.find('#'));
  const auto question = target.find('?');
  std::string_view path = target.substr(0, question);
  const auto decoded = decode(path, false);
  if (!decoded) return false;
  into.path = *decoded;
  into.segments.clear();
  into.query.clear();
  into.parameters = 0;
  path.remove_prefix(1);
  while (!path.empty()) {
    const auto slash = path.find('/');
    const auto segment = decode(path.substr(0, slash), false);
    if (!segment) return false;
    into.segments.push_back(*segment);
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
  }
  std::string_view query =
      question == std::string_view::npos ? std::string_view{} : target.substr(question + 1);
  while (!query.empty()) {
    const auto end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
    if (pair.empty()) continue;
    ++into.parameters;
    const auto equal = pair.find('=');
    const auto key = decode(pair.substr(0, equal), true);
    const auto value =
        decode(equal == std::string_view::npos ? std::string_view{} : pair.substr(equal + 1), true);
    if (!key || !value) return false;
    into.query[*key] = *value;
  }
  return true;
}

}  // namespace cr::daemon
