#include "reconcile/coder/classify.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <nlohmann/json.hpp>
#include <string>

namespace cr::coder {
namespace {

// Messages are for people: nobody reads more, and a hostile answer does not fill the log.
constexpr std::size_t kMaxText = 2000;
constexpr std::size_t kMaxValidations = 32;

std::string shortened(std::string_view text, std::size_t limit = kMaxText) {
  std::string out;
  if (text.size() > limit) {
    // Not in the middle of a UTF-8 sequence.
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
    out = std::string(text.substr(0, limit)) + "…";
  } else {
    out = text;
  }
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return out;
}

std::string text_of(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? shortened(found->get_ref<const std::string&>()) : "";
}

bool contains(std::string_view text, std::string_view token) {
  return text.find(token) != std::string_view::npos;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), text.begin(), [](char a, char b) {
           return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
         });
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

std::optional<std::chrono::seconds> parse_retry_after(std::string_view text) {
  long seconds = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (failed != std::errc{} || end != text.data() + text.size() || seconds < 0) return std::nullopt;
  return std::chrono::seconds(std::min(seconds, 24L * 3600));
}

std::string kind_of(std::string_view content_type) {
  if (content_type.empty()) return "no content type";
  return shortened(content_type.substr(0, content_type.find(';')), 80);
}

std::string without_query(std::string_view location) {
  return shortened(location.substr(0, location.find_first_of("?#")), 300);
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
      // Coder <= 2.21 answers 403 while the version is still importing (later 425); without right it is 404.
      return route.pattern == routes::kRichParameters.pattern ? ApiFault::not_ready : ApiFault::forbidden;
    case 404:
      if (error.message == "Route not found.") return ApiFault::contract;
      if (reply.request_id.empty() && !error.message.starts_with("Resource not found")) {
        return ApiFault::contract;
      }
      // The id came from a read with this token, and a deleted workspace still answers 204: what is left is
      // that the token may read the workspace but not change it.
      return route.pattern == routes::kAutomaticUpdates.pattern ? ApiFault::forbidden : ApiFault::not_found;
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

std::string message_of_foreign_error(const Reply& reply) {
  const std::string kind = kind_of(reply.content_type);
  switch (reply.status) {
    case 401:
      return fmt::format("the answer ({}) is not Coder's: something in front of it wants a login of its own",
                         kind);
    case 400:
      if (contains(reply.body, "HTTP request to an HTTPS server")) {
        return "the server speaks TLS on this port: use https:// in Coder's URL";
      }
      break;
    case 403:
      return fmt::format(
          "the answer ({}) is not Coder's: something in front of it refuses the request; does it want an "
          "extra header?",
          kind);
    case 413:
    case 414:
    case 431:
      return "the request is too long for what answered";
    case 428:
      // Text, not JSON: the bypass header of the rate limit was sent by somebody who is no Owner.
      return fmt::format("Coder refuses an extra header: {}", shortened(reply.body, 200));
    case 429:
      return "too many requests, says something in front of Coder";
    default:
      break;
  }
  if (reply.status >= 500) return fmt::format("a server error that is not Coder's own ({})", kind);
  return fmt::format("the answer ({}) is not Coder's API: is this the access URL?", kind);
}

}  // namespace

bool is_json(std::string_view content_type) {
  return starts_with_ignoring_case(content_type, "application/json");
}

std::optional<ApiError> classify(const Route& route, std::string_view path, const Reply& reply) {
  const bool json = is_json(reply.content_type);
  if (reply.status >= 200 && reply.status < 300) {
    const bool nothing_expected = route.answer == Answer::nothing && (reply.body.empty() || json);
    if (json || nothing_expected) return std::nullopt;
  }
  if (reply.status == 304 && route.answer == Answer::json_or_same) return std::nullopt;

  ApiError error;
  error.method = route.method;
  error.path = path;
  error.status = reply.status;
  error.request_id = shortened(reply.request_id, 100);

  if (reply.status < 300) {
    error.fault = ApiFault::contract;
    error.message = fmt::format("answered with {} where JSON was expected: is this the access URL?",
                                kind_of(reply.content_type));
    return error;
  }
  if (reply.status < 400) {
    error.fault = ApiFault::contract;
    error.message = reply.location.empty()
                        ? "answered with a redirect, which is not followed: is this the access URL?"
                        : fmt::format("redirected to {}, which is not followed: is this the access URL?",
                                      without_query(reply.location));
    return error;
  }
  if (reply.status == 429 || reply.status >= 500) error.retry_after = parse_retry_after(reply.retry_after);
  if (json && read_error_body(reply.body, error)) {
    error.fault = fault_of_json_error(route, reply, error);
    if (error.fault == ApiFault::contract) {
      error.message = fmt::format(
          "\"{}\", and not from Coder's API: is this the access URL, not a workspace proxy?", error.message);
    }
  } else {
    error.detail.clear();
    error.validations.clear();
    error.fault = fault_of_foreign_error(reply);
    error.message = message_of_foreign_error(reply);
  }
  return error;
}

}  // namespace cr::coder
