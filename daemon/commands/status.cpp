#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/commands/commands.h"
#include "daemon/commands/daemon_client.h"
#include "daemon/commands/process.h"
#include "daemon/http/api_token.h"
#include "daemon/status/status_text.h"
#include "reconcile/async/clock.h"
#include "reconcile/http/site_client.h"
#include "reconcile/report/render.h"

namespace cr::daemon {
namespace {

using async::awaitable;
using nlohmann::json;

// A summary lists a hundred sets and errors at most.
constexpr std::size_t kLargest = std::size_t{8} << 20;
constexpr std::string_view kSummary = "/api/v1/summary";
constexpr std::string_view kWaiting = "/api/v1/workspaces?state=waits_for_person&limit=10";

/// What a daemon has answered, or why there is no answer of one.
struct Told {
  int status = 0;
  json document;
  std::string problem;  ///< empty: `document` is one
};

/// Asks one daemon, with the token for reads if there is one.
class Asker {
 public:
  Asker(http::SiteClient client, std::optional<Secret> token)
      : client_(std::move(client)), token_(std::move(token)) {}

  awaitable<Told> get(std::string_view target) {
    http::SiteClient::Request request{
        .target = std::string(target), .headers = {{"Accept", "application/json"}}, .answer_limit = kLargest};
    if (token_) request.headers.emplace_back("Authorization", "Bearer " + token_->reveal());
    auto sending = client_.send(std::move(request));
    const auto answer = co_await std::move(sending);
    if (!answer) co_return Told{0, {}, answer.error().message};
    Told told{answer->status, json::parse(answer->body, nullptr, false), {}};
    if (!told.document.is_object())
      told.problem = fmt::format("it responded with {} and no JSON", told.status);
    co_return told;
  }

 private:
  http::SiteClient client_;
  std::optional<Secret> token_;
};

/// Why an answer of this status says nothing of the state; empty: it does.
std::string refusal(const Told& told, bool with_token) {
  if (!told.problem.empty()) return told.problem;
  if (told.status == 401 && with_token) return "it rejects the token of --read-token-file";
  if (told.status == 401) return "it wants the token of its --read-token-file: set --read-token-file";
  if (told.status == 421)
    return "it does not answer to this name: give its address, or add the name to its --allowed-hosts";
  if (told.status == 200 || told.status == 503) return {};
  return fmt::format("it responded with {}", told.status);
}

awaitable<ExitCode> ask_and_show(Asker asker, const std::string& daemon, const Config& config,
                                 Terminal& terminal) {
  auto asking = asker.get(kSummary);
  const Told summary = co_await std::move(asking);
  if (const std::string why = refusal(summary, !config.read_token_file.empty()); !why.empty()) {
    say(terminal, daemon + ": " + why);
    co_return ExitCode::unreachable;
  }
  if (summary.status == 503) {
    const auto message = summary.document.find("message");
    const bool told = message != summary.document.end() && message->is_string();
    say(terminal, daemon + ": not ready: " +
                      (told ? message->get<std::string>() : std::string("no cycle has ended yet")));
    co_return ExitCode::not_converged;
  }
  if (config.output == OutputFormat::json) {
    terminal.out(reconcile::dump(summary.document) + "\n");
  } else {
    auto more = asker.get(kWaiting);
    const Told waiting = co_await std::move(more);
    if (waiting.status != 200)
      say(terminal, fmt::format("{}: what needs action cannot be listed: {}", daemon,
                                waiting.problem.empty() ? fmt::format("it responded with {}", waiting.status)
                                                        : waiting.problem));
    terminal.out(status_text(summary.document, waiting.status == 200 ? waiting.document : json(), daemon,
                             terminal.out_colour));
  }
  co_return says_ready(summary.document) ? ExitCode::ok : ExitCode::not_converged;
}

}  // namespace

ExitCode status(const Config& config, Terminal& terminal) {
  const std::string daemon = config.daemon_url.empty() ? std::string(kDaemonHere) : config.daemon_url;
  std::optional<Secret> token;
  if (!config.read_token_file.empty()) {
    if (const std::string problem = api_token_problem(config.read_token_file); !problem.empty()) {
      say(terminal, "--read-token-file: " + problem);
      return ExitCode::usage;
    }
    token = read_api_token(config.read_token_file);
  }
  async::SystemClock clock;
  auto client = connect_to_daemon(daemon, config, clock);
  if (!client) {
    say(terminal, client.error().message);
    return ExitCode::usage;
  }
  boost::asio::io_context io(1);
  return run_to_end(io, ask_and_show(Asker(std::move(*client), std::move(token)), daemon, config, terminal),
                    SignalRules{});
}

}  // namespace cr::daemon
