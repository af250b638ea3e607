#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
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
  std::size_t parameters = 0;                             ///< of the query, repeated ones each
  std::string body;
  std::string bearer_token;   ///< of the Authorization header; empty: none
  std::string peer;           ///< the address of the other end of the connection
  std::string last_event_id;  ///< of the Last-Event-ID header, bounded; empty: none
  /// What proxies in between say about the client ("X-Forwarded-For: 10.1.2.3"); hostile, bounded.
  std::string forwarded;
  std::string content_type;  ///< of the body, as the client says; hostile
  std::string accept;        ///< what it wants for an answer; likewise
  /// Of a request whose answer takes long: asked to stop when nobody waits for it any more.
  std::stop_token abandoned;
  /// Sent by a program on this machine for itself: the connection comes from loopback, and no proxy and no
  /// web page stands behind it.
  bool local = false;
  /// Sent by a web page of another server, or of another site (foreign.h).
  bool foreign = false;
};

/// A body without an end, which is sent piece by piece until its client goes. Used by the server's thread
/// alone from the answer on.
class ResponseStream {
 public:
  virtual ~ResponseStream() = default;
  /// What there is to send by now, some ten KB at most; empty: nothing new. Asked again and again; must not
  /// block.
  [[nodiscard]] virtual std::string take() = 0;
  /// What is sent where there has been nothing for a while, so that a connection that is no more shows.
  [[nodiscard]] virtual std::string_view heartbeat() const = 0;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::shared_ptr<ResponseStream> stream{};  ///< follows the body; null: the body is all
};

/// `{"error": message}`, as everything that is refused is answered.
[[nodiscard]] HttpResponse error_response(int status, std::string_view message);

/// The header fields of a request that tell what sent it, and for whom.
struct RequestOrigin {
  bool from_loopback = false;   ///< the connection
  bool proxied = false;         ///< a proxy has left its mark
  std::string_view host;        ///< of the Host header; empty: none
  std::string_view origin;      ///< of the Origin header; empty: none
  std::string_view fetch_site;  ///< of Sec-Fetch-Site; empty: none
};

/// Whether a program on this machine has sent it for itself. A proxy on this machine speaks for others, and
/// so does a browser for the page that it shows, unless that page is our own.
[[nodiscard]] bool is_local(const RequestOrigin& origin);

/// Whether a header of this name is what proxies, load balancers and CDNs add on the way. Without regard to
/// case.
[[nodiscard]] bool is_mark_of_proxy(std::string_view field);

/// The authority of a target in absolute form ("http://host:1/a" → "host:1"), which is cut from the target;
/// nothing, and the target as it was, for every other form.
[[nodiscard]] std::optional<std::string_view> take_authority(std::string_view& target);

/// Splits and decodes a request target ("/a%20b?c=d"). False if it is malformed or does not begin with a '/'.
[[nodiscard]] bool parse_target(std::string_view target, HttpRequest& into);

}  // namespace cr::daemon
