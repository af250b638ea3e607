#include "daemon/http/page/alerts.h"

#include <fmt/format.h>

#include <utility>

#include "daemon/http/page/times.h"
#include "reconcile/coder/fault.h"
#include "reconcile/report/set_view.h"

namespace cr::daemon {
namespace {

using reconcile::CycleReport;
using reconcile::CycleResult;

constexpr std::chrono::nanoseconds kTokenIsOldSoon = std::chrono::days{14};

void add_failure(const PageInput& input, std::vector<Alert>& alerts) {
  const CycleReport* report = input.board.report.get();
  if (report && report->result == CycleResult::failed) {
    const std::string since = input.board.cycles.last_success
                                  ? fmt::format("Last successful cycle: {} ago. ",
                                                in_words(input.steady - *input.board.cycles.last_success))
                                  : std::string{"No cycle has succeeded since the start. "};
    if (report->failure) {
      alerts.push_back({Tone::bad,
                        "Coder could not be read",
                        fmt::format("{}. {}{}", report->failure->to_string(), since,
                                    coder::traits_of(report->failure->fault).notice),
                        {}});
    } else {
      alerts.push_back({Tone::bad,
                        "Internal error in coder-reconciler in the last cycle",
                        fmt::format("{}. {}The next cycle tries again; please report this bug.",
                                    report->internal_error, since),
                        {}});
    }
  } else if (report && !input.ready.good) {
    alerts.push_back({Tone::bad, "Not ready", input.ready.reason, {}});
  }
}

void add_held(const PageInput& input, std::vector<Alert>& alerts) {
  const CycleReport* report = input.board.report.get();
  if (!report || !report->verdict.held) return;
  const reconcile::Verdict& verdict = report->verdict;
  Alert alert;
  alert.tone = Tone::warn;
  alert.title =
      fmt::format("The plan is held: it would change {} {}, more than the limit of {}", verdict.changes,
                  verdict.changes == 1 ? "workspace" : "workspaces", verdict.limit);
  alert.text =
      "Nothing is changed until it is approved. If the plan below is what you want, approve it; if not, "
      "fix the specs, and the hold is lifted.";
  if (const auto request = input.way_out.approve_request(verdict.digest))
    alert.commands.emplace_back("On the daemon's host", *request);
  alert.commands.emplace_back("Or from anywhere, with the specs, Coder's URL and a token",
                              input.way_out.apply_command(verdict.digest));
  alert.approvable = {verdict.digest, "Approve this plan?",
                      fmt::format("It changes {} {} in the next cycle, if that comes to the same plan.",
                                  verdict.changes, verdict.changes == 1 ? "workspace" : "workspaces")};
  if (input.way_out.api_token_file.empty())
    alert.text += " This daemon accepts no approvals: it was started without --api-token-file.";
  alerts.push_back(std::move(alert));
}

constexpr std::size_t kMostSetAlerts = 3;

/// Of sets that are not ready, but for those that the cycle's own failure explains.
void add_sets(const PageInput& input, std::vector<Alert>& alerts) {
  const CycleReport* report = input.board.report.get();
  if (!report) return;
  std::size_t more = 0;
  std::size_t told = 0;
  for (const reconcile::sets::SetStatus* set : reconcile::by_need(report->sets)) {
    if (reconcile::is_ready(*set)) break;
    if (report->failure && set->error == report->failure) continue;
    if (told == kMostSetAlerts) {
      ++more;
      continue;
    }
    ++told;
    Alert alert{Tone::warn,
                fmt::format("Set {} is not ready: {}", set->name, reconcile::sets::to_string(set->reason)),
                fmt::format("{}: {}", set->where.to_string(), set->message),
                {}};
    if (!set->digest.empty()) {
      alert.approvable = {set->digest, fmt::format("Let them leave set {}?", set->name),
                          fmt::format("{} {} leave it in the next cycle that reads the same.", set->held,
                                      set->held == 1 ? "owner" : "owners")};
      if (const auto request = input.way_out.approve_request(set->digest))
        alert.commands.emplace_back("To let them leave, on the daemon's host", *request);
    }
    alerts.push_back(std::move(alert));
  }
  if (more > 0)
    alerts.push_back({Tone::warn,
                      fmt::format("{} more {} not ready", more, more == 1 ? "set is" : "sets are"),
                      "They are listed below, each with what to do.",
                      {}});
}

void add_specs(const PageInput& input, std::vector<Alert>& alerts) {
  const Board& board = input.board;
  if (!board.stale.empty()) {
    const std::string what = board.desired ? fmt::format("The last good specs, read {} ago, stay in force.",
                                                         in_words(input.now - board.specs_read))
                                           : std::string{"Nothing is changed until they can be read."};
    alerts.push_back({Tone::bad, "The specs cannot be read", fmt::format("{}. {}", board.stale, what), {}});
  }
  if (!board.desired) return;
  const std::size_t left_out = board.desired->invalid_documents + board.desired->duplicate_documents;
  if (left_out == 0) return;
  alerts.push_back(
      {Tone::warn,
       left_out == 1 ? std::string{"1 spec is invalid and left out"}
                     : fmt::format("{} specs are invalid and left out", left_out),
       "Their workspaces are left exactly as they are. What to fix is listed at the end of this page.",
       {}});
}

void add_token(const PageInput& input, std::vector<Alert>& alerts) {
  const CycleReport* report = input.board.report.get();
  if (!report || !report->token_expires) return;
  const std::chrono::nanoseconds left = *report->token_expires - input.now;
  if (left > kTokenIsOldSoon) return;
  alerts.push_back({Tone::warn,
                    left.count() > 0 ? fmt::format("Coder's token expires in {}", in_words(left))
                                     : std::string{"Coder's token has expired"},
                    "Write a new one to the token file; it is re-read at once, no restart is needed.",
                    {}});
}

}  // namespace

std::string_view to_string(Tone tone) {
  switch (tone) {
    case Tone::good:
      return "good";
    case Tone::busy:
      return "busy";
    case Tone::warn:
      return "warn";
    case Tone::bad:
      return "bad";
    case Tone::quiet:
      return "quiet";
  }
  return "";
}

Tone tone_of(Standing standing) {
  switch (standing) {
    case Standing::waits_for_person:
      return Tone::warn;
    case Standing::unknown:
      return Tone::bad;
    case Standing::on_its_way:
      return Tone::busy;
    case Standing::suspended:
      return Tone::quiet;
    case Standing::in_sync:
      return Tone::good;
  }
  return Tone::quiet;
}

std::vector<Alert> alerts_of(const PageInput& input) {
  std::vector<Alert> alerts;
  if (!input.alive.good)
    alerts.push_back(
        {Tone::bad, "The reconcile loop is stuck", input.alive.reason + ". Restart the daemon.", {}});
  add_failure(input, alerts);
  add_held(input, alerts);
  add_sets(input, alerts);
  add_specs(input, alerts);
  add_token(input, alerts);
  return alerts;
}

Tone overall_tone(const PageInput& input, const FleetCounts& counts) {
  if (!input.alive.good || !input.board.stale.empty()) return Tone::bad;
  const CycleReport* report = input.board.report.get();
  if (!report) return Tone::busy;
  if (!input.ready.good || report->result == CycleResult::failed) return Tone::bad;
  for (const Standing standing : {Standing::unknown, Standing::waits_for_person}) {
    if (counts.of(standing) > 0) return tone_of(standing);
  }
  if (reconcile::sets_not_ready(*report) > 0) return Tone::warn;
  return counts.of(Standing::on_its_way) > 0 ? tone_of(Standing::on_its_way) : Tone::good;
}

}  // namespace cr::daemon
