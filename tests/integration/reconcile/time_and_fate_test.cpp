#include <fmt/chrono.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "ages.h"
#include "reconcile/report/render.h"
#include "specs/text/timestamp.h"

/// What a spec says of a workspace's time and fate: how long it stays awake, what becomes of one that nobody
/// uses, of a name that changes, of what was deleted.
namespace cr::testing {
namespace {

using namespace std::chrono_literals;
using reconcile::Reason;
using reconcile::Remark;
using std::chrono::sys_seconds;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

reconcile::Limits that_retain() {
  reconcile::Limits limits = World::generous();
  limits.allow_retain = true;
  return limits;
}

/// Coder's clock and ours go together.
class TimeAndFate : public WithAge {
 protected:
  explicit TimeAndFate(reconcile::Limits limits = that_retain()) : WithAge(limits) {
    edit([&](standin::State& state) {
      state.set_time(world_.now());
      state.set_licensed(true);
    });
  }
  void pass(std::chrono::seconds by) {
    world_.advance(by);
    edit([&](standin::State& state) { state.set_time(world_.now()); });
  }
  [[nodiscard]] std::string in(std::chrono::seconds ahead) const {
    return text::format_timestamp(world_.now() + ahead);
  }
  /// "METHOD path-after-/workspaces/{id}" of each write since the last clear_requests.
  [[nodiscard]] std::vector<std::string> calls() const {
    std::vector<std::string> calls;
    for (const standin::RequestRecord& request : world_.server.writes()) {
      const std::string& target = request.target;
      calls.push_back(request.method + " " + target.substr(target.rfind('/') + 1));
    }
    return calls;
  }
  [[nodiscard]] std::vector<Remark> remarks(std::string_view name) const {
    std::vector<Remark> remarks;
    for (const auto& note : world_.status("alice", name).remarks) remarks.push_back(note.remark);
    return remarks;
  }
  [[nodiscard]] std::string remark(std::string_view name, Remark wanted) const {
    for (const auto& note : world_.status("alice", name).remarks) {
      if (note.remark == wanted) return note.message;
    }
    return {};
  }
  void edit_live(const std::string& name, const std::function<void(standin::Workspace&)>& change) {
    edit([&](standin::State& state) { state.edit_workspace("alice", name, change); });
  }
  [[nodiscard]] standin::Workspace row(const std::string& name) {
    standin::Workspace copy;
    edit([&](standin::State& state) { copy = *state.find_workspace("alice", name); });
    return copy;
  }
  /// A running workspace that Coder stops that far ahead.
  void running(const std::string& name, std::chrono::seconds stops_in,
               std::optional<std::chrono::seconds> limit = std::nullopt) {
    add(name);
    edit_live(name, [&](standin::Workspace& live) {
      live.latest().deadline = world_.now() + stops_in;
      if (limit) live.latest().max_deadline = world_.now() + *limit;
    });
  }
  [[nodiscard]] std::chrono::seconds stops_in(const std::string& name) {
    return std::chrono::floor<std::chrono::seconds>(*row(name).latest().deadline) - world_.now();
  }
  [[nodiscard]] std::string keep_awake(std::chrono::seconds until, std::string_view more = {}) const {
    return fmt::format("keepAwake: [{{until: \"{}\", reason: training{}}}]", in(until), more);
  }
  static std::string renamed(const std::string& name, const std::string& previous,
                             const std::vector<std::string>& lines = {}) {
    std::string text = a_document("alice", name, lines);
    const std::string key = "metadata:\n";
    return text.insert(text.find(key) + key.size(), "  previousNames: [" + previous + "]\n");
  }
};
CR_EVERY_AGE(TimeAndFate);

// keepAwake

TEST_P(TimeAndFate, WhatIsKeptAwakeStaysTwoHoursAwayFromItsStopInPiecesOfFour) {
  running("train", 30min);
  world_.declare({a_document("alice", "train", {keep_awake(72h)})});
  (void)world_.cycle();
  EXPECT_THAT(calls(), ElementsAre("PUT extend"));
  EXPECT_EQ(stops_in("train"), 4h);
  EXPECT_EQ(world_.reason("alice", "train"), Reason::InSync);

  world_.server.clear_requests();
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty()) << "a floor is kept until it is reached again";
  pass(1h);
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty());
  int extended = 0;
  for (int i = 0; i < 20; ++i) {
    pass(30min);
    world_.server.clear_requests();
    (void)world_.cycle();
    extended += static_cast<int>(calls().size());
    EXPECT_GE(stops_in("train"), 2h) << i;
    EXPECT_EQ(world_.reason("alice", "train"), Reason::InSync) << i << ": time itself contests nothing";
  }
  EXPECT_LE(extended, 6);
}

TEST_P(TimeAndFate, AWindowIsKeptToItsEndAndNoLonger) {
  running("train", 10min);
  world_.declare({a_document("alice", "train", {keep_awake(90min)})});
  (void)world_.cycle();
  EXPECT_EQ(stops_in("train"), 90min);
  world_.server.clear_requests();
  for (int i = 0; i < 10; ++i) {
    pass(10min);
    (void)world_.cycle();
  }
  EXPECT_THAT(calls(), IsEmpty());
  EXPECT_EQ(stops_in("train"), -10min);
  EXPECT_THAT(remarks("train"), Contains(Remark::ExceptionOver));
}

TEST_P(TimeAndFate, AnEndThatIsNearerThanCoderTakesIsPassedByAFewMinutes) {
  running("train", 5min);
  world_.declare({a_document("alice", "train", {keep_awake(20min)})});
  (void)world_.cycle();
  EXPECT_EQ(calls().size(), 1U);
  EXPECT_EQ(world_.reason("alice", "train"), Reason::InSync) << message("train");
  EXPECT_GE(stops_in("train"), 20min);
  EXPECT_LE(stops_in("train"), 31min);
}

TEST_P(TimeAndFate, KeepingAwakeNeverShortensNeverStartsAndAsksNothingWhereThereIsNoDeadline) {
  running("long", 10h);
  running("endless", 1h);
  edit_live("endless", [](standin::Workspace& live) { live.latest().deadline.reset(); });
  standin::WorkspaceSeed stopped;
  stopped.running = false;
  add("stopped", stopped);
  standin::WorkspaceSeed failed;
  failed.failed = true;
  add("failed", failed);
  std::vector<std::string> documents;
  for (const char* name : {"long", "endless", "stopped", "failed"})
    documents.push_back(a_document("alice", name, {keep_awake(72h)}));
  world_.declare(documents);
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty());
  for (const char* name : {"long", "endless", "stopped"})
    EXPECT_EQ(world_.reason("alice", name), Reason::InSync);
}

TEST_P(TimeAndFate, AWindowThatHasNotBegunMovesNothing) {
  running("train", 10min);
  world_.declare({a_document(
      "alice", "train",
      {fmt::format("keepAwake: [{{from: \"{}\", until: \"{}\", reason: later}}]", in(1h), in(5h))})});
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty());
}

TEST_P(TimeAndFate, OfWindowsThatOverlapTheLaterEndCounts) {
  running("train", 10min);
  world_.declare(
      {a_document("alice", "train",
                  {fmt::format("keepAwake: [{{until: \"{}\", reason: a}}, {{until: \"{}\", reason: b}}]",
                               in(40min), in(3h))})});
  (void)world_.cycle();
  EXPECT_EQ(stops_in("train"), 3h);
}

TEST_P(TimeAndFate, TheTemplatesLimitCutsAndThatIsSaid) {
  running("train", 10min, 50min);
  world_.declare({a_document("alice", "train", {keep_awake(8h)})});
  (void)world_.cycle();
  EXPECT_EQ(stops_in("train"), 50min);
  EXPECT_EQ(world_.reason("alice", "train"), Reason::InSync);
  EXPECT_THAT(remarks("train"), Contains(Remark::StopsEarlier));
  world_.server.clear_requests();
  for (int i = 0; i < 8; ++i) {
    pass(5min);
    (void)world_.cycle();
  }
  EXPECT_THAT(calls(), IsEmpty()) << "nothing is asked that Coder must refuse";
  EXPECT_EQ(world_.reason("alice", "train"), Reason::InSync);
}

TEST_P(TimeAndFate, WhenSomebodyMovesTheStopNearerItIsMovedAwayAgain) {
  running("train", 10min);
  world_.declare({a_document("alice", "train", {keep_awake(72h)})});
  (void)world_.cycle();
  edit_live("train", [&](standin::Workspace& live) { live.latest().deadline = world_.now() + 35min; });
  (void)world_.cycle();
  EXPECT_EQ(stops_in("train"), 4h);
  edit([](standin::State& state) { state.set_running("alice", "train", false); });
  world_.server.clear_requests();
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty()) << "stopping it is the owner's right: nothing is started";
}

TEST_P(TimeAndFate, CodersClockCountsAndNotOurs) {
  running("train", 10min);
  const std::string until = in(3h);
  world_.declare(
      {a_document("alice", "train", {fmt::format("keepAwake: [{{until: \"{}\", reason: x}}]", until)})});
  world_.jump(-2h);  // ours is slow: by it, the stop is two hours further away
  (void)world_.cycle();
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "train"), Reason::InSync) << message("train");
  EXPECT_THAT(calls(), ElementsAre("PUT extend"));
}

TEST_P(TimeAndFate, AnEndThatIsTooFarAheadLeavesThatWorkspaceAloneAndNoOther) {
  running("train", 10min);
  running("other", 10min);
  world_.declare({a_document("alice", "train", {"ttl: 4h", keep_awake(24h * 31)}),
                  a_document("alice", "other", {"ttl: 4h"})});
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "train"), Reason::Rejected);
  EXPECT_THAT(message("train"), AllOf(HasSubstr("spec.keepAwake[0].until"), HasSubstr("30 days")));
  EXPECT_EQ(row("train").ttl_ms, std::nullopt);
  EXPECT_EQ(world_.reason("alice", "other"), Reason::InSync);
}

TEST_P(TimeAndFate, APlansDigestStaysTheSameWhileItsDeadlinesMove) {
  running("train", 10min);
  world_.declare({a_document("alice", "train", {keep_awake(72h)})});
  const std::string before = reconcile::digest(world_.plan_beside()->plan);
  pass(5min);
  EXPECT_EQ(reconcile::digest(world_.plan_beside()->plan), before);
}

// retain

TEST_P(TimeAndFate, WhatIsRetainedIsUsedOnceAtHalfOfTheThreshold) {
  add("leave");
  edit([](standin::State& state) {
    state.edit_template("docker",
                        [](standin::Template& t) { t.time_til_dormant_ms = 10LL * 24 * 3'600'000; });
  });
  world_.declare({a_document("alice", "leave",
                             {fmt::format("retain: {{until: \"{}\", reason: leave}}", in(24h * 60))})});
  std::size_t uses = 0;
  for (int day = 0; day < 40; ++day) {
    pass(24h);
    world_.server.clear_requests();
    (void)world_.cycle();
    (void)world_.cycle();
    for (const std::string& call : calls()) {
      EXPECT_EQ(call, "POST usage");
      ++uses;
    }
    EXPECT_LE(calls().size(), 1U) << "at most one a day";
    EXPECT_EQ(world_.reason("alice", "leave"), Reason::InSync) << day << message("leave");
    EXPECT_LT(world_.now() - std::chrono::floor<std::chrono::seconds>(row("leave").last_used_at), 24h * 7);
  }
  EXPECT_LE(uses, 8U);
  EXPECT_GE(uses, 5U);
}

TEST_P(TimeAndFate, AUseThatCoderNotesLateIsNotRecordedTwice) {
  add("leave");
  edit([](standin::State& state) {
    state.set_usage_delay(1min);
    state.edit_template("docker",
                        [](standin::Template& t) { t.time_til_dormant_ms = 10LL * 24 * 3'600'000; });
  });
  world_.declare({a_document("alice", "leave",
                             {fmt::format("retain: {{until: \"{}\", reason: leave}}", in(24h * 60))})});
  pass(24h * 6);
  for (int i = 0; i < 5; ++i) {
    (void)world_.cycle();
    EXPECT_EQ(world_.reason("alice", "leave"), Reason::InSync) << message("leave");
    pass(20s);
  }
  EXPECT_THAT(calls(), ElementsAre("POST usage"));
}

TEST_P(TimeAndFate, WhatIsAsleepAndWouldBeDeletedIsWokenOnce) {
  standin::WorkspaceSeed asleep;
  asleep.dormant = true;
  asleep.running = false;
  add("leave", asleep);
  add("safe", asleep);
  edit_live("leave", [&](standin::Workspace& live) { live.deleting_at = world_.now() + 48h; });
  edit_live("safe", [&](standin::Workspace& live) { live.deleting_at = world_.now() + 24h * 90; });
  const std::string retain = fmt::format("retain: {{until: \"{}\", reason: leave}}", in(24h * 60));
  edit([](standin::State& state) {
    state.edit_template("docker",
                        [](standin::Template& t) { t.time_til_dormant_ms = 10LL * 24 * 3'600'000; });
  });
  world_.declare({a_document("alice", "leave", {retain}), a_document("alice", "safe", {retain})});
  const auto planned = world_.plan_beside();
  EXPECT_THAT(reconcile::render_plan_text(*planned, {}), HasSubstr("woken"));
  (void)world_.cycle();
  EXPECT_THAT(calls(), ElementsAre("PUT dormant"));
  EXPECT_FALSE(world_.live("alice", "leave")->dormant);
  EXPECT_TRUE(world_.live("alice", "safe")->dormant) << "nothing is lost: it sleeps on";
  edit([](standin::State& state) { state.set_dormant("alice", "leave", true); });
  edit_live("leave", [&](standin::Workspace& live) { live.deleting_at = world_.now() + 48h; });
  world_.server.clear_requests();
  pass(1h);
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty()) << "woken once";
}

TEST_P(TimeAndFate, WhatSleepsIsWokenThoughItsTemplatePutsNothingToSleep) {
  standin::WorkspaceSeed asleep;
  asleep.dormant = true;
  asleep.running = false;
  add("leave", asleep);
  edit_live("leave", [&](standin::Workspace& live) { live.deleting_at = world_.now() + 48h; });
  world_.declare({a_document("alice", "leave",
                             {fmt::format("retain: {{until: \"{}\", reason: leave}}", in(24h * 60))})});
  (void)world_.cycle();
  EXPECT_FALSE(world_.live("alice", "leave")->dormant);
}

TEST_P(TimeAndFate, AUseThatWasRecordedTodayKeepsNobodyFromBeingWoken) {
  add("leave");
  edit([](standin::State& state) {
    state.edit_template("docker",
                        [](standin::Template& t) { t.time_til_dormant_ms = 10LL * 24 * 3'600'000; });
  });
  world_.declare({a_document("alice", "leave",
                             {fmt::format("retain: {{until: \"{}\", reason: leave}}", in(24h * 60))})});
  pass(24h * 6);
  (void)world_.cycle();
  EXPECT_THAT(calls(), ElementsAre("POST usage"));
  pass(1h);
  edit([](standin::State& state) { state.set_dormant("alice", "leave", true); });
  edit_live("leave", [&](standin::Workspace& live) { live.deleting_at = world_.now() + 12h; });
  (void)world_.cycle();
  EXPECT_FALSE(world_.live("alice", "leave")->dormant);
}

class WithoutLeave : public TimeAndFate {
 protected:
  WithoutLeave() : TimeAndFate(World::generous()) {}
};
CR_OLDEST_AND_NEWEST(WithoutLeave);

TEST_P(WithoutLeave, RetainTakesAFlag) {
  add("leave");
  edit([](standin::State& state) {
    state.edit_template("docker",
                        [](standin::Template& t) { t.time_til_dormant_ms = 10LL * 24 * 3'600'000; });
  });
  world_.declare({a_document("alice", "leave",
                             {fmt::format("retain: {{until: \"{}\", reason: leave}}", in(24h * 60))})});
  pass(24h * 6);
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty());
  EXPECT_EQ(world_.reason("alice", "leave"), Reason::InSync);
  EXPECT_THAT(remark("leave", Remark::Ineffective), HasSubstr("retain is not kept"));
}

// previousNames

TEST_P(TimeAndFate, WhatHasAPreviousNameIsRenamedAndNotCreated) {
  add("api");
  edit([](standin::State& state) { state.set_allow_renames(true); });
  const std::string id = world_.live("alice", "api")->id;
  world_.declare({renamed("api-dev", "old, api", {"ttl: 4h"})});
  const auto planned = world_.plan_beside();
  EXPECT_THAT(reconcile::render_plan_text(*planned, {}),
              AllOf(HasSubstr("name: api → api-dev"), HasSubstr("may be replaced")));
  (void)world_.cycle();
  EXPECT_THAT(calls(), ElementsAre("PATCH " + id, "PUT ttl"));
  EXPECT_EQ(world_.live("alice", "api-dev")->id, id);
  EXPECT_EQ(world_.reason("alice", "api-dev"), Reason::InSync) << message("api-dev");
  world_.server.clear_requests();
  (void)world_.converge();
  EXPECT_THAT(calls(), IsEmpty());
  EXPECT_EQ(world_.fleet().size(), 1U);
}

TEST_P(TimeAndFate, WhereRenamesAreOffNothingIsCreatedBesideIt) {
  add("api");
  world_.declare({renamed("api-dev", "api")});
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty());
  EXPECT_EQ(world_.reason("alice", "api-dev"), Reason::RenameRefused);
  EXPECT_THAT(message("api-dev"), HasSubstr("exists as api"));
}

TEST_P(TimeAndFate, OfTwoCandidatesNoneIsRenamed) {
  add("api");
  add("old");
  edit([](standin::State& state) { state.set_allow_renames(true); });
  world_.declare({renamed("api-dev", "old, api")});
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty());
  EXPECT_EQ(world_.reason("alice", "api-dev"), Reason::RenameRefused);
}

TEST_P(TimeAndFate, WhereBothExistTheOldOneIsLeftAlone) {
  add("api");
  add("api-dev");
  edit([](standin::State& state) { state.set_allow_renames(true); });
  world_.declare({renamed("api-dev", "api")});
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty());
  EXPECT_EQ(world_.reason("alice", "api-dev"), Reason::InSync);
  EXPECT_THAT(remarks("api-dev"), Contains(Remark::PreviousNameExists));
  EXPECT_EQ(world_.fleet().size(), 2U);
}

TEST_P(TimeAndFate, ANameThatDiffersInCaseAloneIsTheSame) {
  add("API-Dev");
  edit([](standin::State& state) { state.set_allow_renames(true); });
  world_.declare({renamed("api-dev", "api")});
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty());
  EXPECT_EQ(world_.reason("alice", "api-dev"), Reason::InSync);
}

TEST_P(TimeAndFate, ALookForAPreviousNameThatFailsCreatesNothing) {
  add("api");
  edit([](standin::State& state) { state.set_allow_renames(true); });
  standin::FaultRule fault;
  fault.kind = standin::FaultKind::status;
  fault.status = 500;
  fault.target_prefix = "/api/v2/users/alice/workspace/api?";
  fault.times = 1'000;
  const auto id = world_.server.add_fault(fault);
  world_.declare({renamed("api-dev", "api")});
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty());
  EXPECT_EQ(reconcile::ready_of(world_.reason("alice", "api-dev")), reconcile::Ready::Unknown);
  world_.server.remove_fault(id);
  (void)world_.converge();
  EXPECT_EQ(world_.fleet().size(), 1U);
  EXPECT_EQ(world_.reason("alice", "api-dev"), Reason::InSync);
}

TEST_P(TimeAndFate, WhatTwoSpecsClaimIsRenamedByNeither) {
  add("old");
  std::string uuid;
  edit([&](standin::State& state) {
    state.set_allow_renames(true);
    uuid = state.find_user("alice")->id;
  });
  std::string other = renamed("web", "old");
  other.replace(other.find("owner: alice"), 12, "owner: " + uuid);
  world_.declare({renamed("api-dev", "old"), other});
  (void)world_.cycle();
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty());
  EXPECT_EQ(world_.reason("alice", "api-dev"), Reason::RenameRefused);
  EXPECT_EQ(world_.fleet().size(), 1U) << "and nothing is made beside it";
}

// recreate

TEST_P(TimeAndFate, WhatCoderItselfDeletedIsNotMadeAnewUnlessTheSpecSaysSo) {
  add("leave");
  add("gone");
  edit([](standin::State& state) {
    state.delete_workspace("alice", "leave", standin::DeletedBy::coder);
    state.delete_workspace("alice", "gone", standin::DeletedBy::person);
  });
  world_.declare({a_document("alice", "leave"), a_document("alice", "gone")});
  (void)world_.converge();
  EXPECT_EQ(world_.reason("alice", "leave"), Reason::Expired);
  EXPECT_EQ(world_.reason("alice", "gone"), Reason::InSync) << "a person's delete is made good";
  EXPECT_EQ(world_.fleet().size(), 1U);
  world_.declare(
      {a_document("alice", "leave", {"reconcilePolicy: {recreate: always}"}), a_document("alice", "gone")});
  (void)world_.converge();
  EXPECT_EQ(world_.fleet().size(), 2U);
  EXPECT_EQ(world_.reason("alice", "leave"), Reason::InSync);
}

TEST_P(TimeAndFate, NeverMeansThatWhatWasDeletedStaysSo) {
  add("gone");
  edit([](standin::State& state) { state.delete_workspace("alice", "gone"); });
  world_.declare({a_document("alice", "gone", {"reconcilePolicy: {recreate: never}"}),
                  a_document("alice", "fresh", {"reconcilePolicy: {recreate: never}"})});
  (void)world_.converge();
  EXPECT_EQ(world_.reason("alice", "gone"), Reason::Deleted);
  EXPECT_EQ(world_.reason("alice", "fresh"), Reason::InSync) << "what never was is made";
}

TEST_P(TimeAndFate, WhatAWholeListDoesNotShowIsLookedAtBeforeItIsPlanned) {
  std::vector<std::string> documents;
  for (int i = 0; i < 30; ++i) {
    add(fmt::format("w{}", i));
    documents.push_back(a_document("alice", fmt::format("w{}", i)));
  }
  edit([](standin::State& state) { state.delete_workspace("alice", "w7", standin::DeletedBy::coder); });
  world_.declare(documents);
  const auto planned = world_.plan_beside();
  EXPECT_TRUE(planned->plan.empty()) << "a plan that shows a create that never comes is a lie";
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty());
  EXPECT_EQ(world_.reason("alice", "w7"), Reason::Expired);
}

// preset

TEST_P(TimeAndFate, APresetGivesItsValues) {
  edit([](standin::State& state) {
    const std::string version = state.find_template("docker")->active_version_id;
    state.edit_version(version, [](standin::TemplateVersion& v) {
      standin::TemplateParameter cpu;
      cpu.name = "cpu";
      cpu.required = true;
      v.parameters = {cpu};
      standin::Preset small;
      small.id = "c8667d6a-486a-41d8-885f-810b73a95fd2";
      small.name = "small one";
      small.parameters = {{"cpu", "2"}};
      v.presets = {small};
    });
  });
  world_.declare({a_document("alice", "dev", {"preset: small one"}),
                  a_document("alice", "typo", {"preset: smal one"}),
                  a_document("alice", "torn", {"preset: small one", "parameters: {cpu: \"8\"}"})});
  (void)world_.converge();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InSync) << message("dev");
  const standin::Workspace dev = row("dev");
  EXPECT_THAT(dev.latest().parameters, ElementsAre(std::pair<std::string, std::string>("cpu", "2")));
  EXPECT_EQ(world_.reason("alice", "typo"), Reason::PresetNotFound);
  EXPECT_THAT(message("typo"), HasSubstr("did you mean \"small one\"?"));
  EXPECT_EQ(world_.reason("alice", "torn"), Reason::ParametersRejected);
  EXPECT_EQ(world_.fleet().size(), 1U);
}

// favorite

class Favorites : public TimeAndFate {
 protected:
  Favorites() {
    std::string pattern = (std::filesystem::temp_directory_path() / "cr-tokens-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no directory for tokens");
    directory_ = pattern;
    add("dev");
  }
  ~Favorites() override {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  void give_token(const std::string& of, mode_t mode = 0600) {
    std::string token;
    edit([&](standin::State& state) { token = state.add_token(of); });
    const std::filesystem::path file = directory_ / "alice";
    std::ofstream(file) << token << '\n';
    ASSERT_EQ(::chmod(file.c_str(), mode), 0);
    world_.use_owner_tokens(directory_.string());
    world_.restart();
  }
  std::filesystem::path directory_;
};
CR_EVERY_AGE(Favorites);

TEST_P(Favorites, AreSetWithTheOwnersOwnTokenAndSeenByIt) {
  give_token("alice");
  world_.declare({a_document("alice", "dev", {"favorite: true"})});
  (void)world_.cycle();
  EXPECT_THAT(calls(), ElementsAre("PUT favorite"));
  EXPECT_TRUE(world_.live("alice", "dev")->favorite);
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InSync) << message("dev");
  world_.server.clear_requests();
  for (int i = 0; i < 5; ++i) {
    pass(5min);
    (void)world_.cycle();
  }
  EXPECT_THAT(calls(), IsEmpty());
  edit([](standin::State& state) { state.set_favorite("alice", "dev", false); });
  pass(2h);
  (void)world_.cycle();
  EXPECT_TRUE(world_.live("alice", "dev")->favorite) << "what the owner has taken back is set again";
  world_.declare({a_document("alice", "dev", {"favorite: false"})});
  (void)world_.cycle();
  EXPECT_FALSE(world_.live("alice", "dev")->favorite);
}

TEST_P(Favorites, OfOthersAreLeftAloneAndNobodyIsNotReadyForIt) {
  world_.declare({a_document("alice", "dev", {"favorite: true", "ttl: 3h"})});
  (void)world_.cycle();
  EXPECT_THAT(calls(), ElementsAre("PUT ttl"));
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InSync);
  EXPECT_THAT(remark("dev", Remark::Ineffective), HasSubstr("directory of owners' tokens"));
}

TEST_P(Favorites, ATokenThatOthersMayReadIsNotUsed) {
  give_token("alice", 0644);
  world_.declare({a_document("alice", "dev", {"favorite: true"})});
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty());
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InSync);
  EXPECT_THAT(remark("dev", Remark::Ineffective),
              AllOf(HasSubstr((directory_ / "alice").string()), HasSubstr("chmod 600")));
}

TEST_P(Favorites, ATokenOfSomebodyElseIsNotUsed) {
  edit([](standin::State& state) { state.add_user("bob"); });
  give_token("bob");
  world_.declare({a_document("alice", "dev", {"favorite: true"})});
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty());
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InSync);
  EXPECT_THAT(remark("dev", Remark::Ineffective), HasSubstr("is that of bob"));
}

TEST_P(Favorites, ATokenThatEndsHoldsUpNothingElse) {
  give_token("alice");
  add("other");
  world_.declare({a_document("alice", "dev", {"favorite: true"}), a_document("alice", "other")});
  (void)world_.cycle();
  edit([&](standin::State& state) {
    std::string token;
    std::ifstream(directory_ / "alice") >> token;
    state.revoke_token(token);
  });
  world_.server.clear_requests();
  world_.declare({a_document("alice", "dev", {"favorite: false", "ttl: 3h"}),
                  a_document("alice", "other", {"ttl: 3h"})});
  (void)world_.cycle();
  EXPECT_EQ(row("dev").ttl_ms, 3 * 3'600'000);
  EXPECT_EQ(row("other").ttl_ms, 3 * 3'600'000);
  EXPECT_EQ(world_.reason("alice", "other"), Reason::InSync);
  world_.server.clear_requests();
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty()) << "it is not tried in each cycle";
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InSync);
  EXPECT_THAT(remarks("dev"), Contains(Remark::Ineffective));
}

TEST_P(Favorites, AreSetWhereOurTokenIsTheOwnersOwn) {
  world_.declare({a_document("admin", "mine", {"favorite: true", "ttl: null"})});
  (void)world_.converge();
  EXPECT_TRUE(world_.live("admin", "mine")->favorite);
}

// InUse

reconcile::Limits patient() {
  reconcile::Limits limits = World::generous();
  limits.idle_before_stop = 30min;
  return limits;
}
class SomebodyAtWork : public TimeAndFate {
 protected:
  SomebodyAtWork() : TimeAndFate(patient()) {}
};
CR_EVERY_AGE(SomebodyAtWork);

TEST_P(SomebodyAtWork, IsNotStoppedBeforeTheyHaveLeft) {
  add("dev");
  edit_live("dev", [&](standin::Workspace& live) { live.last_used_at = world_.now() - 5min; });
  world_.declare({a_document("alice", "dev", {"dormant: true"})});
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty());
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InUse);
  EXPECT_THAT(message("dev"), AllOf(HasSubstr("started by alice"), HasSubstr("30m")));
  pass(20min);
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InUse);
  pass(10min);
  (void)world_.converge();
  EXPECT_TRUE(world_.live("alice", "dev")->dormant);
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InSync);
}

TEST_P(SomebodyAtWork, OurOwnRunIsStoppedAtOnce) {
  world_.declare({a_document("alice", "fresh", {"dormant: true"})});
  (void)world_.converge();
  EXPECT_TRUE(world_.live("alice", "fresh")->dormant);
}

}  // namespace
}  // namespace cr::testing
