#include "metrics/textfile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace cr::metrics {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Textfile : public ::testing::Test {
 protected:
  Textfile() {
    std::string pattern = (fs::temp_directory_path() / "cr-textfile-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~Textfile() override { fs::remove_all(folder_); }

  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }
  [[nodiscard]] std::string text_of(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  [[nodiscard]] std::ptrdiff_t files() const { return std::distance(fs::directory_iterator(folder_), {}); }

  fs::path folder_;
};

TEST(TextfilePath, IsOneThatTheCollectorReads) {
  EXPECT_EQ(textfile_path_problem("/var/lib/node_exporter/coder_reconciler.prom"), "");
  EXPECT_EQ(textfile_path_problem("x.prom"), "");
  EXPECT_THAT(textfile_path_problem("/var/lib/metrics.txt"), HasSubstr("must end in .prom"));
  EXPECT_THAT(textfile_path_problem(""), HasSubstr("must end in .prom"));
  EXPECT_THAT(textfile_path_problem("a.prom/b"), HasSubstr("must end in .prom"));
  EXPECT_THAT(textfile_path_problem("/tmp/.prom"), HasSubstr("is not a file name"));
}

TEST_F(Textfile, IsWrittenForEverybodyToReadWhateverTheUmask) {
  const mode_t before = ::umask(0077);
  EXPECT_EQ(write_textfile(path("a.prom"), "coder_reconciler_api_up 1\n"), "");
  ::umask(before);
  EXPECT_EQ(text_of("a.prom"), "coder_reconciler_api_up 1\n");
  EXPECT_EQ(fs::status(path("a.prom")).permissions(), fs::perms(0644));
  EXPECT_EQ(files(), 1) << "the temporary file is gone";
}

TEST_F(Textfile, IsReplacedByANewFileSoThatAReaderOfTheOldOneReadsOn) {
  EXPECT_EQ(write_textfile(path("a.prom"), "coder_reconciler_api_up 1\n"), "");
  std::ifstream reader(path("a.prom"));
  EXPECT_EQ(write_textfile(path("a.prom"), "coder_reconciler_api_up 0\n"), "");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(reader), {}), "coder_reconciler_api_up 1\n");
  EXPECT_EQ(text_of("a.prom"), "coder_reconciler_api_up 0\n");
}

TEST_F(Textfile, KeepsWhatTheRunBeforeKnew) {
  EXPECT_EQ(write_textfile(path("a.prom"), "coder_reconciler_last_success_timestamp_seconds 1764000000\n"),
            "");
  EXPECT_EQ(write_textfile(path("a.prom"), "coder_reconciler_api_up 0\n"), "");
  EXPECT_THAT(text_of("a.prom"), HasSubstr("coder_reconciler_last_success_timestamp_seconds 1764000000\n"));
  EXPECT_THAT(text_of("a.prom"), HasSubstr("coder_reconciler_api_up 0\n"));
}

TEST_F(Textfile, InAFolderThatIsNotThereIsAClearError) {
  EXPECT_EQ(write_textfile(path("none/a.prom"), "x"),
            "cannot write to " + path("none") + ": No such file or directory");
}

TEST_F(Textfile, ThatIsAFolderIsAClearErrorAndLeavesNothingBehind) {
  fs::create_directory(path("a.prom"));
  EXPECT_EQ(write_textfile(path("a.prom"), "x"), "cannot replace " + path("a.prom") + ": Is a directory");
  EXPECT_EQ(files(), 1);
}

}  // namespace
}  // namespace cr::metrics
