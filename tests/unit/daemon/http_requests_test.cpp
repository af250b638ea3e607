// What a request must be like to get an answer, and for whom it speaks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/daemon/served.h"

namespace cr::daemon {
namespace {

using testing::Client;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::StartsWith;
using namespace std::chrono_literals;

class HttpRequests : public testing::ServedTest {
 protected:
  HttpRequests() { start(); }
  /// The status of the answer to a GET with these header lines.
  std::string status_of(const std::string& header, const std::string& line = "GET / HTTP/1.1") {
    const std::string answer = exchange(line + "\r\n" + header + "Connection: close\r\n\r\n");
    return answer.substr(0, 12);
  }
  /// Whether a POST with this header line counts as one of a program on this machine.
  bool local_with(const std::string& field, const std::string& host = "localhost") {
    requests_.clear();
    exchange("POST /a HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 0\r\nConnection: close\r\n" + field +
             "\r\n\r\n");
    EXPECT_EQ(requests_.size(), 1U) << field;
    return requests_.size() == 1 && requests_[0].local;
  }
};

TEST_F(HttpRequests, AreAnsweredByAddressAndByNamesThatNoStrangerOwns) {
  for (const char* host :
       {"localhost", "LocalHost:9466", "localhost.", "127.0.0.1", "127.0.0.1:9466", "10.1.2.3:80", "[::1]",
        "[::1]:9466", "[FE80::1]:1", "reconciler.example.com", "Reconciler.Example.COM.:443"}) {
    EXPECT_EQ(status_of(std::string{"Host: "} + host + "\r\n"), "HTTP/1.1 200") << host;
  }
}

TEST_F(HttpRequests, ForForeignNamesAreMisdirected) {
  for (const char* host :
       {"evil.test", "evil.test:9466", "localhost.evil.test", "127.0.0.1.evil.test",
        "evil.reconciler.example.com", "127.1", "2130706433", "0x7f000001", "localhos", "com"}) {
    EXPECT_EQ(status_of(std::string{"Host: "} + host + "\r\n"), "HTTP/1.1 421") << host;
  }
  EXPECT_TRUE(requests_.empty());
  EXPECT_THAT(exchange("GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n"), HasSubstr("--allowed-hosts"));
}

TEST_F(HttpRequests, WithAMalformedHostAreBad) {
  for (const char* host : {"", "a b", "user@localhost", "localhost:http", "localhost:123456", "[::1", "::1",
                           "[::1]x", "[localhost]", "localhost/", "localhost,evil.test", "a..b", "."}) {
    EXPECT_EQ(status_of(std::string{"Host: "} + host + "\r\n"), "HTTP/1.1 400") << host;
  }
}

TEST_F(HttpRequests, HaveExactlyOneHost) {
  EXPECT_EQ(status_of(""), "HTTP/1.1 400");
  EXPECT_EQ(status_of("Host: localhost\r\nHost: localhost\r\n"), "HTTP/1.1 400");
  EXPECT_EQ(status_of("Host: localhost\r\nHost: evil.test\r\n"), "HTTP/1.1 400");
  EXPECT_EQ(status_of("", "GET / HTTP/1.0"), "HTTP/1.0 200") << "HTTP/1.0 knows no Host";
  EXPECT_EQ(status_of("Host: evil.test\r\n", "GET / HTTP/1.0"), "HTTP/1.0 421");
}

TEST_F(HttpRequests, InAbsoluteFormAreMeantForTheHostOfTheirTarget) {
  const std::string local = "Host: evil.test\r\n";
  EXPECT_EQ(status_of(local, "GET http://127.0.0.1:9466/a?b=c HTTP/1.1"), "HTTP/1.1 200");
  EXPECT_EQ(requests_.at(0).path, "/a");
  EXPECT_EQ(requests_.at(0).query["b"], "c");
  EXPECT_EQ(status_of(local, "GET HTTP://LOCALHOST HTTP/1.1"), "HTTP/1.1 200");
  EXPECT_EQ(status_of(local, "GET https://[::1]?b=d HTTP/1.1"), "HTTP/1.1 200");
  EXPECT_EQ(requests_.at(2).path, "/");
  EXPECT_EQ(requests_.at(2).query["b"], "d");
  EXPECT_EQ(status_of("Host: localhost\r\n", "GET http://evil.test/ HTTP/1.1"), "HTTP/1.1 421");
  EXPECT_EQ(status_of("Host: localhost\r\n", "GET http:/// HTTP/1.1"), "HTTP/1.1 400");
  EXPECT_EQ(status_of("Host: localhost\r\n", "GET http://localhost@evil.test/ HTTP/1.1"), "HTTP/1.1 400");
  EXPECT_EQ(status_of("Host: localhost\r\n", "GET ftp://localhost/ HTTP/1.1"), "HTTP/1.1 400");
  EXPECT_EQ(status_of("", "GET http://localhost/ HTTP/1.1"), "HTTP/1.1 400") << "still one Host";
}

TEST_F(HttpRequests, OfMethodsWithoutAPathAreNotAllowed) {
  const std::string star = exchange("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(star, StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(star, HasSubstr("Allow: GET, HEAD, POST\r\n"));
  EXPECT_EQ(status_of("Host: localhost\r\n", "CONNECT localhost:22 HTTP/1.1"), "HTTP/1.1 405");
}

TEST_F(HttpRequests, OfOtherVersionsAreBad) {
  EXPECT_EQ(exchange("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").substr(0, 12), "HTTP/1.1 400");
  EXPECT_EQ(exchange("GET / HTTP/3.0\r\nHost: localhost\r\n\r\n").substr(0, 12), "HTTP/1.1 400");
  EXPECT_EQ(exchange("GET /\r\n\r\n").substr(0, 12), "HTTP/1.1 400");
}

TEST_F(HttpRequests, WithTwoLengthsAreBad) {
  EXPECT_EQ(
      status_of("Host: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n", "POST / HTTP/1.1"),
      "HTTP/1.1 400");
  EXPECT_EQ(status_of("Host: localhost\r\nContent-Length: 3\r\nContent-Length: 4\r\n", "POST / HTTP/1.1"),
            "HTTP/1.1 400");
  EXPECT_TRUE(requests_.empty());
}

TEST_F(HttpRequests, OfHttp10EndTheConnection) {
  const std::string answer = exchange("GET /a HTTP/1.0\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.0 200 OK\r\n"));
  EXPECT_THAT(answer, EndsWith("hello /a"));
}

TEST_F(HttpRequests, ThatWaitForAWordGetIt) {
  Client client(io_, server_->port());
  client.send(
      "POST /a HTTP/1.1\r\nHost: localhost\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n"
      "Connection: close\r\n\r\n");
  EXPECT_EQ(client.answer_with("Continue"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("abc");
  EXPECT_THAT(client.whole_answer(), HasSubstr("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(requests_.at(0).body, "abc");
}

TEST_F(HttpRequests, ThatAreRefusedAnywayGetNoWord) {
  const std::string expecting = "Expect: 100-continue\r\nContent-Length: ";
  EXPECT_EQ(status_of("Host: evil.test\r\n" + expecting + "3\r\n", "POST /a HTTP/1.1"), "HTTP/1.1 421");
  EXPECT_EQ(status_of("Host: localhost\r\n" + expecting + "1000000\r\n", "POST /a HTTP/1.1"), "HTTP/1.1 413");
  EXPECT_EQ(status_of("Host: localhost\r\nExpect: tea\r\nContent-Length: 0\r\n", "POST /a HTTP/1.1"),
            "HTTP/1.1 417");
  EXPECT_TRUE(requests_.empty());
}

TEST_F(HttpRequests, CountWhetherRefusedOrNot) {
  exchange("GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  exchange("GET /a HTTP/1.1\r\nHost: evil.test\r\n\r\n");
  exchange("nonsense\r\n\r\n");
  EXPECT_THAT(answered_, ElementsAre(Pair("/a", 200), Pair("", 421), Pair("", 400)));
}

TEST_F(HttpRequests, ThatAProxyPassesOnAreNotLocal) {
  EXPECT_TRUE(local_with("X-Request-Id: 1"));
  for (const char* field :
       {"Via: 1.1 proxy", "X-Real-IP: 10.1.2.3", "X-Forwarded-For: 1.2.3.4", "x-forwarded-proto: https",
        "X-Forwarded-Host: a", "Forwarded: for=1.2.3.4", "X-Client-IP: 1.2.3.4", "True-Client-IP: 1.2.3.4",
        "CF-Connecting-IP: 1.2.3.4", "X-Original-Forwarded-For: 1.2.3.4", "X-Envoy-External-Address: 1.2.3.4",
        "Via:"}) {
    EXPECT_FALSE(local_with(field)) << field;
  }
}

TEST_F(HttpRequests, ThatAForeignPageSendsAreNotLocal) {
  for (const char* field :
       {"Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "sec-fetch-site: Cross-Site",
        "Sec-Fetch-Site:", "Sec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site",
        "Origin: https://evil.example", "Origin: null", "Origin:", "Origin: http://localhost:8080",
        "Origin: http://localhost.evil.test", "Origin: http://localhost\r\nOrigin: http://evil.test"}) {
    EXPECT_FALSE(local_with(field)) << field;
  }
  for (const char* field :
       {"Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: none", "Origin: http://LOCALHOST"}) {
    EXPECT_TRUE(local_with(field)) << field;
  }
  EXPECT_TRUE(local_with("Origin: http://127.0.0.1:9466", "127.0.0.1:9466"));
}

TEST_F(HttpRequests, AreForeignWhereAPageOfAnotherServerSendsThem) {
  const auto foreign = [&](const std::string& field, const std::string& host) {
    requests_.clear();
    exchange("POST /a HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 0\r\nConnection: close\r\n" + field);
    EXPECT_EQ(requests_.size(), 1U) << field;
    return requests_.size() == 1 && requests_[0].foreign;
  };
  struct Sent {
    std::string host, fields;
    bool foreign;
  };
  const std::vector<Sent> table = {
      {"localhost:1", "", false},  // a program
      {"localhost:1", "Origin: http://localhost:1\r\nSec-Fetch-Site: same-origin\r\n", false},
      {"10.1.2.3:9466", "Origin: https://10.1.2.3:9466\r\n", false},
      {"localhost:1", "Sec-Fetch-Site: none\r\n", false},
      // A proxy in front keeps the name that browsers use, or has one that is configured.
      {"reconciler.example.com", "Origin: https://reconciler.example.com\r\n", false},
      {"10.1.2.3:9466", "Origin: https://Reconciler.Example.com\r\nSec-Fetch-Site: same-origin\r\n", false},
      {"10.1.2.3:9466", "Origin: https://reconciler.example.com:8443\r\nSec-Fetch-Site: same-site\r\n", true},
      {"10.1.2.3:9466", "Origin: https://evil.reconciler.example.com\r\n", true},
      // Another server of the same machine.
      {"localhost:1", "Origin: http://localhost:2\r\n", true},
      {"localhost:1", "Origin: http://localhost\r\n", true},
      {"127.0.0.1:1", "Origin: http://127.0.0.1:2\r\n", true},
      {"127.0.0.1:1", "Origin: http://localhost:1\r\n", true},
      {"127.0.0.1:1", "Origin: http://192.168.0.66\r\n", true},
      {"localhost:1", "Origin: https://evil.example\r\n", true},
      {"localhost:1", "Origin: http://localhost:1@evil.example\r\n", true},
      {"localhost:1", "Origin: http://localhost:1/\r\n", true},
      {"localhost:1", "Origin: localhost:1\r\n", true},
      {"localhost:1", "Origin: file://localhost:1\r\n", true},
      {"localhost:1", "Origin: null\r\n", true},
      {"localhost:1", "Origin:\r\n", true},
      {"localhost:1", "Origin: http://localhost:1\r\nOrigin: http://localhost:1\r\n", true},
      {"localhost:1", "Sec-Fetch-Site: cross-site\r\n", true},
      {"localhost:1", "Origin: http://localhost:1\r\nSec-Fetch-Site: Cross-Site\r\n", true},
      {"localhost:1", "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: same-origin\r\n", true},
  };
  for (const Sent& row : table)
    EXPECT_EQ(foreign(row.fields + "\r\n", row.host), row.foreign) << row.host << ": " << row.fields;
}

TEST_F(HttpRequests, TellWhoSentThem) {
  exchange(
      "GET / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 10.1.2.3\r\nVia: 1.1 edge\r\n"
      "Connection: close\r\n\r\n");
  EXPECT_EQ(requests_.at(0).peer, "127.0.0.1");
  EXPECT_EQ(requests_.at(0).forwarded, "X-Forwarded-For: 10.1.2.3, Via: 1.1 edge");
  exchange("GET / HTTP/1.1\r\nHost: localhost\r\nVia: " + std::string(5000, 'v') +
           "\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(requests_.at(1).forwarded.size(), 200U);
}

TEST_F(HttpRequests, WithChunksThatNeverEndAreRefused) {
  const std::string head = "POST /a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string long_text(200'000, 'a');
  EXPECT_THAT(exchange(head + "5;" + long_text), StartsWith("HTTP/1.1 4")) << "an extension of a chunk";
  std::string trailers;
  for (int i = 0; i < 20'000; ++i) trailers += "X-T: a\r\n";
  EXPECT_THAT(exchange(head + "1\r\na\r\n0\r\n" + trailers), StartsWith("HTTP/1.1 4")) << "trailers";
  EXPECT_THAT(exchange(head + "1\r\na\r\n0\r\nX-T: " + long_text), StartsWith("HTTP/1.1 4")) << "one trailer";
  EXPECT_THAT(exchange(head + std::string(200'000, '0')), StartsWith("HTTP/1.1 4")) << "the size of a chunk";
  EXPECT_TRUE(requests_.empty());
}

TEST_F(HttpRequests, WithALineThatNeverEndsAreRefused) {
  const std::string long_text(200'000, 'a');
  EXPECT_THAT(exchange("GET /" + long_text), StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(exchange(long_text), StartsWith("HTTP/1.1 4"));
  EXPECT_THAT(exchange("GET / HTTP/1.1\r\nHost: localhost\r\nX-A: " + long_text),
              StartsWith("HTTP/1.1 431 "));
  std::string fields;
  for (int i = 0; i < 20'000; ++i) fields += "X-A: a\r\n";
  EXPECT_THAT(exchange("GET / HTTP/1.1\r\nHost: localhost\r\n" + fields), StartsWith("HTTP/1.1 431 "));
}

TEST_F(HttpRequests, WhoseBodyDripsAreClosedAfterTheRequestTime) {
  Client client(io_, server_->port());
  client.send("POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\na");
  testing::turn_until(io_, [&] { return clock_.next_wake() == clock_.now() + 10s; });
  clock_.advance(9s);
  client.send("b");
  testing::turn(io_);
  EXPECT_FALSE(client.closed());
  clock_.advance(1s);
  EXPECT_EQ(client.whole_answer(), "");
}

TEST_F(HttpRequests, ManyAtOnceAreAnsweredOneAfterTheOther) {
  std::string many;
  for (int i = 0; i < 500; ++i) many += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  many += "GET /last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  EXPECT_THAT(exchange(many), EndsWith("hello /last"));
  EXPECT_EQ(requests_.size(), 501U);
}

}  // namespace
}  // namespace cr::daemon
