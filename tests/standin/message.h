#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A request that was read and a reply to be written, free of any socket.
namespace cr::standin {

struct Request {
  std::string method;
  std::string target;                          ///< As sent, query included.
  std::string path;                            ///< Repeated slashes collapsed, not decoded.
  std::map<std::string, std::string> query;    ///< Decoded; the first of each name.
  std::map<std::string, std::string> headers;  ///< Names in lower case.
  std::string body;
  std::string peer = "127.0.0.1";

  /// Splits the target into path and query.
  static Request make(std::string method, std::string target, std::string body = {});

  [[nodiscard]] std::string header(const std::string& lower_case_name) const {
    const auto found = headers.find(lower_case_name);
    return found == headers.end() ? std::string() : found->second;
  }
  [[nodiscard]] bool has_query(const std::string& name) const { return query.contains(name); }
};

struct Validation {
  std::string field;
  std::string detail;
};

struct Reply {
  int status = 200;
  std::string body;
  std::string content_type = "application/json; charset=utf-8";
  std::vector<std::pair<std::string, std::string>> headers;
  bool route_known = true;  ///< Else nothing can have been changed.

  static Reply json(int status, std::string body);
  /// 204, 304 and the like: no body and no content type.
  static Reply empty(int status);
  /// Coder's error body; detail and validations are left out when empty.
  static Reply error(int status, std::string_view message, std::string_view detail = {},
                     const std::vector<Validation>& validations = {});
  /// 404 with the text that Coder uses both for what is not there and for what the caller may not see.
  static Reply not_found();
};

/// Percent-decoding; `+` is a blank.
[[nodiscard]] std::string decode_component(std::string_view text);

}  // namespace cr::standin
