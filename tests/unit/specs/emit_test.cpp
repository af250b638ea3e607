#include "tests/support/emit.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "specs/name.h"
#include "tests/support/parse_alone.h"

namespace cr::specs {
namespace {

/// Random valid specs, with the values that writers of YAML get wrong.
class SpecMaker {
 public:
  explicit SpecMaker(unsigned seed) : random_(seed) {}

  WorkspaceSpec make() {
    WorkspaceSpec spec;
    spec.name = one_of({"a", "api-dev", "no", "null", "1e3", "007", "true", "0x1", "Web"});
    spec.owner = one_of({"alice", "y", "12", "6f0a4c53-8f2e-4b6a-9d0c-1a2b3c4d5e6f"});
    auto& body = spec.body.edit();
    body.template_ref = one_of({"docker", "on", "0o7"});
    if (coin()) body.organization = one_of({"default", "off"});
    if (coin()) body.template_version = one_of({"v12", "1.10", "1.2.3", "quirky_mouse", "1e5"});
    if (coin()) body.parameters = pairs({"region", "My parameter", "a: b", "# x", "~", "\"q\"", "yes"});
    if (coin())
      body.labels = {{"app.kubernetes.io/name", "x"}, {"team", one_of({"", "payments", "1", "true"})}};
    if (coin()) body.annotations = {{"example.com/note", text()}};
    declare(spec, "autostart", [&] {
      return *parse_schedule(one_of({"30 9 * * 1-5", "CRON_TZ=Europe/Berlin 0 9 * * mon", "*/15 * * * *"}));
    });
    declare(spec, "ttl", [&] { return Ttl{1 + static_cast<int>(random_() % 43'200)}; });
    if (coin())
      spec.fields.set("automaticUpdates", coin() ? AutomaticUpdates::always : AutomaticUpdates::never);
    if (coin()) spec.fields.set("dormant", coin());
    for (const char* key : {"autostart", "ttl", "automaticUpdates"}) {
      const auto* declared = spec.fields.entry(key);
      if (!declared || coin()) continue;
      const FieldValue value = declared->value;
      spec.fields.set(declared->key, value, kFieldModes[random_() % kFieldModes.size()]);
    }
    body.policy = {.create = coin(), .update = coin()};
    return spec;
  }

 private:
  bool coin() { return random_() % 2 == 0; }

  std::string one_of(const std::vector<std::string>& values) { return values[random_() % values.size()]; }

  std::string text() {
    return one_of({"",
                   " ",
                   "plain",
                   "4",
                   "true",
                   "null",
                   "~",
                   "a: b",
                   "a #b",
                   "- x",
                   "[a]",
                   "{}",
                   "'",
                   "\"",
                   "\\",
                   "\n",
                   "two\nlines\n",
                   "tab\there",
                   "\x01\x7F\x1b",
                   "\u0080\u0085\u009F",
                   "gr\u00FC\u00DFe \U0001F600",
                   "\u2028",
                   "%x",
                   "@x",
                   "`x",
                   "!tag",
                   "&a",
                   "*a",
                   "|",
                   ">",
                   "---",
                   "...",
                   "\r\n",
                   " lead",
                   "trail ",
                   "=",
                   "<<"});
  }

  StringPairs pairs(const std::vector<std::string>& keys) {
    StringPairs result;
    for (const std::string& key : keys)
      if (coin()) result.emplace_back(key, text());
    std::sort(result.begin(), result.end());
    return result;
  }

  template <class Make>
  void declare(WorkspaceSpec& spec, std::string_view key, Make make) {
    switch (random_() % 3) {
      case 0:
        return;
      case 1:
        return spec.fields.set(key, Cleared{});
      default:
        return spec.fields.set(key, make());
    }
  }

  std::mt19937 random_;
};

TEST(Emit, WhatIsWrittenReadsTheSame) {
  SpecMaker maker(20260101);
  for (int i = 0; i < 3'000; ++i) {
    WorkspaceSpec spec = maker.make();
    const std::string yaml = to_yaml(spec);
    const ParsedFile parsed = cr::testing::parse_alone(yaml, std::make_shared<const std::string>("t.yaml"));
    for (const Diagnostic& d : parsed.diagnostics) ADD_FAILURE() << render(d);
    ASSERT_EQ(parsed.specs.size(), 1U) << yaml;
    spec.where = parsed.specs[0]->where;
    ASSERT_EQ(*parsed.specs[0], spec) << yaml;
  }
}

TEST(Emit, WritesOnlyWhatIsDeclaredInTheOrderOfTheReference) {
  WorkspaceSpec spec;
  spec.name = "api-dev";
  spec.owner = "alice";
  auto& body = spec.body.edit();
  body.template_ref = "docker";
  body.parameters = {{"cpu", "4"}};
  spec.fields.set("ttl", Ttl{480});
  spec.fields.set("autostart", Cleared{});
  EXPECT_EQ(to_yaml(spec), R"(apiVersion: coder-reconciler/v1
kind: Workspace
metadata:
  name: api-dev
spec:
  owner: alice
  template: docker
  parameters:
    cpu: "4"
  autostart: null
  ttl: 8h
)");
}

TEST(Emit, DividesDocuments) {
  SpecMaker maker(1);
  const std::vector<SpecPtr> specs{std::make_shared<const WorkspaceSpec>(maker.make()),
                                   std::make_shared<const WorkspaceSpec>(maker.make())};
  EXPECT_EQ(parse(to_yaml(specs), std::make_shared<const std::string>("t.yaml")).specs.size(), 2U);
}

}  // namespace
}  // namespace cr::specs
