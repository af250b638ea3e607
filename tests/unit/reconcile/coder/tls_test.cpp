#include <string>

#include "tests/support/certificates.h"
#include "tests/unit/reconcile/coder/client_bench.h"

/// TLS as users meet it: what is trusted, and what they are told if it is not.
namespace cr::coder {
namespace {

using namespace std::chrono_literals;
using testing::build_info_answer;
using testing::CertificateAuthority;
using testing::ScriptedServer;

class Tls : public testing::ClientBench {
 protected:
  Tls() : authority("test-ca"), identity(authority.issue("server", "DNS:coder.test,IP:127.0.0.1")) {}

  ClientOptions options_for(const ScriptedServer& place, const std::string& host = "coder.test") const {
    ClientOptions with = options();
    with.url = "https://" + host + ":" + std::to_string(place.port());
    with.retry.max_attempts = 1;
    with.tls.ca_file = authority.cert_file();
    with.resolve = [](const std::string&,
                      std::uint16_t port) -> awaitable<boost::system::result<http::Endpoints>> {
      const boost::asio::ip::tcp::endpoint here(boost::asio::ip::address_v4::loopback(), port);
      co_return http::Endpoints(1, here);
    };
    return with;
  }

  std::string failure(ClientOptions with) {
    Client client = make(std::move(with));
    const auto result = run(client.reader().build_info());
    if (result) return "no failure";
    EXPECT_EQ(result.error().fault, ApiFault::unreachable);
    return result.error().message;
  }

  CertificateAuthority authority;
  CertificateAuthority::Files identity;
};

TEST_F(Tls, ACaFileMakesItsCertificatesTrusted) {
  ScriptedServer secure(context, identity.cert, identity.key);
  secure.answer_all(build_info_answer());
  Client client = make(options_for(secure));
  for (int i = 0; i < 3; ++i) {
    const auto result = run(client.reader().build_info());
    ASSERT_TRUE(result) << result.error().to_string();
  }
  EXPECT_EQ(secure.connections(), 1U);
}

TEST_F(Tls, AnAddressIsCheckedAsAnAddress) {
  ScriptedServer secure(context, identity.cert, identity.key);
  secure.answer_all(build_info_answer());
  Client client = make(options_for(secure, "127.0.0.1"));
  const auto result = run(client.reader().build_info());
  EXPECT_TRUE(result) << result.error().to_string();
}

TEST_F(Tls, AnUnknownCaIsNotTrustedAndTheFlagIsNamed) {
  ScriptedServer secure(context, identity.cert, identity.key);
  CertificateAuthority other("other-ca");
  ClientOptions with = options_for(secure);
  with.tls.ca_file = other.cert_file();
  const std::string message = failure(with);
  EXPECT_NE(message.find("the certificate of coder.test is not trusted"), std::string::npos) << message;
  EXPECT_NE(message.find("given.ca"), std::string::npos) << message;
}

TEST_F(Tls, TheSystemsCasDoNotKnowOurs) {
  ScriptedServer secure(context, identity.cert, identity.key);
  ClientOptions with = options_for(secure);
  with.tls.ca_file.clear();
  const std::string message = failure(with);
  EXPECT_NE(message.find("is not trusted"), std::string::npos) << message;
}

TEST_F(Tls, ACertificateForAnotherHostIsRefused) {
  ScriptedServer secure(context, identity.cert, identity.key);
  EXPECT_NE(failure(options_for(secure, "other.test")).find("the certificate is not valid for other.test"),
            std::string::npos);
}

TEST_F(Tls, ACertificateForAnotherAddressIsRefused) {
  const auto elsewhere = authority.issue("elsewhere", "IP:10.1.2.3");
  ScriptedServer secure(context, elsewhere.cert, elsewhere.key);
  EXPECT_NE(failure(options_for(secure, "127.0.0.1")).find("the certificate is not valid for 127.0.0.1"),
            std::string::npos);
}

TEST_F(Tls, InsecureSkipVerifyTrustsAnything) {
  ScriptedServer secure(context, identity.cert, identity.key);
  secure.answer_all(build_info_answer());
  ClientOptions with = options_for(secure, "other.test");
  with.tls.ca_file.clear();
  with.tls.insecure_skip_verify = true;
  Client client = make(with);
  EXPECT_TRUE(run(client.reader().build_info()));
}

TEST_F(Tls, AClientCertificateIsShownWhereItIsWanted) {
  ScriptedServer secure(context, identity.cert, identity.key, authority.cert_file());
  secure.answer_all(build_info_answer());
  const auto mine = authority.issue("me", "");
  ClientOptions with = options_for(secure);
  with.tls.client_cert = mine.cert;
  with.tls.client_key = mine.key;
  Client client = make(with);
  const auto result = run(client.reader().build_info());
  EXPECT_TRUE(result) << result.error().to_string();
}

TEST_F(Tls, AMissingClientCertificateIsSaidToBeMissing) {
  ScriptedServer secure(context, identity.cert, identity.key, authority.cert_file());
  const std::string message = failure(options_for(secure));
  EXPECT_NE(message.find("requires a client certificate"), std::string::npos) << message;
  EXPECT_NE(message.find("given.cert"), std::string::npos) << message;
}

TEST_F(Tls, AServerThatDoesNotSpeakItIsSaidNotTo) {
  server.script({testing::send("HTTP/1.1 400 Bad Request\r\n\r\n")});
  const std::string message = failure(options_for(server));
  EXPECT_NE(message.find("does not speak TLS on this port"), std::string::npos) << message;
}

TEST_F(Tls, AServerThatHangsUpOnAHandshakeSeemsToSpeakPlainHttp) {
  for (const bool abruptly : {false, true}) {
    server.script({abruptly ? testing::reset() : testing::close()});
    const std::string message = failure(options_for(server));
    EXPECT_NE(message.find("speaks plain HTTP, given.url must begin with http://"), std::string::npos)
        << message;
  }
}

TEST_F(Tls, AHandshakeThatNeverEndsIsATimeout) {
  ClientOptions with = options_for(server);
  Client client = make(with);
  auto call = start(client.reader().build_info());
  // The handshake's first bytes have come, and nobody answers them.
  run_until([&] { return server.connections() == 1 && clock.sleepers() == 2; });
  for (int i = 0; i < 10; ++i) context.poll();
  clock.advance(10s);
  const auto result = finish(call);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, ApiFault::timeout);
  EXPECT_EQ(result.error().message,
            "the TLS handshake with coder.test:" + std::to_string(server.port()) + " took longer than 10 s");
}

}  // namespace
}  // namespace cr::coder
