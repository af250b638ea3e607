#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "daemon/http/page/page.h"

namespace cr::testing {

/// The status page of a daemon whose last cycle has just ended, and time that stands still.
class ShownPage : public ::testing::Test {
 protected:
  ShownPage() {
    heartbeat_ = {steady_, std::chrono::minutes(1)};
    board_.cycles = {steady_, "", std::chrono::seconds(60)};
    board_.next_cycle = steady_ + std::chrono::seconds(40);
  }

  void show(reconcile::CycleReport report) {
    report.ended = now_ - std::chrono::seconds(12);
    auto desired = std::make_shared<specs::DesiredState>();
    for (const auto& row : report.workspaces) desired->specs.push_back(row.spec);
    desired->files = 1;
    desired->revision = "0123456789abcdef0123456789abcdef01234567";
    board_.desired = desired;
    board_.specs_read = now_ - std::chrono::seconds(3);
    board_.revision_since = now_ - std::chrono::hours(3);
    board_.history.add(report);
    board_.report = std::make_shared<const reconcile::CycleReport>(std::move(report));
  }

  std::string page(const daemon::QueryParameters& query = {}) {
    return daemon::status_page({.board = board_,
                                .alive = daemon::alive(heartbeat_, steady_),
                                .ready = daemon::ready(board_.cycles, steady_),
                                .steady = steady_,
                                .now = now_,
                                .query = daemon::parse_page_query(query),
                                .coder = daemon::CoderLinks("https://coder.example.com"),
                                .way_out = way_out_});
  }

  static std::size_t rows_of(const std::string& html) {
    std::size_t rows = 0;
    for (std::size_t at = html.find("<tr id=\"w-"); at != std::string::npos;
         at = html.find("<tr id=\"w-", at + 1))
      ++rows;
    return rows;
  }

  const async::SteadyTime steady_ = async::SteadyTime{} + std::chrono::hours(24);
  const async::WallTime now_ = async::WallTime{} + std::chrono::hours(24) * 20'000;
  daemon::Board board_;
  daemon::Heartbeat heartbeat_;
  daemon::WayOut way_out_{
      .selection = {"specs"}, .api_token_file = "/run/token", .base_url = "http://127.0.0.1:9466"};
};

}  // namespace cr::testing
