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

TEST_F(Settings, AMissingUrlNamesFlagAndVariable) {
  ClientOptions with = good();
  with.url.clear();
  EXPECT_EQ(refusal(with), "no Coder URL: set --coder-url or CODER_URL, such as https://coder.example.com");
}

TEST_F(Settings, AMissingTokenNamesTheWaysToGiveOne) {
  ClientOptions with = good();
  with.token_value.clear();
  const std::string message = refusal(with);
  for (const char* way : {"--coder-token-file", "CODER_SESSION_TOKEN_FILE", "CODER_SESSION_TOKEN"}) {
    EXPECT_NE(message.find(way), std::string::npos) << message;
  }
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
  EXPECT_EQ(refusal(with), "--ca-file /nowhere/ca.pem: cannot read the CA file; use a readable PEM file");
}

TEST_F(Settings, ACaFileWithoutCertificatesIsNamed) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("cr-no-ca-" + std::to_string(::getpid()))).string();
  std::ofstream(path) << "this is no certificate\n";
  ClientOptions with = good();
  with.tls.ca_file = path;
  const std::string message = refusal(with);
  std::filesystem::remove(path);
  EXPECT_EQ(message.rfind("--ca-file " + path + ": contains no usable CA certificate", 0), 0U) << message;
}

TEST_F(Settings, CertificateAndKeyGoTogether) {
  ClientOptions with = good();
  with.tls.client_cert = "cert.pem";
  EXPECT_EQ(refusal(with), "--client-cert and --client-key must be set together; --client-key is missing");
}

TEST_F(Settings, AKeyOfAnotherCertificateIsSaidToBeOne) {
  testing::CertificateAuthority authority("test-ca");
  const auto mine = authority.issue("me", "");
  const auto other = authority.issue("other", "");
  ClientOptions with = good();
  with.tls.client_cert = mine.cert;
  with.tls.client_key = other.key;
  const std::string message = refusal(with);
  EXPECT_EQ(message.rfind("--client-key " + other.key + ": not a key", 0), 0U) << message;
  with.tls.client_key = mine.cert;
  EXPECT_EQ(refusal(with).rfind("--client-key " + mine.cert + ": not a key", 0), 0U);
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
    EXPECT_EQ(refusal(with), "--header " + std::string(name) + ": is set by coder-reconciler itself");
  }
}

TEST_F(Settings, AHeaderCannotSmuggleALine) {
  ClientOptions with = good();
  with.extra_headers = {{"X-Key", "a secret\r\nHost: evil"}};
  EXPECT_EQ(refusal(with), "--header X-Key: has a line break or control character in its value");
  with.extra_headers = {{"X Key", "a"}};
  EXPECT_EQ(refusal(with), "--header X Key: is not a valid header name");
}

TEST(HeaderOfTheUser, MayHoldATabAndSpeakAnyLanguage) {
  EXPECT_EQ(header_problem("X-Key", "a\tb=c, \xC3\xBC"), std::nullopt);
  EXPECT_EQ(header_problem("", "a"), "is not a valid header name");
}

}  // namespace
}  // namespace cr::coder
