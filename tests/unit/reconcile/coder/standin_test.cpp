#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>

#include "reconcile/async/clock.h"
#include "reconcile/coder/client.h"
#include "tests/standin/server.h"
#include "tests/support/fields.h"

/// Every call against a Coder that keeps state, of each age; and where they differ, that callers see no
/// difference.
namespace cr::coder {
namespace {

using namespace std::chrono_literals;
using standin::Age;

class AgainstCoder : public ::testing::TestWithParam<Age> {
 protected:
  AgainstCoder() : coder(GetParam()) {
    coder.with_state([](standin::State& state) {
      state.add_user("alice");
      state.add_user("bob");
      state.add_template("simple");
      standin::WorkspaceSeed seed;
      seed.owner = "alice";
      seed.name = "dev";
      seed.template_name = "simple";
      seed.schedule = "CRON_TZ=Europe/Berlin 30 09 * * 1-5";
      seed.ttl_ms = 28'800'000;
      state.add_workspace(seed);
    });
  }

  Client client_with(const std::string& token) {
    ClientOptions options;
    options.url = coder.url();
    options.token_value = token;
    auto made = make_client(std::move(options), clock, observer);
    if (!made) throw std::runtime_error(made.error().message);
    return std::move(*made);
  }
  Client as_admin() { return client_with(coder.admin_token()); }
  Client as(const std::string& username, std::set<standin::Role> roles = {}) {
    return client_with(coder.with_state([&](standin::State& state) {
      if (state.find_user(username) == nullptr) state.add_user(username, std::move(roles));
      return state.add_token(username);
    }));
  }

  template <class T>
  T run(boost::asio::awaitable<T> task) {
    context.restart();
    std::optional<T> value;
    std::exception_ptr failure;
    boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr thrown, T result) {
      failure = thrown;
      if (!thrown) value.emplace(std::move(result));
    });
    context.run_for(20s);
    if (failure) std::rethrow_exception(failure);
    if (!value) throw std::runtime_error("the call did not end");
    return std::move(*value);
  }

  template <class T>
  T must(boost::asio::awaitable<ApiResult<T>> task) {
    auto result = run(std::move(task));
    if (!result) throw std::runtime_error(result.error().to_string());
    return std::move(*result);
  }

  LiveWorkspace dev(Client& client) {
    auto found = must(client.reader().workspace_by_name("alice", "dev")).live;
    if (!found) throw std::runtime_error("alice/dev is not there");
    return std::move(*found);
  }

  standin::Server coder;
  boost::asio::io_context context;
  async::SystemClock clock;
  CallObserver observer;
};

INSTANTIATE_TEST_SUITE_P(Ages, AgainstCoder, ::testing::ValuesIn(standin::kAges),
                         [](const auto& test) { return standin::name_of(test.param); });

TEST_P(AgainstCoder, TheListIsReadByIdByOwnerAndByPage) {
  Client client = as_admin();
  const LiveWorkspace want = dev(client);
  EXPECT_EQ(want.autostart_schedule, "CRON_TZ=Europe/Berlin 30 09 * * 1-5");
  EXPECT_EQ(want.ttl, 8h);
  EXPECT_EQ(want.owner_name, "alice");
  EXPECT_EQ(want.template_name, "simple");
  const std::vector<WorkspaceId> ids = {want.id, *WorkspaceId::parse("00000000-0000-4000-8000-000000000000")};
  for (const WorkspaceRows& rows :
       {must(client.reader().workspaces_by_ids(ids)), must(client.reader().workspaces_of_owner("Alice")),
        must(client.reader().workspaces_page(0, 500))}) {
    ASSERT_EQ(rows.rows.size(), 1U);
    EXPECT_EQ(rows.count, 1U);
    EXPECT_EQ(rows.rows[0], want);
  }
  EXPECT_TRUE(must(client.reader().workspaces_of_owner("nobody")).rows.empty());
  EXPECT_TRUE(must(client.reader().workspaces_page(500, 500)).rows.empty());
}

TEST_P(AgainstCoder, WhatIsNotThereIsNotFoundAtEachAge) {
  Client client = as_admin();
  EXPECT_FALSE(must(client.reader().workspace_by_name("alice", "none")).live.has_value());
  EXPECT_FALSE(must(client.reader().workspace_by_name("nobody", "dev")).live.has_value());
  EXPECT_EQ(run(client.reader().user("nobody")).error().fault, ApiFault::not_found);
  const TemplateId unknown = *TemplateId::parse("00000000-0000-4000-8000-000000000000");
  EXPECT_EQ(run(client.reader().template_by_id(unknown)).error().fault, ApiFault::not_found);
  EXPECT_TRUE(must(client.reader().templates_named("none")).empty());
}

TEST_P(AgainstCoder, LookUpsAgreeWithEachOther) {
  Client client = as_admin();
  EXPECT_EQ(must(client.reader().build_info()).version, 'v' + std::string(standin::release_of(GetParam())));
  EXPECT_EQ(must(client.reader().me()).user.username, "admin");
  const User alice = must(client.reader().user("ALICE"));
  EXPECT_EQ(must(client.reader().user(alice.id.to_string())), alice);
  const std::vector<Template> named = must(client.reader().templates_named("Simple"));
  ASSERT_EQ(named.size(), 1U);
  const TemplateId id = named[0].id;
  EXPECT_EQ(must(client.reader().template_by_id(id)), named[0]);
  const std::vector<TemplateId> ids = {id};
  EXPECT_EQ(must(client.reader().templates_by_ids(ids)), named);
  const VersionId active = named[0].active_version;
  const TemplateVersion version = must(client.reader().version_by_id(active));
  EXPECT_EQ(must(client.reader().version_named(id, version.name)), version);
  EXPECT_TRUE(must(client.reader().rich_parameters(active)).empty());
  EXPECT_TRUE(must(client.reader().build_parameters(dev(client).build.id)).empty());
  const std::vector<Organization> organizations = must(client.reader().organizations());
  ASSERT_EQ(organizations.size(), 1U);
  EXPECT_EQ(organizations[0].id, named[0].organization_id);
  (void)must(client.reader().token_facts());
}

TEST_P(AgainstCoder, AccessIsToldPerQuestion) {
  Client admin = as_admin();
  AccessQuestion question;
  question.action = Access::create;
  question.organization = must(admin.reader().organizations()).at(0).id;
  question.owner = must(admin.reader().user("alice")).id;
  const std::vector<AccessQuestion> questions = {question};
  EXPECT_EQ(must(admin.reader().check_access(questions)), std::vector<bool>{true});
  Client bob = as("bob");
  EXPECT_EQ(must(bob.reader().check_access(questions)), std::vector<bool>{false});
}

TEST_P(AgainstCoder, ARowTellsTheNextStartAndTheDeadline) {
  Client client = as_admin();
  const LiveWorkspace row = dev(client);
  const bool ancient = GetParam() == standin::Age::v2_13;
  EXPECT_EQ(row.tells_next_start, !ancient);
  EXPECT_EQ(static_cast<bool>(row.next_start), !ancient);
  EXPECT_TRUE(row.last_used);
  EXPECT_FALSE(row.outdated);
  EXPECT_TRUE(row.build.completed);
  EXPECT_FALSE(row.build.max_deadline);
}

TEST_P(AgainstCoder, AMismatchShowsOnceTheNewerVersionIsActiveAndNeedsMore) {
  Client client = as_admin();
  const WorkspaceId id = dev(client).id;
  EXPECT_FALSE(must(client.reader().autostart_mismatch(id)));
  coder.with_state([](standin::State& state) {
    state.set_always_update("alice", "dev", true);
    const std::string version = state.add_version("simple", "v2").id;
    state.edit_version(version, [](standin::TemplateVersion& one) {
      standin::TemplateParameter cpu;
      cpu.name = "cpu";
      cpu.type = "number";
      cpu.required = true;
      one.parameters.push_back(cpu);
    });
  });
  EXPECT_FALSE(must(client.reader().autostart_mismatch(id))) << "it is not the active one";
  coder.with_state([](standin::State& state) {
    const std::string version = state.find_version(state.find_template("simple")->id, "v2")->id;
    state.edit_template("simple", [&](standin::Template& of) { of.active_version_id = version; });
  });
  EXPECT_TRUE(must(client.reader().autostart_mismatch(id)));
  EXPECT_TRUE(dev(client).outdated);
  coder.with_state([](standin::State& state) { state.set_always_update("alice", "dev", false); });
  EXPECT_FALSE(must(client.reader().autostart_mismatch(id))) << "it stays with its version";
  const WorkspaceId unknown = *WorkspaceId::parse("00000000-0000-4000-8000-000000000000");
  EXPECT_EQ(run(client.reader().autostart_mismatch(unknown)).error().fault, ApiFault::not_found);
}

TEST_P(AgainstCoder, TimingsTellWhatTookHowLong) {
  Client client = as_admin();
  coder.with_state([](standin::State& state) {
    standin::BuildPace pace;
    pace.kind = standin::BuildPace::Kind::by_hand;
    state.set_build_pace(pace);
    state.set_build_stages({{"init", 2s}, {"apply", 20s}, {"cron", 1s}, {"start", 3s}, {"connect", 1s}});
  });
  const WorkspaceId id = dev(client).id;
  (void)must(client.writer().queue_build(id, Transition::stop));
  EXPECT_TRUE(must(client.reader().timings(id)).empty());
  coder.with_state([](standin::State& state) {
    state.advance(4s);
    state.start_builds();
    state.advance(30s);
    state.finish_builds();
  });
  const std::vector<TimedSpan> spans = must(client.reader().timings(id));
  if (GetParam() == standin::Age::v2_13) {
    EXPECT_TRUE(spans.empty()) << "it has no such route";
    return;
  }
  const LiveBuild build = dev(client).build;
  const StageTimes times = stage_times(spans, build.created, build.completed);
  const StageTimes expected = {4s, 2s, std::nullopt, std::nullopt, 20s, 3s, 1s};
  EXPECT_EQ(times, expected);
  const WorkspaceId unknown = *WorkspaceId::parse("00000000-0000-4000-8000-000000000000");
  EXPECT_EQ(run(client.reader().timings(unknown)).error().fault, ApiFault::not_found);
}

TEST_P(AgainstCoder, SuspendedUsersAreListedToTheLast) {
  Client client = as_admin();
  EXPECT_TRUE(must(client.reader().inactive_users()).empty());
  coder.with_state([](standin::State& state) {
    for (int i = 0; i < 1'003; ++i) {
      const std::string name = "gone" + std::to_string(i);
      state.add_user(name);
      state.suspend(name);
    }
  });
  const std::vector<User> all = must(client.reader().inactive_users());
  EXPECT_EQ(all.size(), 1'003U);
  const auto requests = coder.requests();
  EXPECT_EQ(std::ranges::count_if(requests,
                                  [](const auto& one) { return one.target.starts_with("/api/v2/users?"); }),
            3)
      << "two pages, and the one before";
  Client bob = as("bob");
  EXPECT_TRUE(must(bob.reader().inactive_users()).empty()) << "who sees nobody knows of nobody";
}

TEST_P(AgainstCoder, SettingsAreKeptAndCleared) {
  Client client = as_admin();
  const WorkspaceId id = dev(client).id;
  ASSERT_TRUE(run(testing::send_autostart(client.writer(), id, "0 8 * * 1")));
  ASSERT_TRUE(run(testing::send_ttl(client.writer(), id, 90min)));
  ASSERT_TRUE(run(testing::send_automatic_updates(client.writer(), id, true)));
  LiveWorkspace live = dev(client);
  EXPECT_EQ(live.autostart_schedule, "0 8 * * 1");
  EXPECT_EQ(live.ttl, 90min);
  EXPECT_EQ(live.automatic_updates, LiveAutomaticUpdates::always);
  ASSERT_TRUE(run(testing::send_autostart(client.writer(), id, "")));
  ASSERT_TRUE(run(testing::send_ttl(client.writer(), id, std::nullopt)));
  ASSERT_TRUE(run(testing::send_automatic_updates(client.writer(), id, false)));
  live = dev(client);
  EXPECT_EQ(live.autostart_schedule, "");
  EXPECT_EQ(live.ttl, std::nullopt);
  EXPECT_EQ(live.automatic_updates, LiveAutomaticUpdates::never);
}

TEST_P(AgainstCoder, DormancyAnswersTheWorkspaceOrThatItWasSo) {
  Client client = as_admin();
  const WorkspaceId id = dev(client).id;
  const auto asleep = must(testing::send_dormant(client.writer(), id, true));
  ASSERT_TRUE(asleep.row);
  EXPECT_TRUE(asleep.row->dormant);
  EXPECT_TRUE(must(testing::send_dormant(client.writer(), id, true)).was_so);
  const auto awake = must(testing::send_dormant(client.writer(), id, false));
  ASSERT_TRUE(awake.row);
  EXPECT_FALSE(awake.row->dormant);
}

TEST_P(AgainstCoder, OurOwnWritesAreKnownInTheAuditLogByTheirRequestIds) {
  Client client = as_admin();
  const WorkspaceId id = dev(client).id;
  const Kept kept = must(testing::send_ttl(client.writer(), id, 90min));
  const Queued queued = must(client.writer().queue_build(id, Transition::stop));
  // The build ends before the next request is answered.
  reconcile::AuditQuery query;
  query.limit = 5;
  const reconcile::AuditPage page = must(client.audit().newest(query));
  ASSERT_EQ(page.rows.size(), 2U);
  EXPECT_EQ(page.count, 2U);
  const reconcile::AuditRow& build = page.rows[0];
  EXPECT_EQ(build.about, reconcile::AuditRow::About::build);
  EXPECT_EQ(build.action, "stop");
  EXPECT_EQ(build.workspace, id);
  EXPECT_EQ(build.build, queued.build.id);
  EXPECT_NE(build.request_id, queued.request_id) << "it is the job's";
  const reconcile::AuditRow& ttl = page.rows[1];
  EXPECT_EQ(ttl.workspace, id);
  EXPECT_EQ(ttl.request_id, kept.request_id);
  EXPECT_EQ(ttl.username, "admin");
  EXPECT_EQ(ttl.user_agent, "coder-reconciler");
  EXPECT_EQ(ttl.parts, (std::vector<reconcile::AuditRow::Part>{{"ttl", "28800000000000", "5400000000000"}}));
}

TEST_P(AgainstCoder, TheAuditLogTellsWhoElseChangedWhatAndWhenItWasAsked) {
  Client client = as("auditor", {standin::Role::auditor});
  const auto before = coder.with_state([](standin::State& state) {
    state.set_person({.username = "bob", .user_agent = "curl"});
    state.set_autostart("alice", "dev", std::nullopt);
    state.edit_template("simple", [](standin::Template& of) { of.default_ttl_ms = 3'600'000; });
    return state.now();
  });
  reconcile::AuditQuery query;
  query.since = std::chrono::floor<std::chrono::days>(before);
  query.limit = 25;
  const auto left = coder.with_state([](standin::State& state) { return state.now(); });
  const reconcile::AuditPage page = must(client.audit().newest(query));
  EXPECT_LE(page.asked_at, left) << "what happens from then on is in the next answer";
  EXPECT_GT(page.asked_at, left - 20s);
  ASSERT_EQ(page.rows.size(), 2U);
  EXPECT_EQ(page.rows[0].about, reconcile::AuditRow::About::template_);
  EXPECT_EQ(page.rows[0].parts.at(0).field, "default_ttl");
  EXPECT_EQ(page.rows[1].username, "bob");
  EXPECT_EQ(page.rows[1].user_agent, "curl");
  EXPECT_EQ(page.rows[1].parts.at(0).now, "none");
  query.offset = 2;
  EXPECT_TRUE(must(client.audit().newest(query)).rows.empty());
}

TEST_P(AgainstCoder, WhoMayNotReadTheAuditLogIsForbidden) {
  Client client = as("alice");
  const reconcile::AuditQuery query;
  EXPECT_EQ(run(client.audit().newest(query)).error().fault, ApiFault::forbidden);
  coder.with_state([](standin::State& state) { state.audit_log().set_forbidden(true); });
  Client admin = as_admin();
  EXPECT_EQ(run(admin.audit().newest(query)).error().fault, ApiFault::forbidden);
}

TEST_P(AgainstCoder, ACreateAnswersWhatWasKeptAndTheSecondIsAConflict) {
  Client client = as_admin();
  CreateRequest request;
  request.owner = must(client.reader().user("bob")).id;
  request.name = "Web";
  request.template_id = must(client.reader().templates_named("simple")).at(0).id;
  request.autostart_schedule = "CRON_TZ=UTC 0 9 * * 1-5";
  request.ttl = 8h;
  request.automatic_updates_always = true;
  const Created reply = must(client.writer().create_workspace(request));
  EXPECT_FALSE(reply.request_id.empty());
  const LiveWorkspace& created = reply.row;
  EXPECT_EQ(created.name, "Web");
  EXPECT_EQ(created.owner_name, "bob");
  EXPECT_EQ(created.ttl, 8h);
  EXPECT_EQ(created.automatic_updates, LiveAutomaticUpdates::always);
  EXPECT_EQ(created.build.transition, Transition::start);
  EXPECT_TRUE(created.build.active());
  request.name = "web";
  EXPECT_EQ(run(client.writer().create_workspace(request)).error().fault, ApiFault::conflict);
}

TEST_P(AgainstCoder, WhichFormOfCreateItTakesIsAskedOnce) {
  Client client = as_admin();
  CreateRequest request;
  request.owner = must(client.reader().user("bob")).id;
  request.template_id = must(client.reader().templates_named("simple")).at(0).id;
  for (const auto* name : {"one", "two", "three"}) {
    request.name = name;
    must(client.writer().create_workspace(request));
  }
  const bool ancient = GetParam() == standin::Age::v2_13;
  EXPECT_EQ(coder.request_count("/api/v2/users/", "POST"), ancient ? 1U : 3U);
  EXPECT_EQ(coder.request_count("/api/v2/organizations/", "POST"), ancient ? 3U : 0U);
}

TEST_P(AgainstCoder, AnUnknownOwnerIsNoUnknownRoute) {
  Client client = as_admin();
  CreateRequest request;
  request.owner = *UserId::parse("00000000-0000-4000-8000-000000000000");
  request.template_id = must(client.reader().templates_named("simple")).at(0).id;
  request.name = "nobodys";
  EXPECT_EQ(run(client.writer().create_workspace(request)).error().fault, ApiFault::not_found);
}

TEST_P(AgainstCoder, ABuildIsQueuedAndASecondIsAConflict) {
  Client client = as_admin();
  coder.with_state([](standin::State& state) {
    standin::BuildPace pace;
    pace.kind = standin::BuildPace::Kind::by_hand;
    state.set_build_pace(pace);
  });
  const WorkspaceId id = dev(client).id;
  const LiveBuild build = must(client.writer().queue_build(id, Transition::stop)).build;
  EXPECT_EQ(build.transition, Transition::stop);
  EXPECT_TRUE(build.active());
  EXPECT_EQ(run(client.writer().queue_build(id, Transition::start)).error().fault, ApiFault::conflict);
}

TEST_P(AgainstCoder, ATokenThatMayReadButNotChangeIsForbiddenEveryTime) {
  Client client = as("tadmin", {standin::Role::template_admin});
  const WorkspaceId id = dev(client).id;
  EXPECT_EQ(run(testing::send_autostart(client.writer(), id, "0 8 * * 1")).error().fault,
            ApiFault::forbidden);
  EXPECT_EQ(run(testing::send_ttl(client.writer(), id, 8h)).error().fault, ApiFault::forbidden);
  EXPECT_EQ(run(testing::send_automatic_updates(client.writer(), id, true)).error().fault,
            ApiFault::forbidden);
  EXPECT_EQ(run(testing::send_dormant(client.writer(), id, true)).error().fault, ApiFault::forbidden);
}

TEST_P(AgainstCoder, ATokenThatMayNotReadSeesNothing) {
  Client bob = as("bob");
  EXPECT_FALSE(must(bob.reader().workspace_by_name("alice", "dev")).live.has_value());
  EXPECT_TRUE(must(bob.reader().workspaces_page(0, 500)).rows.empty());
}

TEST_P(AgainstCoder, ARevokedTokenIsUnauthorizedAndNotRetried) {
  const std::string token = coder.with_state([](standin::State& state) { return state.add_token("bob"); });
  Client client = client_with(token);
  coder.with_state([&](standin::State& state) { state.revoke_token(token); });
  const auto result = run(client.reader().me());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, ApiFault::unauthorized);
  EXPECT_NE(result.error().request_id, "");
  EXPECT_EQ(coder.request_count("/api/v2/users/me"), 1U);
}

TEST_P(AgainstCoder, AWorkspaceProxyIsRecognised) {
  coder.with_state([](standin::State& state) { state.set_workspace_proxy(true); });
  Client client = as_admin();
  EXPECT_TRUE(must(client.reader().build_info()).workspace_proxy);
}

TEST_P(AgainstCoder, AMistypedKeyFailsTheReadAndIsNamed) {
  coder.add_fault(standin::FaultRule(standin::FaultKind::mistyped));
  Client client = as_admin();
  const auto rows = run(client.reader().workspaces_page(0, 500));
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().fault, ApiFault::contract);
  EXPECT_NE(rows.error().message.find("workspaces[0].automatic_updates"), std::string::npos)
      << rows.error().message;
}

}  // namespace
}  // namespace cr::coder
