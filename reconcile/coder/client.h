#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "reconcile/async/clock.h"
#include "reconcile/coder/api.h"
#include "reconcile/coder/audit.h"
#include "reconcile/coder/call_observer.h"
#include "reconcile/coder/call_timeouts.h"
#include "reconcile/coder/directory.h"
#include "reconcile/coder/header.h"
#include "reconcile/coder/history.h"
#include "reconcile/coder/retry.h"
#include "reconcile/coder/watcher.h"
#include "reconcile/http/options.h"
#include "reconcile/http/proxy.h"
#include "reconcile/http/resolve.h"
#include "reconcile/http/setup_error.h"

namespace cr::coder {

/// How messages name what a user can set; views of literals.
struct SettingNames {
  http::SettingNames http{.url = "Coder's URL"};
  std::string_view header = "the extra headers";
  std::string_view give_header = "the extra headers";  ///< by what one is given
};

/// Everything that a user can set about the way to Coder.
struct ClientOptions {
  std::string url;         ///< access URL, e.g. "https://coder.example.com"
  std::string token_file;  ///< read again when it changes; wins over token_value
  std::string token_value;
  std::string token_origin = "the token";  ///< where token_value came from, for messages
  SettingNames names;
  http::TlsSettings tls;
  http::ProxySettings proxy;
  /// One file a user, named as the username, with their own token (OwnerTokens); empty: none.
  std::string owner_tokens_directory;
  std::vector<Header> extra_headers;
  std::string user_agent = "coder-reconciler";
  http::DialTimeouts dial;
  CallTimeouts calls;
  RetryPolicy retry;
  RetryBudget::Settings retry_budget;
  http::ConnectionLimits connections;
  std::function<double()> random;  ///< uniform in [0, 1), for jitter; empty: a generator with a random seed
  http::Resolve resolve;           ///< empty: the system's resolver
};

/// A way to talk to one Coder: who is given readers alone cannot change anything. One thread.
/// Connections are kept on the execution context that the calls run on: it is always the same one, and
/// outlives the client.
class Client {
 public:
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  /// Good as long as the client, also after it has been moved.
  [[nodiscard]] CoderReader& reader();
  [[nodiscard]] CoderWriter& writer();
  // These with what owners' tokens open.
  [[nodiscard]] Readers readers();
  [[nodiscard]] Writers writers();
  [[nodiscard]] HistoryReader& history();
  [[nodiscard]] AuditReader& audit();
  [[nodiscard]] DirectoryReader& directory();
  [[nodiscard]] WorkspaceWatcher& watcher();

  /// No call goes on past `end`: it fails as timed out, or with the error of its last attempt.
  void end_by(async::SteadyTime end);
  /// Whoever is about to leave waits for answers, not for another attempt.
  void stop_waiting();

  /// "https://coder.example.com": what the user's URL was understood as.
  [[nodiscard]] const std::string& base_url() const;

 private:
  friend http::SetupResult<Client> make_client(ClientOptions, async::Clock&, CallObserver&);
  struct Parts;
  explicit Client(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// Puts a client together, without asking the network anything. Errors say which setting is wrong and what to
/// do. Clock and observer outlive the client; it runs on the executor of whoever awaits its calls.
[[nodiscard]] http::SetupResult<Client> make_client(ClientOptions options, async::Clock& clock,
                                                    CallObserver& observer);

}  // namespace cr::coder
