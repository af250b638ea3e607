#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/ci/checks.h"
#include "daemon/config/config.h"
#include "daemon/exit_code.h"
#include "specs/source_texts.h"

/// What is sent to `POST /-/plan`, and what comes back. Pure.
namespace cr::daemon {

/// A body has at most so many bytes, a plan at most so many documents.
inline constexpr std::size_t kLargestPlanRequest = std::size_t{16} << 20;
inline constexpr std::size_t kMostPlannedDocuments = 10'000;

/// Why it cannot be read, in words, with what to do.
class PlanRequestError {
 public:
  PlanRequestError() = default;
  explicit PlanRequestError(std::string message) : message_(std::move(message)) {}
  [[nodiscard]] const std::string& message() const { return message_; }

 private:
  std::string message_;
};
[[noreturn]] void throw_exception_from_error(const PlanRequestError& error,
                                             const boost::source_location& where);

/// Specs to be planned, and how the plan is to be shown.
struct PlanRequest {
  specs::SourceTexts texts;
  OutputFormat output = OutputFormat::json;
  bool colour = false;
  bool detailed_exitcode = false;
  std::string baseline{};  ///< JSON of an earlier plan; empty: none
  bool junit = false;
  bool sarif = false;
  ci::Checkout checkout{};  ///< for those two
  bool outcome = false;     ///< the answer is a PlanOutcome, else the plan itself
  bool operator==(const PlanRequest&) const = default;
};

/// All that a command needs that shows the plan of another.
struct PlanOutcome {
  ExitCode code = ExitCode::failure;
  std::string output;                    ///< for standard output
  std::vector<std::string> diagnostics;  ///< for standard error, of a line or more each
  std::vector<std::string> messages;     ///< likewise, sentences without a full stop
  std::string junit, sarif;              ///< where they were asked for
  bool operator==(const PlanOutcome&) const = default;
};

/// `{"files": [{"path": …, "text": …}]}` with what is beside that, or YAML by itself, as `content_type` says.
/// `accept` chooses between JSON, Markdown and text where the body does not.
///
/// Hostile: paths are names and lead nowhere, and what is nested deep or is too much is refused before it
/// takes memory.
[[nodiscard]] boost::system::result<PlanRequest, PlanRequestError> parse_plan_request(
    std::string_view body, std::string_view content_type, std::string_view accept);
[[nodiscard]] std::string write_plan_request(const PlanRequest& request);

[[nodiscard]] std::string write_plan_outcome(const PlanOutcome& outcome);
/// Nothing of it that is not whole is believed: the error says what is wrong.
[[nodiscard]] boost::system::result<PlanOutcome, PlanRequestError> parse_plan_outcome(std::string_view body);

/// Whether a JSON text is nested no deeper and has no more values than that; of a text that is no JSON, too.
/// One pass, no memory.
[[nodiscard]] bool is_modest_json(std::string_view text, std::size_t depth, std::size_t values);

}  // namespace cr::daemon
