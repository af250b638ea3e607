#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/activity/shared_activity.h"
#include "daemon/config/secret.h"
#include "daemon/config/source_url.h"
#include "daemon/http/guess_limit.h"
#include "daemon/http/lanes.h"
#include "daemon/http/message.h"
#include "daemon/http/page/page_query.h"
#include "daemon/http/page/way_out.h"
#include "daemon/loop/shared_board.h"
#include "metrics/catalogue.h"

namespace cr::daemon {

/// Somebody has asked to let go what is held: a plan, or owners who would leave a set.
struct Approval {
  metrics::ApprovalResult result = metrics::ApprovalResult::refused;
  std::string_view why{};        ///< it was not let go
  bool wrong_token = false;      ///< and a token was shown
  std::string digest{};          ///< that was named, cut where it is longer than any
  std::size_t changes = 0;       ///< workspaces that the approved plan changes, or owners who leave
  std::string set{};             ///< the set whom they leave; empty: it is the plan
  std::string_view peer{};       ///< the address of who asked
  std::string_view forwarded{};  ///< for whom, as proxies say
};

/// What the endpoints show and may cause; everything outlives them and may be used on any thread.
struct EndpointParts {
  const SharedBoard& board;
  const SharedActivity& activity;
  async::Clock& clock;
  std::function<std::string()> metrics;  ///< the text of a scrape
  std::string metrics_content_type;
  std::function<void()> reconcile;  ///< asks for a cycle
  /// Lets go what is held with this digest, and asks for a cycle.
  std::function<void(const std::string& digest)> approve;
  /// The token that callers have to show, read at each use so that it can be changed. Nothing: none is set
  /// up.
  std::function<std::optional<Secret>()> api_token;
  /// Likewise of those who read; absent: anybody may. /healthz and /readyz are open whatever it is.
  std::function<std::optional<Secret>()> read_token{};
  /// Likewise of those who have specs planned, which it is good for alone; absent: nobody may.
  std::function<std::optional<Secret>()> plan_token{};
  /// Makes the answer to one who may; takes as long as it takes.
  std::function<HttpResponse(const HttpRequest&)> plan{};
  std::function<void(const Approval&)> on_approval{};
  std::string coder_url{};                ///< where links to workspaces lead
  std::optional<SourceUrl> source_url{};  ///< where the page links to specs; absent: nowhere
  /// How a held plan is let go, in commands; asked for at each use, since the port is known late.
  std::function<WayOut()> way_out = [] { return WayOut{}; };
};

/// /metrics, /healthz, /readyz, /api/v1/…, the pages for people and the two POSTs, as ServerParts::handler is
/// called: on several threads at a time, so what is shared is immutable or a copy. Answers from the board
/// alone: no call waits for Coder or for the disk, but for the token's file, and but for plans of others'
/// specs, which have a lane of their own; the probes for neither.
class Endpoints {
 public:
  explicit Endpoints(EndpointParts parts) : parts_(std::move(parts)) {}
  [[nodiscard]] HttpResponse handle(const HttpRequest& request) const;
  /// How long a request waits before it is handled: tokens can't be guessed fast.
  [[nodiscard]] std::chrono::nanoseconds delay(const HttpRequest& request) const;
  /// Whether the answer may take long, and the body be large: specs that are to be planned.
  [[nodiscard]] static bool asks_for_plan(const HttpRequest& request);
  /// What a request for a plan is answered before its body is read; 100: it may be.
  [[nodiscard]] HttpResponse admit(const HttpRequest& request) const;
  /// The request's path without what varies, out of a closed set; "other" for all that is not served.
  [[nodiscard]] static std::string_view route_of(const HttpRequest& request);

 private:
  [[nodiscard]] HttpResponse metrics() const;
  [[nodiscard]] HttpResponse healthz() const;
  [[nodiscard]] HttpResponse readyz() const;
  [[nodiscard]] HttpResponse summary(const Board& board) const;
  [[nodiscard]] HttpResponse plan(const HttpRequest& request, const Board& board) const;
  [[nodiscard]] HttpResponse forecast(const HttpRequest& request, const Board& board) const;
  [[nodiscard]] HttpResponse workspaces(const HttpRequest& request, const Board& board) const;
  [[nodiscard]] HttpResponse workspace(const std::string& owner, const std::string& name,
                                       const Board& board) const;
  [[nodiscard]] HttpResponse events(const HttpRequest& request) const;
  [[nodiscard]] HttpResponse event_stream(const HttpRequest& request) const;
  /// One of the pages for people; `make` writes it.
  template <class Make>
  [[nodiscard]] HttpResponse page(const HttpRequest& request, const Board& board, PageQuery query,
                                  Make make) const;
  [[nodiscard]] HttpResponse workspace_page(const HttpRequest& request, const Board& board) const;
  [[nodiscard]] HttpResponse reconcile(const HttpRequest& request) const;
  [[nodiscard]] HttpResponse approve(const HttpRequest& request, const Board& board) const;
  /// Why the caller may not do it; nothing if it may.
  [[nodiscard]] std::optional<HttpResponse> refuse(const HttpRequest& request) const;
  [[nodiscard]] std::optional<HttpResponse> refuse_read(const HttpRequest& request) const;
  [[nodiscard]] std::optional<HttpResponse> refuse_plan(const HttpRequest& request) const;
  [[nodiscard]] HttpResponse judge_approval(const HttpRequest& request, const Board& board,
                                            Approval& approval) const;

  EndpointParts parts_;
  mutable GuessLimit guesses_;
};

/// Where the answer to a request is made: to probes at once, whatever else goes on; scrapes and what asks for
/// something do not queue behind pages, which take long where there are many workspaces.
[[nodiscard]] Lane lane_of(const HttpRequest& request);

/// Whether both are the same text, in a time that does not depend on where they differ.
[[nodiscard]] bool same_secret(const std::string& a, const std::string& b);

}  // namespace cr::daemon
