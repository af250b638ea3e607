#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string_view>

#include "ages.h"
#include "tests/support/seeds.h"

/// Random histories: what is declared, what people do behind our back, policies, faults, outages, approvals
/// that come at once, late or never, clocks that jump, restarts. Each follows from its seed alone.
namespace cr::testing {
namespace {

using namespace std::chrono_literals;
using reconcile::Reason;
using standin::FaultKind;
using ::testing::IsEmpty;

constexpr std::size_t kLimit = 4;

/// What a document declares; an absent entry is nobody's business.
struct Wishes {
  std::string template_name;
  std::optional<std::optional<int>> ttl_hours;
  std::optional<std::optional<int>> autostart_hour;
  std::optional<bool> always_update;
  std::optional<bool> dormant;
  bool create = true;
  bool update = true;
};
using Declaration = std::map<std::pair<std::string, std::string>, Wishes>;

std::string schedule_at(int hour) {
  return "CRON_TZ=Europe/Berlin 0 " + std::to_string(hour) + " * * 1-5";
}

std::string document_of(const std::pair<std::string, std::string>& who, const Wishes& wishes) {
  std::vector<std::string> lines;
  if (wishes.ttl_hours)
    lines.push_back("ttl: " + (*wishes.ttl_hours ? std::to_string(**wishes.ttl_hours) + "h" : "null"));
  if (wishes.autostart_hour) {
    lines.push_back("autostart: " + (*wishes.autostart_hour ? schedule_at(**wishes.autostart_hour) : "null"));
  }
  if (wishes.always_update)
    lines.push_back(std::string("automaticUpdates: ") + (*wishes.always_update ? "always" : "never"));
  if (wishes.dormant) lines.push_back(std::string("dormant: ") + (*wishes.dormant ? "true" : "false"));
  lines.push_back(std::string("reconcilePolicy: {create: ") + (wishes.create ? "true" : "false") +
                  ", update: " + (wishes.update ? "true" : "false") + "}");
  return a_document(who.first, who.second, lines, wishes.template_name);
}

/// How the person who may approve goes about it.
enum class Approver { at_once, late, never };

class History {
 public:
  History(standin::Age age, std::uint64_t seed)
      : random_(seed), world_(age, limits(seed)), approver_(static_cast<Approver>(seed / 2 % 3)) {
    world_.server.set_fault_seed(seed);
    edit([](standin::State& state) {
      for (const char* user : {"alice", "bob", "carol"}) state.add_user(user);
      state.add_template("docker");
      state.add_template("strict");
      state.set_licensed(true);
    });
    world_.server.before_each_request([this](standin::State& state, const standin::RequestRecord& request) {
      if (request.is_write()) judge(state, request);
    });
  }

  void run(int rounds) {
    for (int round = 0; round < rounds; ++round) {
      // Some plans get the time to be approved late and half done.
      if (round == 0 || pick(3) != 0) declare();
      meddle();
      break_things();
      const auto cycles = 1 + pick(4);
      for (std::size_t i = 0; i < cycles; ++i) {
        if (pick(3) == 0) plan_only();
        const auto report = guarded_cycle();
        const bool soon = approver_ == Approver::at_once || pick(4) == 0;
        if (report->verdict.held && approver_ != Approver::never && soon) approve(*report);
        world_.advance(std::chrono::minutes(1 + static_cast<int>(pick(30))));
        if (pick(8) == 0) world_.jump(std::chrono::hours(static_cast<int>(pick(97)) - 48));
        if (pick(3) == 0) meddle();
        if (pick(8) == 0) outage();
      }
      if (pick(4) == 0) restart();
    }
    settle();
  }

 private:
  static reconcile::Limits limits(std::uint64_t seed) {
    reconcile::Limits limits;
    limits.max_changes.count = kLimit;
    limits.max_builds = 3;
    limits.idle_before_stop = std::chrono::seconds(0);
    // Each kind of approver lives through both.
    if (seed / 6 % 2 == 0) limits.follow = World::following().follow;
    return limits;
  }
  std::size_t pick(std::size_t below) { return random_() % below; }
  template <class Fn>
  void edit(Fn&& change) {
    world_.server.with_state([&](standin::State& state) {
      change(state);
      return 0;
    });
  }
  std::pair<std::string, std::string> somebody() {
    static constexpr const char* kOwners[] = {"alice", "bob", "carol"};
    static constexpr const char* kNames[] = {"a", "b", "c", "d"};
    return {kOwners[pick(3)], kNames[pick(4)]};
  }

  void declare() {
    Declaration declaration;
    const std::size_t count = pick(9);
    for (std::size_t i = 0; i < count; ++i) {
      Wishes wishes;
      wishes.template_name = pick(3) == 0 ? "strict" : "docker";
      if (pick(2)) wishes.ttl_hours = pick(4) ? std::optional(static_cast<int>(1 + pick(9))) : std::nullopt;
      if (pick(2)) wishes.autostart_hour = pick(4) ? std::optional(static_cast<int>(pick(24))) : std::nullopt;
      if (pick(2)) wishes.always_update = pick(2) == 0;
      if (pick(2)) wishes.dormant = pick(2) == 0;
      wishes.create = pick(6) != 0;
      wishes.update = pick(6) != 0;
      declaration[somebody()] = wishes;
    }
    std::vector<std::string> documents;
    for (const auto& [who, wishes] : declaration) documents.push_back(document_of(who, wishes));
    // The server's thread judges by it.
    edit([&](standin::State&) { declared_ = std::move(declaration); });
    world_.declare(documents);
  }

  /// What people and administrators do meanwhile.
  void meddle() {
    edit([&](standin::State& state) {
      for (std::size_t i = pick(5); i > 0; --i) {
        const auto [owner, name] = somebody();
        if (!state.find_workspace(owner, name)) {
          standin::WorkspaceSeed seed;
          seed.owner = owner;
          seed.name = name;
          seed.template_name = pick(2) ? "docker" : "strict";
          seed.running = pick(2) == 0;
          if (pick(2)) state.add_workspace(seed);
          continue;
        }
        switch (pick(6)) {
          case 0:
            state.set_ttl(owner, name,
                          pick(3) ? std::optional<std::int64_t>(3'600'000 * static_cast<int>(1 + pick(9)))
                                  : std::nullopt);
            break;
          case 1:
            state.set_autostart(owner, name, schedule_at(static_cast<int>(pick(24))));
            break;
          case 2:
            state.set_always_update(owner, name, pick(2) == 0);
            break;
          case 3:
            state.set_dormant(owner, name, pick(2) == 0);
            break;
          case 4:
            state.set_running(owner, name, pick(2) == 0);
            break;
          default:
            state.delete_workspace(owner, name);
            break;
        }
      }
      state.edit_template("strict", [&](standin::Template& t) {
        t.allow_user_autostop = pick(2) == 0;
        t.allow_user_autostart = pick(2) == 0;
        t.default_ttl_ms = pick(2) ? 7'200'000 : 0;
      });
      if (pick(4) == 0) state.fail_next_builds(pick(3));
      if (pick(4) == 0) state.lose_next_create_races(1);
    });
  }

  void break_things() {
    world_.server.clear_faults();
    static constexpr FaultKind kKinds[] = {
        FaultKind::reset,       FaultKind::reset_after_effect, FaultKind::throttled, FaultKind::html,
        FaultKind::broken_json, FaultKind::truncated_body,     FaultKind::status};
    for (std::size_t i = pick(3); i > 0; --i) {
      standin::FaultRule rule(kKinds[pick(std::size(kKinds))]);
      rule.status = pick(2) ? 500 : 503;
      rule.probability = 0.15;
      world_.server.add_fault(rule);
    }
    if (pick(6) == 0) {
      standin::FaultRule rule(pick(2) ? FaultKind::hang : FaultKind::hang_after_effect);
      rule.probability = 0.2;
      rule.times = 1;
      world_.server.add_fault(rule);
    }
  }

  /// Nobody listens for a cycle or two.
  void outage() {
    world_.server.stop_listening();
    for (std::size_t i = 1 + pick(2); i > 0; --i) {
      guarded_cycle();
      world_.advance(std::chrono::minutes(1 + static_cast<int>(pick(5))));
    }
    world_.server.start_listening();
  }

  void restart() {
    world_.restart();
    approved_.clear();
  }

  /// What is approved is each of the plan's workspaces as it is declared now, until it is done.
  void approve(const reconcile::CycleReport& report) {
    world_.reconciler().approve(report.verdict.digest);
    for (const auto& plan : report.plan.workspaces) {
      const std::pair who{plan.workspace.owner, plan.workspace.name};
      approved_[who] = document_of(who, declared_.at(who));
    }
  }
  [[nodiscard]] bool is_approved(const std::pair<std::string, std::string>& who) const {
    const auto found = approved_.find(who);
    const auto wishes = declared_.find(who);
    return found != approved_.end() && wishes != declared_.end() &&
           found->second == document_of(who, wishes->second);
  }
  /// An approval ends with what it was for.
  void forget_what_is_done(const reconcile::CycleReport& report) {
    for (const auto& row : report.workspaces) {
      if (row.ready.reason == Reason::InSync) approved_.erase({row.spec->owner, row.spec->name});
    }
  }

  /// What `plan` does writes nothing, faults or none, whatever there would be to write.
  void plan_only() {
    const std::size_t before = world_.server.writes().size();
    const auto report = world_.plan_beside();
    EXPECT_EQ(world_.server.writes().size(), before) << "written by a plan";
    EXPECT_THAT(report->outcomes, IsEmpty());
    EXPECT_TRUE(report->internal_error.empty()) << report->internal_error;
  }

  /// A cycle never changes more workspaces than the guard allows, beside those that were approved.
  reconcile::ReportPtr guarded_cycle() {
    edit([this](standin::State&) {
      written_.clear();
      created_.clear();
    });
    auto report = world_.cycle();
    const auto written = world_.server.with_state([this](standin::State&) { return written_; });
    EXPECT_TRUE(report->internal_error.empty()) << report->internal_error;
    const auto unapproved =
        std::ranges::count_if(written, [&](const auto& who) { return !is_approved(who); });
    EXPECT_LE(static_cast<std::size_t>(unapproved), kLimit);
    if (report->verdict.held) {
      EXPECT_THAT(written, IsEmpty());
    }
    forget_what_is_done(*report);
    return report;
  }

  /// Empty: it creates none.
  static std::string owner_of_create(const standin::RequestRecord& request) {
    if (request.method != "POST") return {};
    for (const std::string_view before : {"/api/v2/users/", "/members/"}) {
      const auto place = request.path.find(before);
      if (place != std::string::npos) return request.path.substr(place + before.size(), 36);
    }
    return {};
  }

  /// Each write as it arrives: only what is declared, only declared fields, never a second create.
  void judge(standin::State& state, const standin::RequestRecord& request) {
    SCOPED_TRACE(request.method + " " + request.target + " " + request.body);
    if (const std::string owner_id = owner_of_create(request); !owner_id.empty()) {
      // Which this age does not know, so it is asked again by the organization.
      if (state.before(standin::Age::v2_20) && request.path.starts_with("/api/v2/users/")) return;
      const auto begin = request.body.find("\"name\":\"") + 8;
      const std::string name = request.body.substr(begin, request.body.find('"', begin) - begin);
      const auto* owner = state.find_user(owner_id);
      ASSERT_NE(owner, nullptr);
      const auto wishes = declared_.find({owner->username, name});
      ASSERT_NE(wishes, declared_.end()) << "creates what is not declared";
      EXPECT_TRUE(wishes->second.create);
      EXPECT_EQ(state.find_workspace(owner->username, name), nullptr) << "creates what is there";
      written_.insert(wishes->first);
      created_.insert(wishes->first);
      return;
    }
    ASSERT_TRUE(request.path.starts_with("/api/v2/workspaces/"));
    const auto* workspace = state.workspace_by_id(request.path.substr(19, 36));
    ASSERT_NE(workspace, nullptr);
    const auto wishes = declared_.find({state.owner_of(*workspace).username, workspace->name});
    ASSERT_NE(wishes, declared_.end()) << "writes what is not declared";
    written_.insert(wishes->first);
    const std::string what = request.path.substr(56);
    const Wishes& wanted = wishes->second;
    if (what == "builds") {
      const bool stops = request.body.find("\"stop\"") != std::string::npos;
      const bool starts = request.body.find("\"start\"") != std::string::npos;
      EXPECT_TRUE(stops || starts);
      // A stop is for dormancy, a start tries a first build again.
      EXPECT_TRUE(stops ? wanted.dormant.value_or(false) : wanted.create);
      return;
    }
    // What we created gets what creation cannot set; else `update: false` lets nothing be written.
    EXPECT_TRUE(wanted.update || created_.contains(wishes->first));
    const auto says = [&](const std::string& value) {
      EXPECT_NE(request.body.find(value), std::string::npos) << "not the declared value " << value;
    };
    if (what == "ttl") {
      ASSERT_TRUE(wanted.ttl_hours);
      says(*wanted.ttl_hours ? ":" + std::to_string(**wanted.ttl_hours * 3'600'000) + "}" : ":null}");
    }
    if (what == "autostart") {
      ASSERT_TRUE(wanted.autostart_hour);
      says(*wanted.autostart_hour ? schedule_at(**wanted.autostart_hour) : ":null}");
    }
    if (what == "autoupdates") {
      ASSERT_TRUE(wanted.always_update);
      says(*wanted.always_update ? "always" : "never");
    }
    if (what == "dormant") {
      ASSERT_TRUE(wanted.dormant);
      says(*wanted.dormant ? "true" : "false");
    }
    const std::set<std::string> known = {"ttl", "autostart", "autoupdates", "dormant"};
    EXPECT_TRUE(known.contains(what));
  }

  /// Faults have ended: a fixpoint is reached, and the next cycle writes nothing.
  void settle() {
    world_.server.clear_faults();
    for (int i = 0; i < 25; ++i) {
      world_.advance(61min);
      const auto report = guarded_cycle();
      // Whoever approves late does it in the end.
      if (report->verdict.held && approver_ != Approver::never) approve(*report);
    }
    world_.server.clear_requests();
    const auto report = world_.cycle();
    EXPECT_THAT(world_.server.writes(), IsEmpty());
    for (const auto& row : report->workspaces) {
      const std::pair<std::string, std::string> who{row.spec->owner, row.spec->name};
      if (row.ready.reason == Reason::InSync) {
        expect_as_declared(who);
      } else {
        EXPECT_TRUE(is_explained(row.ready.reason, declared_.at(who), world_.live(who.first, who.second)))
            << who.first << "/" << who.second << " " << reconcile::to_string(row.ready.reason) << ": "
            << row.ready.message;
      }
    }
  }

  /// Why a workspace may be other than in sync when nothing is wrong with Coder any more.
  static bool is_explained(Reason reason, const Wishes& wishes,
                           const std::optional<standin::WorkspaceSnapshot>& live) {
    switch (reason) {
      case Reason::Held:
        return true;  // whether it may be is the guard's test
      case Reason::Missing:
        return !live && !wishes.create;
      case Reason::Drifted:
        return live && !wishes.update;
      case Reason::PolicyForbids:
        return live && live->template_name == "strict";
      case Reason::BuildFailed:
      case Reason::Contested:
        return live.has_value();
      default:
        return false;
    }
  }

  void expect_as_declared(const std::pair<std::string, std::string>& who) {
    SCOPED_TRACE(who.first + "/" + who.second);
    const Wishes& wishes = declared_.at(who);
    const auto live = world_.live(who.first, who.second);
    ASSERT_TRUE(live);
    if (wishes.dormant) {
      EXPECT_EQ(live->dormant, *wishes.dormant);
    }
    if (wishes.always_update) {
      EXPECT_EQ(live->always_update, *wishes.always_update);
    }
    if (wishes.autostart_hour) {
      EXPECT_EQ(live->schedule,
                *wishes.autostart_hour ? std::optional(schedule_at(**wishes.autostart_hour)) : std::nullopt);
    }
    // Under a policy reads show the template's default whatever is stored.
    if (!wishes.ttl_hours || live->template_name == "strict") return;
    EXPECT_EQ(live->ttl_ms,
              *wishes.ttl_hours ? std::optional<std::int64_t>(**wishes.ttl_hours * 3'600'000) : std::nullopt);
  }

  std::mt19937_64 random_;
  World world_;
  Declaration declared_;
  std::set<std::pair<std::string, std::string>> written_;  ///< in this cycle
  std::set<std::pair<std::string, std::string>> created_;  ///< of these
  Approver approver_;
  std::map<std::pair<std::string, std::string>, std::string> approved_;  ///< with the document of then
};

class Histories : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, Histories, seeds());

TEST_P(Histories, ReachAFixpointAndKeepTheRules) {
  SCOPED_TRACE("CR_HISTORY=" + std::to_string(GetParam()) + " runs this history again");
  History history(standin::kAges.at(GetParam() % standin::kAges.size()), GetParam());
  history.run(6);
}

}  // namespace
}  // namespace cr::testing
