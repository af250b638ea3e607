#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/architecture/source_tree.h"
#include "tests/support/tests_dir.h"

// tests/promises.md says which test holds each promise. What it names has to be there: a test that was
// renamed or removed takes its promise with it, unless somebody sees it.
namespace cr::testing {
namespace {

namespace fs = std::filesystem;

struct Row {
  std::size_t line = 0;
  std::string held_by;
};

std::vector<Row> rows_of(std::string_view table) {
  std::vector<Row> rows;
  std::size_t number = 0;
  while (!table.empty()) {
    const std::string_view line = table.substr(0, table.find('\n'));
    table.remove_prefix(std::min(table.size(), line.size() + 1));
    ++number;
    if (!line.starts_with("| ") || line.starts_with("| what went wrong") || line.starts_with("| ---"))
      continue;
    const std::size_t end = line.rfind(" |");
    const std::size_t begin = line.rfind(" | ", end - 1);
    rows.push_back({number, std::string(line.substr(begin + 3, end - begin - 3))});
  }
  return rows;
}

/// "Suite.Name" of each test in a file's code.
std::vector<std::string> tests_in(const SourceFile& file) {
  std::string code;
  for (const std::string& line : file.lines) code += line + '\n';
  static const std::regex kTest(R"(TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\))");
  std::vector<std::string> names;
  // A regular expression is slow where it has to look for its beginning.
  for (std::size_t at = code.find("TEST"); at != std::string::npos; at = code.find("TEST", at + 1)) {
    std::smatch found;
    const auto from = code.cbegin() + static_cast<std::ptrdiff_t>(at);
    if (std::regex_search(from, code.cend(), found, kTest, std::regex_constants::match_continuous))
      names.push_back(found[1].str() + "." + found[2].str());
  }
  return names;
}

/// What there is to be named.
struct Known {
  std::set<std::string> tests;  ///< Suite.Name
  std::set<std::string> files;  ///< by name alone
  fs::path root;

  [[nodiscard]] bool test(std::string_view name) const {
    if (!name.ends_with('*')) return tests.contains(std::string(name));
    name.remove_suffix(1);
    const auto at = tests.lower_bound(std::string(name));
    return at != tests.end() && at->starts_with(name);
  }
  [[nodiscard]] bool file(const std::string& path) const {
    return path.find('/') == std::string::npos ? files.contains(path) : fs::exists(root / path);
  }
};

const Known& known() {
  static const Known all = [] {
    Known found;
    found.root = fs::path(tests_dir()) / "..";
    for (const SourceFile& file : read_tree(found.root, {"tests"})) {
      for (std::string& name : tests_in(file)) found.tests.insert(std::move(name));
    }
    for (const auto& entry : fs::recursive_directory_iterator(tests_dir()))
      found.files.insert(entry.path().filename());
    for (const auto& entry : fs::directory_iterator(fs::path(tests_dir()) / "fuzz")) {
      if (entry.path().extension() == ".cpp") found.tests.insert("fuzz." + entry.path().stem().string());
    }
    for (const auto& entry : fs::directory_iterator(fs::path(tests_dir()) / "golden/cli"))
      found.tests.insert("CliGolden." + entry.path().filename().string());
    return found;
  }();
  return all;
}

/// What is wrong with what a row says; empty if it names something and all of it is there.
std::vector<std::string> problems_of(const std::string& held_by, const Known& known) {
  std::vector<std::string> problems;
  std::size_t named = 0;
  const auto check = [&](const std::string& name, bool there) {
    ++named;
    if (!there) problems.push_back("there is no " + name);
  };
  // Cases of the command line's golden test follow its name, without it.
  static const std::regex kGolden(R"(CliGolden ([a-z0-9-]+(?:, [a-z0-9-]+)*)(?![\w/.-]))");
  static const std::regex kCase(R"([a-z0-9-]+)");
  for (std::sregex_iterator found(held_by.begin(), held_by.end(), kGolden), end; found != end; ++found) {
    const std::string cases = (*found)[1];
    for (std::sregex_iterator one(cases.begin(), cases.end(), kCase); one != end; ++one)
      check("CliGolden " + one->str(), known.test("CliGolden." + one->str()));
  }
  static const std::regex kName(R"([\w/-]+(?:\.[\w*]+)+)");
  static const std::regex kFile(R"(.*\.(?:cpp|h|py|sh|awk|md))");
  static const std::regex kProgram(R"((?:cr_|reconcile_|cycle_|metrics_|specs_)\w*test\.)");
  for (std::sregex_iterator found(held_by.begin(), held_by.end(), kName), end; found != end; ++found) {
    const std::string name = found->str();
    const bool file = std::regex_match(name, kFile);
    check(name, file ? known.file(name) : known.test(std::regex_replace(name, kProgram, "")));
  }
  if (named == 0) problems.emplace_back("it names no test");
  return problems;
}

TEST(Promises, EachNamesTestsThatThereAre) {
  std::ifstream file(fs::path(tests_dir()) / "promises.md");
  const std::string table{std::istreambuf_iterator<char>(file), {}};
  const std::vector<Row> rows = rows_of(table);
  EXPECT_GT(rows.size(), 100U);
  for (const Row& row : rows) {
    for (const std::string& problem : problems_of(row.held_by, known()))
      ADD_FAILURE() << "promises.md:" << row.line << ": " << problem;
  }
}

TEST(Promises, ATestThatIsNotThereIsSeen) {
  Known little;
  little.tests = {"Suite.Name", "fuzz.url", "CliGolden.plan-nothing"};
  little.files = {"a_test.cpp"};
  little.root = tests_dir() + "/..";
  for (const char* good :
       {"Suite.Name", "`Suite.Name` (a_test.cpp)", "`Suite.*`", "`Suite.Na*`", "`cr_daemon_test.Suite.Name`",
        "fuzz.*", "`tests/promises.md`", "CliGolden plan-nothing (tests/promises.md)"}) {
    EXPECT_TRUE(problems_of(good, little).empty()) << good;
  }
  for (const char* bad : {"nothing", "Suite.Other", "Suite.Name, Suite.Other", "`Other.*`", "`b_test.cpp`",
                          "tests/no/such.cpp", "CliGolden plan-nothing, plan-all", "fuzz.other"}) {
    EXPECT_FALSE(problems_of(bad, little).empty()) << bad;
  }
}

}  // namespace
}  // namespace cr::testing
