#include "daemon/commit/reporter.h"

#include <boost/asio/post.hpp>
#include <functional>
#include <utility>

#include "daemon/config/site_names.h"
#include "daemon/http/api_token.h"
#include "daemon/version.h"
#include "reconcile/async/elsewhere.h"
#include "reconcile/http/url.h"
#include "specs/revision.h"

namespace cr::daemon {
namespace {

constexpr http::SettingNames kNames = names_of_site("--commit-status-url", "--commit-status-ca-file");

http::Site forge_of(const Config& config) {
  const std::string url = config.commit_status_url.empty() ? std::string(public_url(*config.commit_status))
                                                           : config.commit_status_url;
  const auto parsed = http::parse_url(url);
  return {.url = parsed ? parsed->base : http::BaseUrl(),
          .ca_file = config.commit_status_ca_file,
          .proxy = proxies_of(config),
          .user_agent = user_agent(),
          .names = kNames};
}

CommitSubject subject_of(const Config& config) {
  return {.forge = *config.commit_status,
          .repository = config.commit_status_repository,
          .context = config.commit_status_context,
          .link = config.external_url};
}

std::optional<Secret> read_token(const std::string& file) {
  auto token = read_api_token(file);
  if (token && !token_problem(*token).empty()) return std::nullopt;
  return token;
}

metrics::CommitStatusState measured(CommitState state) {
  switch (state) {
    case CommitState::pending:
      return metrics::CommitStatusState::pending;
    case CommitState::success:
      return metrics::CommitStatusState::success;
    case CommitState::failure:
      break;
  }
  return metrics::CommitStatusState::failure;
}

metrics::CommitStatusResult measured(StatusTry ended) {
  switch (ended) {
    case StatusTry::sent:
      return metrics::CommitStatusResult::sent;
    case StatusTry::postponed:
      return metrics::CommitStatusResult::postponed;
    case StatusTry::rejected:
      return metrics::CommitStatusResult::rejected;
    case StatusTry::dropped:
      break;
  }
  return metrics::CommitStatusResult::dropped;
}

std::string_view name_of(CommitState state) {
  return metrics::to_string(measured(state));
}

}  // namespace

std::string CommitReporter::problem(const Config& config, async::Clock& clock) {
  const std::string& file = config.commit_status_token_file;
  std::string problem = api_token_problem(file);
  if (const auto token = read_api_token(file); token && problem.empty()) {
    problem = token_problem(*token);
    if (!problem.empty()) problem += " (" + file + ')';
  }
  if (!problem.empty()) return "--commit-status-token-file: " + problem;
  const auto client = http::SiteClient::make(forge_of(config), clock);
  return client ? std::string() : client.error().message;
}

CommitReporter::CommitReporter(const Config& config, async::Clock& clock, Logger& log,
                               metrics::Recorder& recorder)
    : clock_(clock),
      log_(log),
      recorder_(recorder),
      messenger_({.clock = clock,
                  .subject = subject_of(config),
                  .forge = forge_of(config),
                  .token = [file = config.commit_status_token_file] { return read_token(file); },
                  .on_try = [this](const CommitStatus& status, StatusTry ended,
                                   const std::string& problem) { note(status, ended, problem); }},
                 thread_.get_executor()) {}

CommitReporter::~CommitReporter() {
  // What still waits to be posted must not meet a messenger that is gone.
  thread_.stop();
  thread_.join();
}

void CommitReporter::see(std::shared_ptr<const specs::DesiredState> desired) {
  const std::string revision = desired->revision;
  post(rollout_.see(std::move(desired), clock_.wall()));
  if (specs::is_commit(revision)) {
    no_commit_.reset();
  } else if (std::exchange(no_commit_, revision) != revision) {
    log_.warn(revision.empty() ? "no commit status is sent: the specs are in no Git checkout"
                               : "no commit status is sent: the specs are not of one commit",
              {{"revision", revision}});
  }
}

void CommitReporter::hear(const reconcile::CycleReport& report) {
  post(rollout_.hear(report));
}

void CommitReporter::post(std::optional<CommitStatus> status) {
  if (!status || !specs::is_commit(status->revision)) return;
  boost::asio::post(thread_,
                    [this, status = std::move(*status)]() mutable { messenger_.post(std::move(status)); });
}

async::awaitable<void> CommitReporter::run() {
  auto working = messenger_.run();
  auto there = async::elsewhere(thread_.get_executor(), std::move(working));
  co_await std::move(there);
}

void CommitReporter::note(const CommitStatus& status, StatusTry ended, const std::string& problem) {
  recorder_.on_commit_status(measured(status.state), measured(ended));
  std::vector<LogField> fields{{"revision", status.revision}, {"state", std::string(name_of(status.state))}};
  if (!problem.empty()) fields.push_back({"reason", problem});
  switch (ended) {
    case StatusTry::sent:
      problem_.clear();
      return log_.info("commit status sent", std::move(fields));
    case StatusTry::postponed:
      // A forge that is away for a day is tried some hundreds of times.
      return log_.debug("commit status postponed", std::move(fields));
    case StatusTry::rejected:
    case StatusTry::dropped:
      break;
  }
  const bool is_new = std::exchange(problem_, problem) != problem;
  const std::string_view message =
      ended == StatusTry::rejected ? "commit status rejected" : "commit status lost";
  if (is_new) {
    log_.warn(message, std::move(fields));
  } else {
    log_.debug(message, std::move(fields));
  }
}

}  // namespace cr::daemon
