#include "reconcile/fields/managed_field.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/support/fields.h"

namespace cr::reconcile {
namespace {

using testing::wish_for_autostart;
using testing::wish_for_ttl;
using testing::wish_for_updates;
using namespace std::chrono_literals;

TEST(ManagedFields, StandWhereTestsLookForThem) {
  EXPECT_EQ(&entry_of(testing::field::automatic_updates), &kAutomaticUpdates);
  EXPECT_EQ(&entry_of(testing::field::autostart), &kAutostart);
  EXPECT_EQ(&entry_of(testing::field::ttl), &kTtl);
  EXPECT_EQ(&entry_of(testing::field::dormant), &kDormant);
  EXPECT_EQ(&entry_of(testing::field::name), &kName);
  EXPECT_EQ(&entry_of(testing::field::favorite), &kFavorite);
  EXPECT_EQ(&entry_of(testing::field::awake), &kKeepAwake);
  EXPECT_EQ(&entry_of(testing::field::retain), &kRetain);
}

TEST(ManagedFields, AreTheKeysOfSpecsThatAreKeptAsDeclared) {
  // The name is declared beside them, where a spec tells previous ones.
  std::set<std::string_view> keys{specs::kNameKey};
  for (const specs::Field& field : specs::spec_fields()) {
    if (specs::is_kept(field)) keys.insert(field.key);
  }
  for (const ManagedField* entry : managed_fields()) EXPECT_EQ(keys.erase(entry->key), 1U) << entry->key;
  EXPECT_TRUE(keys.empty()) << "a key of specs that nothing keeps: " << *keys.begin();
}

TEST(ManagedFields, AreFoundByKey) {
  EXPECT_EQ(field_of_key("automaticUpdates"), testing::field::automatic_updates);
  EXPECT_EQ(field_of_key("template"), std::nullopt);
}

TEST(ManagedFields, NamesAreDistinct) {
  std::set<std::string_view> names;
  for (const Field field : all_fields())
    EXPECT_TRUE(names.insert(to_string(field)).second) << to_string(field);
}

TEST(ManagedFields, AreWrittenAsCoderReadsThem) {
  EXPECT_EQ(kAutostart.write(specs::Cleared{}).body, R"({"schedule":null})");
  EXPECT_EQ(kAutostart.write(wish_for_autostart("CRON_TZ=UTC 0 9 * * 1-5")).body,
            R"({"schedule":"CRON_TZ=UTC 0 9 * * 1-5"})");
  EXPECT_EQ(kTtl.write(specs::Cleared{}).body, R"({"ttl_ms":null})");
  EXPECT_EQ(kTtl.write(wish_for_ttl(30 * 24h)).body, R"({"ttl_ms":2592000000})");
  EXPECT_EQ(kAutomaticUpdates.write(wish_for_updates(true)).body, R"({"automatic_updates":"always"})");
  EXPECT_EQ(kAutomaticUpdates.write(wish_for_updates(false)).body, R"({"automatic_updates":"never"})");
  EXPECT_EQ(kDormant.write(true).body, R"({"dormant":true})");
  EXPECT_EQ(kDormant.write(false).body, R"({"dormant":false})");
}

TEST(ManagedFields, AreShownAsUnknownWhereThisVersionDoesNotKnowTheValue) {
  LiveWorkspace live;
  live.automatic_updates = LiveAutomaticUpdates::unknown;
  EXPECT_EQ(kAutomaticUpdates.compare(wish_for_updates(true), live, {}), Match::unreadable);
  EXPECT_EQ(kAutomaticUpdates.live_text(live, {}), "unknown");
}

TEST(ManagedFields, DependOnAPolicyWhereOneDecides) {
  EXPECT_TRUE(depends_on_policy(kTtl));
  EXPECT_TRUE(depends_on_policy(kAutostart));
  EXPECT_TRUE(depends_on_policy(kAutomaticUpdates)) << "it may change nothing";
  EXPECT_FALSE(depends_on_policy(kDormant));
}

TEST(FieldSets, HoldEveryPlaceThatThereCanBe) {
  for (std::uint8_t place = 0; place < FieldSet::kMost; ++place) {
    FieldSet set;
    set.add(Field(place));
    EXPECT_TRUE(set.has(Field(place)));
    for (std::uint8_t other = 0; other < FieldSet::kMost; ++other) {
      EXPECT_EQ(set.has(Field(other)), other == place);
    }
    set.remove(Field(place));
    EXPECT_TRUE(set.empty());
  }
}

TEST(FieldSets, CombineAsSets) {
  const FieldSet a{Field(4), Field(5)};
  const FieldSet b{Field(5), Field(6)};
  EXPECT_EQ(a | b, (FieldSet{Field(4), Field(5), Field(6)}));
  EXPECT_EQ(a & b, FieldSet{Field(5)});
  EXPECT_EQ(a.without(b), FieldSet{Field(4)});
}

}  // namespace
}  // namespace cr::reconcile
