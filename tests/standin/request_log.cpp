#include "tests/standin/request_log.h"

#include <algorithm>
#include <utility>

namespace cr::standin {
namespace {

bool concerns(const RequestRecord& record, std::string_view target_prefix, std::string_view method) {
  return record.target.starts_with(target_prefix) && (method.empty() || record.method == method);
}

std::string header_of(const Reply& reply, std::string_view name) {
  for (const auto& [key, value] : reply.headers) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace

bool RequestRecord::is_write() const {
  const bool only_asks = path == "/api/v2/authcheck" || path.ends_with("/dynamic-parameters/evaluate");
  return method != "GET" && method != "HEAD" && !only_asks;
}

std::size_t RequestLog::begin(const Request& request, std::size_t connection) {
  RequestRecord record;
  record.method = request.method;
  record.target = request.target;
  record.path = request.path;
  record.body = request.body;
  record.headers = request.headers;
  record.user_agent = request.header("user-agent");
  record.connection = connection;
  record.begin = ++moment_;
  records_.push_back(std::move(record));
  return cleared_ + records_.size() - 1;
}

void RequestLog::answered(std::size_t place, int status, const Reply& reply, std::optional<FaultKind> fault) {
  if (place < cleared_) return;
  RequestRecord& record = records_[place - cleared_];
  record.status = status;
  record.request_id = header_of(reply, "X-Coder-Request-Id");
  record.route_known = reply.route_known;
  record.fault = fault;
}

void RequestLog::finish(std::size_t place) {
  if (place < cleared_) return;
  records_[place - cleared_].end = ++moment_;
}

std::vector<RequestRecord> RequestLog::writes() const {
  std::vector<RequestRecord> found;
  std::ranges::copy_if(records_, std::back_inserter(found),
                       [](const RequestRecord& record) { return record.is_write() && record.route_known; });
  return found;
}

std::vector<RequestRecord> RequestLog::to(std::string_view target_prefix, std::string_view method) const {
  std::vector<RequestRecord> found;
  std::ranges::copy_if(records_, std::back_inserter(found),
                       [&](const RequestRecord& record) { return concerns(record, target_prefix, method); });
  return found;
}

std::size_t RequestLog::count(std::string_view target_prefix, std::string_view method) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      records_, [&](const RequestRecord& record) { return concerns(record, target_prefix, method); }));
}

std::size_t RequestLog::most_at_once(std::string_view target_prefix, std::string_view method) const {
  std::vector<std::pair<std::uint64_t, int>> steps;
  for (const auto& record : records_) {
    if (!concerns(record, target_prefix, method)) continue;
    steps.emplace_back(record.begin, 1);
    if (record.end != 0) steps.emplace_back(record.end, -1);
  }
  std::ranges::sort(steps);
  int now = 0;
  int most = 0;
  for (const auto& [moment, step] : steps) {
    now += step;
    most = std::max(most, now);
  }
  return static_cast<std::size_t>(most);
}

void RequestLog::clear() {
  cleared_ += records_.size();
  records_.clear();
}

}  // namespace cr::standin
