#include "tests/architecture/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// The rules judge made-up files here, so that a rule that finds nothing in the product is known to be able
// to.
namespace cr::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<SourceFile> a_file(std::string path, std::string_view text) {
  return {read_source(std::move(path), text)};
}

TEST(SourceTree, FindsIncludesWithTheirLines) {
  const SourceFile file = read_source("a.cpp",
                                      "#pragma once\n"
                                      "#include \"specs/wish.h\"\n"
                                      "  #  include <vector> // why\n"
                                      "// #include <map>\n"
                                      "/* #include <set>\n#include <list>\n*/\n"
                                      "#include <boost/asio/awaitable.hpp>\n");
  ASSERT_EQ(file.includes.size(), 3u);
  EXPECT_EQ(file.includes[0].path, "specs/wish.h");
  EXPECT_EQ(file.includes[0].line, 2u);
  EXPECT_EQ(file.includes[1].path, "vector");
  EXPECT_EQ(file.includes[2].path, "boost/asio/awaitable.hpp");
  EXPECT_EQ(file.includes[2].line, 8u);
}

TEST(SourceTree, ProseIsNoCode) {
  const SourceFile file = read_source("a.cpp",
                                      "int a = 1'000;  // std::cout\n"
                                      "auto b = \"say \\\" getenv(\" + c;\n"
                                      "char d = '\"'; std::cerr << d;\n");
  EXPECT_EQ(file.lines[0].find("cout"), std::string::npos);
  EXPECT_EQ(file.lines[1].find("getenv"), std::string::npos);
  EXPECT_NE(file.lines[1].find("+ c"), std::string::npos);
  EXPECT_NE(file.lines[2].find("std::cerr"), std::string::npos);
}

const std::vector<LayerRule> kTwoLayers = {{"specs/", {"specs/"}},
                                           {"reconcile/", {"specs/", "reconcile/"}},
                                           {"reconcile/model/", {"reconcile/model/"}}};

TEST(LayerRule, AllowsWhatIsBelowAndLibraries) {
  EXPECT_THAT(
      check_layers(a_file("reconcile/x.h", "#include \"specs/wish.h\"\n#include <vector>\n"), kTwoLayers),
      IsEmpty());
}

TEST(LayerRule, NamesFileLineAndWhatIsAllowed) {
  EXPECT_THAT(check_layers(a_file("specs/x.h", "\n#include \"reconcile/cycle.h\"\n"), kTwoLayers),
              ElementsAre("specs/x.h:2: includes reconcile/cycle.h, but specs/ may only include specs/"));
}

TEST(LayerRule, TheLongestFolderCounts) {
  EXPECT_EQ(check_layers(a_file("reconcile/model/x.h", "#include \"specs/wish.h\"\n"), kTwoLayers).size(),
            1u);
}

TEST(LayerRule, TheProductDoesNotKnowTheTests) {
  EXPECT_EQ(check_layers(a_file("reconcile/x.h", "#include \"tests/standin/server.h\"\n"), kTwoLayers).size(),
            1u);
}

TEST(LayerRule, AFolderWithoutARuleIsAnOffence) {
  EXPECT_THAT(check_layers(a_file("common/x.h", ""), kTwoLayers),
              ElementsAre("common/x.h: no rule says what it may include"));
}

TEST(LibraryRule, IsForItsUsersAlone) {
  const std::vector<LibraryRule> rules = {{"yaml-cpp/", {"specs/yaml_document.cpp"}}};
  EXPECT_THAT(check_libraries(a_file("specs/yaml_document.cpp", "#include <yaml-cpp/yaml.h>\n"), rules),
              IsEmpty());
  EXPECT_THAT(
      check_libraries(a_file("specs/parse.cpp", "#include <yaml-cpp/yaml.h>\n"), rules),
      ElementsAre("specs/parse.cpp:1: includes yaml-cpp/yaml.h, which only specs/yaml_document.cpp may"));
}

TEST(PureRule, FindsHeadersAndCallsThatTouchTheWorld) {
  const std::vector<PureRule> rules = {{"specs/", {"specs/source.cpp"}}};
  const auto offences = [&](std::string_view text) {
    return check_purity(a_file("specs/x.cpp", text), rules);
  };
  for (const char* impure :
       {"#include <filesystem>\n", "#include <fstream>\n", "#include <iostream>\n", "#include <sys/stat.h>\n",
        "#include <boost/asio/post.hpp>\n", "#include <boost/beast/http.hpp>\n", "#include <thread>\n",
        "auto t = std::chrono::steady_clock::now();\n", "auto e = std::getenv(\"HOME\");\n",
        "std::cout << 1;\n"}) {
    EXPECT_EQ(offences(impure).size(), 1u) << impure;
  }
  EXPECT_THAT(offences("#include <chrono>\n#include <vector>\nstd::snprintf(b, 1, \"x\");\n"), IsEmpty());
  EXPECT_THAT(check_purity(a_file("specs/source.cpp", "#include <filesystem>\n"), rules), IsEmpty());
  EXPECT_THAT(check_purity(a_file("daemon/x.cpp", "#include <filesystem>\n"), rules), IsEmpty());
}

TEST(WordRule, NamesOfSettingsAreForThoseWhoKnowThem) {
  const auto offences = [](std::string_view text) {
    return check_words(a_file("reconcile/x.cpp", text), {"reconcile/"});
  };
  for (const char* text : {"f(\"--ca-file\");\n", "f(\"give --header\");\n", "f(\"HTTPS_PROXY\");\n",
                           "f(\"set CODER_URL\");\n", "f(\"POST /-/approve\");\n"}) {
    EXPECT_EQ(offences(text).size(), 1u) << text;
  }
  EXPECT_THAT(offences("--left;\n// the flag \"--x\"\nf(\"a -- b\");\n"), IsEmpty());
  EXPECT_THAT(check_words(a_file("daemon/x.cpp", "f(\"--ca-file\");\n"), {"reconcile/"}), IsEmpty());
}

TEST(ClockRule, OnlyItsReadersCallNow) {
  const std::string_view text = "\nauto t = std::chrono::system_clock::now();\n";
  EXPECT_THAT(check_clocks(a_file("clock.cpp", text), {"clock.cpp"}), IsEmpty());
  EXPECT_THAT(check_clocks(a_file("loop.cpp", text), {"clock.cpp"}),
              ElementsAre("loop.cpp:2: reads a clock, which only clock.cpp may"));
}

}  // namespace
}  // namespace cr::testing
