#include "daemon/commands/plan_by_daemon.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "daemon/ci/checks.h"
#include "daemon/commands/baseline_file.h"
#include "daemon/commands/ci_reports.h"
#include "daemon/commands/daemon_client.h"
#include "daemon/commands/one_shot.h"
#include "daemon/commands/process.h"
#include "daemon/commands/specs_failure.h"
#include "daemon/http/api_token.h"
#include "daemon/plan/plan_request.h"
#include "reconcile/async/clock.h"
#include "reconcile/http/site_client.h"
#include "specs/source.h"
#include "specs/text/number.h"
#include "specs/visible.h"

namespace cr::daemon {
namespace {

using async::awaitable;

// A plan of ten thousand changes, three times over.
constexpr std::size_t kLargestAnswer = std::size_t{64} << 20;
constexpr std::chrono::seconds kBusy{5};
constexpr std::chrono::seconds kLongestWait{30};

/// What came of it: an outcome, or why there is none.
struct Answer {
  std::optional<PlanOutcome> outcome{};
  bool unreadable = false;  ///< the specs are, as a whole
  std::string problem{};
  ExitCode code = ExitCode::failure;
};

std::string error_in(const std::string& body) {
  const auto parsed = nlohmann::json::parse(body, nullptr, false);
  if (!parsed.is_object()) return {};
  const auto error = parsed.find("error");
  return error != parsed.end() && error->is_string() ? error->get<std::string>() : std::string();
}

Answer answer_of(const http::HttpResponse& response) {
  if (response.status == 200) {
    auto outcome = parse_plan_outcome(response.body);
    if (!outcome) return {.problem = outcome.error().message()};
    return {.outcome = std::move(*outcome)};
  }
  const std::string said = error_in(response.body);
  const std::string why = said.empty() ? fmt::format("it responded with {}", response.status) : said;
  switch (response.status) {
    case 401:
      return {.problem = "it rejects the token of --plan-token-file", .code = ExitCode::unreachable};
    case 403:
      return {.problem = why, .code = ExitCode::unreachable};
    case 404:
    case 405:
      return {.problem = "it does not plan for others; is it a daemon of this version?",
              .code = ExitCode::unreachable};
    case 422:
      return {.unreadable = true, .problem = why};
    case 421:
      return {.problem =
                  "it does not answer to this name: give its address, or add the name to its "
                  "--allowed-hosts",
              .code = ExitCode::unreachable};
    default:
      return {.problem = why,
              .code = response.status >= 500 || response.status == 429 ? ExitCode::unreachable
                                                                       : ExitCode::failure};
  }
}

bool is_busy(int status) {
  return status == 429 || status == 503;
}

std::chrono::seconds wait_of(const http::HttpResponse& response) {
  const auto given = text::parse_number<std::uint32_t>(response.header("retry-after"));
  return std::clamp(given ? std::chrono::seconds(*given) : kBusy, std::chrono::seconds(1), kLongestWait);
}

/// Another's plan may be in the way, or a cycle.
awaitable<Answer> ask(http::SiteClient& client, http::SiteClient::Request request, async::Clock& clock,
                      async::SteadyTime until) {
  while (true) {
    auto sending = client.send(request);
    const auto response = co_await std::move(sending);
    if (!response) co_return Answer{.problem = response.error().message, .code = ExitCode::unreachable};
    const async::SteadyTime again = clock.now() + wait_of(*response);
    if (!is_busy(response->status) || again >= until) co_return answer_of(*response);
    co_await clock.sleep_until(again);
  }
}

/// One line of what comes from elsewhere each.
std::string visible_lines(std::string_view text) {
  std::string made;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    made += specs::visible(text.substr(0, end)) + '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return made;
}

PlanRequest request_of(const Config& config, specs::SourceTexts texts, const Baseline& baseline,
                       const Terminal& terminal) {
  PlanRequest request{.texts = std::move(texts),
                      .output = config.output,
                      .colour = terminal.out_colour,
                      .detailed_exitcode = config.detailed_exitcode,
                      .junit = !config.report_junit.empty(),
                      .sarif = !config.report_sarif.empty(),
                      .outcome = true};
  if (baseline.document) request.baseline = baseline.document->dump();
  if (wants_ci_reports(config)) request.checkout = checkout_here();
  return request;
}

ExitCode show(const Config& config, const Answer& answer, Terminal& terminal) {
  const PlanOutcome& outcome = *answer.outcome;
  for (const std::string& diagnostic : outcome.diagnostics) terminal.err(visible_lines(diagnostic));
  for (const std::string& message : outcome.messages) say(terminal, message);
  terminal.out(outcome.output);
  return save_ci_reports({.junit = outcome.junit, .sarif = outcome.sarif}, outcome.code, config, terminal);
}

ExitCode no_plan(const Config& config, std::string_view why, ExitCode code, Terminal& terminal) {
  say(terminal, fmt::format("{}: {}", config.daemon_url, why));
  return write_ci_reports([&] { return ci::failed("plan", why); }, code, config, terminal);
}

}  // namespace

ExitCode plan_by_daemon(const Config& config, Terminal& terminal) {
  const Baseline baseline = read_baseline(config, "plan", terminal);
  if (!baseline.good) return ExitCode::usage;
  if (const std::string problem = api_token_problem(config.plan_token_file); !problem.empty()) {
    say(terminal, "--plan-token-file: " + problem);
    return ExitCode::usage;
  }
  auto texts = specs::SpecSource(config.paths).texts();
  if (!texts) {
    const ExitCode ended = specs_failure(texts.error(), config.output, terminal);
    return write_ci_reports([&] { return ci::failed("plan", texts.error().message()); }, ended, config,
                            terminal);
  }
  std::string body = write_plan_request(request_of(config, std::move(*texts), baseline, terminal));
  if (body.size() > kLargestPlanRequest) {
    return no_plan(config,
                   fmt::format("the specs take {} MiB as they are sent; at most {} are accepted",
                               (body.size() >> 20) + 1, kLargestPlanRequest >> 20),
                   ExitCode::failure, terminal);
  }
  boost::asio::io_context io(1);  // outlives the client's connections
  async::SystemClock clock;
  auto client = connect_to_daemon(config.daemon_url, config, clock);
  if (!client) {
    say(terminal, client.error().message);
    return ExitCode::usage;
  }
  const std::chrono::nanoseconds timeout = config.timeout.value_or(kPlanTimeout);
  const async::SteadyTime until =
      clock.now() + std::chrono::duration_cast<async::SteadyTime::duration>(timeout);
  http::SiteClient::Request request{
      .method = "POST",
      .target = "/-/plan",
      .headers = {{"Authorization", "Bearer " + read_api_token(config.plan_token_file)->reveal()},
                  {"Content-Type", "application/json"},
                  {"Accept", "application/json"}},
      .body = std::move(body),
      .answer_limit = kLargestAnswer,
      .allowed = std::chrono::ceil<std::chrono::milliseconds>(timeout),
      .until = until};
  Answer answer;
  const auto asking = [&]() -> awaitable<ExitCode> {
    auto sending = ask(*client, std::move(request), clock, until);
    answer = co_await std::move(sending);
    co_return ExitCode::ok;
  };
  if (const ExitCode ended = run_to_end(io, asking(), {}); ended != ExitCode::ok) return ended;
  if (answer.unreadable) {
    const ExitCode ended = specs_failure(specs::SourceError(answer.problem), config.output, terminal);
    return write_ci_reports([&] { return ci::failed("plan", answer.problem); }, ended, config, terminal);
  }
  if (!answer.outcome) return no_plan(config, answer.problem, answer.code, terminal);
  return show(config, answer, terminal);
}

}  // namespace cr::daemon
