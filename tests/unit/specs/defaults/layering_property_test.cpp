// Layering as a function of the set of documents: trees made at random, files in any order.

#include <array>
#include <map>
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
/// Values as they are written, and one by one.
struct Values {
  const char* text;
  std::map<std::string, std::string> fields;
};
const std::array<Values, 8> kValues{{
    {"ttl: 1h", {{"ttl", "1h"}}},
    {"ttl: 2h, favorite: true", {{"ttl", "2h"}, {"favorite", "true"}}},
    {"template: docker", {{"template", "docker"}}},
    {"parameters: {x: 1, y: 2}", {{"parameters.x", "1"}, {"parameters.y", "2"}}},
    {"parameters: {x: 3}", {{"parameters.x", "3"}}},
    {"reconcilePolicy: {create: false}", {{"reconcilePolicy.create", "false"}}},
    {"dormant: false, reconcilePolicy: {fields: {dormant: report}}",
     {{"dormant", "false"}, {"reconcilePolicy.fields.dormant", "report"}}},
    {"autostart: null, organization: null", {{"autostart", "none"}, {"organization", "not given"}}},
}};
constexpr std::array<const char*, 4> kSelectors{"", "", "site=berlin", "team!=payments"};
constexpr std::array<const char*, 3> kLabels{"", "site: berlin", "team: payments"};

bool selects(std::size_t selector, std::size_t labels) {
  return selector < 2 || (selector == 2 && labels == 1) || (selector == 3 && labels != 2);
}

/// Names every field, and every key that any default has.
constexpr const char* kEverything =
    "organization: o, template: t, templateVersion: v, parameters: {x: 0, y: 0}, autostart: null, ttl: 5h, "
    "automaticUpdates: never, dormant: false, preset: p, favorite: false, keepAwake: [], retain: null, "
    "reconcilePolicy: {create: true, update: true, recreate: always, fields: {dormant: enforce}}";

class World {
 public:
  /// Of defaults, or of a document.
  struct Written {
    std::string name;
    std::string directory;
    std::size_t values = 0;
    std::size_t choice = 0;  ///< a selector's or labels'
  };

  explicit World(std::mt19937& random) {
    for (int i = 0; i < 12; ++i) {
      const std::string directory = kDirectories[random() % kDirectories.size()];
      std::string text;
      for (std::size_t n = random() % 3; n > 0; --n) {
        const Written& one = given.emplace_back(
            Written{"d", directory, random() % kValues.size(), random() % kSelectors.size()});
        text += defaults(kValues[one.values].text, kSelectors[one.choice]);
      }
      for (std::size_t n = random() % 3; n > 0; --n) {
        const std::string name = "w" + std::to_string(i) + "x" + std::to_string(n);
        const Written one{name, directory, random() % kValues.size(), random() % kLabels.size()};
        const bool everything = random() % 3 == 0;
        text += workspace(name, everything ? kEverything : kValues[one.values].text, kLabels[one.choice]);
        if (!everything) documents.push_back(one);
      }
      const std::string path = directory + std::to_string(i) + ".yaml";
      files.push_back({path, parse(text, std::make_shared<const std::string>(path), {}, values)});
    }
  }

  /// Who gives the field to the document: the document itself, else the nearest directory's defaults, with a
  /// selector before without. One, or none, or several of equal rank.
  [[nodiscard]] std::vector<std::string> expected(const Written& document, const std::string& field) const {
    std::vector<std::string> found;
    const auto look = [&](const Written& one) {
      const auto value = kValues[one.values].fields.find(field);
      if (value != kValues[one.values].fields.end()) found.push_back(value->second);
    };
    look(document);
    for (std::string directory = document.directory; found.empty();) {
      for (const bool with_selector : {true, false}) {
        if (!found.empty()) break;
        for (const Written& one : given)
          if (one.directory == directory && (one.choice > 1) == with_selector &&
              selects(one.choice, document.choice))
            look(one);
      }
      if (directory.empty()) break;
      directory.erase(directory.substr(0, directory.size() - 1).rfind('/') + 1);
    }
    return found;
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
  std::vector<Written> given;      ///< defaults
  std::vector<Written> documents;  ///< but for those that name everything
};

/// As kValues has it.
std::string value_of(const WorkspaceSpec& spec, const std::string& field) {
  if (field == "template") return std::string(spec.body->template_ref);
  if (field == "organization")
    return spec.body->organization.empty() ? "not given" : std::string(spec.body->organization);
  if (field == "reconcilePolicy.create") return spec.body->policy.create ? "true" : "false";
  if (field == "reconcilePolicy.fields.dormant")
    return spec.fields.entry("dormant") ? std::string(to_string(spec.fields.entry("dormant")->mode))
                                        : "not given";
  if (!field.starts_with("parameters.")) return text_of(spec, field);
  for (const auto& [key, value] : spec.body->parameters)
    if ("parameters." + key == field) return value;
  return "not given";
}
/// What it is where nobody gives it.
std::string absent(const std::string& field) {
  return field == "reconcilePolicy.create" ? "true" : "not given";
}

bool same(const DesiredState& a, const DesiredState& b) {
  return std::ranges::equal(
             a.specs, b.specs, {}, [](const SpecPtr& spec) { return *spec; },
             [](const SpecPtr& spec) { return *spec; }) &&
         a.elsewhere == b.elsewhere && a.diagnostics == b.diagnostics;
}

/// Null where it was left out.
SpecPtr find_named(const DesiredState& state, std::string_view name) {
  const auto found = std::ranges::find_if(state.specs, [&](const SpecPtr& one) { return one->name == name; });
  return found == state.specs.end() ? nullptr : *found;
}

TEST(LayeringProperty, DoesNotDependOnTheOrderOfFiles) {
  std::mt19937 random(static_cast<std::uint32_t>(cr::testing::number_in("CR_HISTORY", 1)));
  std::size_t defaulted = 0, left_out = 0;
  for (int round = 0; round < 60; ++round) {
    World world(random);
    const DesiredState expected = world.layered();
    for (const SpecPtr& spec : expected.specs) defaulted += spec->body->defaulted.size();
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
        if (spec->body->preset != "p") continue;
        ++seen;
        ASSERT_EQ(named(state, spec->name), *spec);
      }
    }
  }
  EXPECT_GT(seen, 40U);
}

TEST(LayeringProperty, EveryValueIsTheDocumentsOwnOrHasAPlaceAmongDefaults) {
  std::mt19937 random(static_cast<std::uint32_t>(cr::testing::number_in("CR_HISTORY", 1)));
  std::size_t own_values = 0, defaulted = 0;
  for (int round = 0; round < 60; ++round) {
    World world(random);
    const DesiredState state = world.layered();
    for (const World::Written& document : world.documents) {
      const SpecPtr valid = find_named(state, document.name);
      if (!valid) continue;
      for (const Values& values : kValues) {
        for (const auto& [field, value] : values.fields) {
          const bool own = kValues[document.values].fields.contains(field);
          if (!own && value_of(*valid, field) == absent(field)) continue;
          ++(own ? own_values : defaulted);
          ASSERT_EQ(default_of(*valid, field) == nullptr, own) << field;
        }
      }
    }
  }
  EXPECT_GT(own_values, 100U);
  EXPECT_GT(defaulted, 100U);
}

TEST(LayeringProperty, IsTheDocumentThenTheNearestDirectoryAndThereASelectorFirst) {
  std::mt19937 random(static_cast<std::uint32_t>(cr::testing::number_in("CR_HISTORY", 1)));
  std::size_t given = 0, clashed = 0;
  for (int round = 0; round < 60; ++round) {
    World world(random);
    const DesiredState state = world.layered();
    for (const World::Written& document : world.documents) {
      const SpecPtr valid = find_named(state, document.name);
      bool clash = false;
      for (const Values& values : kValues)
        for (const auto& [field, value] : values.fields)
          clash = clash || world.expected(document, field).size() > 1;
      clashed += clash ? 1 : 0;
      ASSERT_EQ(valid != nullptr, !clash && !world.expected(document, "template").empty()) << document.name;
      if (!valid) continue;
      for (const Values& values : kValues) {
        for (const auto& [field, value] : values.fields) {
          const std::vector<std::string> wanted = world.expected(document, field);
          ASSERT_EQ(value_of(*valid, field), wanted.empty() ? absent(field) : wanted.front()) << field;
          given += wanted.size();
        }
      }
    }
  }
  EXPECT_GT(given, 200U);
  EXPECT_GT(clashed, 20U);
}

}  // namespace
}  // namespace cr::specs
