#include "daemon/commands/spec_text.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/daemon/temp_folder.h"

namespace cr::daemon {
namespace {

TEST(SpecText, IsThatOfAFileAndOfNothingElse) {
  const testing::TempFolder folder;
  std::ofstream(folder.path("a.yaml")) << "a: b\n";
  std::filesystem::create_symlink(folder.path("a.yaml"), folder.path("link.yaml"));
  EXPECT_EQ(read_spec_text(folder.path("a.yaml")), "a: b\n");
  EXPECT_EQ(read_spec_text(folder.path("link.yaml")), "a: b\n");
  EXPECT_EQ(read_spec_text(folder.path("none.yaml")), std::nullopt);
  EXPECT_EQ(read_spec_text(folder.path("")), std::nullopt);
  EXPECT_EQ(read_spec_text("<stdin>"), std::nullopt);
  EXPECT_EQ(read_spec_text("/dev/zero"), std::nullopt);
}

}  // namespace
}  // namespace cr::daemon
