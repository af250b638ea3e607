#include "daemon/news/courier.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "daemon/config/site_names.h"
#include "daemon/news/receivers.h"
#include "daemon/news/signature.h"
#include "reconcile/async/structured.h"
#include "reconcile/http/date.h"

namespace cr::daemon {
namespace {

// All: a round is as long as its slowest, which has kAttempt.
constexpr std::size_t kAtATime = kMostReceivers;
constexpr std::chrono::milliseconds kAttempt{10'000};
/// Nobody reads what a receiver has to say beside its status.
constexpr std::size_t kLargestAnswer = std::size_t{64} << 10;
/// With nothing to send, there is no hurry to see that the list has changed.
constexpr auto kIdle = std::chrono::hours(24);

constexpr http::SettingNames kNames = names_of_site("a URL of --notify-url-file");

/// What a client says of a connection names the host, which may be as secret as the path.
std::string_view what_happened(http::TransportFault fault) {
  switch (fault) {
    case http::TransportFault::unreachable:
      return "it cannot be reached";
    case http::TransportFault::timeout:
      return "it did not respond in time";
    case http::TransportFault::contract:
      return "what it responded is too large, or no HTTP";
  }
  return "";
}

}  // namespace

struct Courier::Receiver {
  Secret url;
  std::size_t number = 0;  ///< in the list, from 1
  std::string target;      ///< a secret too
  std::string authorization;
  std::optional<http::SiteClient> client;  ///< absent: the URL is none
  std::string problem;                     ///< why
  Outbox outbox;
};

Courier::Courier(CourierParts parts, const boost::asio::any_io_executor& executor)
    : parts_(std::move(parts)), wake_(executor) {}
Courier::~Courier() = default;

void Courier::post(std::string body) {
  posted_.push_back(std::make_shared<const Letter>(Letter{std::move(body), parts_.clock.now()}));
  if (posted_.size() > Outbox::kMost) {
    posted_.erase(posted_.begin());
    if (parts_.on_delivery)
      parts_.on_delivery(Delivery::dropped, 0, "there are no receivers that could be read");
  }
  wake_.raise();
}

void Courier::tell(Delivery delivery, const Receiver& receiver, const std::string& problem) const {
  if (parts_.on_delivery) parts_.on_delivery(delivery, receiver.number, problem);
}

/// What a client says of a URL has the URL in it.
void Courier::open(Receiver& fresh, const Secret& url) const {
  const auto address = parse_receiver(url);
  if (!address) {
    fresh.problem = "it is no http or https URL";
    return;
  }
  fresh.target = address->target;
  fresh.authorization = address->authorization;
  auto client = http::SiteClient::make({.url = address->base,
                                        .ca_file = {},
                                        .proxy = parts_.proxy,
                                        .user_agent = parts_.user_agent,
                                        .names = kNames,
                                        .resolve = parts_.resolve},
                                       parts_.clock);
  if (client) {
    fresh.client = std::move(*client);
  } else {
    fresh.problem = "the settings of proxies, or the system's certificates, cannot be used";
  }
}

/// Those that stay keep what waits for them.
void Courier::meet_receivers() {
  auto urls = parts_.receivers();
  if (!urls) return;
  std::vector<std::unique_ptr<Receiver>> met;
  for (Secret& url : *urls) {
    const auto known =
        std::ranges::find_if(receivers_, [&](const auto& one) { return one && one->url == url; });
    if (known != receivers_.end()) {
      met.push_back(std::move(*known));
    } else {
      auto& fresh = *met.emplace_back(std::make_unique<Receiver>());
      open(fresh, url);
      fresh.url = std::move(url);
    }
    met.back()->number = met.size();
  }
  for (const auto& gone : receivers_) {
    for (std::size_t i = gone ? gone->outbox.size() : 0; i > 0; --i)
      tell(Delivery::dropped, *gone, "its URL is no longer in the list");
  }
  receivers_ = std::move(met);
}

async::awaitable<void> Courier::deliver_to(Receiver& receiver) {
  for (std::size_t dropped = receiver.outbox.drop_old(parts_.clock.now()); dropped > 0; --dropped)
    tell(Delivery::dropped, receiver, "it was a day old");
  const LetterPtr letter = receiver.outbox.due(parts_.clock.now());
  if (!letter) co_return;
  if (!receiver.client) {
    receiver.outbox.settle();
    tell(Delivery::refused, receiver, receiver.problem);
    co_return;
  }
  http::SiteClient::Request request{.method = "POST",
                                    .target = receiver.target,
                                    .headers = {{"Content-Type", parts_.content_type}},
                                    .body = letter->body,
                                    .answer_limit = kLargestAnswer,
                                    .repeatable = false,
                                    .allowed = kAttempt};
  if (!receiver.authorization.empty()) request.headers.emplace_back("Authorization", receiver.authorization);
  const auto at = std::chrono::floor<std::chrono::seconds>(parts_.clock.wall());
  if (parts_.secret) {
    const std::optional<Secret> secret = parts_.secret();
    if (!secret) {
      receiver.outbox.postpone(parts_.clock.now(), std::nullopt);
      tell(Delivery::postponed, receiver, "the secret to sign with cannot be read");
      co_return;
    }
    request.headers.emplace_back(kSignedAtHeader, std::to_string(at.time_since_epoch().count()));
    request.headers.emplace_back(kSignatureHeader, signature_of(letter->body, at, secret->reveal()));
  }
  auto sending = receiver.client->send(std::move(request));
  const auto answer = co_await std::move(sending);
  // 502 and 503: whoever stands before the receiver says that it is not there.
  const bool may_have_taken_it = answer
                                     ? answer->status >= 500 && answer->status != 502 && answer->status != 503
                                     : !answer.error().unsent;
  if (may_have_taken_it && !receiver.outbox.may_try_again()) {
    receiver.outbox.postpone(parts_.clock.now(), std::nullopt);
    receiver.outbox.give_up();
    tell(Delivery::dropped, receiver, "it was sent ten times, and the receiver never said that it took it");
    co_return;
  }
  if (!answer) {
    receiver.outbox.postpone(parts_.clock.now(), std::nullopt);
    tell(Delivery::postponed, receiver, std::string(what_happened(answer.error().fault)));
    co_return;
  }
  const Delivery delivery = delivery_of(answer->status);
  if (delivery == Delivery::postponed) {
    receiver.outbox.postpone(parts_.clock.now(), http::parse_retry_after(answer->header("Retry-After"),
                                                                         answer->header("Date"), at));
  } else {
    receiver.outbox.settle();
  }
  tell(delivery, receiver,
       delivery == Delivery::sent ? "" : fmt::format("it responded with {}", answer->status));
}

async::SteadyTime Courier::next_round() const {
  async::SteadyTime next =
      parts_.clock.now() + (posted_.empty() ? std::chrono::seconds(kIdle) : Outbox::kLongestPause);
  for (const auto& receiver : receivers_) {
    if (const auto due = receiver->outbox.next_due()) next = std::min(next, *due);
  }
  return next;
}

async::awaitable<void> Courier::run() {
  // Those that were good at the start are known, should their file be gone when there is something to send.
  meet_receivers();
  for (;;) {
    auto waiting = wake_.wait_until(parts_.clock, next_round());
    co_await std::move(waiting);
    meet_receivers();
    if (receivers_.empty()) continue;
    for (LetterPtr& letter : std::exchange(posted_, {})) {
      for (const auto& receiver : receivers_) {
        if (receiver->outbox.add(letter) > 0) tell(Delivery::dropped, *receiver, "too many wait for it");
      }
    }
    auto each = [this](std::unique_ptr<Receiver>& one) { return deliver_to(*one); };
    auto all = async::for_each_bounded(receivers_, kAtATime, each);
    co_await std::move(all);
  }
}

}  // namespace cr::daemon
