#include "reconcile/http/event_stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cr::http {
namespace {

using Events = std::vector<std::pair<std::string, std::string>>;

/// What a parser makes of these bytes, in pieces of `size`; nothing where it had enough.
std::optional<Events> parse(std::string_view bytes, std::size_t size, std::size_t limit = 1000) {
  EventStreamParser parser(limit);
  Events events;
  const EventStreamParser::OnEvent keep = [&](ServerEvent& event) {
    events.emplace_back(event.type, event.data);
  };
  for (; !bytes.empty(); bytes.remove_prefix(std::min(size, bytes.size()))) {
    if (!parser.take(bytes.substr(0, size), keep)) return std::nullopt;
  }
  return events;
}

struct Case {
  const char* name;
  std::string_view bytes;
  Events events;
};

const std::vector<Case> kCases = {
    {"a type and its data", "event: data\ndata: {\"id\":1}\n\n", {{"data", "{\"id\":1}"}}},
    {"without a type it is a message", "data: x\n\n", {{"message", "x"}}},
    {"an empty type is none", "event:\ndata: x\n\n", {{"message", "x"}}},
    {"without data there is no event", "event: ping\n\n", {}},
    {"a type is not kept for the next event", "event: ping\n\ndata: x\n\n", {{"message", "x"}}},
    {"the last type counts", "event: a\nevent: b\ndata: x\n\n", {{"b", "x"}}},
    {"lines of data are joined", "data: a\ndata: b\n\n", {{"message", "a\nb"}}},
    {"empty lines of data count", "data\ndata:\n\n", {{"message", "\n"}}},
    {"one blank is taken away", "data:  x\ndata:y\n\n", {{"message", " x\ny"}}},
    {"lines end with CRLF", "event: e\r\ndata: x\r\n\r\n", {{"e", "x"}}},
    {"lines end with CR", "event: e\rdata: x\r\r", {{"e", "x"}}},
    {"line ends may be mixed", "data: a\r\ndata: b\rdata: c\n\r\n", {{"message", "a\nb\nc"}}},
    {"a comment is nothing", ": hello\ndata: x\n:\n\n", {{"message", "x"}}},
    {"unknown fields are nothing", "id: 7\nretry: 1\nfoo: bar\nbaz\ndata: x\n\n", {{"message", "x"}}},
    {"the mark of the byte order is left out",
     "\xEF\xBB\xBF"
     "data: x\n\n",
     {{"message", "x"}}},
    {"but only at the beginning",
     "data: x\n\n\xEF\xBB\xBF"
     "data: y\n\n",
     {{"message", "x"}}},
    {"a field's name is not trimmed", " data: x\ndata : y\n\n", {}},
    {"what the end cuts off is no event", "data: x\n\ndata: y\n", {{"message", "x"}}},
    {"nothing", "", {}},
    {"empty lines alone", "\n\n\r\n\r\r\n", {}},
};

TEST(EventStream, IsReadAsTheStandardSaysHoweverItIsCut) {
  for (const Case& one : kCases) {
    for (const std::size_t size : {1, 2, 3, 7, 1000}) {
      EXPECT_EQ(parse(one.bytes, size), one.events) << one.name << ", in pieces of " << size;
    }
  }
}

TEST(EventStream, ALineThatNeverEndsIsGivenUpAtTheBound) {
  for (const std::string start : {"data: ", ": ", "x"}) {
    EXPECT_TRUE(parse(start + std::string(100 - start.size(), 'x'), 1, 100)) << start;
    for (const std::size_t size : {1, 50, 1000})
      EXPECT_FALSE(parse(start + std::string(1000, 'x'), size, 100)) << start;
  }
}

TEST(EventStream, AnEventThatNeverEndsIsGivenUpAtTheBound) {
  std::string lines;
  for (int i = 0; i < 100; ++i) lines += "data: xxxx\n";
  EXPECT_FALSE(parse(lines, 7, 100));
  std::string empty;
  for (int i = 0; i < 101; ++i) empty += "data\n";
  EXPECT_FALSE(parse(empty, 7, 100));
}

TEST(EventStream, HoldsNothingOfWhatItLeavesOut) {
  std::string comments;
  for (int i = 0; i < 10'000; ++i) comments += ": a comment\nid: 12345678\nevent: another\n\n";
  EXPECT_EQ(parse(comments + "data: x\n\n", 11, 20), (Events{{"message", "x"}}));
}

}  // namespace
}  // namespace cr::http
