#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cr::daemon {

/// A request, taken apart as far as an answer needs it.
struct HttpRequest {
  std::string method;
  std::string path;                                       ///< decoded; always begins with '/'
  std::vector<std::string> segments;                      ///< of the path, each decoded by itself
  std::map<std::string, std::string, std::less<>> query;  ///< decoded; of a repeated key the last one
  std::string body;
  std::string bearer_token;  ///< of the Authorization header; empty: none
  /// Sent by a program on this machine for itself: the connection comes from loopback, and no proxy and no
  /// web page stands behind it.
  bool local = false;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Splits and decodes a request target ("/a%20b?c=d"). False if it is malformed or does not begin with a '/'.
[[nodiscard]] bool parse_target(std::string_view target, HttpRequest& into);

}  // namespace cr::daemon
