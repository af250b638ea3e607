#include "metrics/recorder.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "metrics/catalogue.h"
#include "reconcile/plan/action.h"
#include "reconcile/report/changed_rows.h"
#include "reconcile/report/forecast_view.h"
#include "reconcile/report/report.h"

namespace cr::metrics {

namespace {

using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;

double in_seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

template <class TimePoint>
double unix_seconds(TimePoint when) {
  return std::chrono::duration<double>(when.time_since_epoch()).count();
}

template <class Enum>
constexpr std::size_t index(Enum value) {
  return static_cast<std::size_t>(value);
}

/// A family of the registry with its declaration.
template <class Instrument>
class Family {
 public:
  Family(prometheus::Registry& registry, MetricId id) : metric_(&describe(id)) {
    const std::string name{metric_->name}, help{metric_->help};
    if constexpr (std::is_same_v<Instrument, Counter>) {
      family_ = &prometheus::BuildCounter().Name(name).Help(help).Register(registry);
    } else if constexpr (std::is_same_v<Instrument, Gauge>) {
      family_ = &prometheus::BuildGauge().Name(name).Help(help).Register(registry);
    } else {
      family_ = &prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
    }
  }

  /// The series with these values of the declared labels, in their order; made if it does not exist.
  Instrument& series(std::initializer_list<std::string_view> values) {
    prometheus::Labels labels;
    auto label = metric_->labels.begin();
    for (const std::string_view value : values)
      labels.emplace(std::string((label++)->name), std::string(value));
    if constexpr (std::is_same_v<Instrument, Histogram>) {
      return family_->Add(labels, Histogram::BucketBoundaries(metric_->buckets));
    } else {
      return family_->Add(labels);
    }
  }

  /// One series for each value of the only label, in its order: indexed by the enumeration that it shows.
  std::vector<Instrument*> each() {
    std::vector<Instrument*> all;
    for (const std::string_view value : metric_->labels.front().values) all.push_back(&series({value}));
    return all;
  }

  /// One series for each pair of values of two labels, the second within the first.
  std::vector<Instrument*> each_of_two() {
    std::vector<Instrument*> all;
    for (const std::string_view first : metric_->labels.front().values) {
      for (const std::string_view second : metric_->labels.back().values)
        all.push_back(&series({first, second}));
    }
    return all;
  }

  void remove(Instrument* instrument) { family_->Remove(instrument); }

 private:
  const Metric* metric_;
  prometheus::Family<Instrument>* family_ = nullptr;
};

/// Places of the label values of `specs` and `live_workspaces_read`, which show no enumeration.
enum class SpecState : std::uint8_t { valid, invalid, duplicate, suspended };
enum class MemberState : std::uint8_t { present, left, unread };
enum class ReadHow : std::uint8_t { ids, owner, name, page };

constexpr std::string_view kOther = "other";

}  // namespace

struct Recorder::Instruments {
  prometheus::Registry registry;

  Family<Gauge> build_info{registry, MetricId::build_info};
  Gauge* build = nullptr;

  Family<Gauge> revision_info{registry, MetricId::source_revision_info};
  Gauge* revision = nullptr;
  std::string revision_text;
  Gauge& source_last_read = Family<Gauge>(registry, MetricId::source_last_read).series({});
  Gauge& source_last_change = Family<Gauge>(registry, MetricId::source_last_change).series({});
  Counter& source_read_errors = Family<Counter>(registry, MetricId::source_read_errors).series({});

  std::vector<Gauge*> specs = Family<Gauge>(registry, MetricId::specs).each();
  std::vector<Gauge*> workspaces = Family<Gauge>(registry, MetricId::workspaces).each();
  std::vector<Gauge*> drifted_fields = Family<Gauge>(registry, MetricId::drifted_fields).each();
  std::vector<Gauge*> plan_actions = Family<Gauge>(registry, MetricId::plan_actions).each();
  Gauge& plan_held = Family<Gauge>(registry, MetricId::plan_held).series({});
  std::vector<std::vector<Counter*>> actions;  ///< by kind, then by result
  std::vector<Counter*> cycles = Family<Counter>(registry, MetricId::cycles).each();
  Histogram& cycle_duration = Family<Histogram>(registry, MetricId::cycle_duration).series({});
  std::vector<Histogram*> phases = Family<Histogram>(registry, MetricId::cycle_phase_duration).each();
  Gauge& last_cycle = Family<Gauge>(registry, MetricId::last_cycle).series({});
  Gauge& last_success = Family<Gauge>(registry, MetricId::last_success).series({});
  Histogram& convergence = Family<Histogram>(registry, MetricId::convergence).series({});
  Histogram& drift_repair = Family<Histogram>(registry, MetricId::drift_repair).series({});
  /// By transition (start, stop), then by result.
  std::vector<Counter*> builds = Family<Counter>(registry, MetricId::builds).each_of_two();
  std::vector<Histogram*> build_stages = Family<Histogram>(registry, MetricId::build_stage).each();
  Gauge& builds_in_flight = Family<Gauge>(registry, MetricId::builds_in_flight).series({});

  Family<Counter> requests{registry, MetricId::api_requests};
  Family<Histogram> request_duration{registry, MetricId::api_request_duration};
  Family<Gauge> rate_limit_remaining{registry, MetricId::api_rate_limit_remaining};
  std::vector<Counter*> retries = Family<Counter>(registry, MetricId::api_retries).each();
  Gauge& api_up = Family<Gauge>(registry, MetricId::api_up).series({});
  Family<Gauge> token_expiry{registry, MetricId::token_expiry};
  Gauge* token = nullptr;
  Family<Gauge> token_file_readable{registry, MetricId::token_file_readable};
  Gauge& backing_off = Family<Gauge>(registry, MetricId::workspaces_backing_off).series({});
  Gauge& contested = Family<Gauge>(registry, MetricId::workspaces_contested).series({});
  Family<Gauge> exit_code{registry, MetricId::apply_exit_code};
  Counter& log_lines_dropped = Family<Counter>(registry, MetricId::log_lines_dropped).series({});
  Counter& defects = Family<Counter>(registry, MetricId::defects).series({});
  Family<Counter> served{registry, MetricId::http_requests};
  std::map<std::string, std::map<std::string_view, Counter*>, std::less<>> served_by_route;
  std::size_t served_series = 0;  ///< of them all but "other"
  std::vector<Counter*> notifications = Family<Counter>(registry, MetricId::notifications).each();
  std::vector<Counter*> commit_statuses = Family<Counter>(registry, MetricId::commit_statuses).each_of_two();
  std::vector<Counter*> approvals = Family<Counter>(registry, MetricId::approvals).each();
  std::vector<Gauge*> starts_expected = Family<Gauge>(registry, MetricId::starts_expected).each();
  std::vector<Gauge*> stops_expected = Family<Gauge>(registry, MetricId::stops_expected).each();
  std::vector<Gauge*> deletions_expected = Family<Gauge>(registry, MetricId::deletions_expected).each();
  std::vector<Gauge*> starts_blocked = Family<Gauge>(registry, MetricId::starts_blocked).each();
  Gauge& missed_starts = Family<Gauge>(registry, MetricId::missed_starts).series({});
  std::vector<Gauge*> exceptions = Family<Gauge>(registry, MetricId::exceptions).each_of_two();
  reconcile::Rows rows;           ///< the latest of a cycle that had any
  reconcile::FleetFuture future;  ///< of the latest cycle's
  std::vector<Gauge*> sets = Family<Gauge>(registry, MetricId::sets).each();
  std::vector<Gauge*> set_members = Family<Gauge>(registry, MetricId::set_members).each();
  std::vector<Gauge*> live_read = Family<Gauge>(registry, MetricId::live_workspaces_read).each();
  std::vector<Gauge*> change_feed = Family<Gauge>(registry, MetricId::change_feed).each();
  Counter& change_feed_rows = Family<Counter>(registry, MetricId::change_feed_rows).series({});
  Counter& missed_changes = Family<Counter>(registry, MetricId::change_feed_missed_changes).series({});
  Gauge& sweep_age = Family<Gauge>(registry, MetricId::sweep_age).series({});

  /// Series of one (method, route), made when first needed.
  struct Endpoint {
    std::string route;
    std::string method;
    Histogram* duration = nullptr;
    Gauge* remaining = nullptr;
    std::map<std::string_view, Counter*> by_code;
  };
  std::map<std::string, Endpoint, std::less<>> endpoints;  ///< by "METHOD route"
  std::size_t request_series = 0;                          ///< of them all but "other"

  Instruments() {
    Family<Counter> family(registry, MetricId::actions);
    const std::vector<Label>& labels = describe(MetricId::actions).labels;
    for (const std::string_view kind : labels[0].values) {
      std::vector<Counter*>& results = actions.emplace_back();
      for (const std::string_view result : labels[1].values)
        results.push_back(&family.series({kind, result}));
    }
  }

  Endpoint& endpoint(std::string_view method, std::string_view route) {
    std::string key{method};
    key.append(" ").append(route);
    if (const auto known = endpoints.find(key); known != endpoints.end()) return known->second;
    // The last place is kept for all that does not get one: the number of series stays bounded.
    if (endpoints.size() + 1 >= kMaxEndpoints && route != kOther) return endpoint(kOther, kOther);
    Endpoint& made = endpoints[std::move(key)];
    made.route = route;
    made.method = method;
    made.duration = &request_duration.series({route});
    return made;
  }

  /// Made when first needed, like the endpoint.
  Counter& requests_of(Endpoint& of, std::string_view code) {
    if (const auto known = of.by_code.find(code); known != of.by_code.end()) return *known->second;
    // As many places are kept as "other" can have.
    const std::size_t kept = describe(MetricId::api_requests).labels.back().values.size();
    if (request_series + kept >= kMaxRequestSeries && of.route != kOther)
      return requests_of(endpoint(kOther, kOther), code);
    if (of.route != kOther) ++request_series;
    Counter& made = requests.series({of.route, of.method, code});
    of.by_code.emplace(code, &made);
    return made;
  }

  /// Made when first needed, likewise.
  Counter& served_as(std::string_view route, std::string_view code) {
    const auto known = served_by_route.find(route);
    const bool is_new = known == served_by_route.end();
    if (!is_new && known->second.contains(code)) return *known->second.at(code);
    // The last places are kept for all that does not get one: the number of series stays bounded.
    const std::size_t kept = describe(MetricId::http_requests).labels.back().values.size();
    const bool full = (is_new && served_by_route.size() + 1 >= kMaxServedRoutes) ||
                      served_series + kept >= kMaxServedSeries;
    if (full && route != kOther) return served_as(kOther, code);
    if (route != kOther) ++served_series;
    Counter& made = served.series({route, code});
    served_by_route[std::string(route)].emplace(code, &made);
    return made;
  }

  void count_workspaces(const reconcile::CycleReport& report);
  void count_sets(const std::vector<reconcile::sets::SetStatus>& all);
  void show_following(const reconcile::Following& following);
};

Recorder::Recorder() : instruments_(std::make_unique<Instruments>()) {}
Recorder::~Recorder() = default;

void Recorder::set_build_info(std::string_view version, std::string_view revision) {
  Instruments& in = *instruments_;
  if (in.build != nullptr) in.build_info.remove(in.build);
  in.build = &in.build_info.series({version, revision});
  in.build->Set(1);
}

void Recorder::on_source_read(std::string_view revision, bool changed, async::WallTime when) {
  Instruments& in = *instruments_;
  in.source_last_read.Set(unix_seconds(when));
  if (changed) in.source_last_change.Set(unix_seconds(when));
  if (revision == in.revision_text) return;
  if (in.revision != nullptr) in.revision_info.remove(in.revision);
  in.revision = nullptr;
  in.revision_text = revision;
  if (revision.empty()) return;
  in.revision = &in.revision_info.series({revision});
  in.revision->Set(1);
}

void Recorder::on_source_error() {
  instruments_->source_read_errors.Increment();
}

void Recorder::on_defect(const specs::Identity&, std::string_view) {
  instruments_->defects.Increment();
}

void Recorder::on_failed_request() {
  instruments_->defects.Increment();
}

void Recorder::set_log_lines_dropped(std::uint64_t lines) {
  Counter& counter = instruments_->log_lines_dropped;
  counter.Increment(static_cast<double>(lines) - counter.Value());
}

void Recorder::on_run_ended(int exit_code) {
  instruments_->exit_code.series({}).Set(exit_code);
}

void Recorder::on_answer(std::string_view route, int status) {
  instruments_->served_as(route, served_code_label(status)).Increment();
}

void Recorder::on_notification(NotificationResult result) {
  instruments_->notifications[index(result)]->Increment();
}

void Recorder::on_commit_status(CommitStatusState state, CommitStatusResult result) {
  const std::size_t results = describe(MetricId::commit_statuses).labels.back().values.size();
  instruments_->commit_statuses[index(state) * results + index(result)]->Increment();
}

void Recorder::on_approval(ApprovalResult result) {
  instruments_->approvals[index(result)]->Increment();
}

void Recorder::on_request(const reconcile::RequestDone& request) {
  Instruments& in = *instruments_;
  Instruments::Endpoint& endpoint = in.endpoint(request.method, request.route);
  in.requests_of(endpoint, code_label(request.status)).Increment();
  endpoint.duration->Observe(in_seconds(request.duration));
  if (request.rate_limit_remaining) {
    if (endpoint.remaining == nullptr) endpoint.remaining = &in.rate_limit_remaining.series({endpoint.route});
    endpoint.remaining->Set(static_cast<double>(*request.rate_limit_remaining));
  }
  // Coder gives every answer an id, errors included: one without comes from something in between.
  in.api_up.Set(request.status != 0 && !request.request_id.empty() ? 1 : 0);
}

void Recorder::on_retry(reconcile::RetryReason reason, const coder::ApiError&) {
  instruments_->retries[index(reason)]->Increment();
}

void Recorder::on_token_file(std::string_view problem) {
  instruments_->token_file_readable.series({}).Set(problem.empty() ? 1 : 0);
}

void Recorder::on_phase(reconcile::Phase phase, std::chrono::nanoseconds duration) {
  instruments_->phases[index(phase)]->Observe(in_seconds(duration));
}

void Recorder::on_action(const reconcile::Outcome& outcome) {
  instruments_->actions[reconcile::kind_of(outcome.action).index()][index(outcome.result)]->Increment();
}

void Recorder::on_build_ended(const specs::Identity&, const reconcile::SeenBuild& build) {
  using reconcile::BuildStatus;
  using reconcile::Transition;
  if (build.transition != Transition::start && build.transition != Transition::stop) return;
  BuildResult result = BuildResult::success;
  if (build.status == BuildStatus::failed) result = BuildResult::failed;
  if (build.status == BuildStatus::canceled) result = BuildResult::canceled;
  const std::size_t results = describe(MetricId::builds).labels.back().values.size();
  const std::size_t place = build.transition == Transition::start ? 0 : results;
  instruments_->builds[place + index(result)]->Increment();
}

void Recorder::on_build_timed(const specs::Identity&, const reconcile::SeenBuild&,
                              const reconcile::StageTimes& fresh) {
  for (const reconcile::BuildStage stage : reconcile::kBuildStages) {
    if (const auto time = time_of(fresh, stage))
      instruments_->build_stages[index(stage)]->Observe(in_seconds(*time));
  }
}

void Recorder::on_cycle(const reconcile::CycleReport& report) {
  Instruments& in = *instruments_;
  const bool failed = report.result == reconcile::CycleResult::failed;
  in.cycles[index(report.result)]->Increment();
  if (!report.internal_error.empty()) in.defects.Increment();
  in.cycle_duration.Observe(in_seconds(report.duration));
  in.last_cycle.Set(unix_seconds(report.ended));
  if (!failed) in.last_success.Set(unix_seconds(report.ended));

  in.count_workspaces(report);
  in.count_sets(report.sets);
  in.plan_held.Set(report.verdict.held ? 1 : 0);
  in.builds_in_flight.Set(static_cast<double>(report.builds_in_flight));
  in.backing_off.Set(static_cast<double>(report.backing_off));
  in.contested.Set(static_cast<double>(report.contested));
  in.live_read[index(ReadHow::ids)]->Set(static_cast<double>(report.live_read.ids));
  in.live_read[index(ReadHow::owner)]->Set(static_cast<double>(report.live_read.owner));
  in.live_read[index(ReadHow::name)]->Set(static_cast<double>(report.live_read.name));
  in.live_read[index(ReadHow::page)]->Set(static_cast<double>(report.live_read.page));

  if (report.following || report.internal_error.empty())
    in.show_following(report.following.value_or(reconcile::Following()));

  // A cycle that got nowhere has not learnt that the token lives for ever.
  if (report.token_expires) {
    if (in.token == nullptr) in.token = &in.token_expiry.series({});
    in.token->Set(unix_seconds(*report.token_expires));
  } else if (in.token != nullptr && !failed) {
    in.token_expiry.remove(std::exchange(in.token, nullptr));
  }
}

void Recorder::Instruments::show_following(const reconcile::Following& following) {
  for (std::size_t i = 0; i < change_feed.size(); ++i)
    change_feed[i]->Set(i == index(following.state) ? 1 : 0);
  // The feed counts since the start as well, so the difference is what is new.
  change_feed_rows.Increment(static_cast<double>(following.rows) - change_feed_rows.Value());
  missed_changes.Increment(static_cast<double>(following.missed_changes) - missed_changes.Value());
  sweep_age.Set(in_seconds(following.oldest_read));
}

void Recorder::Instruments::count_workspaces(const reconcile::CycleReport& report) {
  // A row says it for as long as it stands.
  const auto observe_new = [this](const reconcile::WorkspaceStatus*, const reconcile::WorkspaceStatus& row) {
    if (row.converged_after) convergence.Observe(in_seconds(*row.converged_after));
    if (row.drift_repaired_after) drift_repair.Observe(in_seconds(*row.drift_repaired_after));
  };
  reconcile::for_each_changed_row(rows, report.workspaces, observe_new);
  if (!report.workspaces.empty()) rows = report.workspaces;
  // There may be a hundred thousand of them, of which nearly always not one has changed.
  if (!report.workspaces.is_same(future.rows())) future = reconcile::FleetFuture(report.workspaces);
  const reconcile::RowCounts counted = report.workspaces.counts();
  std::vector<std::size_t> by_reason;
  for (const reconcile::Reason reason : reconcile::all_reasons()) by_reason.push_back(counted.of(reason));
  std::vector<std::size_t> by_kind(plan_actions.size());
  for (const reconcile::WorkspacePlan& workspace : report.plan.workspaces) {
    for (const reconcile::Action& action : workspace.actions) ++by_kind[reconcile::kind_of(action).index()];
  }

  const auto set_all = [](const std::vector<Gauge*>& gauges, std::span<const std::size_t> counts) {
    for (std::size_t i = 0; i < gauges.size(); ++i) gauges[i]->Set(static_cast<double>(counts[i]));
  };
  set_all(workspaces, by_reason);
  set_all(drifted_fields, report.drifted_fields());
  set_all(plan_actions, by_kind);
  const reconcile::FleetForecast fleet = future.from(std::chrono::floor<std::chrono::seconds>(report.ended));
  set_all(starts_expected, fleet.starts);
  set_all(stops_expected, fleet.stops);
  set_all(deletions_expected, fleet.deletions);
  set_all(starts_blocked, fleet.blocked);
  missed_starts.Set(static_cast<double>(fleet.missed));
  std::size_t place = 0;
  for (const auto& states : fleet.exceptions) {
    for (const std::size_t count : states) exceptions[place++]->Set(static_cast<double>(count));
  }
  const std::size_t suspended =
      fleet.exceptions[index(specs::ExceptionKind::suspend)][index(specs::ExceptionState::open)];
  specs[index(SpecState::valid)]->Set(static_cast<double>(report.workspaces.size() - suspended));
  specs[index(SpecState::invalid)]->Set(static_cast<double>(report.invalid_documents));
  specs[index(SpecState::duplicate)]->Set(static_cast<double>(report.duplicate_documents));
  specs[index(SpecState::suspended)]->Set(static_cast<double>(suspended));
}

void Recorder::Instruments::count_sets(const std::vector<reconcile::sets::SetStatus>& all) {
  std::vector<std::size_t> by_reason(sets.size());
  std::size_t members = 0, left = 0, unread = 0;
  for (const reconcile::sets::SetStatus& set : all) {
    ++by_reason[index(set.reason)];
    members += set.members;
    left += set.left;
    unread += set.unread;
  }
  for (std::size_t i = 0; i < sets.size(); ++i) sets[i]->Set(static_cast<double>(by_reason[i]));
  set_members[index(MemberState::present)]->Set(static_cast<double>(members - unread));
  set_members[index(MemberState::left)]->Set(static_cast<double>(left));
  set_members[index(MemberState::unread)]->Set(static_cast<double>(unread));
}

std::vector<prometheus::MetricFamily> Recorder::collect() const {
  std::map<std::string_view, std::size_t> place;
  for (const Metric& metric : catalogue()) place.emplace(metric.name, place.size());

  std::vector<prometheus::MetricFamily> families = instruments_->registry.Collect();
  std::erase_if(families, [](const auto& family) { return family.metric.empty(); });
  std::sort(families.begin(), families.end(),
            [&](const auto& a, const auto& b) { return place.at(a.name) < place.at(b.name); });
  for (prometheus::MetricFamily& family : families) {
    std::sort(family.metric.begin(), family.metric.end(),
              [](const auto& a, const auto& b) { return a.label < b.label; });
  }
  return families;
}

}  // namespace cr::metrics
