#include "daemon/commit/messenger.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "reconcile/async/structured.h"

namespace cr::daemon {
namespace {

constexpr std::chrono::milliseconds kAttempt{10'000};
/// A forge shows the status that it made, with its author.
constexpr std::size_t kLargestAnswer = std::size_t{256} << 10;
/// With nothing to send there is nothing to look for.
constexpr auto kIdle = std::chrono::hours(24);

}  // namespace

Messenger::Messenger(MessengerParts parts, const boost::asio::any_io_executor& executor)
    : parts_(std::move(parts)), wake_(executor) {
  auto client = http::SiteClient::make(parts_.forge, parts_.clock);
  if (client) {
    client_ = std::move(*client);
  } else {
    no_client_ = client.error().message;
  }
}

void Messenger::drop(const CommitStatus& status, const std::string& why) const {
  parts_.on_try(status, StatusTry::dropped, why);
}

void Messenger::post(CommitStatus status) {
  if (const auto dropped = outbox_.add(std::move(status), parts_.clock.now()))
    drop(*dropped, "too many revisions wait for it");
  wake_.raise();
}

/// Who is told that a token is no good writes another one.
void Messenger::look_at_token() {
  if (!outbox_.has_barred()) return;
  const auto token = parts_.token();
  if (token && !(*token == last_token_)) outbox_.unbar();
}

async::SteadyTime Messenger::next_round() const {
  const auto now = parts_.clock.now();
  async::SteadyTime next = outbox_.next_due().value_or(now + kIdle);
  if (outbox_.has_barred()) next = std::min<async::SteadyTime>(next, now + kLookAtToken);
  return next;
}

async::awaitable<void> Messenger::send(CommitStatusPtr status) {
  if (!client_) {
    outbox_.settle(status);
    parts_.on_try(*status, StatusTry::rejected, no_client_);
    co_return;
  }
  std::optional<Secret> token = parts_.token();
  if (!token) {
    outbox_.postpone(parts_.clock.now(), std::nullopt);
    parts_.on_try(*status, StatusTry::postponed, "the token cannot be read");
    co_return;
  }
  ForgeRequest made = request_of(parts_.subject, *status, *token);
  last_token_ = std::move(*token);
  http::SiteClient::Request request{.method = made.method,
                                    .target = std::move(made.target),
                                    .headers = std::move(made.headers),
                                    .body = std::move(made.body),
                                    .answer_limit = kLargestAnswer,
                                    // Setting a status twice is setting it once.
                                    .repeatable = true,
                                    .allowed = kAttempt};
  auto sending = client_->send(std::move(request));
  const auto answer = co_await std::move(sending);
  if (!answer) {
    outbox_.postpone(parts_.clock.now(), std::nullopt);
    parts_.on_try(*status, StatusTry::postponed, answer.error().message);
    co_return;
  }
  const auto wall = std::chrono::floor<std::chrono::seconds>(parts_.clock.wall());
  const ForgeVerdict verdict = verdict_of(parts_.subject.forge, *answer, wall);
  switch (verdict.answered) {
    case Answered::sent:
      outbox_.settle(status);
      parts_.on_try(*status, StatusTry::sent, "");
      break;
    case Answered::postponed:
      outbox_.postpone(parts_.clock.now(), verdict.wait);
      parts_.on_try(*status, StatusTry::postponed, verdict.problem);
      break;
    case Answered::barred:
      outbox_.bar(status, parts_.clock.now());
      parts_.on_try(*status, StatusTry::rejected, verdict.problem);
      break;
    case Answered::rejected:
      outbox_.settle(status);
      parts_.on_try(*status, StatusTry::rejected, verdict.problem);
      break;
  }
}

async::awaitable<void> Messenger::run() {
  for (;;) {
    auto waiting = wake_.wait_until(parts_.clock, next_round());
    co_await std::move(waiting);
    for (const CommitStatusPtr& old : outbox_.drop_old(parts_.clock.now())) drop(*old, "it was a day old");
    look_at_token();
    while (const CommitStatusPtr status = outbox_.due(parts_.clock.now())) {
      auto sending = send(status);
      auto to_its_end = async::shielded(std::move(sending));
      co_await std::move(to_its_end);
    }
  }
}

}  // namespace cr::daemon
