// The forecast against a scheduler: mornings of one workspace each, whatever state it is in, and what really
// becomes of it by Coder's rules as the stand-in follows them.
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "reconcile/coder/list_page.h"
#include "reconcile/coder/wire.h"
#include "reconcile/forecast/forecast.h"
#include "tests/standin/api.h"

namespace cr::reconcile {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_seconds;
using Random = std::mt19937_64;

constexpr const char* kOwner = "ann";
constexpr const char* kName = "morning";
constexpr std::array kZones = {
    "Europe/Berlin", "Europe/London",    "America/New_York", "America/Los_Angeles", "America/St_Johns",
    "Asia/Kolkata",  "Australia/Sydney", "Pacific/Auckland", "Australia/Lord_Howe", "America/Santiago"};

int from(Random& random, int low, int high) {
  return std::uniform_int_distribution(low, high)(random);
}
bool one_in(Random& random, int n) {
  return from(random, 1, n) == 1;
}
template <class Range>
auto any_of(Random& random, const Range& range) {
  return range[static_cast<std::size_t>(from(random, 0, static_cast<int>(std::size(range)) - 1))];
}

std::string get(standin::State& state, const std::string& path) {
  standin::Request request = standin::Request::make("GET", path);
  request.headers["coder-session-token"] = state.admin_token();
  const standin::Reply reply = standin::answer(state, request);
  EXPECT_EQ(reply.status, 200) << path << ": " << reply.body;
  return reply.body;
}

/// One workspace, the moment at which it is looked at, and what is to be expected of it.
class Morning {
 public:
  explicit Morning(std::uint64_t seed) : random_(seed), state_(any_of(random_, standin::kAges), seed) {
    populate();
    live_to_the_eve();
  }

  /// What is promised now.
  Forecast look() {
    now_ = floor(state_.now());
    std::string body = get(state_, "/api/v2/workspaces/" + workspace().id);
    live_ = coder::WorkspaceDecoder().workspace(body).value();
    const auto policy =
        coder::decode_template(get(state_, "/api/v2/templates/" + workspace().template_id)).value();
    std::optional<bool> mismatch;
    if (moves_to_active_version(live_, &policy)) {
      mismatch = get(state_, "/api/v2/workspaces/" + workspace().id + "/resolve-autostart").find("true") !=
                 std::string::npos;
    }
    const auto schedule = specs::parse_live_schedule(live_.autostart_schedule);
    return forecast({.live = live_,
                     .schedule = schedule ? &*schedule : nullptr,
                     .policy = &policy,
                     .owner_inactive = state_.find_user(kOwner)->status == standin::UserStatus::suspended,
                     .parameters_mismatch = mismatch,
                     .now = now_});
  }

  /// Minute by minute until `end`; when the scheduler queued starts.
  std::vector<sys_seconds> live_until(sys_seconds end) {
    std::vector<sys_seconds> starts;
    auto minute = std::chrono::ceil<std::chrono::minutes>(state_.now());
    for (; minute <= end; minute += 1min) {
      if (minute != end && nothing_is_due(minute)) continue;
      state_.set_time(minute);
      state_.on_request();
      const int before = workspace().latest().number;
      state_.run_lifecycle();
      const standin::Build& latest = workspace().latest();
      if (latest.number != before && latest.reason == "autostart") starts.push_back(minute);
    }
    return starts;
  }

  [[nodiscard]] sys_seconds now() const { return now_; }
  [[nodiscard]] const LiveWorkspace& live() const { return live_; }
  [[nodiscard]] std::string story() const {
    const auto text = [](Instant at) { return at ? fmt::format("{:%FT%TZ}", *at) : "never"; };
    return fmt::format("Coder {}, {}; transition {}, status {}, built {}, stops {}, next start {}",
                       standin::release_of(state_.age()), story_, static_cast<int>(live_.build.transition),
                       static_cast<int>(live_.build.status), text(live_.build.created),
                       text(live_.build.deadline), text(live_.next_start));
  }
  /// A Coder of this age does not tell that nobody takes the build.
  [[nodiscard]] bool waits_unsaid() const {
    return without_provisioner_ && live_.build.active() && state_.before(standin::Age::v2_20);
  }

 private:
  /// The scheduler would find nothing to do. What it has been passing over is looked at now and then.
  bool nothing_is_due(sys_seconds minute) {
    const standin::Workspace& one = workspace();
    const auto just_now = [&](const std::optional<standin::Time>& at) {
      return at && *at <= minute && *at > minute - 2min;
    };
    // Its template may have what failed stopped at any minute.
    if (one.latest().job == standin::JobStatus::failed) return false;
    const bool now_and_then = minute.time_since_epoch() % std::chrono::minutes(30) == 0s;
    return !now_and_then && !one.latest().active() && !just_now(one.next_start_at) &&
           !just_now(one.latest().deadline);
  }

  static sys_seconds floor(standin::Time at) { return std::chrono::floor<std::chrono::seconds>(at); }
  [[nodiscard]] const standin::Workspace& workspace() const { return *state_.find_workspace(kOwner, kName); }
  void tell(std::string_view what) { story_ += fmt::format("{}{}", story_.empty() ? "" : ", ", what); }

  std::string schedule() {
    const std::string hours = one_in(random_, 4) ? "7,13" : std::to_string(from(random_, 0, 23));
    const std::string days = any_of(random_, std::array{"*", "1-5", "1-5", "6,0", "2"});
    return fmt::format("CRON_TZ={} {} {} * * {}", any_of(random_, kZones), from(random_, 0, 59), hours, days);
  }

  void populate() {
    // Around a change of clocks, or on any day of two years.
    const int first_day = one_in(random_, 2)
                              ? any_of(random_, std::array{66, 86, 90, 93, 247, 268, 275, 296, 303})
                              : from(random_, 0, 730);
    const auto begin = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1) + std::chrono::days(first_day);
    state_.set_time(begin + std::chrono::seconds(from(random_, 0, 86'399)));
    state_.set_build_pace({.kind = standin::BuildPace::Kind::after_time, .requests = 0, .time = 30s});
    state_.add_user(kOwner);
    state_.add_template("docker");
    const bool licensed = one_in(random_, 2);
    state_.set_licensed(licensed);
    if (licensed) tell("licensed");
    state_.edit_template("docker", [&](standin::Template& of) {
      if (one_in(random_, 4)) of.autostart_days = {"monday", "tuesday", "wednesday"};
      if (one_in(random_, 8)) of.autostart_days = {};
      // Without a licence no template says so.
      if (licensed && one_in(random_, 6)) of.allow_user_autostart = false;
      // Without one, what failed stays as it is.
      if (licensed && one_in(random_, 3)) of.failure_ttl_ms = 3'600'000 * from(random_, 1, 30);
      of.require_active_version = licensed && one_in(random_, 4);
    });
    standin::WorkspaceSeed seed;
    seed.owner = kOwner;
    seed.name = kName;
    seed.template_name = "docker";
    seed.schedule = schedule();
    if (!one_in(random_, 4)) seed.ttl_ms = 3'600'000 * from(random_, 1, 30);
    seed.always_update = one_in(random_, 2);
    seed.running = one_in(random_, 2);
    state_.add_workspace(seed);
    tell(fmt::format("{} ttl {}h, always {}", *seed.schedule, seed.ttl_ms.value_or(0) / 3'600'000,
                     seed.always_update));
    if (one_in(random_, 3)) publish_version(one_in(random_, 2));
  }

  void publish_version(bool needs_more) {
    tell(needs_more ? "new version that needs more" : "new version");
    const std::string id = state_.add_version("docker", "v2").id;
    state_.edit_version(id, [&](standin::TemplateVersion& version) {
      if (!needs_more) return;
      standin::TemplateParameter parameter;
      parameter.name = "cpu";
      parameter.type = "number";
      parameter.required = true;
      version.parameters.push_back(parameter);
    });
    state_.edit_template("docker", [&](standin::Template& of) { of.active_version_id = id; });
  }

  void queue(standin::Transition transition) {
    standin::Build build;
    build.transition = transition;
    build.version_id = workspace().latest().version_id;
    build.initiator_id = workspace().owner_id;
    state_.queue_build(*state_.fleet().by_id(workspace().id), std::move(build));
  }

  /// A day or two of its life, and then the state in which it is looked at.
  void live_to_the_eve() {
    live_until(floor(state_.now()) + std::chrono::hours(from(random_, 1, 40)));
    if (!workspace().latest().active() && one_in(random_, 3)) {
      const bool start = one_in(random_, 2);
      tell(start ? "start queued" : "stop queued");
      if (one_in(random_, 3)) {
        tell("no provisioner");
        without_provisioner_ = true;
        state_.set_without_provisioners(true);
      }
      queue(start ? standin::Transition::start : standin::Transition::stop);
      if (one_in(random_, 3)) {
        tell("fails");
        state_.fail_next_builds(1);
      }
      const bool stuck = one_in(random_, 3);
      if (stuck) {
        tell("stuck");
        state_.start_builds();
        state_.set_build_pace({.kind = standin::BuildPace::Kind::by_hand});
      }
      state_.advance(stuck ? 45min : 1min);
      state_.on_request();
    }
    if (one_in(random_, 8)) {
      tell("suspended");
      state_.suspend(kOwner);
    }
    if (one_in(random_, 8)) {
      tell("dormant");
      state_.set_dormant(kOwner, kName, true);
    }
    state_.advance(std::chrono::seconds(from(random_, 0, 59)));
    now_ = floor(state_.now());
  }

  Random random_;
  standin::State state_;
  sys_seconds now_{};
  LiveWorkspace live_;
  std::string story_;
  bool without_provisioner_ = false;
};

std::size_t mornings() {
  const char* wanted = std::getenv("CR_MORNINGS");
  return wanted ? std::strtoull(wanted, nullptr, 10) : 1'000;
}
std::uint64_t first_morning() {
  const char* wanted = std::getenv("CR_MORNINGS_FROM");
  return wanted ? std::strtoull(wanted, nullptr, 10) : 1;
}

/// No start is promised that does not come, and none fails to come unsaid.
TEST(Mornings, ComeAsForetold) {
  std::size_t promised = 0;
  std::size_t blocked = 0;
  std::size_t instead = 0;
  for (std::uint64_t seed = first_morning(), end = seed + mornings(); seed < end; ++seed) {
    Morning morning(seed);
    const Forecast next = morning.look();
    // Whether what is being started will have stopped by then depends on how long its build takes.
    const LiveWorkspace& live = morning.live();
    if (!next.start.at || morning.waits_unsaid() ||
        (live.build.active() && live.build.transition == Transition::start && live.ttl &&
         std::chrono::abs(*next.start.at - (morning.now() + *live.ttl)) < 10min)) {
      continue;
    }
    const sys_seconds at = *next.start.at;
    // Nor does one know of a stop shortly before; nothing is promised then, and it may come all the same.
    if (next.stop.at && *next.stop.at <= at && at - *next.stop.at <= 6min) continue;
    const auto due = std::chrono::ceil<std::chrono::minutes>(std::max(at, morning.now()));
    bool came = false;
    for (const sys_seconds start : morning.live_until(due)) {
      // What was missed is made up for whenever the obstacle goes.
      came = came || start == due || (next.start.missed && next.start.comes());
    }
    ASSERT_EQ(came, next.start.comes())
        << "morning " << seed << ": " << morning.story() << "; at " << at.time_since_epoch().count()
        << ", now " << morning.now().time_since_epoch().count();
    ++(came ? promised : blocked);
    // How long what is being started will run, nobody knows.
    if (came || !next.start.instead || live.build.active()) continue;
    ++instead;
    const sys_seconds later = std::chrono::ceil<std::chrono::minutes>(*next.start.instead);
    EXPECT_EQ(morning.live_until(later), std::vector{later})
        << "morning " << seed << ": " << morning.story() << "; instead of " << at.time_since_epoch().count();
  }
  // Neither is rare, or nothing would be tested.
  EXPECT_GT(promised, mornings() / 10);
  EXPECT_GT(blocked, mornings() / 10);
  EXPECT_GT(instead, mornings() / 40);
}

}  // namespace
}  // namespace cr::reconcile
