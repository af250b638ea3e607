#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "source_fixture.h"

namespace cr::specs {
namespace {

TEST(SpecSource, DirectoriesNestedWithoutEndAreRefused) {
  const TempTree tree;
  std::string deep = "d";
  for (int i = 0; i < 70; ++i) deep += "/d";
  tree.directory(deep);
  EXPECT_THAT(error_for({tree.path()}), HasSubstr("directories are nested deeper than 64 levels"));
}

TEST(SpecSource, MoreBytesThanAnyoneDeclaresAreRefused) {
  const TempTree tree;
  // Sparse files: large for the count, and never read since they are beyond the limit of one file.
  for (int i = 0; i < 3; ++i) {
    const std::string name = "f" + std::to_string(i) + ".yaml";
    tree.write(name, "");
    ASSERT_EQ(::truncate(tree.path(name).c_str(), 100 << 20), 0);
  }
  EXPECT_THAT(error_for({tree.path()}), HasSubstr("the files have more than 256 MiB in total"));
}

/// The error of a load below `path` with these limits.
std::string error_within(const std::string& path, const LoadLimits& limits) {
  SpecSource source({path}, std::chrono::system_clock::now, limits);
  const auto state = source.load();
  return state ? std::string{} : state.error().message();
}

TEST(SpecSource, AsManyDocumentsAsAllowedAreReadAndOneMoreIsRefused) {
  LoadLimits limits;
  limits.documents = 3;
  const TempTree tree;
  tree.write("a.yaml", document("a") + "---\n" + document("b"));
  tree.write("b.yaml", document("c"));
  EXPECT_EQ(error_within(tree.path(), limits), "");
  tree.write("c.yaml", document("d"));
  EXPECT_THAT(error_within(tree.path(), limits),
              HasSubstr("the files declare more than 3 documents in total"));
}

TEST(SpecSource, AsManyEntriesAsAllowedAreListedAndOneMoreIsRefused) {
  const TempTree tree;
  tree.write("a.yaml", document("a"));
  tree.directory("d");
  tree.write("d/README", "");
  LoadLimits limits;
  limits.entries = 7;  // "." and ".." of two directories count
  EXPECT_EQ(error_within(tree.path(), limits), "");
  tree.write("d/.hidden", "");
  EXPECT_THAT(error_within(tree.path(), limits), HasSubstr(": more than 7 files and directories"));
}

TEST(SpecSource, AnUnmeantNumberOfThingsHasALimit) {
  const LoadLimits limits;
  EXPECT_EQ(limits.documents, 200'000U);
  EXPECT_EQ(limits.entries, 500'000U);
}

TEST(SpecSource, ErrorsBeyondCountingAreKeptShort) {
  const TempTree tree;
  std::string text;
  for (int i = 0; i < 5'000; ++i) text += "---\nx: 1\ny: 2\nz: 3\n";
  tree.write("a.yaml", text);
  tree.write("b.yaml", text);
  SpecSource source({tree.path()});
  const DesiredState state = load(source);
  EXPECT_EQ(state.invalid_documents, 10'000U) << "each is still reported";
  EXPECT_LT(state.diagnostics.size(), 20'000U);
}

/// Puts a text on standard input while it lives.
class StandardInput {
 public:
  StandardInput(const TempTree& tree, std::string_view text) : saved_(::dup(STDIN_FILENO)) {
    tree.write(".stdin", text);
    const int fd = ::open(tree.path(".stdin").c_str(), O_RDONLY);
    ::dup2(fd, STDIN_FILENO);
    ::close(fd);
  }
  ~StandardInput() {
    ::dup2(saved_, STDIN_FILENO);
    ::close(saved_);
  }
  StandardInput(const StandardInput&) = delete;
  StandardInput& operator=(const StandardInput&) = delete;

 private:
  int saved_;
};

TEST(SpecSource, ReadsStandardInputOnceAndRemembersIt) {
  const TempTree tree;
  const StandardInput input(tree, document("a") + "---\n" + document("b", "90s"));
  tree.write("c.yaml", document("c"));
  SpecSource source({"-", tree.path()});
  DesiredState state = load(source);
  EXPECT_THAT(names(state), ElementsAre("a", "c"));
  EXPECT_EQ(state.files, 2U);
  ASSERT_THAT(state.diagnostics, SizeIs(1));
  EXPECT_THAT(render(state.diagnostics[0]), HasSubstr("<stdin>:9:36: spec.ttl: "));
  state = load(source);
  EXPECT_THAT(names(state), ElementsAre("a", "c"));
  EXPECT_EQ(source.parsed_files(), 0U);
}

TEST(SpecSource, StandardInputHasOtherNames) {
  for (const char* name : {"/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"}) {
    const TempTree tree;
    const StandardInput input(tree, document("a"));
    SpecSource source({name, "-"});
    EXPECT_THAT(names(load(source)), ElementsAre("a")) << name;
    EXPECT_THAT(names(load(source)), ElementsAre("a")) << name;
  }
}

TEST(SpecSource, APipeThatAShellHasOpenedIsReadOnce) {
  int ends[2] = {-1, -1};
  ASSERT_EQ(::pipe(ends), 0);
  const std::string text = document("a") + "---\n" + document("b", "90s");
  ASSERT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  ::close(ends[1]);
  const std::string path = "/dev/fd/" + std::to_string(ends[0]);
  SpecSource source({path});
  DesiredState state = load(source);
  EXPECT_THAT(names(state), ElementsAre("a"));
  ASSERT_THAT(state.diagnostics, SizeIs(1));
  EXPECT_THAT(render(state.diagnostics[0]), HasSubstr(path + ":9:36: spec.ttl: "));
  state = load(source);
  EXPECT_THAT(names(state), ElementsAre("a"));
  EXPECT_EQ(source.parsed_files(), 0U);
  ::close(ends[0]);
}

TEST(SpecSource, StandardInputMayBeLargerThanAFile) {
  const TempTree tree;
  std::string text = document("a");
  text.append((2U << 20), '#');
  const StandardInput input(tree, text);
  EXPECT_THAT(names_below("-"), ElementsAre("a"));
}

// Who sends texts may have another limit than who takes them.
TEST(GivenTexts, AFileThatWasTooLargeToSendIsNoEmptyOne) {
  for (const std::uint64_t bytes : {std::uint64_t{5}, std::uint64_t{600'000}, std::uint64_t{2'000'000}}) {
    SpecSource source(SourceTexts{.files = {{.path = "large.yaml", .bytes = bytes}, {.path = "empty.yaml"}}});
    const auto loaded = source.load();
    ASSERT_TRUE(loaded) << bytes;
    ASSERT_EQ(loaded->diagnostics.size(), 1U) << bytes;
    EXPECT_EQ(loaded->diagnostics.front().where.path(), "large.yaml");
    EXPECT_GT(loaded->unknown_documents, 0U) << "what it declares is left as it is";
  }
}

}  // namespace
}  // namespace cr::specs
