#include "tests/support/parse_alone.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace cr::specs {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

ParsedFile parse_text(std::string_view text) {
  return cr::testing::parse_alone(text, std::make_shared<const std::string>("t.yaml"));
}

/// A whole document around some lines of its spec, each indented by two blanks.
std::string document(std::string_view name, std::string_view spec_lines = {}) {
  return "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata:\n  name: " + std::string(name) +
         "\nspec:\n  owner: alice\n  template: docker\n" + std::string(spec_lines);
}

WorkspaceSpec only_spec(std::string_view text) {
  const ParsedFile parsed = parse_text(text);
  for (const Diagnostic& d : parsed.diagnostics) ADD_FAILURE() << render(d);
  if (parsed.specs.size() != 1) {
    ADD_FAILURE() << parsed.specs.size() << " specs";
    return {};
  }
  return *parsed.specs.front();
}

std::string only_error(std::string_view text) {
  const ParsedFile parsed = parse_text(text);
  EXPECT_THAT(parsed.specs, IsEmpty());
  if (parsed.diagnostics.size() != 1) {
    ADD_FAILURE() << parsed.diagnostics.size() << " errors for\n" << text;
    return {};
  }
  return render(parsed.diagnostics.front());
}

TEST(Parse, ReadsEveryField) {
  const WorkspaceSpec spec = only_spec(R"(
apiVersion: coder-reconciler/v1
kind: Workspace
metadata:
  name: api-dev
  labels: {team: payments, env: prod}
  annotations:
    coder-reconciler/suspend: "until 2026-12-24: migration"
    example.com/ticket: "4711"
spec:
  owner: alice
  organization: coder
  template: docker
  templateVersion: v12
  parameters: {region: eu, cpu: "4"}
  autostart: CRON_TZ=Europe/Berlin 0 9 * * 1-5
  ttl: 8h
  automaticUpdates: always
  dormant: false
  reconcilePolicy:
    create: false
    update: false
)");
  EXPECT_EQ(spec.name, "api-dev");
  EXPECT_EQ(spec.owner, "alice");
  EXPECT_EQ(spec.body->organization, "coder");
  EXPECT_EQ(spec.body->template_ref, "docker");
  EXPECT_EQ(spec.body->template_version, "v12");
  EXPECT_THAT(spec.body->parameters, ElementsAre(Pair("cpu", "4"), Pair("region", "eu")));
  EXPECT_THAT(spec.body->labels, ElementsAre(Pair("env", "prod"), Pair("team", "payments")));
  EXPECT_THAT(spec.body->annotations, SizeIs(2));
  EXPECT_EQ(*spec.fields.get<Schedule>("autostart"), *parse_schedule("CRON_TZ=Europe/Berlin 0 9 * * 1-5"));
  EXPECT_EQ(*spec.fields.get<Ttl>("ttl"), 8h);
  EXPECT_EQ(*spec.fields.find("automaticUpdates"), FieldValue(AutomaticUpdates::always));
  EXPECT_EQ(*spec.fields.find("dormant"), FieldValue(false));
  EXPECT_EQ(spec.body->policy, (ReconcilePolicy{.create = false, .update = false}));
  ASSERT_TRUE(spec.body->suspension);
  EXPECT_EQ(spec.body->suspension->reason, "migration");
  EXPECT_EQ(spec.where.to_string(), "t.yaml:2:1");
}

TEST(Parse, WhatIsLeftOutIsUnmanaged) {
  const WorkspaceSpec spec = only_spec(document("x"));
  EXPECT_TRUE(spec.fields.empty());
  EXPECT_EQ(spec.body->suspension, std::nullopt);
  EXPECT_EQ(spec.body->policy, ReconcilePolicy{});
}

TEST(Parse, NullScheduleAndTtlAreWishesForNone) {
  for (const char* null : {"null", "~", ""}) {
    const WorkspaceSpec spec =
        only_spec(document("x", std::string("  autostart: ") + null + "\n  ttl: " + null + "\n"));
    EXPECT_TRUE(spec.fields.get<Cleared>("autostart")) << null;
    EXPECT_TRUE(spec.fields.get<Cleared>("ttl")) << null;
  }
}

TEST(Parse, ParametersAreTheTextThatWasWritten) {
  const WorkspaceSpec spec =
      only_spec(document("x",
                         "  parameters:\n"
                         "    a: 4\n    b: 1.50\n    c: true\n    d: 0x1F\n    e: yes\n"
                         "    f: \"\"\n    g: 'it''s'\n    h: 010\n    i: |\n      two\n      lines\n"
                         "    My parameter: !!str 7\n"));
  EXPECT_THAT(spec.body->parameters,
              ElementsAre(Pair("My parameter", "7"), Pair("a", "4"), Pair("b", "1.50"), Pair("c", "true"),
                          Pair("d", "0x1F"), Pair("e", "yes"), Pair("f", ""), Pair("g", "it's"),
                          Pair("h", "010"), Pair("i", "two\nlines\n")));
}

TEST(Parse, NamesMayBeUuidsWhereCoderTakesThem) {
  const std::string uuid = "6f0a4c53-8f2e-4b6a-9d0c-1a2b3c4d5e6f";
  const WorkspaceSpec spec = only_spec(
      "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: x}\nspec: {owner: " + uuid +
      ", organization: " + uuid + ", template: " + uuid + ", templateVersion: " + uuid + "}");
  EXPECT_EQ(spec.owner, uuid);
  EXPECT_EQ(spec.body->template_version, uuid);
}

TEST(Parse, ReadsJsonToo) {
  const WorkspaceSpec spec = only_spec(
      R"({"apiVersion":"coder-reconciler/v1","kind":"Workspace","metadata":{"name":"x"},"spec":{"owner":"alice","template":"docker","ttl":"8h","dormant":true}})");
  EXPECT_EQ(*spec.fields.find("dormant"), FieldValue(true));
}

TEST(Parse, ByteOrderMarkAndWindowsLineEndsAreNoError) {
  const WorkspaceSpec spec = only_spec(
      "\xEF\xBB\xBF"
      "apiVersion: coder-reconciler/v1\r\nkind: Workspace\r\nmetadata:\r\n  name: x\r\nspec:\r\n  owner: "
      "a\r\n  template: t\r\n");
  EXPECT_EQ(spec.name, "x");
  EXPECT_EQ(spec.body->template_ref, "t");
}

// One object each of a fleet's would leave as many holes when its files are read anew.
TEST(Parse, WhatAFileDeclaresIsOneBlock) {
  const std::string item = "- {apiVersion: coder-reconciler/v1, kind: Workspace, metadata: {name: ";
  const std::string rest = "}, spec: {owner: alice, template: docker}}\n";
  const std::string list = "apiVersion: v1\nkind: List\nitems:\n" + item + "b" + rest + item + "c" + rest;
  ParsedFile parsed = parse_text(document("a") + "---\n" + list + "---\n" + document("d"));
  ASSERT_THAT(parsed.specs, SizeIs(4));
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(parsed.specs[i].get(), parsed.specs[0].get() + i);
    EXPECT_EQ(parsed.specs[i]->name, std::string(1, static_cast<char>('a' + i)));
  }
  const SpecPtr last = parsed.specs[3];
  parsed = {};
  EXPECT_EQ(last->name, "d");
}

TEST(Parse, EmptyDocumentsSayNothing) {
  for (const char* text : {"", "\n\n", "# only a comment\n", "---\n---\n...\n", "--- # x\n", "null\n", "~"}) {
    const ParsedFile parsed = parse_text(text);
    EXPECT_THAT(parsed.specs, IsEmpty()) << text;
    EXPECT_THAT(parsed.diagnostics, IsEmpty()) << text;
  }
}

TEST(Parse, ReadsManyDocuments) {
  const ParsedFile parsed =
      parse_text(document("a") + "---\n" + document("b") + "...\n---\n" + document("c"));
  ASSERT_THAT(parsed.specs, SizeIs(3));
  EXPECT_EQ(parsed.specs[1]->name, "b");
  EXPECT_EQ(parsed.specs[1]->where.line, 9U);
}

TEST(Parse, ReadsListsAsKubectlWritesThem) {
  const ParsedFile parsed = parse_text(R"(apiVersion: v1
kind: List
metadata:
  resourceVersion: ""
items:
- apiVersion: coder-reconciler/v1
  kind: Workspace
  metadata: {name: a}
  spec: {owner: alice, template: docker}
- {apiVersion: coder-reconciler/v1, kind: Workspace, metadata: {name: b}, spec: {owner: bob, template: docker}}
)");
  EXPECT_THAT(parsed.diagnostics, IsEmpty());
  ASSERT_THAT(parsed.specs, SizeIs(2));
  EXPECT_EQ(parsed.specs[0]->where.to_string(), "t.yaml:6:3");
  EXPECT_EQ(parsed.specs[1]->owner, "bob");
}

TEST(Parse, AnEmptyListDeclaresNothing) {
  const ParsedFile parsed = parse_text("{apiVersion: v1, kind: List, items: []}");
  EXPECT_THAT(parsed.specs, IsEmpty());
  EXPECT_THAT(parsed.diagnostics, IsEmpty());
}

TEST(Parse, OneBadItemHarmsNoOther) {
  const ParsedFile parsed = parse_text(R"(apiVersion: v1
kind: List
items:
- {apiVersion: coder-reconciler/v1, kind: Workspace, metadata: {name: a}, spec: {owner: alice, template: docker}}
- {apiVersion: coder-reconciler/v1, kind: Workspace, metadata: {name: b}, spec: {owner: alice, template: docker, ttl: 5}}
- nonsense
- {apiVersion: v1, kind: List, items: []}
)");
  ASSERT_THAT(parsed.specs, SizeIs(1));
  ASSERT_THAT(parsed.diagnostics, SizeIs(4));
  EXPECT_EQ(parsed.diagnostics[0].field, "items[1].spec.ttl");
  EXPECT_EQ(parsed.diagnostics[1].field, "items[2]");
  EXPECT_EQ(parsed.diagnostics[2].field, "items[3].apiVersion");
  EXPECT_EQ(parsed.diagnostics[3].field, "items[3].kind");
}

TEST(Parse, ListsMayShareByAnchor) {
  const ParsedFile parsed = parse_text(R"(apiVersion: v1
kind: List
items:
- apiVersion: coder-reconciler/v1
  kind: Workspace
  metadata: {name: a, labels: &labels {team: payments}}
  spec: &spec {owner: alice, template: docker}
- apiVersion: coder-reconciler/v1
  kind: Workspace
  metadata: {name: b, labels: *labels}
  spec: *spec
)");
  ASSERT_THAT(parsed.specs, SizeIs(2));
  EXPECT_EQ(parsed.specs[0]->body->labels, parsed.specs[1]->body->labels);
}

TEST(Parse, ASyntaxErrorHarmsNoOtherDocument) {
  for (const char* broken : {"foo: [bar\n", "\"never closed\n", "a: b: c\n", "\tx: 1\n", "{\n", "- a\nb: c\n",
                             "%%%\nfoo\n", "&a &b c\n", "*nowhere\n", "? [\n"}) {
    const ParsedFile parsed = parse_text(document("a") + "---\n" + broken + "---\n" + document("b"));
    ASSERT_THAT(parsed.specs, SizeIs(2)) << broken;
    ASSERT_THAT(parsed.diagnostics, SizeIs(1)) << broken;
    EXPECT_GE(parsed.diagnostics[0].where.line, 8U);
    EXPECT_LE(parsed.diagnostics[0].where.line, 11U);
  }
}

TEST(Parse, AllErrorsOfADocumentComeAtOnce) {
  const ParsedFile parsed = parse_text(
      "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: -x, lables: {}}\n"
      "spec: {ownr: a, template: 12, ttl: 90s, dormant: yes}\nstatus: {}\n");
  EXPECT_THAT(parsed.specs, IsEmpty());
  EXPECT_THAT(parsed.diagnostics, SizeIs(8));
  for (const Diagnostic& d : parsed.diagnostics) EXPECT_EQ(d.document, 1U);
}

TEST(Parse, MoreErrorsThanAnyoneReadsAreCounted) {
  std::string text = document("x");
  for (int i = 0; i < 50; ++i) text += "zz" + std::to_string(i) + ": 1\n";
  const ParsedFile parsed = parse_text(text);
  ASSERT_THAT(parsed.diagnostics, SizeIs(20));
  EXPECT_THAT(parsed.diagnostics.back().remedy, HasSubstr("30 more errors in this document"));
}

struct Refusal {
  const char* lines;
  const char* says;
};

TEST(Parse, RefusesWithAWayOut) {
  for (const auto& [lines, says] : {
           Refusal{"  ownr: x\n", "spec.ownr: unknown key \"ownr\" (did you mean \"owner\"?)"},
           Refusal{"  name: x\n", "spec.name: unknown key \"name\" (it belongs in metadata)"},
           Refusal{"  create: true\n", "unknown key \"create\" (it belongs in spec.reconcilePolicy)"},
           Refusal{"  parameters: {a: \"x}\n", "unclosed quote"},
           Refusal{"  parameters: {a: 'it''s}\n", "unclosed quote"},
           Refusal{"  organization: \"x\\\"\n", "unclosed quote"},
           Refusal{"  colour: x\n", "allowed here: owner, organization, template"},
           Refusal{"  <<: {ttl: 8h}\n", "merge keys are not supported; write out the keys"},
           Refusal{"  owner: bob\n",
                   "spec.owner: duplicate key \"owner\", first used on line 6 (keep only one)"},
           Refusal{"  [a]: b\n", "spec: a key must be a string, but is a list"},
           Refusal{"  ttl: 480\n",
                   "invalid duration \"480\" (the unit is missing; did you mean 480m or 480h?)"},
           Refusal{
               "  ttl: 90s\n",
               "invalid TTL \"90s\": not a whole number of minutes; Coder would keep 1m (write 1m or 2m)"},
           Refusal{"  ttl: [8h]\n", "spec.ttl: must be a string, but is a list"},
           Refusal{"  autostart: \"\"\n", "must not be empty (write null for no autostart"},
           Refusal{"  autostart: 0 9 * * 7\n", "7 is not allowed; write 0 for Sunday"},
           Refusal{"  autostart: CRON_TZ=Europe/berlin 0 9 * * 1\n", "did you mean \"Europe/Berlin\"?"},
           Refusal{"  dormant: yes\n", "invalid boolean \"yes\" (write true)"},
           Refusal{"  dormant: \"true\"\n", "invalid boolean \"true\" (write true)"},
           Refusal{"  dormant: off\n", "write false"},
           Refusal{"  dormant: {}\n", "must be true or false, but is a mapping"},
           Refusal{"  automaticUpdates: true\n", "must be always or never, but is a boolean (write always)"},
           Refusal{"  automaticUpdates: allways\n", "did you mean \"always\"?"},
           Refusal{"  automaticUpdates: sometimes\n", "write always or never"},
           Refusal{"  templateVersion: 1.10\n",
                   "must be a string, but is a number (write it in quotes: \"1.10\")"},
           Refusal{"  templateVersion: a+b\n", "may contain only letters and digits"},
           Refusal{"  organization: -x\n", "\"-x\" may contain only letters and digits"},
           Refusal{"  parameters: [a]\n", "must be a mapping, but is a list"},
           Refusal{"  parameters: {a: [x, y]}\n", "write a list as JSON text"},
           Refusal{"  parameters: {a: {b: c}}\n", "must be a string, number or boolean, but is a mapping"},
           Refusal{"  parameters: {\"\": x}\n", "a parameter must have a name"},
           Refusal{"  parameters: {a: !secret x}\n", "YAML tags are not supported"},
           Refusal{"  ttl: !!int 5\n", "YAML tags are not supported"},
           Refusal{"  reconcilePolicy: {creat: true}\n", "did you mean \"create\"?"},
           Refusal{"  reconcilePolicy: {create: no}\n",
                   "spec.reconcilePolicy.create: invalid boolean \"no\" (write false)"},
           Refusal{"status: {}\n", "unknown key \"status\""},
           Refusal{"owner: bob\n", "it belongs in spec"},
       })
    EXPECT_THAT(only_error(document("x", lines)), HasSubstr(says)) << lines;
}

std::string with_metadata(std::string_view metadata) {
  return "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {" + std::string(metadata) +
         "}\nspec: {owner: a, template: t}\n";
}

TEST(Parse, RefusesBadMetadata) {
  for (const auto& [metadata, says] : {
           Refusal{"name: 12", "write it in quotes: \"12\""},
           Refusal{"name: ", "metadata.name: has no value"},
           Refusal{"labels: {a: b}", "metadata.name: is missing"},
           Refusal{"name: x, labels: {tier: 1}", "metadata.labels.tier: must be a string, but is a number"},
           Refusal{"name: x, labels: {tier: }", "has no value (write \"\" for an empty value)"},
           Refusal{"name: x, labels: {a b: c}", "metadata.labels.\"a b\": \"a b\" may contain only"},
           Refusal{"name: x, labels: {a: \"b c\"}", "\"b c\" may contain only"},
           Refusal{"name: x, labels: {a: b, a: c}", "metadata.labels.a: duplicate key \"a\""},
           Refusal{"name: x, labels: []", "must be a mapping, but is a list"},
           Refusal{"name: x, annotations: {coder-reconciler/suspend: true}",
                   "must be a string, but is a boolean (write it in quotes: \"true\")"},
           Refusal{"name: x, annotations: {coder-reconciler/suspend: \"until 2026-02-30\"}",
                   "invalid date \"2026-02-30\""},
           Refusal{"name: x, annotations: {coder-reconciler/suspend: later}", "invalid value \"later\""},
           Refusal{"name: x, annotations: {coder-reconciler/suspended: \"true\"}",
                   "unknown annotation \"coder-reconciler/suspended\" (the only annotation with "
                   "the prefix"},
       })
    EXPECT_THAT(only_error(with_metadata(metadata)), HasSubstr(says)) << metadata;
}

TEST(Parse, SomethingElseAltogetherGetsOneHint) {
  const ParsedFile parsed =
      parse_text("apiVersion: apps/v1\nkind: Deployment\nmetadata: {}\nspec: {replicas: 3}\n");
  ASSERT_THAT(parsed.diagnostics, SizeIs(2));
  EXPECT_THAT(render(parsed.diagnostics[0]),
              HasSubstr("unknown apiVersion \"apps/v1\" (write coder-reconciler/v1)"));
  EXPECT_THAT(render(parsed.diagnostics[1]),
              HasSubstr("unknown kind \"Deployment\" (write Workspace, WorkspaceSet or "
                        "WorkspaceDefaults)"));
}

TEST(Parse, RefusesWhatIsNoDocument) {
  EXPECT_THAT(only_error("just text\n"), HasSubstr("a workspace must be a mapping, but this is a string"));
  EXPECT_THAT(only_error("- a\n- b\n"), HasSubstr("but this is a list (begin with apiVersion"));
  EXPECT_THAT(only_error("{apiVersion: v1, kind: List}"), HasSubstr("items: is missing"));
  EXPECT_THAT(only_error("{apiVersion: v1, kind: List, items: {}}"),
              HasSubstr("items: must be a list, but is a mapping"));
  EXPECT_THAT(only_error("{apiVersion: v2, kind: List, items: []}"),
              HasSubstr("write v1 or coder-reconciler/v1"));
  EXPECT_THAT(only_error("{apiVersion: v1, kind: List, items: [], spec: {}}"),
              HasSubstr("unknown key \"spec\""));
  EXPECT_THAT(only_error("{apiVersion: v1, kind: List, items: [], items: []}"), HasSubstr("duplicate key"));
}

TEST(Parse, PositionsCountCharactersNotBytes) {
  const ParsedFile parsed = parse_text(document("x", "  parameters: {\"gr\u00FC\u00DFe\": a, b: [c]}\n"));
  ASSERT_THAT(parsed.diagnostics, SizeIs(1));
  EXPECT_EQ(parsed.diagnostics[0].where.line, 8U);
  EXPECT_EQ(parsed.diagnostics[0].where.column, 31U);
}

TEST(FieldModes, AreTakenWhereverTheyStand) {
  const WorkspaceSpec spec = only_spec(document(
      "dev",
      "  reconcilePolicy: {fields: {ttl: initial, autostart: report}}\n  ttl: 8h\n  autostart: null\n"
      "  dormant: false\n"));
  EXPECT_EQ(spec.fields.entry("ttl")->mode, FieldMode::initial);
  EXPECT_EQ(spec.fields.entry("autostart")->mode, FieldMode::report);
  EXPECT_EQ(spec.fields.entry("dormant")->mode, FieldMode::enforce);
}

TEST(FieldModes, TwoSpecsThatDifferInAModeAloneShareNothing) {
  const WorkspaceSpec enforced = only_spec(document("a", "  ttl: 8h\n"));
  const WorkspaceSpec reported =
      only_spec(document("a", "  ttl: 8h\n  reconcilePolicy: {fields: {ttl: report}}\n"));
  EXPECT_NE(enforced.fields, reported.fields);
}

TEST(FieldModes, ErrorsNameTheFieldAndTheRemedy) {
  const auto error = [](std::string_view lines) { return only_error(document("dev", lines)); };
  EXPECT_THAT(error("  reconcilePolicy: {fields: {template: report}}\n"),
              HasSubstr("\"template\" has no mode: it applies only at creation"));
  EXPECT_THAT(error("  reconcilePolicy: {fields: {ttl: report}}\n"),
              HasSubstr("\"ttl\" has a mode but is not declared"));
  EXPECT_THAT(error("  ttl: 8h\n  reconcilePolicy: {fields: {tll: report}}\n"), HasSubstr("did you mean"));
  EXPECT_THAT(error("  ttl: 8h\n  reconcilePolicy: {fields: {ttl: reprt}}\n"), HasSubstr("did you mean"));
}

}  // namespace
}  // namespace cr::specs
