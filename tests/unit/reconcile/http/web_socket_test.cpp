#include "reconcile/http/web_socket.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cr::http {
namespace {

TEST(WebSocketHandshake, AnswersAsTheStandardHasIt) {
  EXPECT_EQ(web_socket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(web_socket_key().size(), 24U);
  EXPECT_NE(web_socket_key(), web_socket_key());
}

TEST(WebSocketPong, IsMaskedAndHasThePingsBytes) {
  EXPECT_EQ(pong_frame("Hello", 0x3d21fa37U), std::string("\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"));
  EXPECT_EQ(pong_frame("", 0), std::string("\x8a\x80\0\0\0\0", 6));
  EXPECT_EQ(pong_frame(std::string(500, 'x'), 7).size(), 6U + 125U);
}

struct Heard {
  std::vector<std::string> messages, pings;
  int closes = 0;
  WebSocketParser::Told told{.on_message = [this](std::string& text) { messages.push_back(std::move(text)); },
                             .on_ping = [this](const std::string& bytes) { pings.push_back(bytes); },
                             .on_close = [this] { ++closes; }};
};

TEST(WebSocketFrames, ReadAlikeHoweverTheyAreCut) {
  const std::string bytes = std::string("\x01\x03Hel\x89\x02pp\x80\x02lo\x8a\x00\x82\x01", 17) + "b" +
                            std::string("\x81\x7e\x01\x00", 4) + std::string(256, 'y') + "\x88\x02" +
                            std::string("\x03\xe8\x81\x01z", 5);
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    Heard heard;
    WebSocketParser parser(1'000);
    for (std::size_t at = 0; at < bytes.size(); at += piece)
      ASSERT_TRUE(parser.take(bytes.substr(at, piece), heard.told)) << piece;
    EXPECT_EQ(heard.messages, (std::vector<std::string>{"Hello", "b", std::string(256, 'y')})) << piece;
    EXPECT_EQ(heard.pings, std::vector<std::string>{"pp"});
    EXPECT_EQ(heard.closes, 1);
  }
}

TEST(WebSocketFrames, AMessageOfTheLimitIsGoodAndOneByteMoreIsNot) {
  Heard heard;
  WebSocketParser parser(100);
  EXPECT_TRUE(parser.take(std::string("\x81\x64", 2) + std::string(100, 'x'), heard.told));
  EXPECT_TRUE(parser.take(std::string("\x01\x32", 2) + std::string(50, 'x'), heard.told));
  EXPECT_TRUE(parser.take(std::string("\x80\x32", 2) + std::string(50, 'x'), heard.told));
  EXPECT_EQ(heard.messages.size(), 2U);
  EXPECT_FALSE(WebSocketParser(100).take("\x81\x65", heard.told)) << "its head is enough to know";
  WebSocketParser pieces(100);
  EXPECT_TRUE(pieces.take(std::string("\x01\x32", 2) + std::string(50, 'x'), heard.told));
  EXPECT_FALSE(pieces.take("\x80\x33", heard.told));
}

TEST(WebSocketFrames, WhatIsAgainstTheProtocolIsNoUse) {
  for (const std::string& bytes :
       {std::string("\xc1\x01x"), std::string("\x83\x01x"), std::string("\x8b\x01x"),
        std::string("\x80\x01x"), std::string("\x81\x81") + "1234x", std::string("\x09\x01x"),
        std::string("\x89\x7e\x00\x7e", 4), std::string("\x01\x01x\x81\x01y"),
        std::string("\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff", 10)}) {
    Heard heard;
    EXPECT_FALSE(WebSocketParser(1'000).take(bytes, heard.told));
    EXPECT_TRUE(heard.messages.empty());
  }
}

}  // namespace
}  // namespace cr::http
