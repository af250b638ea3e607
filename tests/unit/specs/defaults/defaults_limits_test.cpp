// What hostile defaults cost is bounded: counted in what is looked at, and in bytes that are added.

#include "defaults/defaults_fixture.h"
#include "specs/defaults/layering.h"
#include "specs/parse.h"

namespace cr::specs {
namespace {

using DefaultsLimits = DefaultsTreeTest;

std::string many_defaults(std::size_t count, const std::string& values = "ttl: 8h") {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += defaults(values, "site=s" + std::to_string(i));
  return text;
}

TEST_F(DefaultsLimits, AsManyAsAreAllowedCount) {
  write("d.yaml", many_defaults(kMaxDefaultsInChain / 2));
  write("near/d.yaml", many_defaults(kMaxDefaultsInChain / 2));
  write("near/w.yaml", workspace("x", "template: t", "site: s7"));
  const DesiredState state = load();
  EXPECT_EQ(said(state), "");
  EXPECT_EQ(text_of(named(state, "x"), "ttl"), "8h");
}

TEST_F(DefaultsLimits, MoreHoldTheDirectoryThatAddsThemAndNameTheFirstTooMany) {
  write("d.yaml", many_defaults(200));
  write("near/d.yaml", many_defaults(100));
  write("near/below/w.yaml", workspace("x"));
  write("beside/w.yaml", workspace("y"));
  const DesiredState state = load();
  EXPECT_THAT(names(state), ElementsAre("y"));
  EXPECT_THAT(said(state), HasSubstr("near/below/w.yaml:2:1: depends on too many WorkspaceDefaults: "
                                     "near/d.yaml:394 is one more than 256 ("));
}

/// Documents that have nothing in common, in one directory with defaults.
struct Layered {
  Layered(std::size_t documents, std::size_t of_defaults, const std::string& values, std::size_t max_bytes)
      : layering(shared, max_bytes) {
    std::string text = many_defaults(of_defaults, values) + defaults(values);
    for (std::size_t i = 0; i < documents; ++i)
      text += workspace("w" + std::to_string(i), "template: t, parameters: {p: " + std::to_string(i) + "}",
                        "site: s" + std::to_string(i % 10));
    const ParsedFile file = parse(text, std::make_shared<const std::string>("w.yaml"),
                                  {.bytes = std::size_t{8} << 20, .documents = 100'000}, shared);
    DefaultsTree tree;
    for (const DefaultsPtr& one : file.defaults) tree.add("", one);
    const DefaultsChain chain = tree.chain_of("");
    result = layering.layer(file, chain);
  }
  SharedValues shared;
  Layering layering;
  LayeredFile result;
};

TEST_F(DefaultsLimits, DefaultsAreHeldAgainstEachSetOfLabelsOnce) {
  const Layered one(3000, 200, "ttl: 8h", std::size_t{1} << 30);
  EXPECT_THAT(one.result.specs, SizeIs(3000));
  EXPECT_EQ(one.layering.looked_at(), 10U * 201);
  std::size_t selected = 0, used = 0;
  for (const DefaultsUse& use : one.result.uses) {
    selected += use.selected;
    used += use.used;
  }
  EXPECT_EQ(selected, 6000U) << "one with a selector and one without, for each";
  EXPECT_EQ(used, 3000U);
}

TEST_F(DefaultsLimits, ThousandsInOneDirectoryAreNotLookedAt) {
  const Layered one(3000, 9000, "ttl: 8h", std::size_t{1} << 30);
  EXPECT_THAT(one.result.specs, IsEmpty());
  EXPECT_LE(one.layering.looked_at(), 10U);
}

TEST_F(DefaultsLimits, WhatIsAddedToDocumentsThatHaveNothingInCommonEnds) {
  const std::string large = "parameters: {q: " + std::string(10'000, 'x') + "}";
  const Layered enough(50, 0, large, std::size_t{1} << 20);
  EXPECT_FALSE(enough.layering.is_exhausted());
  const Layered more(1000, 0, large, std::size_t{1} << 20);
  EXPECT_TRUE(more.layering.is_exhausted());
  std::size_t bytes = 0;
  for (const SpecPtr& spec : more.result.specs)
    for (const auto& [key, value] : *spec->body->parameters) bytes += value.size();
  EXPECT_LE(bytes, std::size_t{1} << 20);
}

TEST_F(DefaultsLimits, BeyondTheBytesThereIsNoNewDesiredState) {
  write("w.yaml", workspace("x", "template: t, parameters: {p: 1}") +
                      workspace("y", "template: t, parameters: {p: 2}"));
  SpecSource small({tree.path("specs")}, std::chrono::system_clock::now, {.layered_bytes = 4096});
  EXPECT_TRUE(small.load());
  write("d.yaml", defaults("parameters: {q: " + std::string(3000, 'x') + "}"));
  auto failed = small.load();
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message(),
              HasSubstr("the values that defaults give to documents take more than"));
  EXPECT_FALSE(small.load()) << "nothing of it is kept";
  write("d.yaml", defaults("parameters: {q: x}"));
  const DesiredState state = specs::load(small);
  EXPECT_EQ(*named(state, "x").body->parameters, (StringPairs{{"p", "1"}, {"q", "x"}}));
}

TEST_F(DefaultsLimits, WhatIsKeptFromAnEarlierLoadCountsWithWhatIsNew) {
  const std::string large = defaults("parameters: {q: " + std::string(3000, 'x') + "}");
  SpecSource small({tree.path("specs")}, std::chrono::system_clock::now, {.layered_bytes = 5000});
  write("a/d.yaml", large);
  write("a/w.yaml", workspace("x"));
  EXPECT_TRUE(small.load());
  write("b/d.yaml", large);
  write("b/w.yaml", workspace("y", "template: t, parameters: {p: 1}"));
  EXPECT_FALSE(small.load());
  EXPECT_FALSE(small.load());
  tree.remove("specs/a/w.yaml");
  EXPECT_TRUE(small.load());
}

TEST_F(DefaultsLimits, WhatFilesShareCountsOnceThoughOneIsEdited) {
  SpecSource small({tree.path("specs")}, std::chrono::system_clock::now, {.layered_bytes = 5000});
  write("d.yaml", defaults("parameters: {q: " + std::string(3000, 'x') + "}"));
  write("a.yaml", workspace("x"));
  write("b.yaml", workspace("y"));
  const auto load_x = [&] {
    const DesiredState state = specs::load(small);
    return *std::ranges::find(state.specs, "x", [](const SpecPtr& one) { return one->name; });
  };
  const SpecPtr x = load_x();
  for (const char* edit : {"# one\n", "# two\n", "# three\n"}) {
    write("b.yaml", edit + workspace("y"));
    EXPECT_EQ(load_x(), x) << edit << "the same object, by which much of it is known";
  }
}

TEST_F(DefaultsLimits, OfManyClashesOfADocumentTheFirstAreTold) {
  std::string values = "parameters: {";
  for (int i = 0; i < 100; ++i) values += "p" + std::to_string(i) + ": 1, ";
  write("a.yaml", defaults(values + "}"));
  write("b.yaml", defaults(values + "}"));
  write("w.yaml", workspace("x"));
  const DesiredState state = load();
  EXPECT_THAT(state.diagnostics, SizeIs(20));
  EXPECT_THAT(said(state), HasSubstr("; 80 more errors in this document)"));
}

}  // namespace
}  // namespace cr::specs
