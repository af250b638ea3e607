#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/config/config.h"

/// The grammar of settings' values. Pure; each error names the value and what is allowed.
namespace cr::daemon {

/// Why a value is refused.
class ValueError {
 public:
  ValueError() = default;
  explicit ValueError(std::string message) : message_(std::move(message)) {}
  [[nodiscard]] const std::string& message() const { return message_; }

 private:
  std::string message_;
};
[[noreturn]] void throw_exception_from_error(const ValueError& error, const boost::source_location& where);

template <class T>
using Value = boost::system::result<T, ValueError>;

[[nodiscard]] Value<bool> parse_bool(std::string_view text);
/// A whole number within the bounds, both allowed.
[[nodiscard]] Value<std::size_t> parse_count(std::string_view text, std::size_t least, std::size_t most);
/// As Go writes it, within the bounds, both allowed.
[[nodiscard]] Value<std::chrono::nanoseconds> parse_time(std::string_view text,
                                                         std::chrono::nanoseconds least,
                                                         std::chrono::nanoseconds most);
/// `http(s)://host[:port][/path]`, returned as it was understood. No user, query or fragment.
[[nodiscard]] Value<std::string> parse_url(std::string_view text);
/// `HOST:PORT`, `:PORT`, `[::1]:PORT`, or `off`.
[[nodiscard]] Value<ListenAddress> parse_listen(std::string_view text);
/// `NAME=VALUE`; the value is never repeated in an error.
[[nodiscard]] Value<std::pair<std::string, Secret>> parse_header(std::string_view text);
/// Items separated by commas; an item with commas is put in double quotes, as in CSV.
[[nodiscard]] Value<std::vector<std::string>> parse_csv(std::string_view text);
/// The name of a host: labels of letters, digits, `-` and `_`, with dots between. Without a port.
[[nodiscard]] Value<std::string> parse_host_name(std::string_view text);
/// http or https with `{path}`, and perhaps `{revision}` and `{line}`, behind a host that is written out.
[[nodiscard]] Value<SourceUrl> parse_source_url(std::string_view text);
/// A plan's digest: 16 hex digits.
[[nodiscard]] Value<std::string> parse_digest(std::string_view text);

}  // namespace cr::daemon
