#include "daemon/news/newsroom.h"

#include <fmt/format.h>
#include <boost/asio/post.hpp>

#include <cstdint>
#include <random>
#include <utility>

#include "daemon/http/api_token.h"
#include "daemon/news/cloud_event.h"
#include "daemon/news/receivers.h"
#include "daemon/news/slack.h"
#include "daemon/version.h"
#include "reconcile/async/elsewhere.h"
#include "reconcile/async/structured.h"

namespace cr::daemon {
namespace {

/// A receiver that gets a letter twice knows it by this.
std::string fresh_id() {
  std::random_device random;
  std::string id;
  for (int i = 0; i < 4; ++i) id += fmt::format("{:08x}", static_cast<std::uint32_t>(random()));
  return id;
}

metrics::NotificationResult result_of(Delivery delivery) {
  switch (delivery) {
    case Delivery::sent:
      return metrics::NotificationResult::sent;
    case Delivery::postponed:
      return metrics::NotificationResult::postponed;
    case Delivery::refused:
      return metrics::NotificationResult::refused;
    case Delivery::dropped:
      break;
  }
  return metrics::NotificationResult::dropped;
}

bool is_slack(const Config& config) {
  return config.notify_format == NewsFormat::slack;
}

}  // namespace

std::string Newsroom::problem(const Config& config) {
  if (std::string problem = receivers_problem(config.notify_url_file); !problem.empty())
    return "--notify-url-file: " + problem;
  if (std::string problem = server_token_problem(config.notify_secret_file); !problem.empty())
    return "--notify-secret-file: " + problem;
  return {};
}

Newsroom::Newsroom(const Config& config, async::Clock& clock, Logger& log, metrics::Recorder& recorder,
                   std::function<std::string(const std::string& digest)> way_out)
    : config_(config),
      clock_(clock),
      log_(log),
      recorder_(recorder),
      way_out_(std::move(way_out)),
      courier_({.clock = clock,
                .receivers = [this] { return read_receivers(config_.notify_url_file); },
                .secret = config.notify_secret_file.empty()
                              ? std::function<std::optional<Secret>()>{}
                              : [this] { return read_server_token(config_.notify_secret_file); },
                .proxy = proxies_of(config),
                .user_agent = user_agent(),
                .content_type =
                    std::string(is_slack(config) ? "application/json; charset=utf-8" : kCloudEventType),
                .on_delivery = [this](Delivery delivery, std::size_t receiver,
                                      const std::string& problem) { note(delivery, receiver, problem); }},
               thread_.get_executor()) {}

Newsroom::~Newsroom() {
  // What still waits to be posted must not meet a courier that is gone.
  thread_.stop();
  thread_.join();
}

void Newsroom::hear(const reconcile::CycleReport& report, const specs::DesiredState& desired) {
  const std::string way_out = report.verdict.held ? way_out_(report.verdict.digest) : std::string();
  if (const auto bulletin = desk_.hear(report, desired, way_out)) post(*bulletin);
}

void Newsroom::post(const Bulletin& bulletin) {
  // Where the disk with the receivers' file hangs, so does the thread.
  if (on_the_way_ >= Outbox::kMost) return note(Delivery::dropped, 0, "too many wait to be sent");
  ++on_the_way_;
  boost::asio::post(thread_, [this, letter = letter_of(bulletin)]() mutable {
    --on_the_way_;
    courier_.post(std::move(letter));
  });
}

async::awaitable<void> Newsroom::run() {
  auto delivering = courier_.run();
  auto there = async::elsewhere(thread_.get_executor(), std::move(delivering));
  auto here = tell_what_waits();
  co_await async::until_first_ends(std::move(there), std::move(here));
}

/// The next cycle may be long in coming.
async::awaitable<void> Newsroom::tell_what_waits() {
  for (;;) {
    auto pause = clock_.sleep_for(NewsDesk::kPace);
    co_await std::move(pause);
    if (const auto late = desk_.what_waits(clock_.wall())) post(*late);
  }
}

std::string Newsroom::letter_of(const Bulletin& bulletin) const {
  if (is_slack(config_)) return slack_message(bulletin, config_.coder_url);
  return cloud_event(bulletin, config_.coder_url, fresh_id());
}

void Newsroom::note(Delivery delivery, std::size_t receiver, const std::string& problem) {
  recorder_.on_notification(result_of(delivery));
  // A receiver that is away for a day is tried some hundreds of times.
  if (delivery == Delivery::sent || delivery == Delivery::postponed) {
    log_.debug(delivery == Delivery::sent ? "notification sent" : "notification postponed",
               {{"receiver", std::to_string(receiver), true}, {"reason", problem}});
    return;
  }
  log_.warn("notification lost", {{"receiver", std::to_string(receiver), true}, {"reason", problem}});
}

}  // namespace cr::daemon
