#include "specs/file_cache.h"

#include <gtest/gtest.h>

#include <string>

namespace cr::specs {
namespace {

/// Asks for a file; says whether it was known, and makes it so.
bool knows(FileCache& cache, const std::string& path) {
  CachedFile& file = cache.entry(path);
  const bool known = file.shown != nullptr;
  if (known) {
    EXPECT_EQ(*file.shown, path);
  }
  if (!known) file.shown = std::make_shared<const std::string>(path);
  return known;
}

TEST(FileCache, RemembersTheFilesOfTheLastLoad) {
  FileCache cache;
  cache.begin();
  for (const char* path : {"a", "b", "c"}) EXPECT_FALSE(knows(cache, path));
  cache.end();
  cache.begin();
  for (const char* path : {"a", "b", "c"}) EXPECT_TRUE(knows(cache, path));
}

TEST(FileCache, FindsFilesWhoseOrderChanged) {
  FileCache cache;
  cache.begin();
  for (const char* path : {"a", "c", "d"}) EXPECT_FALSE(knows(cache, path));
  cache.end();
  cache.begin();
  EXPECT_TRUE(knows(cache, "d"));
  EXPECT_FALSE(knows(cache, "b"));
  EXPECT_TRUE(knows(cache, "a"));
  EXPECT_TRUE(knows(cache, "c"));
  cache.end();
}

TEST(FileCache, ForgetsFilesThatACompleteLoadDidNotAskFor) {
  FileCache cache;
  cache.begin();
  for (const char* path : {"a", "b"}) EXPECT_FALSE(knows(cache, path));
  cache.end();
  cache.begin();
  EXPECT_TRUE(knows(cache, "b"));
  cache.end();
  cache.begin();
  EXPECT_FALSE(knows(cache, "a"));
}

TEST(FileCache, KeepsWhatAnAbandonedLoadDidNotReach) {
  FileCache cache;
  cache.begin();
  for (const char* path : {"a", "b", "c"}) EXPECT_FALSE(knows(cache, path));
  cache.end();
  cache.begin();
  EXPECT_TRUE(knows(cache, "a"));
  cache.begin();
  for (const char* path : {"a", "b", "c"}) EXPECT_TRUE(knows(cache, path));
}

}  // namespace
}  // namespace cr::specs
