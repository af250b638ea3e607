#include "reconcile/watch/build_watch.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <utility>

#include "reconcile/async/structured.h"

namespace cr::reconcile {
namespace {

using coder::WatchEnd;
using coder::WatchWay;
using How = coder::WatchEnd::How;

WatchWay other(WatchWay way) {
  return way == WatchWay::events ? WatchWay::socket : WatchWay::events;
}

/// Whether it is the way that is barred, rather than this one workspace, the token or the network. Every
/// Coder has events: who says of them that there is nothing speaks of the workspace.
bool is_barred(const WatchEnd& end, WatchWay way) {
  if (end.told || end.how == How::satisfied || end.how == How::unreachable) return false;
  if (way == WatchWay::events && (end.status == 404 || end.status == 410)) return false;
  return end.status != 401 && end.status != 403 && end.status != 429 && end.status < 500;
}

}  // namespace

bool shows_end_of(const BuildId& build, const LiveWorkspace& state) {
  return state.build.id != build || state.build.ended();
}

BuildWatch::BuildWatch(coder::WorkspaceWatcher& watcher, async::Clock& clock, Told told, Limits limits)
    : watcher_(watcher), clock_(clock), told_(std::move(told)), limits_(limits) {}

void BuildWatch::follow(const std::vector<OwnBuild>& builds) {
  std::map<BuildId, Entry> wanted;
  for (const OwnBuild& one : builds) {
    const auto known = builds_.find(one.build);
    wanted.emplace(one.build, known != builds_.end() ? known->second : Entry{one.workspace, Turn::waits});
  }
  builds_ = std::move(wanted);
  ring();
}

async::awaitable<void> BuildWatch::run() {
  bell_.emplace(co_await boost::asio::this_coro::executor, async::SteadyTime::max());
  std::vector<std::size_t> places(limits_.streams);
  auto take_place = [this](std::size_t) { return work(); };
  co_await async::for_each_bounded(places, places.size(), take_place);
}

async::awaitable<void> BuildWatch::work() {
  while (true) {
    const std::optional<OwnBuild> next = take_next();
    if (!next) {
      co_await until_rung();
      continue;
    }
    auto watching = watch(*next);
    auto dropped = until_dropped(next->build);
    // Nothing depends on a stream, so nothing ends with one.
    try {
      co_await async::until_first_ends(std::move(watching), std::move(dropped));
    } catch (const boost::system::system_error& error) {
      if (error.code() == boost::asio::error::operation_aborted) throw;
      give_up(error.what());
    } catch (const std::exception& error) {
      give_up(error.what());
    }
    if (const auto known = builds_.find(next->build); known != builds_.end())
      known->second.turn = Turn::has_been;
  }
}

std::optional<OwnBuild> BuildWatch::take_next() {
  if (clock_.now() < paused_until_) return std::nullopt;
  const auto next =
      std::ranges::find_if(builds_, [](const auto& one) { return one.second.turn == Turn::waits; });
  if (next == builds_.end()) return std::nullopt;
  next->second.turn = Turn::is_watched;
  return OwnBuild{next->second.workspace, next->first};
}

async::awaitable<void> BuildWatch::watch(OwnBuild build) {
  const coder::WorkspaceWatcher::OnState on_state = [&](const LiveWorkspace& state) {
    if (state.id != build.workspace) return false;
    if (told_.on_state) told_.on_state(state);
    if (!shows_end_of(build.build, state)) return true;
    told_.on_end();
    return false;
  };
  const WatchWay way = first_way_;
  auto first = watcher_.watch(build.workspace, way, on_state);
  WatchEnd end = co_await std::move(first);
  const bool first_is_barred = is_barred(end, way);
  if (first_is_barred) {
    if (told_.on_given_up) told_.on_given_up(end);
    auto second = watcher_.watch(build.workspace, other(way), on_state);
    end = co_await std::move(second);
  }
  if (end.how != How::satisfied && told_.on_given_up) told_.on_given_up(end);
  if (first_is_barred && end.told) first_way_ = other(way);
  if (first_is_barred && is_barred(end, other(way)))
    paused_until_ = clock_.now() + (end.status == 0 ? limits_.short_pause : limits_.pause);
}

void BuildWatch::give_up(const char* why) {
  paused_until_ = clock_.now() + limits_.short_pause;
  if (told_.on_given_up) told_.on_given_up({.how = How::unreachable, .why = why});
}

async::awaitable<void> BuildWatch::until_dropped(BuildId build) {
  while (builds_.contains(build)) co_await until_rung();
}

async::awaitable<void> BuildWatch::until_rung() {
  co_await bell_->async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
}

void BuildWatch::ring() {
  if (bell_) bell_->cancel();
}

}  // namespace cr::reconcile
