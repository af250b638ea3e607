// Editing specs in place: what is wanted is read, and everything else is byte for byte as it was.
#include "specs/write/field_edit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>

#include "specs/duration.h"
#include "specs/parse.h"
#include "tests/support/tests_dir.h"

namespace cr::specs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

ParsedFile parsed(std::string_view text) {
  return parse(text, std::make_shared<const std::string>("a.yaml"));
}

Scalar a_ttl(const char* text) {
  return scalar_of(FieldValue(*parse_ttl(text)));
}
const Scalar kNone = scalar_of(FieldValue(Cleared{}));

/// The file after one field of its first document has been set.
EditedFile set(const std::string& text, const FieldPath& path, const Scalar& value) {
  const ParsedFile file = parsed(text);
  EXPECT_THAT(file.specs, SizeIs(::testing::Ge(1))) << text;
  const FieldEdit edit{file.specs.front()->where, path, value};
  return edit_fields(text, {&edit, 1});
}

std::string document(const std::string& spec) {
  return "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: dev}\nspec:\n  owner: alice\n"
         "  template: docker\n" +
         spec;
}

struct Case {
  const char* before;
  const char* after;
};

TEST(FieldEdit, SetsAValueAndLeavesTheRestOfItsLine) {
  for (const Case& one :
       {Case{"  ttl: 8h\n", "  ttl: 4h\n"},
        Case{"  ttl:   8h   # as agreed: 8h\n", "  ttl:   4h   # as agreed: 8h\n"},
        Case{"  \"ttl\" : '8h'\n", "  \"ttl\" : '4h'\n"},
        Case{"  ttl: \"8h\" # x\r\n  dormant: false\r\n", "  ttl: \"4h\" # x\r\n  dormant: false\r\n"},
        Case{"  ttl: null\n", "  ttl: 4h\n"}, Case{"  ttl: ~ # none\n", "  ttl: 4h # none\n"},
        Case{"  ttl:\n", "  ttl: 4h\n"}, Case{"  ttl:   # none yet\n", "  ttl: 4h   # none yet\n"},
        Case{"  ttl:\n    8h\n", "  ttl:\n    4h\n"}, Case{"  ttl: &t 8h\n", "  ttl: &t 4h\n"},
        Case{"  ttl: 8h", "  ttl: 4h"}}) {
    const EditedFile edited = set(document(one.before), {"spec", "ttl"}, a_ttl("4h"));
    EXPECT_THAT(edited.refused, IsEmpty()) << one.before;
    EXPECT_EQ(edited.text, document(one.after));
  }
}

TEST(FieldEdit, KeepsTheWayInWhichAParameterIsWritten) {
  const auto with = [](const std::string& value) {
    return document("  parameters: {cpu: " + value + ", a: b}\n");
  };
  const FieldPath cpu{"spec", "parameters", "cpu"};
  const auto text = [](std::string value) { return Scalar{Scalar::Kind::text, std::move(value)}; };
  EXPECT_EQ(set(with("4"), cpu, text("8")).text, with("8"));
  EXPECT_EQ(set(with("\"4\""), cpu, text("8")).text, with("\"8\""));
  EXPECT_EQ(set(with("'4'"), cpu, text("it's")).text, with("'it''s'"));
  EXPECT_EQ(set(with("four"), cpu, text("8")).text, with("\"8\""));
  EXPECT_EQ(set(with("four"), cpu, text("a, {b}: #c")).text, with("\"a, {b}: #c\""));
  EXPECT_EQ(set(with("'4'"), cpu, text("two\nlines")).text, with("\"two\\nlines\""));
}

TEST(FieldEdit, InsertsAKeyAtTheIndentationOfItsMapping) {
  EXPECT_EQ(set(document("  parameters:\n    a: b\n"), {"spec", "ttl"}, a_ttl("4h")).text,
            "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: dev}\nspec:\n  owner: alice\n"
            "  template: docker\n  ttl: 4h\n  parameters:\n    a: b\n");
  EXPECT_EQ(set(document("  ttl: 8h # last"), {"spec", "autostart"}, kNone).text,
            document("  ttl: 8h # last\n  autostart: null"));
  const std::string flow =
      "{apiVersion: coder-reconciler/v1, kind: Workspace, metadata: {name: a}, spec: {owner: a, template: "
      "t}}";
  EXPECT_THAT(set(flow, {"spec", "ttl"}, kNone).text, HasSubstr("spec: {ttl: null, owner: a, template: t}"));
}

TEST(FieldEdit, RefusesWhatItCannotProve) {
  const auto refusal = [](const std::string& text, const FieldPath& path) {
    const EditedFile edited = set(text, path, a_ttl("4h"));
    EXPECT_EQ(edited.text, text);
    return edited.refused.size() == 1 ? edited.refused.front().why : std::string();
  };
  EXPECT_EQ(refusal(document("  ttl: &t 8h\n  parameters: {a: *t}\n"), {"spec", "ttl"}),
            "an alias shares it with another place");
  EXPECT_EQ(refusal(document("  ttl: &t 8h\n  parameters: {a: *t}\n"), {"spec", "parameters", "a"}),
            "an alias shares it with another place");
  EXPECT_EQ(refusal("kind: List\napiVersion: v1\nitems:\n"
                    "- {apiVersion: coder-reconciler/v1, kind: Workspace, metadata: {name: a},\n"
                    "   spec: &s {owner: a, template: t, ttl: 8h}}\n"
                    "- {apiVersion: coder-reconciler/v1, kind: Workspace, metadata: {name: b}, spec: *s}\n",
                    {"spec", "ttl"}),
            "an alias shares it with another place");
  EXPECT_EQ(refusal(document("  parameters:\n    a: |\n      b\n"), {"spec", "parameters", "a"}),
            "its value stands on several lines");
  EXPECT_EQ(refusal(document("  parameters:\n    a: b\n      c\n"), {"spec", "parameters", "a"}),
            "its value stands on several lines");
  EXPECT_EQ(refusal(document("  parameters:\n    a: \"b\n      c\"\n"), {"spec", "parameters", "a"}),
            "its value stands on several lines");
  EXPECT_EQ(refusal(document("  ttl: !!str 8h\n"), {"spec", "ttl"}),
            "it is written in a way that cannot be edited in place");
  EXPECT_EQ(refusal(document("  parameters: {a: b}\n"), {"spec", "parameters"}),
            "its value is no single one");
  EXPECT_EQ(refusal(document(""), {"spec", "parameters", "a"}), "it is not found in the file any more");
}

TEST(FieldEdit, OneThatIsRefusedDoesNotKeepTheOthersFromBeingMade) {
  const std::string text =
      document("  ttl: 8h\n  automaticUpdates: never\n") + "---\n" + document("  ttl: !!str 8h\n");
  const ParsedFile file = parsed(text);
  ASSERT_THAT(file.specs, SizeIs(2));
  const std::vector<FieldEdit> edits = {
      {file.specs[1]->where, {"spec", "ttl"}, a_ttl("4h")},
      {file.specs[0]->where, {"spec", "automaticUpdates"}, {Scalar::Kind::string, "always"}},
      {file.specs[0]->where, {"spec", "ttl"}, kNone}};
  const EditedFile edited = edit_fields(text, edits);
  ASSERT_THAT(edited.refused, SizeIs(1));
  EXPECT_EQ(edited.refused[0].edit, 0U);
  EXPECT_EQ(edited.text,
            document("  ttl: null\n  automaticUpdates: always\n") + "---\n" + document("  ttl: !!str 8h\n"));
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// Lines of one that the other does not have, in order.
std::size_t lines_apart(const std::string& before, const std::string& after) {
  const auto a = lines_of(before);
  const auto b = lines_of(after);
  std::size_t front = 0;
  while (front < std::min(a.size(), b.size()) && a[front] == b[front]) ++front;
  std::size_t back = 0;
  while (back < std::min(a.size(), b.size()) - front && a[a.size() - 1 - back] == b[b.size() - 1 - back])
    ++back;
  return std::max(a.size(), b.size()) - front - back;
}

/// By value; where it stands moves with what is inserted before it.
WorkspaceSpec anywhere(WorkspaceSpec spec) {
  spec.where = {};
  return spec;
}

/// The promise, for one edit: it is refused and nothing is touched, or it is made and only that.
bool expect_kept(const std::string& text, std::size_t index, std::string_view key, const FieldValue& value) {
  const ParsedFile before = parsed(text);
  WorkspaceSpec wanted = anywhere(*before.specs[index]);
  const DeclaredFields::Declared* declared = wanted.fields.entry(key);
  wanted.fields.set(key, value, declared ? declared->mode : FieldMode::enforce);
  const FieldEdit edit{before.specs[index]->where, {"spec", std::string(key)}, scalar_of(value)};
  const EditedFile edited = edit_fields(text, {&edit, 1});
  if (!edited.refused.empty()) {
    EXPECT_EQ(edited.text, text);
    return false;
  }
  const ParsedFile after = parsed(edited.text);
  EXPECT_EQ(after.specs.size(), before.specs.size()) << edited.text;
  if (after.specs.size() != before.specs.size()) return true;
  for (std::size_t i = 0; i < after.specs.size(); ++i)
    EXPECT_EQ(anywhere(*after.specs[i]), i == index ? wanted : anywhere(*before.specs[i])) << edited.text;
  EXPECT_LE(lines_apart(text, edited.text), 1U + (text.ends_with('\n') ? 0U : 1U)) << text << "\n=>\n"
                                                                                   << edited.text;
  return true;
}

std::string with_carriage_returns(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) out += '\r';
    out += text[i];
  }
  return out;
}

TEST(FieldEdit, OfEveryValidFileOfTheCorpusOnlyWhatIsWantedChanges) {
  std::size_t made = 0;
  std::size_t refused = 0;
  for (const auto& entry : std::filesystem::directory_iterator(cr::testing::tests_dir() + "/corpus/good")) {
    std::ifstream stream(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    std::string without_end = text;
    while (without_end.ends_with('\n')) without_end.pop_back();
    for (const std::string& form :
         {text, with_carriage_returns(text), without_end, "\xEF\xBB\xBF" + text, "# one\n---\n" + text}) {
      SCOPED_TRACE(entry.path().filename().string());
      const std::size_t specs = parsed(form).specs.size();
      for (std::size_t i = 0; i < specs; ++i) {
        const auto count = [&](bool was_made) { ++(was_made ? made : refused); };
        count(expect_kept(form, i, "ttl", *parse_ttl("7m")));
        count(expect_kept(form, i, "ttl", Cleared{}));
        count(expect_kept(form, i, "autostart", *parse_schedule("CRON_TZ=Europe/Berlin 7,9 8 * * 1,2")));
        count(expect_kept(form, i, "automaticUpdates", AutomaticUpdates::always));
        count(expect_kept(form, i, "dormant", false));
      }
    }
  }
  EXPECT_GT(made, 500U);
  EXPECT_LT(refused * 10, made);
}

/// A text with some of what YAML gives a meaning to put in, taken out or doubled.
std::string disturbed(std::string text, std::mt19937& random) {
  static const std::vector<std::string> kPieces = {
      " ",  "  ", "\n",  "\r\n", "#",   " # x", "'",  "\"", "{",  "}",     "[",        "]",    ", ", ": ",
      "- ", "? ", "&a ", "*a",   "!t ", "|",    ">-", "~",  "\t", "---\n", "\xC3\xBC", "null", "\\"};
  const std::size_t changes = 1 + random() % 3;
  for (std::size_t i = 0; i < changes && !text.empty(); ++i) {
    const std::size_t at = random() % text.size();
    if (random() % 3 == 0) {
      text.erase(at, 1);
    } else {
      text.insert(at, kPieces[random() % kPieces.size()]);
    }
  }
  return text;
}

TEST(FieldEdit, OfWhatIsWrittenOddlyOnlyWhatIsWantedChangesToo) {
  const std::string kText =
      "# one\napiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: dev, labels: {a: "
      "b}}\nspec:\n"
      "  owner: alice\n  template: 'docker' # t\n  parameters: {cpu: 4, note: \"it's\"}\n  ttl: \"8h\"  # as "
      "agreed\n"
      "  autostart:\n    CRON_TZ=UTC 0 9 * * 1-5\n  automaticUpdates: never\n---\n"
      "{apiVersion: coder-reconciler/v1, kind: Workspace, metadata: {name: b}, spec: {owner: b, template: t, "
      "ttl: 8h, "
      "automaticUpdates: never}}\n";
  std::mt19937 random(3);
  std::size_t made = 0;
  for (int round = 0; round < 1'500; ++round) {
    const std::string text = disturbed(kText, random);
    const std::size_t specs = parsed(text).specs.size();
    for (std::size_t i = 0; i < specs; ++i) {
      made += expect_kept(text, i, "ttl", *parse_ttl("7m"));
      made += expect_kept(text, i, "autostart", Cleared{});
      made += expect_kept(text, i, "automaticUpdates", AutomaticUpdates::always);
    }
    if (HasFailure()) break;
  }
  EXPECT_GT(made, 1'000U);
}

}  // namespace
}  // namespace cr::specs
