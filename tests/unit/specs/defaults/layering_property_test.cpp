// Layering as a function of the set of documents: trees made at random, files in any order.

#include <random>

#include "defaults/defaults_fixture.h"
#include "specs/defaults/layering.h"
#include "specs/parse.h"
#include "tests/support/seeds.h"

namespace cr::specs {
namespace {

struct File {
  std::string path;
  ParsedFile parsed;
};

constexpr std::array<const char*, 5> kDirectories{"", "a/", "a/b/", "c/", "a/b/d/"};
constexpr std::array<const char*, 8> kValues{"ttl: 1h",
                                             "ttl: 2h, favorite: true",
                                             "template: docker",
                                             "parameters: {x: 1, y: 2}",
                                             "parameters: {x: 3}",
                                             "reconcilePolicy: {create: false}",
                                             "dormant: false, reconcilePolicy: {fields: {dormant: report}}",
                                             "autostart: null, organization: null"};
constexpr std::array<const char*, 4> kSelectors{"", "", "site=berlin", "team!=payments"};
constexpr std::array<const char*, 3> kLabels{"", "site: berlin", "team: payments"};

/// Names every field, and every key that any default has.
constexpr const char* kEverything =
    "organization: o, template: t, templateVersion: v, parameters: {x: 0, y: 0}, autostart: null, ttl: 5h, "
    "automaticUpdates: never, dormant: false, preset: p, favorite: false, keepAwake: [], retain: null, "
    "reconcilePolicy: {create: true, update: true, recreate: always, fields: {dormant: enforce}}";

class World {
 public:
  explicit World(std::mt19937& random) {
    const auto pick = [&](const auto& from) { return std::string(from[random() % from.size()]); };
    for (int i = 0; i < 12; ++i) {
      std::string text;
      for (std::size_t n = random() % 3; n > 0; --n) text += defaults(pick(kValues), pick(kSelectors));
      for (std::size_t n = random() % 3; n > 0; --n) {
        const std::string name = "w" + std::to_string(i) + "x" + std::to_string(n);
        text += workspace(name, random() % 3 == 0 ? kEverything : pick(kValues), pick(kLabels));
      }
      const std::string path = pick(kDirectories) + std::to_string(i) + ".yaml";
      files.push_back({path, parse(text, std::make_shared<const std::string>(path), {}, values)});
    }
  }

  DesiredState layered() {
    DefaultsTree tree;
    for (const File& file : files)
      for (const DefaultsPtr& one : file.parsed.defaults) tree.add(directory_of(file.path), one);
    std::map<std::string, DefaultsChain> chains;
    Layering layering(values);
    Declared declared;
    for (const File& file : files) {
      const auto [chain, fresh] = chains.try_emplace(directory_of(file.path));
      if (fresh) chain->second = tree.chain_of(chain->first);
      LayeredFile one = layering.layer(file.parsed, chain->second);
      declared.specs.insert(declared.specs.end(), one.specs.begin(), one.specs.end());
      declared.rejected.insert(declared.rejected.end(), one.rejected.begin(), one.rejected.end());
      declared.diagnostics.insert(declared.diagnostics.end(), one.diagnostics.begin(), one.diagnostics.end());
    }
    return assemble(std::move(declared));
  }

  SharedValues values;
  std::vector<File> files;
};

bool same(const DesiredState& a, const DesiredState& b) {
  return std::ranges::equal(
             a.specs, b.specs, {}, [](const SpecPtr& spec) { return *spec; },
             [](const SpecPtr& spec) { return *spec; }) &&
         a.elsewhere == b.elsewhere && a.diagnostics == b.diagnostics;
}

TEST(LayeringProperty, DoesNotDependOnTheOrderOfFiles) {
  std::mt19937 random(static_cast<std::uint32_t>(cr::testing::number_in("CR_HISTORY", 1)));
  std::size_t defaulted = 0, left_out = 0;
  for (int round = 0; round < 60; ++round) {
    World world(random);
    const DesiredState expected = world.layered();
    for (const SpecPtr& spec : expected.specs) defaulted += spec->defaulted.size();
    left_out += expected.elsewhere.size();
    std::shuffle(world.files.begin(), world.files.end(), random);
    ASSERT_TRUE(same(world.layered(), expected)) << "round " << round;
  }
  EXPECT_GT(defaulted, 50U);
  EXPECT_GT(left_out, 10U);
}

TEST(LayeringProperty, ADocumentThatNamesEverythingIsUntouchedByAnyDefault) {
  std::mt19937 random(static_cast<std::uint32_t>(cr::testing::number_in("CR_HISTORY", 1)));
  std::size_t seen = 0;
  for (int round = 0; round < 60; ++round) {
    World world(random);
    const DesiredState state = world.layered();
    for (const File& file : world.files) {
      for (const SpecPtr& spec : file.parsed.specs) {
        if (spec->preset != "p") continue;
        ++seen;
        ASSERT_EQ(named(state, spec->name), *spec);
      }
    }
  }
  EXPECT_GT(seen, 40U);
}

TEST(LayeringProperty, EveryValueIsTheDocumentsOwnOrHasAPlaceAmongDefaults) {
  std::mt19937 random(static_cast<std::uint32_t>(cr::testing::number_in("CR_HISTORY", 1)));
  for (int round = 0; round < 40; ++round) {
    World world(random);
    const DesiredState state = world.layered();
    for (const File& file : world.files) {
      for (const SpecPtr& spec : file.parsed.specs) {
        const auto valid =
            std::ranges::find_if(state.specs, [&](const SpecPtr& one) { return one->name == spec->name; });
        if (valid == state.specs.end()) continue;
        for (const auto& field : (*valid)->fields) {
          const bool own = spec->fields.find(field.key) != nullptr;
          ASSERT_EQ(default_of(**valid, field.key) == nullptr, own) << field.key;
        }
      }
    }
  }
}

}  // namespace
}  // namespace cr::specs
