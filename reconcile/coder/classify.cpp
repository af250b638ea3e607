#include "reconcile/coder/classify.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "reconcile/http/date.h"
#include "specs/text/ascii.h"
#include "specs/text/message_text.h"

namespace cr::coder {
namespace {

// Messages are for people: nobody reads more, and a hostile answer does not fill the log.
constexpr std::size_t kMaxText = 2000;
constexpr std::size_t kMaxLine = 160;
constexpr std::size_t kMaxName = 80;
constexpr std::size_t kMaxValidations = 32;

std::string text_of(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string()
             ? text::shortened(found->get_ref<const std::string&>(), kMaxText)
             : "";
}

bool contains(std::string_view text, std::string_view token) {
  return text.find(token) != std::string_view::npos;
}

/// Fills message, detail and validations if the body is an error as Coder writes it.
bool read_error_body(std::string_view body, ApiError& error) {
  const nlohmann::json json = nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return false;
  error.message = text_of(json, "message");
  error.detail = text_of(json, "detail");
  const auto validations = json.find("validations");
  if (validations != json.end() && validations->is_array()) {
    for (const nlohmann::json& entry : *validations) {
      if (!entry.is_object() || error.validations.size() == kMaxValidations) continue;
      Validation validation;
      validation.field = text_of(entry, "field");
      validation.detail = text_of(entry, "detail");
      error.validations.push_back(std::move(validation));
    }
  }
  return !error.message.empty();
}

std::string kind_of(std::string_view content_type) {
  if (content_type.empty()) return "no content type";
  return text::shortened(content_type.substr(0, content_type.find(';')), 80);
}

std::string without_query(std::string_view location) {
  return text::shortened(location.substr(0, location.find_first_of("?#")), 300);
}

ApiFault disguised_in_500(const ApiError& error) {
  if (contains(error.detail, "rbac: forbidden")) return ApiFault::forbidden;
  // `extend` hides the missing right entirely: no detail, this message.
  if (error.detail.empty() && error.message.starts_with("Failed to extend")) return ApiFault::forbidden;
  if (contains(error.message, "no allowed autostart") || contains(error.detail, "no allowed autostart")) {
    return ApiFault::rejected;
  }
  if (error.message.starts_with("Archived template versions")) return ApiFault::rejected;
  // Two creates at the same moment get past the check for the name; the index catches the second.
  if (contains(error.detail, "workspaces_owner_id_lower_idx") ||
      contains(error.message, "workspaces_owner_id_lower_idx")) {
    return ApiFault::conflict;
  }
  return ApiFault::server;
}

bool names_a_user(const Route& route) {
  return contains(route.pattern, "{user}");
}

ApiFault fault_of_json_error(const Route& route, const Reply& reply, const ApiError& error) {
  switch (reply.status) {
    case 400:
      // Coder <= 2.31 answers 400 where later ones answer 404: an unknown {user}, or (2.20) one whose path
      // the caller may not see.
      return names_a_user(route) && contains(error.message, "\"user\" must be an existing")
                 ? ApiFault::not_found
                 : ApiFault::rejected;
    case 401:
      return ApiFault::unauthorized;
    case 403:
      return route.on_403;
    case 404:
      if (error.message == kNoSuchRoute) return ApiFault::contract;
      if (reply.request_id.empty() && !error.message.starts_with("Resource not found")) {
        return ApiFault::contract;
      }
      return route.on_404;
    case 406:
      return ApiFault::not_ready;
    case 408:
    case 425:
      return ApiFault::server;
    case 409:
      return ApiFault::conflict;
    case 410:
      return ApiFault::gone;
    case 429:
      return ApiFault::throttled;
    case 500:
      return disguised_in_500(error);
    default:
      return reply.status > 500 ? ApiFault::server : ApiFault::rejected;
  }
}

/// An error whose body is not Coder's: some are Coder's router or limits, most a proxy's.
ApiFault fault_of_foreign_error(const Reply& reply) {
  switch (reply.status) {
    case 401:
      return ApiFault::unauthorized;
    case 408:
    case 425:
      return ApiFault::server;
    case 429:
      return ApiFault::throttled;
    case 413:
    case 414:
    case 428:
    case 431:
      return ApiFault::rejected;
    default:
      return reply.status >= 500 ? ApiFault::server : ApiFault::contract;
  }
}

/// Nothing of the answer says that it is Coder's.
bool is_anonymous(const Reply& reply) {
  return reply.request_id.empty() && reply.build_version.empty();
}

std::string name_of_proxy(const Reply& reply) {
  return reply.server.empty() ? "something in front of Coder" : text::shortened(reply.server, kMaxName);
}

/// The JSON error of a gateway looks much like one of Coder's.
std::string words_of_proxy(const Reply& reply, bool json) {
  if (!json) return text::telling_line(reply.body, kMaxLine);
  const nlohmann::json body = nlohmann::json::parse(reply.body, nullptr, /*allow_exceptions=*/false);
  if (body.is_object()) {
    for (const char* key : {"message", "error", "error_description", "detail"}) {
      const std::string text = text_of(body, key);
      if (!text.empty()) return text::shortened(text, kMaxLine);
    }
  }
  return text::shortened(reply.body, kMaxLine);
}

/// Something in front of Coder has answered in its place, and would again.
bool is_kept_from_coder(const Reply& reply, bool looks_like_coders) {
  if (!is_anonymous(reply)) return false;
  if (!reply.mitigated.empty()) return true;
  const bool of_that_kind = reply.status == 401 || reply.status == 403 || reply.status == 503;
  return of_that_kind && (!looks_like_coders || !reply.server.empty());
}

std::string message_of_proxy(const Reply& reply, bool json, bool readable) {
  const bool challenge = contains(reply.mitigated, "challenge");
  std::string what = "did not let the request through to Coder";
  if (reply.status == 401) what = "requires its own login in front of Coder";
  if (reply.status == 503) what = "could not reach Coder to forward the request";
  if (challenge) what = "responded with a challenge that only a browser can solve";
  std::string message = fmt::format("{} {}", name_of_proxy(reply), what);
  const std::string words = readable ? words_of_proxy(reply, json) : "";
  if (!words.empty()) message += fmt::format(": \"{}\"", words);
  if (reply.status == 503 && !challenge) return message;
  return message +
         fmt::format("; if it accepts a header from programs, set it with {}", reply.header_setting);
}

std::string message_of_foreign_error(const Reply& reply) {
  const std::string kind = kind_of(reply.content_type);
  switch (reply.status) {
    case 401:
      return fmt::format(
          "the response ({}) is not from Coder: something in front of it requires its own login", kind);
    case 400:
      if (contains(reply.body, "HTTP request to an HTTPS server") ||
          contains(reply.body, "plain HTTP request was sent to HTTPS port")) {
        return "this port expects TLS: use https:// in Coder's URL";
      }
      break;
    case 403:
      return fmt::format(
          "the response ({}) is not from Coder: something in front of it rejects the request; does it need "
          "an "
          "extra header (--header)?",
          kind);
    case 413:
    case 414:
    case 431:
      return "the request is too long for the server";
    case 428:
      // Text, not JSON: the bypass header of the rate limit was sent by somebody who is no Owner.
      return fmt::format("Coder rejects an extra header: {}", text::shortened(reply.body, 200));
    case 429:
      return "too many requests, according to something in front of Coder";
    default:
      break;
  }
  if (reply.status >= 500) return fmt::format("a server error that is not from Coder ({})", kind);
  return fmt::format("the response ({}) is not from Coder's API: is this the access URL?", kind);
}

/// How a body is compressed, by its header or by how it begins; empty if it is not.
std::string encoding_of(const Reply& reply) {
  if (reply.body.empty()) return {};
  if (!reply.content_encoding.empty() && !text::equal_ignoring_case(reply.content_encoding, "identity")) {
    return text::shortened(reply.content_encoding, kMaxName);
  }
  if (reply.body.starts_with("\x1f\x8b")) return "gzip";
  if (reply.body.starts_with("\x28\xb5\x2f\xfd")) return "zstd";
  return {};
}

std::string message_of_compressed(const Reply& reply, const std::string& encoding) {
  return fmt::format(
      "the response is compressed ({}), which was not requested and is never done by Coder's API, but by {}; "
      "turn off compression there for /api",
      encoding, reply.server.empty() ? "a proxy in front of it" : text::shortened(reply.server, kMaxName));
}

}  // namespace

bool is_json(std::string_view content_type) {
  return text::starts_with_ignoring_case(content_type, "application/json");
}

std::optional<ApiError> classify(const Route& route, std::string_view path, const Reply& reply) {
  const bool json = is_json(reply.content_type);
  const std::string encoding = encoding_of(reply);
  const bool readable = encoding.empty();
  const bool challenged = is_anonymous(reply) && !reply.mitigated.empty();
  if (reply.status >= 200 && reply.status < 300 && readable && !challenged) {
    const bool nothing_expected = route.answer == Answer::nothing && (reply.body.empty() || json);
    if (json || nothing_expected) return std::nullopt;
  }
  if (reply.status == 304 && route.answer == Answer::json_or_same) return std::nullopt;

  ApiError error;
  error.method = route.method;
  error.path = path;
  error.status = reply.status;
  error.request_id = text::shortened(reply.request_id, 100);
  if (reply.status == 429 || reply.status >= 500) {
    error.retry_after = http::parse_retry_after(reply.retry_after, reply.date, reply.now);
  }

  const bool coders_error = reply.status >= 400 && json && readable && read_error_body(reply.body, error);
  if (is_kept_from_coder(reply, coders_error)) {
    error.detail.clear();
    error.validations.clear();
    error.fault = ApiFault::unreachable;
    error.message = message_of_proxy(reply, json, readable);
    return error;
  }
  if (coders_error) {
    error.fault = fault_of_json_error(route, reply, error);
    if (error.fault == ApiFault::contract) {
      error.message =
          fmt::format("\"{}\", which is not from Coder's API: is this the access URL, not a workspace proxy?",
                      error.message);
    }
    return error;
  }
  error.detail.clear();
  error.validations.clear();
  error.fault = reply.status >= 400 ? fault_of_foreign_error(reply) : ApiFault::contract;
  if (!readable) {
    error.message = message_of_compressed(reply, encoding);
  } else if (reply.status < 300) {
    error.message =
        fmt::format("expected JSON, got {}: is this the access URL?", kind_of(reply.content_type));
  } else if (reply.status < 400) {
    error.message = reply.location.empty()
                        ? "got a redirect, which is not followed: is this the access URL?"
                        : fmt::format("redirected to {}, which is not followed: is this the access URL?",
                                      without_query(reply.location));
  } else {
    error.message = message_of_foreign_error(reply);
  }
  if (reply.status >= 200 && reply.status < 400 && readable && is_anonymous(reply) && !reply.server.empty()) {
    error.message += fmt::format(" (Server: {}; if it requires its own login, set its header with {})",
                                 text::shortened(reply.server, kMaxName), reply.header_setting);
  }
  return error;
}

bool is_unknown_route(const ApiError& error) {
  return error.status == 404 && error.message.find(kNoSuchRoute) != std::string::npos;
}

}  // namespace cr::coder
