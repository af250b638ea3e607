#include "reconcile/coder/client.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/certificates.h"
#include "tests/unit/reconcile/coder/client_bench.h"

/// What is said of settings of which no client can be made.
namespace cr::coder {
namespace {

using testing::kSecret;

class Settings : public testing::ClientBench {
 protected:
  ClientOptions good() const {
    ClientOptions with = options();
    with.url = "https://coder.test";
    return with;
  }
  std::string refusal(ClientOptions with) {
    const auto client = make_client(std::move(with), clock, observer);
    return client ? "accepted" : client.error().message;
  }
};

TEST_F(Settings, GoodOnesAreAccepted) {
  EXPECT_EQ(refusal(good()), "accepted");
  EXPECT_EQ(make(good()).base_url(), "https://coder.test");
}

// How to give them is said where the program is called, before there is a client.
TEST_F(Settings, WithoutUrlOrTokenThereIsNoClient) {
  ClientOptions with = good();
  with.url.clear();
  EXPECT_EQ(refusal(with), "no Coder URL given");
  with = good();
  with.token_value.clear();
  EXPECT_EQ(refusal(with), "no Coder token given");
}

TEST_F(Settings, ABadTokenIsNotShown) {
  ClientOptions with = good();
  with.token_value += "x";
  const std::string message = refusal(with);
  EXPECT_EQ(message.rfind("CODER_SESSION_TOKEN: not a Coder token", 0), 0U) << message;
  EXPECT_EQ(message.find(kSecret), std::string::npos) << message;
}

TEST_F(Settings, AMissingCaFileIsNamed) {
  ClientOptions with = good();
  with.tls.ca_file = "/nowhere/ca.pem";
  EXPECT_EQ(refusal(with), "given.ca /nowhere/ca.pem: cannot read the CA file; use a readable PEM file");
}

TEST_F(Settings, ACaFileWithoutCertificatesIsNamed) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("cr-no-ca-" + std::to_string(::getpid()))).string();
  std::ofstream(path) << "this is no certificate\n";
  ClientOptions with = good();
  with.tls.ca_file = path;
  const std::string message = refusal(with);
  std::filesystem::remove(path);
  EXPECT_EQ(message.rfind("given.ca " + path + ": contains no usable CA certificate", 0), 0U) << message;
}

TEST_F(Settings, CertificateAndKeyGoTogether) {
  ClientOptions with = good();
  with.tls.client_cert = "cert.pem";
  EXPECT_EQ(refusal(with), "given.cert and given.key must be set together; given.key is missing");
}

TEST_F(Settings, AKeyOfAnotherCertificateIsSaidToBeOne) {
  testing::CertificateAuthority authority("test-ca");
  const auto mine = authority.issue("me", "");
  const auto other = authority.issue("other", "");
  ClientOptions with = good();
  with.tls.client_cert = mine.cert;
  with.tls.client_key = other.key;
  const std::string message = refusal(with);
  EXPECT_EQ(message.rfind("given.key " + other.key + ": not a key", 0), 0U) << message;
  with.tls.client_key = mine.cert;
  EXPECT_EQ(refusal(with).rfind("given.key " + mine.cert + ": not a key", 0), 0U);
}

TEST_F(Settings, TlsFilesDoNotMatterForHttp) {
  ClientOptions with = good();
  with.url = "http://coder.test";
  with.tls.ca_file = "/nowhere/ca.pem";
  EXPECT_EQ(refusal(with), "accepted");
}

TEST_F(Settings, AProxyThatIsNotSupportedIsSaidToBe) {
  ClientOptions with = good();
  with.proxy.https_proxy = "socks5://proxy:1080";
  EXPECT_NE(refusal(with).find("unsupported proxy scheme socks5://"), std::string::npos);
}

TEST_F(Settings, HeadersOfOursCannotBeReplaced) {
  for (const char* name : {"Coder-Session-Token", "host", "CONTENT-LENGTH", "User-Agent"}) {
    ClientOptions with = good();
    with.extra_headers = {{name, "x"}};
    EXPECT_EQ(refusal(with), "given.header " + std::string(name) + ": is set by coder-reconciler itself");
  }
}

TEST_F(Settings, AHeaderCannotSmuggleALine) {
  ClientOptions with = good();
  with.extra_headers = {{"X-Key", "a secret\r\nHost: evil"}};
  EXPECT_EQ(refusal(with), "given.header X-Key: has a line break or control character in its value");
  with.extra_headers = {{"X Key", "a"}};
  EXPECT_EQ(refusal(with), "given.header X Key: is not a valid header name");
}

TEST(HeaderOfTheUser, MayHoldATabAndSpeakAnyLanguage) {
  EXPECT_EQ(header_problem("X-Key", "a\tb=c, \xC3\xBC"), std::nullopt);
  EXPECT_EQ(header_problem("", "a"), "is not a valid header name");
}

}  // namespace
}  // namespace cr::coder
