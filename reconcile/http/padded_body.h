#pragma once

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/optional/optional.hpp>
#include <cstddef>
#include <cstdint>
#include <string>

#include "reconcile/http/message.h"

namespace cr::http {

/// A string that keeps room behind its end, so that the JSON parser need not copy it.
struct PaddedBody {
  using value_type = std::string;
  // A length is only a claim: no more than this is set aside before the bytes come.
  static constexpr std::uint64_t kMostReserved = std::uint64_t{16} << 20;

  class reader {
   public:
    template <bool isRequest, class Fields>
    reader(boost::beast::http::header<isRequest, Fields>&, std::string& body) : body_(body) {}

    void init(const boost::optional<std::uint64_t>& length, boost::beast::error_code& failed) {
      failed = {};
      if (length) body_.reserve(static_cast<std::size_t>(std::min(*length, kMostReserved)) + kBodySpare);
    }
    template <class Buffers>
    std::size_t put(const Buffers& buffers, boost::beast::error_code& failed) {
      failed = {};
      const std::size_t before = body_.size();
      for (const boost::asio::const_buffer part : boost::beast::buffers_range_ref(buffers)) {
        body_.append(static_cast<const char*>(part.data()), part.size());
      }
      return body_.size() - before;
    }
    void finish(boost::beast::error_code& failed) {
      failed = {};
      body_.reserve(body_.size() + kBodySpare);
    }

   private:
    std::string& body_;
  };
};

}  // namespace cr::http
