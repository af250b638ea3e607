#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/standin/faults.h"
#include "tests/standin/message.h"

namespace cr::standin {

/// A request that was read whole, whatever became of it.
struct RequestRecord {
  std::string method;
  std::string target;
  std::string path;
  std::string body;
  std::map<std::string, std::string> headers;  ///< Names in lower case.
  std::string user_agent;
  int status = 0;  ///< 0: no reply was sent (yet).
  std::string request_id;
  bool route_known = true;
  std::optional<FaultKind> fault;
  std::size_t connection = 0;  ///< Counts connections from 1.
  std::uint64_t begin = 0;     ///< Place in the sequence of beginnings and ends of all requests.
  std::uint64_t end = 0;       ///< 0 while the reply is under way.

  /// Anything that may change something: no GET, and no POST that only asks.
  [[nodiscard]] bool is_write() const;
};

class RequestLog {
 public:
  /// Returns the place of the record, for finish().
  std::size_t begin(const Request& request, std::size_t connection);
  /// `status` 0: no reply is sent.
  void answered(std::size_t place, int status, const Reply& reply, std::optional<FaultKind> fault);
  void finish(std::size_t place);
  /// Throws std::out_of_range for one that was dropped.
  [[nodiscard]] const RequestRecord& at(std::size_t place) const { return records_.at(place - cleared_); }

  [[nodiscard]] const std::vector<RequestRecord>& records() const { return records_; }
  /// Without those to routes that this age does not know.
  [[nodiscard]] std::vector<RequestRecord> writes() const;
  /// Whose target starts so.
  [[nodiscard]] std::vector<RequestRecord> to(std::string_view target_prefix,
                                              std::string_view method = {}) const;
  [[nodiscard]] std::size_t count(std::string_view target_prefix = {}, std::string_view method = {}) const;
  /// The most requests to such targets that were under way at one moment.
  [[nodiscard]] std::size_t most_at_once(std::string_view target_prefix, std::string_view method = {}) const;
  /// Requests under way are dropped too: their ends are not noted any more.
  void clear();

 private:
  std::vector<RequestRecord> records_;
  std::size_t cleared_ = 0;  ///< How many records were dropped before the first one here.
  std::uint64_t moment_ = 0;
};

}  // namespace cr::standin
