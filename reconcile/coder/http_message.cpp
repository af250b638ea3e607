#include "reconcile/coder/http_message.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>

#include "reconcile/coder/list_page.h"

namespace cr::coder {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr std::size_t kReadSize = std::size_t{64} << 10;
constexpr std::uint32_t kHeadLimit = 64U << 10;
constexpr std::size_t kErrorLimit = std::size_t{1} << 20;
// A length is only a claim: no more than this is set aside before the bytes come.
constexpr std::uint64_t kMostReserved = std::uint64_t{16} << 20;

/// A string that keeps room behind its end, so that the JSON parser need not copy it.
struct PaddedBody {
  using value_type = std::string;

  class reader {
   public:
    template <bool isRequest, class Fields>
    reader(http::header<isRequest, Fields>&, std::string& body) : body_(body) {}

    void init(const boost::optional<std::uint64_t>& length, beast::error_code& failed) {
      failed = {};
      if (length) body_.reserve(static_cast<std::size_t>(std::min(*length, kMostReserved)) + kBodyPadding);
    }
    template <class Buffers>
    std::size_t put(const Buffers& buffers, beast::error_code& failed) {
      failed = {};
      const std::size_t before = body_.size();
      for (const asio::const_buffer part : beast::buffers_range_ref(buffers)) {
        body_.append(static_cast<const char*>(part.data()), part.size());
      }
      return body_.size() - before;
    }
    void finish(beast::error_code& failed) {
      failed = {};
      body_.reserve(body_.size() + kBodyPadding);
    }

   private:
    std::string& body_;
  };
};

using Parser = http::response_parser<PaddedBody>;

std::string header(const Parser& parser, std::string_view name) {
  const auto found = parser.get().find({name.data(), name.size()});
  if (found == parser.get().end()) return {};
  return std::string(found->value().data(), found->value().size());
}

HttpResponse take_response(Parser& parser, bool head_only) {
  HttpResponse response;
  response.status = static_cast<int>(parser.get().result_int());
  response.reason = std::string(parser.get().reason());
  response.content_type = header(parser, "Content-Type");
  response.request_id = header(parser, "X-Coder-Request-Id");
  response.retry_after = header(parser, "Retry-After");
  response.location = header(parser, "Location");
  response.rate_limit = header(parser, "X-RateLimit-Limit");
  response.rate_remaining = header(parser, "X-RateLimit-Remaining");
  response.rate_reset = header(parser, "X-RateLimit-Reset");
  response.keep_alive = parser.keep_alive() && !head_only;
  response.body = std::move(parser.get().body());
  return response;
}

TransportError too_large(std::uint64_t limit) {
  return TransportError(ApiFault::contract, limit >= std::size_t{1} << 20
                                                ? fmt::format("the answer is larger than {} MiB", limit >> 20)
                                                : fmt::format("the answer is larger than {} bytes", limit));
}

TransportError describe_parse_failure(const beast::error_code& failed, std::uint64_t body_limit) {
  if (failed == http::error::body_limit) return too_large(body_limit);
  if (failed == http::error::partial_message || failed == http::error::end_of_stream) {
    return TransportError(ApiFault::unreachable, "the connection was closed in the middle of the answer");
  }
  return TransportError(ApiFault::contract,
                        fmt::format("what answered does not speak HTTP as it should: {}", failed.message()));
}

}  // namespace

awaitable<TransportResult<HttpResponse>> exchange(Stream& stream, std::string_view message, Expected expected,
                                                  Progress& progress) {
  const auto sent_error = [](TransportError error) {
    error.unsent = false;
    return error;
  };
  progress.doing = "sending the request";
  progress.sent = true;
  const asio::const_buffer bytes(message.data(), message.size());
  // A server may answer and close before it has read everything: then the answer is still there to be read.
  const auto written = co_await stream.write(bytes);

  progress.doing = "waiting for the answer";
  beast::flat_buffer buffer;
  std::uint64_t limit = expected.body_limit;
  auto parser = std::make_unique<Parser>();
  const auto prepare = [&] {
    limit = expected.body_limit;
    parser->header_limit(kHeadLimit);
    parser->body_limit(expected.body_limit);
    parser->skip(expected.head_only);
    if (!expected.head_only) parser->get().body().reserve(expected.body_size + kBodyPadding);
  };
  prepare();
  bool any_byte = false;
  while (true) {
    while (!parser->is_done() && buffer.size() > 0) {
      beast::error_code failed;
      buffer.consume(parser->put(buffer.data(), failed));
      if (failed == http::error::need_more) break;
      if (failed) co_return sent_error(describe_parse_failure(failed, limit));
      if (!parser->is_header_done()) continue;
      parser->eager(true);
      if (parser->get().result_int() >= 300 && limit > kErrorLimit) {
        limit = kErrorLimit;
        if (parser->content_length().value_or(0) > limit) co_return sent_error(too_large(limit));
        parser->body_limit(limit);
      }
    }
    if (parser->is_done()) {
      if (parser->get().result_int() / 100 != 1) break;
      parser = std::make_unique<Parser>();
      prepare();
      continue;
    }
    const asio::mutable_buffer space = buffer.prepare(kReadSize);
    const auto got = co_await stream.read_some(space);
    if (got) {
      buffer.commit(*got);
      if (!any_byte) progress.doing = "reading the answer";
      any_byte = true;
      continue;
    }
    if (got.error() == asio::error::eof && any_byte) {
      beast::error_code failed;
      parser->put_eof(failed);
      if (failed) co_return sent_error(describe_parse_failure(failed, limit));
      if (parser->is_done()) break;
    }
    const auto& cause = !any_byte && written.has_error() ? written.error() : got.error();
    TransportError error(ApiFault::unreachable,
                         cause == asio::error::eof
                             ? "the connection was closed without an answer"
                             : fmt::format("while {}: {}", progress.doing, stream.describe(cause)));
    error.closed_before_answer = !any_byte;
    co_return sent_error(std::move(error));
  }
  HttpResponse response = take_response(*parser, expected.head_only);
  // Bytes behind the answer belong to nothing that we asked.
  if (buffer.size() > 0 || written.has_error()) response.keep_alive = false;
  co_return response;
}

}  // namespace cr::coder
