#include "reconcile/feed/by_workspace.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace cr::reconcile::feed {
namespace {

WorkspaceId id_of(int number) {
  std::string digits = std::to_string(number);
  digits.insert(0, 12 - digits.size(), '0');
  return *WorkspaceId::parse("00000000-0000-4000-8000-" + digits);
}

// What is far of each is made of what is near, so that neither is ever another's.
std::string far_of(int near) {
  return "far " + std::to_string(near);
}

void put(ByWorkspace<int, std::string>& all, int number, int near) {
  const auto [known, far] = all[id_of(number)];
  EXPECT_EQ(far, known == 0 && far.empty() ? std::string() : far_of(known));
  known = near;
  far = far_of(near);
}

// Against a map, through whatever comes and goes; and in whatever order it is asked.
TEST(ByWorkspace, KnowsWhatAMapKnows) {
  std::mt19937 random(7);
  ByWorkspace<int, std::string> all;
  std::map<WorkspaceId, int> model;
  for (int step = 0; step < 4000; ++step) {
    const int number = static_cast<int>(random() % 60);
    switch (random() % 8) {
      case 0:
        all.erase(id_of(number));
        model.erase(id_of(number));
        break;
      case 1: {
        const int rest = static_cast<int>(random() % 5);
        all.erase_if([&](int value) { return value % 5 == rest; });
        std::erase_if(model, [&](const auto& one) { return one.second % 5 == rest; });
        break;
      }
      default:
        put(all, number, step + 1);
        model[id_of(number)] = step + 1;
    }
    ASSERT_EQ(all.size(), model.size());
    for (int i = 0; i < 60; ++i) {
      const auto known = model.find(id_of(i));
      const int* const found = all.find(id_of(i));
      ASSERT_EQ(found != nullptr, known != model.end());
      ASSERT_EQ(std::as_const(all).find(id_of(i)), found);
      if (found) {
        ASSERT_EQ(*found, known->second);
        ASSERT_EQ(all[id_of(i)].far, far_of(known->second));
      }
    }
  }
}

TEST(ByWorkspace, WhoStaysKeepsTheOrderInWhichTheyCame) {
  ByWorkspace<int, std::string> all;
  for (int i = 0; i < 9; ++i) put(all, i, i);
  all.erase_if([](int value) { return value % 3 == 0; });
  std::vector<int> values;
  for (const auto& [id, value] : all) {
    values.push_back(value);
    EXPECT_EQ(id, id_of(value));
    EXPECT_EQ(all[id].far, far_of(value));
  }
  EXPECT_EQ(values, (std::vector<int>{1, 2, 4, 5, 7, 8}));
}

}  // namespace
}  // namespace cr::reconcile::feed
