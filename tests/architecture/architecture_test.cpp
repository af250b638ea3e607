#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/architecture/rules.h"
#include "tests/architecture/source_tree.h"
#include "tests/support/tests_dir.h"

// What the folders of this program may know of each other and of the world. Each offence is a line of its
// own.
namespace cr::testing {
namespace {

// specs <- reconcile <- metrics <- daemon; nothing of the product knows the tests. Within reconcile/ the
// rooms stand in this order, and each knows only what stands before it.
const std::vector<LayerRule> kLayers = {
    {"specs/", {"specs/"}},
    {"reconcile/", {"specs/", "reconcile/"}},
    {"reconcile/async/", {"reconcile/async/"}},
    {"specs/text/", {"specs/text/"}},
    // Layering knows what was read, and not how.
    {"specs/defaults/",
     {"specs/defaults/", "specs/diagnostic.h", "specs/field_table.h", "specs/named_fields.h", "specs/parse.h",
      "specs/placeholder.h", "specs/selector.h", "specs/shared_values.h", "specs/source_text.h",
      "specs/spec_fields.h", "specs/workspace_spec.h"}},
    {"reconcile/model/", {"reconcile/async/clock.h", "reconcile/model/"}},
    {"reconcile/http/", {"specs/text/", "reconcile/async/", "reconcile/http/"}},
    {"reconcile/coder/",
     {"specs/text/", "reconcile/async/", "reconcile/model/", "reconcile/http/", "reconcile/coder/",
      "reconcile/observer.h"}},
    // Decisions: they know values, not who reads or executes them.
    {"reconcile/fields/",
     {"specs/", "reconcile/model/", "reconcile/coder/routes.h", "reconcile/coder/types.h",
      "reconcile/fields/"}},
    {"reconcile/resolve/",
     {"specs/", "reconcile/async/clock.h", "reconcile/model/", "reconcile/coder/api_error.h",
      "reconcile/coder/fault.h", "reconcile/coder/types.h", "reconcile/resolve/"}},
    {"reconcile/diff/",
     {"specs/", "reconcile/async/clock.h", "reconcile/model/", "reconcile/coder/types.h", "reconcile/fields/",
      "reconcile/diff/"}},
    {"reconcile/plan/",
     {"specs/", "reconcile/async/clock.h", "reconcile/model/", "reconcile/coder/api_error.h",
      "reconcile/coder/types.h", "reconcile/fields/", "reconcile/resolve/", "reconcile/diff/",
      "reconcile/plan/"}},
    // Whom sets have workspaces for: documents, and what a directory of people has told.
    {"reconcile/sets/",
     {"specs/", "reconcile/async/clock.h", "reconcile/model/", "reconcile/coder/api_error.h",
      "reconcile/coder/fault.h", "reconcile/coder/members.h", "reconcile/coder/types.h",
      "reconcile/plan/guard.h", "reconcile/sets/"}},
    {"reconcile/read/",
     {"specs/", "reconcile/async/", "reconcile/model/", "reconcile/coder/", "reconcile/read/"}},
    {"reconcile/forecast/",
     {"specs/", "reconcile/model/", "reconcile/coder/types.h", "reconcile/fields/", "reconcile/forecast/"}},
    // Rows and live workspaces: it knows nothing of what is declared.
    {"reconcile/feed/", {"reconcile/model/", "reconcile/feed/"}},
    {"reconcile/memory/",
     {"specs/", "reconcile/async/clock.h", "reconcile/model/", "reconcile/coder/api_error.h",
      "reconcile/coder/fault.h", "reconcile/coder/types.h", "reconcile/fields/", "reconcile/resolve/",
      "reconcile/diff/", "reconcile/plan/", "reconcile/read/costs.h", "reconcile/read/read_plan.h",
      "reconcile/feed/read_set.h", "reconcile/feed/setting.h", "reconcile/sets/", "reconcile/memory/"}},
    {"reconcile/execute/",
     {"specs/", "reconcile/async/", "reconcile/model/", "reconcile/coder/", "reconcile/fields/",
      "reconcile/plan/", "reconcile/memory/backoff.h", "reconcile/execute/"}},
    // It knows nothing of what is declared or decided.
    {"reconcile/watch/", {"reconcile/async/", "reconcile/model/", "reconcile/coder/", "reconcile/watch/"}},
    {"reconcile/report/",
     {"specs/", "reconcile/async/clock.h", "reconcile/model/", "reconcile/coder/api_error.h",
      "reconcile/coder/fault.h", "reconcile/coder/types.h", "reconcile/fields/", "reconcile/resolve/",
      "reconcile/diff/", "reconcile/plan/", "reconcile/read/costs.h", "reconcile/forecast/",
      "reconcile/feed/feed_trust.h", "reconcile/sets/", "reconcile/memory/", "reconcile/report/"}},
    {"metrics/", {"specs/", "reconcile/", "metrics/"}},
    {"metrics/pushgateway.",
     {"specs/text/", "reconcile/async/", "reconcile/http/", "metrics/grouping.h", "metrics/pushgateway."}},
    {"daemon/", {"specs/", "reconcile/", "metrics/", "daemon/"}},
};

// Each library has its corner, so that it can be replaced there.
const std::vector<LibraryRule> kLibraries = {
    {"yaml-cpp/", {"specs/yaml_document.cpp"}},
    {"simdjson", {"reconcile/coder/"}},
    {"date/", {"specs/time_zone.cpp"}},
    {"boost/beast",
     {"reconcile/async/asio_impl.cpp", "reconcile/http/", "daemon/http", "daemon/loop/commit.cpp"}},
    {"boost/asio",
     {"reconcile/async/", "reconcile/http/", "reconcile/coder/", "reconcile/read/", "reconcile/resolve/",
      "reconcile/execute/", "reconcile/watch/", "reconcile/cycle", "daemon/"}},
    // Waiting for several things is for the verbs of reconcile/async/ alone; a channel is a queue as any
    // other.
    {"boost/asio/experimental/", {"reconcile/async/", "daemon/"}},
    {"boost/asio/experimental/parallel_group", {"reconcile/async/"}},
    {"boost/asio/experimental/awaitable_operators", {"reconcile/async/"}},
    // TLS stays with the client. Hashing is arithmetic, and free for all.
    {"openssl/ssl", {"reconcile/http/"}},
    {"openssl/x509", {"reconcile/http/"}},
    {"prometheus/", {"metrics/"}},
    {"gtest/", {}},
    {"gmock/", {}},
};

// Values in, values out: what decides is apart from what reads and writes.
const std::vector<PureRule> kPure = {
    {"specs/",
     {"specs/source.", "specs/last_walk.", "specs/source_tree.", "specs/tree_above.", "specs/regular_file.",
      "specs/revision.", "specs/time_zone."}},
    {"reconcile/model/", {}},
    {"reconcile/resolve/", {}},
    {"reconcile/fields/", {}},
    {"reconcile/diff/", {}},
    {"reconcile/plan/", {}},
    {"reconcile/sets/", {}},
    {"reconcile/forecast/", {}},
    {"reconcile/feed/", {}},
    {"reconcile/memory/", {}},
    {"reconcile/report/", {}},
    {"reconcile/read/", {"reconcile/read/fleet_reader.", "reconcile/read/reader."}},
    {"reconcile/observer.h", {}},
    {"daemon/activity/", {"daemon/activity/shared_activity."}},
    {"daemon/ci/", {}},
    {"daemon/commit/", {"daemon/commit/messenger.", "daemon/commit/reporter."}},
    {"daemon/export/",
     {"daemon/export/fleet_reading.", "daemon/export/folder_export.", "daemon/export/write_files."}},
    {"metrics/",
     {"metrics/process.cpp", "metrics/pushgateway.", "metrics/replace_file.cpp", "metrics/textfile.cpp"}},
};

// The loader holds time stamps of files against the time by which the file system made them.
const std::vector<std::string_view> kClockReaders = {"reconcile/async/system_clock.cpp", "specs/source.cpp"};

const std::vector<SourceFile>& product() {
  static const std::vector<SourceFile> files =
      read_tree(cr::testing::tests_dir() + "/..", {"specs", "reconcile", "metrics", "daemon"});
  return files;
}

void report(const std::vector<std::string>& offences) {
  for (const std::string& offence : offences) ADD_FAILURE() << offence;
}

TEST(Architecture, TheWholeProductIsLookedAt) {
  const auto holds = [](std::string_view path) {
    return std::any_of(product().begin(), product().end(),
                       [&](const SourceFile& f) { return f.path == path; });
  };
  EXPECT_TRUE(holds("specs/name.h"));
  EXPECT_TRUE(holds("reconcile/coder/api.h"));
  EXPECT_TRUE(holds("metrics/recorder.cpp"));
}

TEST(Architecture, FoldersIncludeOnlyWhatIsBelowThem) {
  report(check_layers(product(), kLayers));
}

/// The folder below reconcile/. Its files at the top and reconcile/cycle/ are one room: the cycle.
std::string room_of(std::string_view path) {
  path.remove_prefix(std::string_view("reconcile/").size());
  const std::size_t slash = path.find('/');
  return slash == std::string_view::npos ? "cycle" : std::string(path.substr(0, slash));
}

using Rooms = std::map<std::string, std::set<std::string>>;

/// Whether includes lead from one room to another, directly or through others.
bool leads_to(const Rooms& known, const std::string& from, const std::string& to,
              std::set<std::string>& seen) {
  if (!seen.insert(from).second || !known.contains(from)) return false;
  return std::ranges::any_of(
      known.at(from), [&](const std::string& next) { return next == to || leads_to(known, next, to, seen); });
}

TEST(Architecture, NoTwoRoomsOfTheReconcilerKnowEachOther) {
  Rooms known;
  for (const SourceFile& file : product()) {
    if (!file.path.starts_with("reconcile/")) continue;
    for (const Include& include : file.includes) {
      if (!include.path.starts_with("reconcile/")) continue;
      const std::string from = room_of(file.path), to = room_of(include.path);
      if (from != to) known[from].insert(to);
    }
  }
  EXPECT_GT(known["cycle"].size(), 5U);
  for (const auto& [room, others] : known) {
    std::set<std::string> seen;
    EXPECT_FALSE(leads_to(known, room, room, seen)) << room << " needs what needs it";
  }
}

TEST(Architecture, EachLibraryIsKnownInItsCornerOnly) {
  report(check_libraries(product(), kLibraries));
}

TEST(Architecture, WhatDecidesTouchesNothing) {
  report(check_purity(product(), kPure));
}

TEST(Architecture, TheCoreNamesNoSettingAndNoEndpoint) {
  report(check_words(product(), {"specs/", "reconcile/"}));
}

TEST(Architecture, TimeIsReadInOnePlace) {
  report(check_clocks(product(), kClockReaders));
}

// CMake passes what the program links, directly and through others.
TEST(Architecture, TheProgramLinksNothingOfTheTests) {
  std::vector<std::string> linked;
  std::istringstream list(CR_PROGRAM_LINKS);
  for (std::string target; list >> target;) linked.push_back(target);
  EXPECT_THAT(linked, ::testing::Contains("cr_specs"));
  EXPECT_THAT(linked, ::testing::Contains("cr_metrics"));
  for (const std::string& target : linked) {
    EXPECT_EQ(target.find("standin"), std::string::npos) << target;
    EXPECT_EQ(target.find("GTest"), std::string::npos) << target;
    EXPECT_EQ(target.find("test"), std::string::npos) << target;
  }
}

}  // namespace
}  // namespace cr::testing
