#include "reconcile/coder/token.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace cr::coder {
namespace {

const std::string kFirst = "abcdefghij-ABCDEFGHIJKLMNOPQRSTUV";
const std::string kSecond = "0123456789-0123456789012345678901";

template <class T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};
static_assert(!Printable<Token>, "a token must not get into a log by accident");

class TokenFile : public testing::Test {
 protected:
  TokenFile()
      : directory_(std::filesystem::temp_directory_path() /
                   ("cr-token-" + std::to_string(::getpid()) + "-" +
                    testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::create_directories(directory_);
  }
  ~TokenFile() override { std::filesystem::remove_all(directory_); }

  std::string path() const { return (directory_ / "token").string(); }
  /// As secrets are replaced: a new file moved over the old one.
  void write(const std::string& text) const {
    std::ofstream(directory_ / "new", std::ios::binary) << text;
    std::filesystem::rename(directory_ / "new", path());
  }

 private:
  std::filesystem::path directory_;
};

TEST(TokenText, SurroundingSpaceDoesNotCount) {
  const auto token = Token::parse(" \t" + kFirst + "\r\n", "x");
  ASSERT_TRUE(token);
  EXPECT_EQ(token->reveal(), kFirst);
  EXPECT_EQ(token->key_id(), "abcdefghij");
}

TEST(TokenText, WhatIsNoTokenIsRefusedWithoutShowingIt) {
  for (const std::string& bad :
       {kFirst.substr(0, 32), kFirst + "x", std::string("abcdefghijxABCDEFGHIJKLMNOPQRSTUV"),
        std::string("abcdefghij-ABCDEFGHIJK MNOPQRSTUV"), std::string("abcdefghij-ABCDEFGHIJKLMNOPQRSTU\xC3"),
        std::string("CODER_SESSION_TOKEN=" + kFirst)}) {
    const auto token = Token::parse(bad, "CODER_SESSION_TOKEN");
    ASSERT_FALSE(token) << bad;
    const std::string message = token.error().message;
    EXPECT_EQ(message.find("ABCDEFGHIJ"), std::string::npos) << message;
    EXPECT_EQ(message.rfind("CODER_SESSION_TOKEN: ", 0), 0U) << message;
    EXPECT_NE(message.find("coder tokens create"), std::string::npos) << message;
  }
}

TEST(TokenText, TheKeyIdMayBeShown) {
  const auto token = Token::parse(kFirst + "x", "file");
  ASSERT_FALSE(token);
  EXPECT_NE(token.error().message.find("key id abcdefghij"), std::string::npos) << token.error().message;
}

TEST(TokenText, EmptyIsSaidToBeEmpty) {
  const auto token = Token::parse("\n", "token file /run/token");
  ASSERT_FALSE(token);
  EXPECT_EQ(token.error().message, "token file /run/token: the token is empty");
}

TEST_F(TokenFile, IsReadAgainWhenItChanges) {
  write(kFirst + "\n");
  auto source = TokenSource::from_file(path());
  ASSERT_TRUE(source);
  EXPECT_EQ(source->current().reveal(), kFirst);
  write(kSecond);
  EXPECT_EQ(source->current().reveal(), kSecond);
}

TEST_F(TokenFile, KeepsTheLastGoodTokenWhileTheFileIsBadAndSaysSo) {
  write(kFirst);
  auto source = TokenSource::from_file(path());
  ASSERT_TRUE(source);
  write("half a tok");
  EXPECT_EQ(source->current().reveal(), kFirst);
  EXPECT_NE(source->problem().find("not a Coder token"), std::string::npos) << source->problem();
  std::filesystem::remove(path());
  EXPECT_EQ(source->current().reveal(), kFirst);
  EXPECT_NE(source->problem().find("cannot read token file"), std::string::npos) << source->problem();
  write(kSecond);
  EXPECT_EQ(source->current().reveal(), kSecond);
  EXPECT_EQ(source->problem(), "");
}

TEST_F(TokenFile, RereadLooksEvenIfTheTimesAreTheSame) {
  write(kFirst);
  auto source = TokenSource::from_file(path());
  ASSERT_TRUE(source);
  EXPECT_EQ(source->reread().reveal(), kFirst);
  write(kSecond);
  EXPECT_EQ(source->reread().reveal(), kSecond);
}

TEST_F(TokenFile, MissingAtTheStartIsAnError) {
  const auto source = TokenSource::from_file(path());
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().message, "cannot read token file " + path() + ": No such file or directory");
}

TEST_F(TokenFile, ADirectoryOrAHugeFileIsNoToken) {
  const auto directory = TokenSource::from_file(std::filesystem::temp_directory_path().string());
  ASSERT_FALSE(directory);
  EXPECT_NE(directory.error().message.find("cannot read token file"), std::string::npos)
      << directory.error().message;
  write(std::string(100000, ' '));
  const auto huge = TokenSource::from_file(path());
  ASSERT_FALSE(huge);
  EXPECT_NE(huge.error().message.find("too large for a token"), std::string::npos) << huge.error().message;
}

TEST(FixedToken, NeverChanges) {
  auto source = TokenSource::from_value(kFirst, "CODER_SESSION_TOKEN");
  ASSERT_TRUE(source);
  EXPECT_EQ(source->current(), source->reread());
  EXPECT_EQ(source->problem(), "");
}

}  // namespace
}  // namespace cr::coder
