#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <stdexcept>

#include "reconcile/async/clock.h"
#include "reconcile/coder/client.h"
#include "tests/standin/server.h"

/// Lists of people against a Coder of each age: whole, or no read.
namespace cr::coder {
namespace {

using standin::Age;
using ::testing::ElementsAre;
using Outcome = MembersRead::Outcome;

class Directory : public ::testing::TestWithParam<Age> {
 protected:
  Directory() : coder(GetParam()) {
    coder.with_state([](standin::State& state) {
      for (const char* name : {"alice", "bob"}) state.add_user(name);
      return 0;
    });
  }
  template <class T>
  T run(boost::asio::awaitable<T> task) {
    context.restart();
    std::optional<T> result;
    std::exception_ptr failure;
    boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr thrown, T value) {
      failure = thrown;
      if (!thrown) result = std::move(value);
    });
    context.run();
    if (failure) std::rethrow_exception(failure);
    return std::move(*result);
  }
  Client client_of(const std::string& token) {
    ClientOptions options;
    options.url = coder.url();
    options.token_value = token;
    options.retry.max_attempts = 1;
    auto made = make_client(std::move(options), clock, observer);
    if (!made) throw std::runtime_error(made.error().message);
    return std::move(*made);
  }
  MembersRead members(const std::string& organization = "coder") {
    Client client = client_of(coder.admin_token());
    return run(client.directory().members_of_organization(organization));
  }
  template <class Fn>
  void edit(Fn&& change) {
    coder.with_state([&](standin::State& state) {
      change(state);
      return 0;
    });
  }
  void add_many(std::size_t count) {
    edit([&](standin::State& state) {
      for (std::size_t i = 0; i < count; ++i) state.add_user(fmt::format("user-{:05}", i));
    });
  }
  static void add_workspace(standin::State& state, const char* owner, const char* name) {
    standin::WorkspaceSeed seed;
    seed.owner = owner;
    seed.name = name;
    seed.template_name = "docker";
    state.add_workspace(seed);
  }
  static std::vector<std::string> names(const MembersRead& read) {
    std::vector<std::string> out;
    for (const Member& one : read.members) out.push_back(one.username);
    std::ranges::sort(out);
    return out;
  }

  standin::Server coder;
  boost::asio::io_context context;
  async::SystemClock clock;
  CallObserver observer;
};
INSTANTIATE_TEST_SUITE_P(Coder, Directory, ::testing::ValuesIn(standin::kAges),
                         [](const auto& age) { return standin::name_of(age.param); });

TEST_P(Directory, MembersAreAllOfThem) {
  const MembersRead read = members();
  EXPECT_EQ(read.outcome, Outcome::whole);
  EXPECT_THAT(names(read), ElementsAre("admin", "alice", "bob"));
  EXPECT_FALSE(read.organization.is_nil());
}

TEST_P(Directory, MembersOfManyPagesAreEachOnce) {
  add_many(1'200);
  const MembersRead read = members();
  EXPECT_EQ(read.outcome, Outcome::whole);
  EXPECT_EQ(read.members.size(), 1'203U);
  const bool pages = GetParam() >= Age::v2_29;
  EXPECT_EQ(coder.request_count("/api/v2/organizations/coder/paginated-members"), pages ? 3U : 1U);
  EXPECT_EQ(coder.request_count("/api/v2/organizations/coder/members"), pages ? 0U : 1U);
}

TEST_P(Directory, WhichWayTheyAreReadIsRemembered) {
  Client client = client_of(coder.admin_token());
  for (int i = 0; i < 3; ++i) {
    const auto read = run(client.directory().members_of_organization("coder"));
    EXPECT_EQ(read.outcome, Outcome::whole);
  }
  EXPECT_EQ(coder.request_count("/api/v2/organizations/coder/"), GetParam() >= Age::v2_29 ? 3U : 4U);
}

TEST_P(Directory, AnyPageThatFailsMakesItNoRead) {
  if (GetParam() < Age::v2_29) return;
  add_many(700);
  for (const auto kind :
       {standin::FaultKind::status, standin::FaultKind::html, standin::FaultKind::truncated_body}) {
    standin::FaultRule rule(kind);
    rule.target_prefix = "/api/v2/organizations/coder/paginated-members";
    rule.when = [](const standin::Request& request) { return request.query.contains("offset"); };
    const auto fault = coder.add_fault(std::move(rule));
    EXPECT_NE(members().outcome, Outcome::whole) << standin::to_string(kind);
    EXPECT_GE(coder.faults_applied(fault), 1U);
    coder.clear_faults();
  }
}

/// Somebody early in the list goes and somebody late comes between two pages: as many rows as are counted,
/// and one who was there all the time is in none of them.
TEST_P(Directory, APageThatHasShiftedIsSeenAlsoWhereTheNumberIsTheSame) {
  if (GetParam() < Age::v2_29) return;
  add_many(700);
  bool moved = false;
  coder.before_each_request([&](standin::State& state, const standin::RequestRecord& request) {
    if (moved || request.target.find("offset=") == std::string::npos) return;
    moved = true;
    state.edit_user("alice", [](standin::User& user) { user.organization_ids.clear(); });
    state.add_user("zoe");
  });
  const MembersRead read = members();
  ASSERT_TRUE(moved);
  EXPECT_EQ(read.outcome, Outcome::whole) << "read once more";
  const auto all = names(read);
  EXPECT_EQ(all.size(), 703U);
  EXPECT_TRUE(std::ranges::binary_search(all, "user-00499"));
  EXPECT_TRUE(std::ranges::binary_search(all, "user-00498"));
  EXPECT_TRUE(std::ranges::binary_search(all, "zoe"));
  EXPECT_FALSE(std::ranges::binary_search(all, "alice"));
}

TEST_P(Directory, AListThatNeverStandsStillIsNoRead) {
  if (GetParam() < Age::v2_29) return;
  add_many(700);
  int turn = 0;
  coder.before_each_request([&](standin::State& state, const standin::RequestRecord& request) {
    if (request.target.find("offset=") == std::string::npos) return;
    state.add_user(fmt::format("aaron-{}", ++turn));
  });
  const MembersRead read = members();
  EXPECT_EQ(read.outcome, Outcome::incomplete);
  EXPECT_FALSE(read.what_is_missing.empty());
  EXPECT_LE(coder.request_count("/api/v2/organizations/coder/"), 6U);
}

TEST_P(Directory, FewerThanAreCountedAreNoRead) {
  if (GetParam() < Age::v2_29) return;
  standin::FaultRule rule(standin::FaultKind::mistyped);
  rule.key = "count";
  rule.json = "9";
  rule.target_prefix = "/api/v2/organizations/";
  coder.add_fault(rule);
  EXPECT_EQ(members().outcome, Outcome::incomplete);
}

TEST_P(Directory, AnUnknownOrganizationIsToldFromAMissingRoute) {
  EXPECT_EQ(members("nowhere").outcome, Outcome::not_found);
  EXPECT_EQ(members("coder").outcome, Outcome::whole);
}

TEST_P(Directory, TheRightToSeeAllIsAsked) {
  OrganizationId organization = members().organization;
  Client admin = client_of(coder.admin_token());
  EXPECT_EQ(run(admin.directory().may_read_members(organization)).value(), true);
  std::string token;
  edit([&](standin::State& state) { token = state.add_token("alice"); });
  Client alice = client_of(token);
  const auto seen = run(alice.directory().members_of_organization("coder"));
  const bool may = run(alice.directory().may_read_members(organization)).value();
  EXPECT_EQ(may, seen.members.size() == 3U) << "a shorter list looks whole";
}

/// One who may read nobody but herself is answered like one who may read all.
TEST_P(Directory, TheRightToReadAllUsersIsAsked) {
  edit([](standin::State& state) { state.suspend("bob"); });
  Client admin = client_of(coder.admin_token());
  EXPECT_EQ(run(admin.directory().may_read_users()).value(), true);
  std::string token;
  edit([&](standin::State& state) { token = state.add_token("alice"); });
  Client alice = client_of(token);
  const MembersRead suspended = run(alice.directory().suspended_users());
  EXPECT_EQ(suspended.outcome, Outcome::whole);
  EXPECT_TRUE(suspended.members.empty());
  EXPECT_EQ(run(alice.directory().may_read_users()).value(), false);
}

TEST_P(Directory, WorkspacesOfANameAreThoseOfJustThatName) {
  edit([](standin::State& state) {
    state.add_template("docker");
    for (const char* name : {"dev", "dev-2", "my-dev"}) add_workspace(state, "alice", name);
    add_workspace(state, "bob", "Dev");
  });
  Client client = client_of(coder.admin_token());
  const auto found = run(client.directory().workspaces_named("dev"));
  std::vector<std::string> owners;
  for (const auto& one : found.value().value()) owners.push_back(one.owner_name + "/" + one.name);
  EXPECT_THAT(owners, ::testing::UnorderedElementsAre("alice/dev", "bob/Dev"));
  EXPECT_TRUE(run(client.directory().workspaces_named("nothing")).value().value().empty());
}

TEST_P(Directory, TooManyOfSuchANameAreNotLookedThrough) {
  if (GetParam() != Age::v2_36) return;
  edit([](standin::State& state) {
    state.add_template("docker");
    for (int i = 0; i <= 5'000; ++i) add_workspace(state, "alice", fmt::format("dev-{}", i).c_str());
  });
  Client client = client_of(coder.admin_token());
  EXPECT_FALSE(run(client.directory().workspaces_named("dev")).value().has_value());
  EXPECT_EQ(coder.request_count("/api/v2/workspaces"), 1U);
  EXPECT_EQ(run(client.directory().workspaces_named("dev-4999")).value().value().size(), 1U);
}

TEST_P(Directory, SuspendedUsersAreThose) {
  Client client = client_of(coder.admin_token());
  EXPECT_TRUE(run(client.directory().suspended_users()).members.empty());
  edit([](standin::State& state) { state.suspend("bob"); });
  const MembersRead read = run(client.directory().suspended_users());
  EXPECT_EQ(read.outcome, Outcome::whole);
  EXPECT_THAT(names(read), ElementsAre("bob"));
}

TEST_P(Directory, GroupsAreThoseOfALicensedServer) {
  Client client = client_of(coder.admin_token());
  const auto group = [&](const char* name) {
    return run(client.directory().members_of_group("coder", name));
  };
  EXPECT_EQ(group("payments").outcome, Outcome::no_groups);
  edit([](standin::State& state) {
    state.set_licensed(true);
    state.set_group("payments", {"alice", "bob"});
  });
  EXPECT_EQ(group("elsewhere").outcome, Outcome::not_found);
  const MembersRead read = group("Payments");
  if (GetParam() == Age::v2_13) {
    EXPECT_EQ(read.outcome, Outcome::failed) << "it does not say how many there are";
    return;
  }
  EXPECT_EQ(read.outcome, Outcome::whole);
  EXPECT_THAT(names(read), ElementsAre("alice", "bob"));
  EXPECT_EQ(group("Everyone").members.size(), 3U);

  std::string token;
  edit([&](standin::State& state) { token = state.add_token("alice"); });
  Client alice = client_of(token);
  const MembersRead some = run(alice.directory().members_of_group("coder", "payments"));
  EXPECT_EQ(some.outcome, Outcome::incomplete) << "she may read herself only";
}

TEST_P(Directory, ABuildWithoutGroupsHasNone) {
  standin::FaultRule rule(standin::FaultKind::status);
  rule.status = 404;
  rule.message = "Route not found.";
  rule.target_prefix = "/api/v2/organizations/coder/groups/";
  coder.add_fault(rule);
  Client client = client_of(coder.admin_token());
  EXPECT_EQ(run(client.directory().members_of_group("coder", "payments")).outcome, Outcome::no_groups);
}

}  // namespace
}  // namespace cr::coder
