#include "specs/field_places.h"

#include <gtest/gtest.h>

#include "tests/support/parse_alone.h"

namespace cr::specs {
namespace {

constexpr std::string_view kText =
    "# a comment\n"
    "apiVersion: coder-reconciler/v1\n"
    "kind: Workspace\n"
    "metadata:\n"
    "  name: api\n"
    "  annotations: {coder-reconciler/suspend: until 2026-10-01}\n"
    "spec:\n"
    "  owner: alice\n"
    "  template: docker\n"
    "  ttl:   27h   # long\n"
    "---\n"
    "apiVersion: coder-reconciler/v1\n"
    "kind: List\n"
    "items:\n"
    "  - {apiVersion: coder-reconciler/v1, kind: Workspace, metadata: {name: a}, spec: {owner: a, template: "
    "t}}\n"
    "  - apiVersion: coder-reconciler/v1\n"
    "    kind: Workspace\n"
    "    metadata: {name: b}\n"
    "    spec:\n"
    "      {owner: a, template: t, ttl: 5h}\n";

std::shared_ptr<const std::string> file() {
  return std::make_shared<const std::string>("a.yaml");
}

/// Where a field of the nth spec stands; "nowhere" if it is not found.
std::string place(std::string_view text, std::size_t nth, const FieldPath& path) {
  const ParsedFile parsed = cr::testing::parse_alone(kText, file());
  EXPECT_EQ(parsed.specs.size(), 3U);
  int reads = 0;
  FieldPlaces places([&](const std::string& path_read) {
    EXPECT_EQ(path_read, "a.yaml");
    ++reads;
    return std::optional<std::string>(text);
  });
  const auto first = places.find(parsed.specs.at(nth)->where, path);
  const auto again = places.find(parsed.specs.at(nth)->where, path);
  EXPECT_EQ(first.has_value(), again.has_value());
  EXPECT_EQ(reads, 1);
  return first ? first->where.to_string() + " " + first->excerpt : "nowhere";
}

TEST(FieldPlaces, AreThoseOfTheValue) {
  EXPECT_EQ(place(kText, 0, {"spec", "ttl"}), "a.yaml:10:10   ttl:   27h   # long");
  EXPECT_EQ(place(kText, 0, {"metadata", "annotations", "coder-reconciler/suspend"}),
            "a.yaml:6:43   annotations: {coder-reconciler/suspend: until 2026-10-01}");
  EXPECT_EQ(place(kText, 2, {"spec", "ttl"}), "a.yaml:20:36       {owner: a, template: t, ttl: 5h}");
  EXPECT_EQ(place("\xef\xbb\xbf" + std::string(kText), 0, {"spec", "ttl"}),
            "a.yaml:10:10   ttl:   27h   # long");
}

TEST(FieldPlaces, AreNowhereWhatIsNotThere) {
  EXPECT_EQ(place(kText, 0, {"spec", "autostart"}), "nowhere");
  EXPECT_EQ(place(kText, 1, {"spec", "ttl"}), "nowhere");
  EXPECT_EQ(place(kText, 0, {"spec", "ttl", "[0]"}), "nowhere");
  EXPECT_EQ(place("", 0, {"spec", "ttl"}), "nowhere");
  EXPECT_EQ(place("a: [b", 0, {"spec", "ttl"}), "nowhere");
  EXPECT_EQ(place("\n" + std::string(kText), 0, {"spec", "ttl"}), "nowhere") << "the file has moved on";
}

TEST(FieldPlaces, FindItemsOfLists) {
  const std::string text = "spec:\n  keepAwake:\n    - until: x\n    - until: yy\n";
  FieldPlaces places([&](const std::string&) { return std::optional<std::string>(text); });
  const auto found = places.find({file(), 1, 1}, {"spec", "keepAwake", "[1]", "until"});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->where.to_string(), "a.yaml:4:14");
  for (const char* wrong : {"[2]", "[x]", "[]", "[-1]", "1"})
    EXPECT_FALSE(places.find({file(), 1, 1}, {"spec", "keepAwake", wrong, "until"})) << wrong;
  EXPECT_EQ(to_text({"spec", "keepAwake", "[1]", "until"}), "spec.keepAwake[1].until");
  EXPECT_EQ(to_text({"metadata", "annotations", "a/b"}), "metadata.annotations.\"a/b\"");
}

}  // namespace
}  // namespace cr::specs
