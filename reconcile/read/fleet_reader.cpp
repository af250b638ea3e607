#include "reconcile/read/fleet_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "reconcile/async/structured.h"
#include "reconcile/read/costs.h"
#include "reconcile/read/page_walk.h"

namespace cr::reconcile {
namespace {

using async::awaitable;
using coder::ApiError;
using coder::ApiFault;
using coder::ApiResult;
using Rows = std::vector<LiveWorkspace>;

constexpr std::size_t kAtATime = 2;
// Nobody waits for the next cycle here, which would read again.
constexpr int kTornPasses = 5;

ApiError not_whole(std::string_view of_whom) {
  return ApiError(
      ApiFault::contract,
      fmt::format("the workspaces{} that Coder lists are not as many as it counts: the list changes "
                  "while it is read, or this token may not see some templates",
                  of_whom));
}

/// All workspaces by pages.
class WholeFleet {
 public:
  WholeFleet(coder::CoderReader& reader, ReadObserver& observer) : reader_(reader), observer_(observer) {}

  awaitable<ApiResult<Rows>> run() {
    auto ask_page = [this](const ReadPage& page) { return ask(page); };
    while (!walk_.progress().over) {
      std::vector<ReadPage> pages = next_pages(walk_.progress(), ReadCosts().rows_per_page);
      auto round = async::for_each_bounded(pages, kAtATime, ask_page);
      co_await std::move(round);
    }
    if (failed_) co_return *failed_;
    if (!whole_) co_return not_whole("");
    co_return std::move(rows_);
  }

 private:
  awaitable<void> ask(const ReadPage& page) {
    if (walk_.is_of_past_pass(page)) co_return;
    ApiResult<coder::WorkspaceRows> answer = co_await reader_.workspaces_page(page.offset, page.limit);
    if (!answer) {
      if (!failed_) failed_ = answer.error();
      walk_.fail();
      co_return;
    }
    const PageWalk::Step step = walk_.record(page, answer->rows, answer->count);
    if (!step.of_this_pass) co_return;
    if (step.fresh_rows > 0) observer_.on_read_advanced();
    std::ranges::move(answer->rows, std::back_inserter(rows_));
    if (!step.pass_ended) co_return;
    whole_ = step.whole;
    if (!whole_) rows_.clear();
  }

  coder::CoderReader& reader_;
  ReadObserver& observer_;
  PageWalk walk_{kTornPasses};
  Rows rows_;  ///< of this pass
  bool whole_ = false;
  std::optional<ApiError> failed_;
};

/// The workspaces of some, owner by owner.
class SomeOwners {
 public:
  SomeOwners(coder::CoderReader& reader, std::vector<std::string> owners, ReadObserver& observer)
      : reader_(reader), observer_(observer), owners_(std::move(owners)) {}

  awaitable<ApiResult<Rows>> run() {
    auto ask_owner = [this](const std::string& owner) { return ask(owner); };
    auto all = async::for_each_bounded(owners_, kAtATime, ask_owner);
    co_await std::move(all);
    if (failed_) co_return *failed_;
    co_return std::move(rows_);
  }

 private:
  awaitable<void> ask(const std::string& owner) {
    for (int pass = 0; pass < kTornPasses && !failed_; ++pass) {
      ApiResult<coder::WorkspaceRows> answer = co_await reader_.workspaces_of_owner(owner);
      if (!answer) {
        failed_ = answer.error();
        co_return;
      }
      // Each row is there once.
      if (answer->rows.size() != answer->count) continue;
      observer_.on_read_advanced();
      std::ranges::move(answer->rows, std::back_inserter(rows_));
      co_return;
    }
    if (!failed_) failed_ = not_whole(" of " + owner);
  }

  coder::CoderReader& reader_;
  ReadObserver& observer_;
  std::vector<std::string> owners_;
  Rows rows_;
  std::optional<ApiError> failed_;
};

/// Rows of a pass may repeat themselves where others moved.
void drop_repeated(Rows& rows) {
  std::ranges::sort(rows, {}, &LiveWorkspace::id);
  const auto is_same = [](const LiveWorkspace& a, const LiveWorkspace& b) { return a.id == b.id; };
  rows.erase(std::unique(rows.begin(), rows.end(), is_same), rows.end());
}

}  // namespace

awaitable<ApiResult<Rows>> read_fleet(coder::CoderReader& reader, const std::vector<std::string>& owners,
                                      ReadObserver& observer) {
  ApiResult<Rows> rows = Rows();
  if (owners.empty()) {
    WholeFleet fleet(reader, observer);
    rows = co_await fleet.run();
  } else {
    SomeOwners some(reader, owners, observer);
    rows = co_await some.run();
  }
  if (rows) drop_repeated(*rows);
  co_return rows;
}

}  // namespace cr::reconcile
