#include "daemon/commands/publish.h"

#include <unistd.h>

#include <array>
#include <string>

#include "daemon/commands/process.h"
#include "daemon/http/api_token.h"
#include "daemon/version.h"
#include "metrics/pushgateway.h"
#include "metrics/run_exposition.h"
#include "metrics/textfile.h"
#include "reconcile/async/clock.h"
#include "reconcile/report/render.h"

namespace cr::daemon {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

/// Reads `user:password`; what is wrong with it, or nothing.
std::string read_authorization(const std::string& file, std::string& authorization) {
  if (file.empty()) return {};
  if (std::string problem = api_token_problem(file); !problem.empty()) return problem;
  const auto text = read_api_token(file);
  const std::size_t colon = text ? text->reveal().find(':') : std::string::npos;
  if (colon == std::string::npos || colon == 0) return file + " does not contain user:password";
  authorization =
      http::basic_authorization(text->reveal().substr(0, colon), text->reveal().substr(colon + 1));
  return {};
}

/// What went wrong, in words; empty if nothing did.
std::string push(const std::string& text, const Config& config, boost::asio::io_context& io) {
  metrics::PushOptions options;
  options.target = *config.pushgateway;
  options.grouping = metrics::complete_grouping(config.pushgateway_grouping, host_name());
  options.ca_file = config.pushgateway_ca_file;
  options.proxy = proxies_of(config);
  options.user_agent = user_agent();
  if (auto problem = read_authorization(config.pushgateway_auth_file, options.target.authorization);
      !problem.empty()) {
    return "--pushgateway-auth-file: " + problem;
  }
  async::SystemClock clock;
  auto gateway = metrics::Pushgateway::make(std::move(options), clock);
  if (!gateway) return gateway.error().message;
  std::string problem;
  auto pushing = [&]() -> async::awaitable<ExitCode> {
    problem = co_await gateway->push(text);
    co_return ExitCode::ok;
  };
  io.restart();
  const ExitCode code = run_to_end(io, pushing(), SignalRules{});
  if (code != ExitCode::ok) return "stopped by a signal";
  return problem.empty() ? problem : gateway->shown() + ": " + problem;
}

}  // namespace

ExitCode publish(const metrics::Recorder& recorder, ExitCode ended, const Config& config, Terminal& terminal,
                 boost::asio::io_context& io) {
  if (config.metrics_textfile.empty() && !config.pushgateway) return ended;
  const std::string text = metrics::run_exposition(recorder);
  bool good = true;
  const auto complain = [&](const std::string& what, const std::string& problem) {
    if (problem.empty()) return;
    good = false;
    say(terminal, what + ": " + problem);
  };
  if (!config.metrics_textfile.empty()) {
    complain("cannot write the metrics", metrics::write_textfile(config.metrics_textfile, text));
  }
  if (config.pushgateway) complain("cannot push the metrics", push(text, config, io));
  return ended == ExitCode::ok && !good ? ExitCode::failure : ended;
}

}  // namespace cr::daemon
