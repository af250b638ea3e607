#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <utility>

namespace cr::specs {

/// Why a value was refused (a duration, a schedule, a field of a document), and what to write instead; the
/// remedy is empty where the message says it all.
class ValueError {
 public:
  ValueError() = default;
  explicit ValueError(std::string message, std::string remedy = {})
      : message_(std::move(message)), remedy_(std::move(remedy)) {}
  [[nodiscard]] const std::string& message() const { return message_; }
  [[nodiscard]] const std::string& remedy() const { return remedy_; }

 private:
  std::string message_;
  std::string remedy_;
};
[[noreturn]] void throw_exception_from_error(const ValueError& error, const boost::source_location& where);

template <class T>
using ValueResult = boost::system::result<T, ValueError>;

}  // namespace cr::specs
