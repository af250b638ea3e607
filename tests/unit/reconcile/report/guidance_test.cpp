#include "reconcile/model/condition.h"

#include <gtest/gtest.h>

#include <set>

namespace cr::reconcile {
namespace {

TEST(Guidance, SaysOfEachReasonWhatItMeansInWordsOfItsOwn) {
  std::set<std::string_view> meanings;
  for (const Reason reason : all_reasons()) meanings.insert(guidance_of(reason).meaning);
  EXPECT_FALSE(meanings.contains(""));
  EXPECT_EQ(meanings.size(), all_reasons().size());
}

TEST(Guidance, SaysWhatToDoWhereItWaitsForAPerson) {
  for (const Reason reason : all_reasons()) {
    if (!waits_for_person(reason)) continue;
    EXPECT_FALSE(guidance_of(reason).what_to_do.empty()) << to_string(reason);
  }
}

TEST(Guidance, SaysWhenEachReasonEndsButOfTheOneThatIsTheAim) {
  for (const Reason reason : all_reasons()) {
    EXPECT_EQ(guidance_of(reason).ends.empty(), reason == Reason::InSync) << to_string(reason);
  }
}

TEST(Guidance, FitsIntoOneLineOfATable) {
  for (const Reason reason : all_reasons()) {
    const Guidance& guidance = guidance_of(reason);
    for (const std::string_view text : {guidance.meaning, guidance.what_to_do, guidance.ends}) {
      EXPECT_EQ(text.find_first_of("\n\r|<>"), std::string_view::npos) << text;
      EXPECT_LE(text.size(), 160U) << text;
    }
  }
}

TEST(Guidance, IsKeptByTheReasonItself) {
  EXPECT_NE(guidance_of(Reason::Held).meaning.find("the limit"), std::string_view::npos);
  EXPECT_NE(guidance_of(Reason::Unreachable).meaning.find("reached"), std::string_view::npos);
  EXPECT_NE(guidance_of(Reason::Suspended).meaning.find("suspend"), std::string_view::npos);
}

}  // namespace
}  // namespace cr::reconcile
