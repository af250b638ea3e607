// Specs written anew: our own parser reads them to the same values, whatever the texts in them are.
#include "specs/write/new_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "specs/duration.h"
#include "specs/parse.h"
#include "specs/source.h"
#include "specs/write/scalar.h"
#include "specs/yaml_document.h"

namespace cr::specs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;

NewDocument a_document(std::string owner = "alice", std::string name = "dev") {
  NewDocument document;
  document.name = std::move(name);
  document.owner = std::move(owner);
  document.values.organization = "coder";
  document.values.template_ref = "docker";
  document.values.fields.set("autostart", *parse_schedule("CRON_TZ=Europe/Berlin 0 9 * * 1-5"));
  document.values.fields.set("ttl", *parse_ttl("8h"));
  document.values.fields.set("automaticUpdates", AutomaticUpdates::always);
  document.policy.create = document.policy.update = false;
  return document;
}

WorkspaceSpec spec_of(const NewDocument& document) {
  WorkspaceSpec spec;
  spec.name = document.name;
  spec.owner = document.owner;
  auto& body = spec.body.edit();
  body.organization = document.values.organization;
  body.template_ref = document.values.template_ref;
  body.parameters = document.values.parameters;
  spec.fields = document.values.fields;
  body.policy = document.policy;
  return spec;
}

std::vector<WorkspaceSpec> read(const std::string& text) {
  const ParsedFile file = parse(text, std::make_shared<const std::string>("a.yaml"));
  EXPECT_THAT(file.diagnostics, IsEmpty()) << text;
  std::vector<WorkspaceSpec> specs;
  for (const SpecPtr& spec : file.specs) {
    specs.push_back(*spec);
    specs.back().where = {};
  }
  return specs;
}

TEST(NewDocument, ReadsAsAPersonWouldWriteIt) {
  NewDocument document = a_document();
  document.values.parameters = {{"cpu", "4"}, {"region", "eu"}};
  document.remarks = {"parameter token: its value is not shown"};
  EXPECT_EQ(
      write_document(document),
      "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata:\n  name: dev\nspec:\n  owner: alice\n"
      "  organization: coder\n  template: docker\n  parameters:\n    cpu: \"4\"\n    region: eu\n"
      "  autostart: CRON_TZ=Europe/Berlin 0 9 * * 1-5\n  ttl: 8h\n  automaticUpdates: always\n"
      "  reconcilePolicy: {create: false, update: false}\n  # parameter token: its value is not shown\n");
}

TEST(NewDocument, ADefaultPolicyIsNotSaid) {
  NewDocument document = a_document();
  document.policy = {};
  EXPECT_THAT(write_document(document), Not(HasSubstr("reconcilePolicy")));
}

TEST(NewDocument, WhatItRefusesOfDefaultsReadsAsIfThereWereNone) {
  NewDocument document = a_document();
  document.values.parameters = {{"cpu", "4"}};
  document.refused = {"automaticUpdates",
                      "dormant",
                      "favorite",
                      "keepAwake",
                      "parameters.gpu",
                      "parameters.no: text",
                      "preset",
                      "reconcilePolicy.fields.ttl",
                      "reconcilePolicy.recreate",
                      "retain",
                      "templateVersion"};
  const std::string text = write_document(document);
  EXPECT_THAT(text, HasSubstr("    gpu: null\n"));
  EXPECT_THAT(text, HasSubstr("  reconcilePolicy: {create: false, update: false, recreate: unlessExpired, "
                              "fields: {ttl: null}}\n"));
  // It gives updates itself, so nothing has to be refused.
  document.refused.erase(document.refused.begin());
  EXPECT_THAT(read(write_document(document)), ElementsAre(spec_of(document)));
}

TEST(NewDocument, ARemarkIsOneCommentWhateverIsInIt) {
  NewDocument document = a_document();
  document.remarks = {"a\n  ttl: 1m\n---\n", "b\r\xE2\x80\xA8x: y", std::string("nul\0", 4), "\xFF"};
  EXPECT_THAT(read(write_document(document)), ElementsAre(spec_of(document)));
}

const std::vector<std::string>& hostile_texts() {
  static const std::vector<std::string> kTexts = {"",
                                                  " ",
                                                  "a ",
                                                  " a",
                                                  "null",
                                                  "~",
                                                  "Null",
                                                  "true",
                                                  "yes",
                                                  "NO",
                                                  "on",
                                                  "y",
                                                  "4",
                                                  "0x1f",
                                                  "0o17",
                                                  "017",
                                                  "1e3",
                                                  ".inf",
                                                  ".NaN",
                                                  "-1",
                                                  "+5",
                                                  "1_000",
                                                  "12:30:45",
                                                  "2026-11-27",
                                                  "2001-12-14 21:59:43",
                                                  "a: b",
                                                  "a:",
                                                  ":a",
                                                  "- a",
                                                  "-",
                                                  "---",
                                                  "...",
                                                  "?",
                                                  "? a",
                                                  "#a",
                                                  "a #b",
                                                  "a#b",
                                                  "&a",
                                                  "*a",
                                                  "!a",
                                                  "!!str a",
                                                  "|",
                                                  ">",
                                                  "|\n a",
                                                  "%YAML 1.2",
                                                  "@a",
                                                  "`a",
                                                  "[a]",
                                                  "{a: b}",
                                                  "a, b",
                                                  "a]b",
                                                  "a}b",
                                                  "'a'",
                                                  "\"a\"",
                                                  "it's",
                                                  "a\"b",
                                                  "a\\b",
                                                  "\\n",
                                                  "a\nb",
                                                  "a\n\nb\n",
                                                  "a\r\nb",
                                                  "\r",
                                                  "a\tb",
                                                  "\t",
                                                  "\x01",
                                                  "\x1b[31m",
                                                  "\x7f",
                                                  "\xC2\x80",
                                                  "\xC2\x85",
                                                  "\xE2\x80\xA8",
                                                  "\xE2\x80\xA9",
                                                  "\xEF\xBB\xBF",
                                                  "\xE2\x80\xAE"
                                                  "abc",
                                                  "\xF0\x9F\x98\x80",
                                                  "Zürich",
                                                  "東京",
                                                  "=",
                                                  "<<",
                                                  "=a",
                                                  "a=b",
                                                  "0 9 * * 1-5",
                                                  "CRON_TZ=UTC 0 9 * * *",
                                                  "::error::x",
                                                  "##[error]",
                                                  "a  b",
                                                  std::string(70'000, 'x'),
                                                  "\xF3\xA0\x81\x81",
                                                  "{{ .x }}",
                                                  "${x}",
                                                  "<!-- -->"};
  return kTexts;
}

TEST(NewDocument, EveryTextComesBackAsParameterAndAsItsName) {
  for (const std::string& text : hostile_texts()) {
    NewDocument document = a_document();
    document.values.parameters = {{"b", text}};
    if (!text.empty() && text.size() < 1000) document.values.parameters.emplace_back(text, "v");
    std::sort(document.values.parameters.begin(), document.values.parameters.end());
    EXPECT_THAT(read(write_document(document)), ElementsAre(spec_of(document))) << text.substr(0, 100);
  }
}

TEST(NewDocument, EveryTextStandsInABlockAndInAFlow) {
  for (const std::string& text : hostile_texts()) {
    for (const std::string& form : {"k: " + yaml_string(text) + "\n", "{k: " + yaml_string(text) + ", l: m}",
                                    "{k: " + yaml_quoted(text) + "}"}) {
      const YamlResult yaml = parse_yaml_in_full(form);
      ASSERT_FALSE(yaml.problem) << form.substr(0, 100);
      const YamlNode& value = *yaml.document.root()->children[1];
      EXPECT_EQ(value.kind, YamlNode::Kind::scalar);
      EXPECT_EQ(value.text, text);
      EXPECT_TRUE(!value.plain || plain_type(value.text) == PlainType::text) << form.substr(0, 100);
      EXPECT_EQ(form.find('\n'), form.starts_with('k') ? form.size() - 1 : std::string::npos);
    }
  }
}

/// Texts of the pieces that YAML gives a meaning to.
std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> kPieces = {"a",
                                                   "7",
                                                   " ",
                                                   ":",
                                                   "#",
                                                   "-",
                                                   "\n",
                                                   "\"",
                                                   "'",
                                                   "\\",
                                                   "{",
                                                   "}",
                                                   "[",
                                                   "]",
                                                   ",",
                                                   "&",
                                                   "*",
                                                   "!",
                                                   "|",
                                                   ">",
                                                   "%",
                                                   "@",
                                                   "\t",
                                                   "\r",
                                                   "~",
                                                   "?",
                                                   "=",
                                                   ".",
                                                   "ü",
                                                   "\x02",
                                                   "\xE2\x80\xA8",
                                                   "null",
                                                   "true",
                                                   "\xF0\x9F\x98\x80",
                                                   "\xC2\x9F"};
  std::string text;
  const std::size_t pieces = random() % 12;
  for (std::size_t i = 0; i < pieces; ++i) text += kPieces[random() % kPieces.size()];
  return text;
}

TEST(NewDocument, ManyTextsComeBack) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::vector<NewDocument> documents;
    std::vector<WorkspaceSpec> wanted;
    for (int i = 0; i < 3; ++i) {
      NewDocument document = a_document("alice", "w" + std::to_string(i));
      std::map<std::string, std::string> parameters;
      for (int j = 0; j < 4; ++j) parameters.emplace("p" + random_text(random), random_text(random));
      document.values.parameters.assign(parameters.begin(), parameters.end());
      document.remarks = {random_text(random)};
      wanted.push_back(spec_of(document));
      documents.push_back(std::move(document));
    }
    EXPECT_EQ(read(write_documents(documents)), wanted);
  }
}

/// What the loader reads of these files, by owner; nothing of them is on a disk.
std::vector<WorkspaceSpec> loaded(std::map<std::string, std::string> files) {
  SpecSource source({"specs-that-are-not-there"});
  source.pretend(std::move(files));
  const auto state = source.load();
  EXPECT_TRUE(state);
  EXPECT_THAT(state->diagnostics, IsEmpty());
  std::vector<WorkspaceSpec> specs;
  for (const SpecPtr& spec : state->specs) {
    specs.push_back(*spec);
    specs.back().where = {};
    specs.back().body.edit().defaulted = {};
  }
  return specs;
}

TEST(TakeShared, AreMovedWhereMostGiveThemAlike) {
  std::vector<NewDocument> documents = {a_document("a"), a_document("b"), a_document("c")};
  for (NewDocument& one : documents) one.values.parameters = {{"region", "eu"}, {"cpu", one.owner}};
  for (NewDocument& one : documents) std::sort(one.values.parameters.begin(), one.values.parameters.end());
  documents[2].values.fields.set("ttl", *parse_ttl("4h"));
  const NewValues shared = take_shared(documents);
  EXPECT_EQ(shared.organization, "coder");
  EXPECT_EQ(shared.template_ref, "docker");
  EXPECT_THAT(shared.parameters, ElementsAre(Pair("region", "eu")));
  EXPECT_EQ(*shared.fields.find("ttl"), FieldValue(*parse_ttl("8h")));
  EXPECT_EQ(documents[0].values.fields.find("ttl"), nullptr);
  EXPECT_EQ(*documents[2].values.fields.find("ttl"), FieldValue(*parse_ttl("4h")));
  EXPECT_THAT(documents[0].values.parameters, ElementsAre(Pair("cpu", "a")));
  EXPECT_FALSE(documents[0].policy.update) << "what only reports does so without its defaults, too";
  EXPECT_EQ(write_defaults("shared", shared),
            "apiVersion: coder-reconciler/v1\nkind: WorkspaceDefaults\nmetadata:\n  name: shared\nspec:\n  "
            "values:\n"
            "    organization: coder\n    template: docker\n    parameters:\n      region: eu\n"
            "    autostart: CRON_TZ=Europe/Berlin 0 9 * * 1-5\n    ttl: 8h\n    automaticUpdates: always\n");
}

TEST(TakeShared, WhatOneLeavesUnmanagedIsNotGivenToIt) {
  std::vector<NewDocument> documents = {a_document("a"), a_document("b"), a_document("c")};
  DeclaredFields without_ttl;
  without_ttl.set("automaticUpdates", AutomaticUpdates::always);
  documents[1].values.fields = without_ttl;
  documents[0].values.parameters = {{"region", "eu"}};
  documents[2].values.parameters = {{"region", "eu"}};
  const NewValues shared = take_shared(documents);
  EXPECT_EQ(shared.fields.find("ttl"), nullptr);
  EXPECT_THAT(shared.parameters, IsEmpty());
  EXPECT_NE(shared.fields.find("automaticUpdates"), nullptr);
}

TEST(TakeShared, ThatThereIsNoneIsSaidByEachItself) {
  std::vector<NewDocument> documents = {a_document("a"), a_document("b")};
  for (NewDocument& one : documents) one.values.fields.set("ttl", Cleared{});
  EXPECT_EQ(take_shared(documents).fields.find("ttl"), nullptr);
}

TEST(TakeShared, OneAloneSharesNothing) {
  std::vector<NewDocument> documents = {a_document()};
  EXPECT_EQ(take_shared(documents), NewValues());
  EXPECT_EQ(take_shared({}), NewValues());
}

TEST(TakeShared, EveryFleetResolvesToWhatItWas) {
  std::mt19937 random(11);
  const auto pick = [&](std::vector<FieldValue> values) { return values[random() % values.size()]; };
  for (int round = 0; round < 300; ++round) {
    std::vector<NewDocument> documents;
    const std::size_t count = random() % 7;
    for (std::size_t i = 0; i < count; ++i) {
      NewDocument one = a_document("u" + std::to_string(i));
      one.values.organization = random() % 3 ? "coder" : "other";
      one.values.template_ref = random() % 4 ? "docker" : "vm";
      one.values.fields = {};
      if (random() % 8) one.values.fields.set("ttl", pick({Cleared{}, *parse_ttl("8h"), *parse_ttl("4h")}));
      if (random() % 8)
        one.values.fields.set("automaticUpdates", pick({AutomaticUpdates::always, AutomaticUpdates::never}));
      if (random() % 2) one.values.fields.set("dormant", true);
      if (random() % 8) one.values.parameters.emplace_back("cpu", random() % 3 ? "4" : "8");
      if (random() % 8) one.values.parameters.emplace_back("region", random() % 3 ? "eu" : "us");
      documents.push_back(one);
    }
    std::vector<NewDocument> left = documents;
    const NewValues shared = take_shared(left);
    std::map<std::string, std::string> files = {{"specs-that-are-not-there/a.yaml", write_documents(left)}};
    if (shared != NewValues())
      files.emplace("specs-that-are-not-there/defaults.yaml", write_defaults("shared", shared));
    std::vector<WorkspaceSpec> wanted;
    for (const NewDocument& one : documents) wanted.push_back(spec_of(one));
    EXPECT_EQ(loaded(files), wanted);
  }
}

}  // namespace
}  // namespace cr::specs
