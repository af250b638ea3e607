// Whatever defaults stand above them, exported specs declare what there is, and old ones what they did.
#include "daemon/export/folder_export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "reconcile/fields/managed_field.h"
#include "specs/parse.h"
#include "temp_folder.h"
#include "tests/support/builders.h"

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;
using coder::LiveWorkspace;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::LiveBuilder;
using testing::TempFolder;

class Dice {
 public:
  explicit Dice(std::uint32_t seed) : random_(seed) {}
  bool one_in(std::uint32_t n) { return random_() % n == 0; }
  template <class T>
  T pick(std::initializer_list<T> values) {
    return *(values.begin() + random_() % values.size());
  }

 private:
  std::mt19937 random_;
};

FleetFacts a_fleet(Dice& dice) {
  FleetFacts facts;
  for (std::uint32_t i = 1; i < 5; ++i) {
    LiveWorkspace row = LiveBuilder(i, dice.pick({"alice", "bob"}), "w" + std::to_string(i));
    row.template_name = dice.pick({"docker", "vm"});
    if (!dice.one_in(3)) row.ttl = dice.pick<std::chrono::milliseconds>({8h, 4h, 30s});
    row.autostart_schedule = dice.pick({"", "0 9 * * 1-5", "*/5 9 * * ?"});
    if (dice.one_in(5)) row.automatic_updates = reconcile::LiveAutomaticUpdates::unknown;
    row.dormant = dice.one_in(4);
    facts.organizations.emplace(row.organization_id, "coder");
    facts.versions[row.build.version] = {{.name = "cpu"}, {.name = "region"}};
    specs::StringPairs& parameters = facts.parameters[row.build.id];
    if (dice.one_in(2)) parameters.emplace_back("cpu", dice.pick({"4", "8"}));
    if (dice.one_in(2)) parameters.emplace_back("region", dice.pick({"eu", "no"}));
    facts.rows.push_back(std::move(row));
  }
  return facts;
}

std::string some_defaults(Dice& dice) {
  static constexpr std::initializer_list<const char*> kValues = {
      "ttl: 8h",
      "autostart: 0 7 * * *",
      "automaticUpdates: always",
      "dormant: true",
      "favorite: true",
      "organization: other",
      "template: vm",
      "templateVersion: v9",
      "preset: small",
      "keepAwake: [{from: 2026-11-28T18:00:00Z, until: 2026-12-01T06:00:00Z, reason: run 7}]",
      "retain: {until: 2027-01-31, reason: leave}",
      "parameters: {cpu: 2, gpu: 1}",
      "parameters: {\"a: b\": \"\"}",
      "reconcilePolicy: {create: true, update: false}",
      "reconcilePolicy: {recreate: never, fields: {ttl: initial, dormant: report}}",
  };
  std::set<std::string> keys;
  std::string values;
  for (int i = 0; i < 3; ++i) {
    const std::string value = dice.pick(kValues);
    if (keys.insert(value.substr(0, value.find(':'))).second) values += (values.empty() ? "" : ", ") + value;
  }
  return "apiVersion: coder-reconciler/v1\nkind: WorkspaceDefaults\nmetadata: {name: d}\nspec: {values: {" +
         values + "}" + dice.pick({"", ", selector: team!=x", ", selector: team=x"}) + "}\n";
}

struct Written {
  ExitCode code = ExitCode::ok;
  std::string out;
  std::string err;
};
Written write_into(const Config& config, const FleetFacts& facts) {
  Written written;
  Terminal terminal;
  terminal.out = [&](std::string_view text) { written.out += text; };
  terminal.err = [&](std::string_view text) { written.err += text; };
  std::vector<const LiveWorkspace*> rows;
  for (const LiveWorkspace& row : facts.rows) rows.push_back(&row);
  specs::SpecSource source({config.output_dir});
  LeftOut left_out;
  written.code = FolderExport(config, terminal, facts, rows, source, left_out).run();
  return written;
}

/// Empty where the directory is not there.
specs::DesiredState loaded(const std::string& directory) {
  if (!std::filesystem::exists(directory)) return {};
  specs::SpecSource source({directory});
  auto state = source.load();
  EXPECT_TRUE(state);
  return state ? std::move(*state) : specs::DesiredState();
}

/// What no spec can say of such a row.
bool is_sayable(std::string_view key, const LiveWorkspace& row) {
  if (key == "autostart") return row.autostart_schedule != "*/5 9 * * ?";
  if (key == "ttl") return row.ttl != 30s;
  if (key == "automaticUpdates") return row.automatic_updates != reconcile::LiveAutomaticUpdates::unknown;
  return key == "dormant" && row.dormant;
}

/// Each thing that the spec says is so, and it says all that it can.
void expect_declares(const specs::WorkspaceSpec& spec, const LiveWorkspace& row, const FleetFacts& facts,
                     bool managed) {
  EXPECT_EQ(spec.owner, row.owner_name);
  EXPECT_EQ(spec.body->organization, facts.organizations.at(row.organization_id));
  EXPECT_EQ(spec.body->template_ref, row.template_name);
  EXPECT_EQ(spec.body->template_version, "");
  EXPECT_EQ(spec.body->preset, "");
  EXPECT_EQ(spec.body->policy, (specs::ReconcilePolicy{.create = managed, .update = managed}));
  EXPECT_EQ(specs::StringPairs(spec.body->parameters), facts.parameters.at(row.build.id));
  for (const specs::Field& field : specs::spec_fields()) {
    const auto* declared = spec.fields.entry(field.key);
    if (!declared) {
      EXPECT_FALSE(is_sayable(field.key, row)) << field.key;
      continue;
    }
    EXPECT_EQ(declared->mode, specs::FieldMode::enforce) << field.key;
    const auto place = reconcile::field_of_key(field.key);
    ASSERT_TRUE(place) << field.key;
    EXPECT_TRUE(is_sayable(field.key, row)) << field.key;
    EXPECT_EQ(reconcile::entry_of(*place).compare(declared->value, row, {}), reconcile::Match::same)
        << field.key;
  }
}

TEST(FolderExport, NewSpecsDeclareWhatThereIsBelowAnyDefaults) {
  std::size_t left_out = 0;
  std::size_t written = 0;
  std::size_t with_defaults = 0;
  for (std::uint32_t round = 0; round < 120; ++round) {
    Dice dice(round);
    const TempFolder folder;
    const FleetFacts facts = a_fleet(dice);
    const bool empty = dice.one_in(6);
    if (!empty) folder.write("specs/a.yaml", some_defaults(dice));
    if (!empty && dice.one_in(2)) folder.write("specs/b.yaml", some_defaults(dice));
    Config config;
    config.output_dir = folder.path("specs");
    config.managed = dice.one_in(2);
    config.merge = dice.one_in(2);
    config.defaults = !config.merge && !std::filesystem::exists(config.output_dir);
    with_defaults += config.defaults;
    config.by = dice.pick({FileBy::owner, FileBy::template_name});
    // Some values exclude each other.
    if (loaded(config.output_dir).invalid_documents > 0) continue;
    const Written made = write_into(config, facts);
    ASSERT_EQ(made.code, ExitCode::ok) << round << made.err;
    const specs::DesiredState read = loaded(config.output_dir);
    EXPECT_THAT(read.diagnostics, IsEmpty()) << round;
    for (const LiveWorkspace& row : facts.rows) {
      SCOPED_TRACE(std::to_string(round) + ' ' + row.name + '\n' + made.err);
      const specs::SpecPtr* spec = specs::find_spec(read.specs, {row.owner_name, row.name});
      if (spec) {
        expect_declares(**spec, row, facts, config.managed);
      } else {
        EXPECT_THAT(made.err, HasSubstr(row.owner_name + '/' + row.name + " is left out: ")) << round;
      }
      ++(spec ? written : left_out);
    }
  }
  EXPECT_GT(written, 200U);
  EXPECT_GT(left_out, 20U) << "what cannot be said there is among them";
  EXPECT_GT(with_defaults, 5U);
}

TEST(FolderExport, DefaultsAreThereBeforeWhatNeedsThem) {
  const TempFolder folder;
  folder.make_folder("specs");
  Dice dice(1);
  Config config;
  config.output_dir = folder.path("specs");
  config.defaults = true;
  config.by = FileBy::owner;
  const int events = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  ASSERT_GE(events, 0);
  ASSERT_GE(::inotify_add_watch(events, config.output_dir.c_str(), IN_MOVED_TO), 0);
  ASSERT_EQ(write_into(config, a_fleet(dice)).code, ExitCode::ok);
  alignas(inotify_event) std::array<char, 4096> buffer{};
  const ssize_t size = ::read(events, buffer.data(), buffer.size());
  ::close(events);
  ASSERT_GT(size, 0);
  std::vector<std::string> names;
  for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
    inotify_event event{};
    std::memcpy(&event, buffer.data() + at, sizeof event);
    names.emplace_back(buffer.data() + at + sizeof event);
    at += sizeof event + event.len;
  }
  ASSERT_GT(names.size(), 1U);
  EXPECT_EQ(names.front(), "defaults.yaml");
}

TEST(FolderExport, OldSpecsStillDeclareTheSameFields) {
  std::size_t edited = 0;
  for (std::uint32_t round = 0; round < 80; ++round) {
    Dice dice(round);
    const TempFolder folder;
    const FleetFacts facts = a_fleet(dice);
    folder.write("specs/defaults.yaml", some_defaults(dice));
    std::string documents;
    for (const LiveWorkspace& row : facts.rows) {
      if (dice.one_in(2)) continue;
      documents += "---\napiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: " + row.name +
                   "}\nspec:\n  owner: " + row.owner_name + "\n  template: docker\n" +
                   dice.pick({"", "  ttl: 7h\n", "  ttl: null\n"}) + dice.pick({"", "  dormant: false\n"}) +
                   dice.pick({"", "  parameters: {cpu: 16}\n"});
    }
    folder.write("specs/team.yaml", documents);
    Config config;
    config.output_dir = folder.path("specs");
    config.merge = true;
    const specs::DesiredState before = loaded(config.output_dir);
    const Written made = write_into(config, facts);
    const specs::DesiredState after = loaded(config.output_dir);
    EXPECT_EQ(after.diagnostics.size(), before.diagnostics.size()) << round << made.err;
    for (const specs::SpecPtr& spec : before.specs) {
      const specs::SpecPtr* now = specs::find_spec(after.specs, specs::identity_of(*spec));
      ASSERT_TRUE(now) << round << made.err;
      std::vector<std::string_view> keys;
      for (const auto& one : spec->fields) keys.push_back(one.key);
      std::vector<std::string_view> keys_now;
      for (const auto& one : (*now)->fields) keys_now.push_back(one.key);
      EXPECT_EQ(keys_now, keys) << round;
      EXPECT_EQ((*now)->body->policy, spec->body->policy) << round;
      EXPECT_EQ((*now)->body->preset, spec->body->preset) << round;
      edited += !mean_the_same(**now, *spec);
    }
  }
  EXPECT_GT(edited, 40U);
}

}  // namespace
}  // namespace cr::daemon
