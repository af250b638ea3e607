#pragma once

#include <boost/system/result.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reconcile/coder/api_error.h"
#include "reconcile/coder/types.h"
#include "reconcile/model/condition.h"
#include "reconcile/resolve/answers.h"
#include "reconcile/resolve/questions.h"
#include "specs/workspace_spec.h"

namespace cr::reconcile {

/// A spec whose names have become ids: ready to be created.
struct Bound {
  coder::CreateRequest request;
  OrganizationId organization;
  std::string owner_name;  ///< the username, also where the spec gives a UUID
  std::string template_name;
  std::string organization_name;
  coder::Template policy;  ///< the template, for its policies
  /// What to forget in Answers when the create fails: one of these may have changed.
  std::vector<Question> built_on;
};

/// Why a spec cannot be created now.
class Unbound {
 public:
  Unbound() = default;
  Unbound(Reason reason_, std::string message_) : reason(reason_), message(std::move(message_)) {}

  Reason reason = Reason::NotRead;
  std::string message;                   ///< says what to do
  std::optional<coder::ApiError> error;  ///< the look-up that failed, where that is the reason
  /// What to forget in Answers before the next cycle, so that a person's remedy is seen.
  std::vector<Question> built_on;
};
[[noreturn]] void throw_exception_from_error(const Unbound& error, const boost::source_location& where);

using Binding = boost::system::result<Bound, Unbound>;

/// Binds one absent spec. Everything that Coder would refuse, or accept and drop in silence, is found here:
/// unknown or suspended owner, unknown organization, unknown, ambiguous or deprecated template, unknown or
/// archived version, parameters that the version does not know (with these values) or that it requires, and a
/// token that may not read *and* create for that owner (one that may not read sees an empty fleet, and would
/// create what is there already).
///
/// Answers must be complete (next_questions returned none); a spec that still has open questions is NotRead.
/// Pure.
[[nodiscard]] Binding bind(const specs::WorkspaceSpec& spec, const Answers& answers);

}  // namespace cr::reconcile
