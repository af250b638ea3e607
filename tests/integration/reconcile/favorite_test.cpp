#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "fate.h"

/// What is the owner's alone.
namespace cr::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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

}  // namespace
}  // namespace cr::testing
